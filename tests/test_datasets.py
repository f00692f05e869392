import json
import shutil
from pathlib import Path

import pytest
import torch

from densenet_lessons import datasets
from densenet_lessons.datasets import load_images, load_photo, one_of_each_class


@pytest.mark.parametrize(("split", "count"), [("train", 10_000), ("test", 2_000)])
def test_the_subset_is_balanced(split, count):
    data = load_images(split=split)
    assert data.images.shape == (count, 1, 28, 28)
    assert data.images.dtype == torch.uint8
    assert data.labels.dtype == torch.int64
    assert torch.bincount(data.labels).tolist() == [count // 10] * 10
    assert len(data) == count
    assert not torch.equal(data.labels, data.labels.sort().values)  # shuffled
    assert 60 < data.images.float().mean() < 85  # Fashion-MNIST's own mean is 73


def test_training_and_test_images_are_different_pictures():
    train, test = (
        set(
            load_images(split=s).images.flatten(1).numpy().tobytes()[i * 784 :][:784]
            for i in range(2_000)
        )
        for s in ("train", "test")
    )
    assert not train & test


def test_one_of_each_class():
    data = load_images(split="test")
    chosen = one_of_each_class(data)
    assert chosen.shape == (10, 1, 28, 28)
    assert torch.equal(chosen[3], data.images[data.labels == 3][0])


def test_a_loaded_split_can_be_changed_without_harm():
    load_images(split="test").images.zero_()
    assert load_images(split="test").images.any()


def test_files_in_the_repository_are_small_and_licensed():
    files = list(datasets.ASSETS.glob("fashion_mnist*"))
    assert sum(path.stat().st_size for path in files) <= 6e6
    manifest = json.loads((datasets.ASSETS / "fashion_mnist_small.json").read_text())
    assert (datasets.ASSETS / manifest["licence"].split("see ")[1]).is_file()


def test_missing_and_damaged_files_say_how_to_restore(monkeypatch, tmp_path):
    monkeypatch.setattr(datasets, "ASSETS", tmp_path)
    with pytest.raises(FileNotFoundError, match=r"small\.npz is missing; .*git checkout -- "):
        load_images(split="test")
    for suffix in ("npz", "json"):
        shutil.copy(
            Path(datasets.__file__).parent / f"assets/fashion_mnist_small.{suffix}", tmp_path
        )
    content = bytearray((tmp_path / "fashion_mnist_small.npz").read_bytes())
    content[5000] ^= 1
    (tmp_path / "fashion_mnist_small.npz").write_bytes(content)
    with pytest.raises(RuntimeError, match=r"small\.npz is damaged: .*git checkout -- "):
        load_images(split="test")


def test_the_subset_is_what_its_command_writes(tmp_path):
    source = Path("/usr/share/datasets/fashion-mnist")
    if not source.is_dir():
        pytest.skip("needs the original files: apt-get install dataset-fashion-mnist")
    datasets.write_subset(source, tmp_path / "again.npz")
    stored, again = (
        datasets._read_subset.__wrapped__(path)
        for path in (datasets.ASSETS / "fashion_mnist_small.npz", tmp_path / "again.npz")
    )
    assert stored.keys() == again.keys()
    assert all((stored[key] == again[key]).all() for key in stored)


def test_photo():
    photo = load_photo()
    assert photo.shape == (3, 512, 512)
    assert photo.dtype == torch.float32
    assert 0 <= photo.min() < 0.1
    assert 0.9 < photo.max() <= 1
    small = load_photo(size=64)
    assert small.shape == (3, 64, 64)
    pooled = torch.nn.functional.adaptive_avg_pool2d(photo, 64)
    assert (small - pooled).abs().mean() < 0.02


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: load_images("mnist", split="test"), ValueError, "name must be .* got 'mnist'"),
        (lambda: load_images(split="valid"), ValueError, "split must be 'train' .* got 'valid'"),
        (lambda: load_images(split="test", download=True), ValueError, "must be left out .*True"),
        (lambda: load_photo(size=0), ValueError, "size must be a positive integer, got 0"),
    ],
)
def test_wrong_arguments_are_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
