"""Data sets that do not ship: read from a folder, checked, fetched only when asked for.

No network and no real data: small files in the real formats stand in for them.
"""

import hashlib
import pickle
import struct
import urllib.error

import numpy as np
import pytest
import torch
import torchvision.datasets

from densenet_lessons.data import full as full_datasets
from densenet_lessons.data.small import FASHION_CLASSES, load_images


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    def refuse(*_, **__):
        raise urllib.error.URLError("no network in tests")

    monkeypatch.setattr("urllib.request.urlopen", refuse)


@pytest.fixture
def fashion(tmp_path, monkeypatch):
    """A root with the four idx files of a Fashion-MNIST of 7 and 3 images."""
    folder = tmp_path / "FashionMNIST" / "raw"
    folder.mkdir(parents=True)
    rng = np.random.default_rng(0)
    sums, pixels = {}, {}
    for prefix, count in (("train", 7), ("t10k", 3)):
        images = rng.integers(0, 256, (count, 28, 28), dtype=np.uint8)
        labels = rng.integers(0, 10, count, dtype=np.uint8)
        pixels[prefix] = images, labels
        for name, array in (("images-idx3", images), ("labels-idx1", labels)):
            head = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
            file = folder / f"{prefix}-{name}-ubyte"
            file.write_bytes(head + array.tobytes())
            sums[file.name] = hashlib.sha256(file.read_bytes()).hexdigest()
    monkeypatch.setattr(full_datasets, "_FASHION_SHA256", sums)
    return tmp_path, pixels


@pytest.fixture
def cifar(tmp_path, monkeypatch):
    """A root with a CIFAR-10 of 2 images a batch."""
    folder = tmp_path / "cifar-10-batches-py"
    folder.mkdir()
    rng = np.random.default_rng(0)
    data_class, batches = torchvision.datasets.CIFAR10, {}

    def write(name, content):
        (folder / name).write_bytes(pickle.dumps(content))
        return hashlib.md5((folder / name).read_bytes(), usedforsecurity=False).hexdigest()

    for attribute in ("train_list", "test_list"):
        names = [name for name, _ in getattr(data_class, attribute)]
        for name in names:
            batches[name] = rng.integers(0, 256, (2, 3072), dtype=np.uint8)
        listed = [
            [name, write(name, {"data": batches[name], "labels": [index, 9]})]
            for index, name in enumerate(names)
        ]
        monkeypatch.setattr(data_class, attribute, listed)
    classes = [f"class {index}" for index in range(10)]
    md5 = write("batches.meta", {"label_names": classes})
    meta = {"filename": "batches.meta", "key": "label_names", "md5": md5}
    monkeypatch.setattr(data_class, "meta", meta)
    return tmp_path, batches


@pytest.mark.parametrize(("split", "prefix"), [("train", "train"), ("test", "t10k")])
def test_fashion_mnist_from_root(fashion, split, prefix):
    root, pixels = fashion
    images, labels = pixels[prefix]
    data = load_images("fashion_mnist", split=split, root=root)
    assert (data.name, data.split) == ("fashion_mnist", split)
    assert data.images.dtype == torch.uint8
    assert torch.equal(data.images, torch.from_numpy(images)[:, None])
    assert data.labels.tolist() == labels.tolist()
    assert data.labels.dtype == torch.int64


def test_fashion_mnist_has_the_classes_of_the_subset(fashion):
    data = load_images("fashion_mnist", split="test", root=fashion[0])
    assert [name.lower() for name in data.class_names] == [name.lower() for name in FASHION_CLASSES]


def test_cifar10_from_root(cifar):
    root, batches = cifar
    train, test = (
        load_images("cifar10", split=split, root=str(root)) for split in ("train", "test")
    )
    assert train.images.shape == (10, 3, 32, 32)
    assert train.labels.tolist() == [0, 9, 1, 9, 2, 9, 3, 9, 4, 9]
    expected = torch.from_numpy(batches["test_batch"]).reshape(2, 3, 32, 32)
    assert torch.equal(test.images, expected)
    assert test.class_names[3] == "class 3"


def test_what_is_there_is_not_fetched_again(fashion):
    assert len(load_images("fashion_mnist", split="test", root=fashion[0], download=True)) == 3


@pytest.mark.parametrize("name", ["fashion_mnist", "cifar10"])
def test_missing_files_are_not_fetched_unasked(name, tmp_path):
    message = f"{name} is not in .*: pass download=True .* 'fashion_mnist_small', which ships"
    with pytest.raises(FileNotFoundError, match=message):
        load_images(name, split="train", root=tmp_path)
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["fashion_mnist", "cifar10"])
def test_a_failed_download_tells_cause_and_remedy_in_one_message(name, tmp_path):
    message = rf"{name} could not be downloaded to .*no network in tests.*Check the connection"
    with pytest.raises(RuntimeError, match=message) as caught:
        load_images(name, split="train", root=tmp_path, download=True)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("download", [False, True])
def test_a_damaged_file_is_noticed(fashion, download):
    root, _ = fashion
    file = root / "FashionMNIST/raw/train-images-idx3-ubyte"
    content = bytearray(file.read_bytes())
    content[100] ^= 1
    file.write_bytes(content)
    message = r"damaged.*: .*train-images-idx3-ubyte; delete .*raw and pass download=True"
    with pytest.raises(RuntimeError, match=message):
        load_images("fashion_mnist", split="train", root=root, download=download)


def test_a_damaged_cifar_batch_is_noticed(cifar):
    root, _ = cifar
    file = root / "cifar-10-batches-py/data_batch_4"
    file.write_bytes(file.read_bytes() + b" ")
    with pytest.raises(RuntimeError, match=r"damaged.*: .*data_batch_4; delete .*batches-py"):
        load_images("cifar10", split="train", root=root)


def test_a_missing_file_among_others_is_noticed(fashion):
    root, _ = fashion
    (root / "FashionMNIST/raw/t10k-labels-idx1-ubyte").unlink()
    with pytest.raises(RuntimeError, match=r"damaged or incomplete .*t10k-labels-idx1-ubyte;"):
        load_images("fashion_mnist", split="train", root=root)
