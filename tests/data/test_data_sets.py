"""Whole data sets by torchvision's classes: which one, which split, what becomes of images."""

import numpy as np
import pytest
import torch
from PIL import Image
from torch.utils.data import DataLoader
from torchvision import datasets

from densenet_lessons.data import DATA_SETS, load_images, open_data_set

CLASSES = {
    "fashion_mnist": ("FashionMNIST", {(True,), (False,)}),
    "cifar10": ("CIFAR10", {(True,), (False,)}),
    "cifar100": ("CIFAR100", {(True,), (False,)}),
    "svhn": ("SVHN", {("train",), ("extra",), ("test",)}),
    "stl10": ("STL10", {("train",), ("test",)}),
}


def picture(channels, side, shade):
    array = np.full((side, side, channels), shade, np.uint8)
    return Image.fromarray(array[..., 0] if channels == 1 else array)


@pytest.mark.parametrize("name", CLASSES)
def test_each_set_comes_through_torchvisions_class(name, monkeypatch, tmp_path):
    asked, about = [], DATA_SETS[name]

    class StandIn(torch.utils.data.Dataset):
        def __init__(self, *, root, download, train=None, split=None):
            asked.append((root, download, train if split is None else split))

        def __len__(self):
            return 2

        def __getitem__(self, index):
            return picture(about.channels, about.side, 51 * index), index

    class_name, splits = CLASSES[name]
    monkeypatch.setattr(datasets, class_name, StandIn)
    train, test, classes = open_data_set(name, root=tmp_path, download=True, augment=True)
    assert {(split,) for *_, split in asked} == splits
    assert {call[:2] for call in asked} == {(tmp_path, True)}
    assert classes == about.classes
    assert len(train) == (4 if name == "svhn" else 2)
    for images in (train, test):
        image, label = images[1]
        assert image.shape == (about.channels, about.side, about.side)
        assert type(image) is torch.Tensor
        assert (image.dtype, label) == (torch.float32, 1)
    expected = torch.full((about.channels,), 51.0)
    if about.mean:
        expected = (expected - torch.tensor(about.mean)) / torch.tensor(about.std)
    else:
        expected /= 255
    torch.testing.assert_close(test[1][0].mean((1, 2)), expected, rtol=1e-4, atol=1e-4)


def test_a_folder_of_images_is_read_as_imagenet_is(tmp_path):
    for part in ("train", "val"):
        for kind in ("cat", "dog", "owl"):
            (tmp_path / part / kind).mkdir(parents=True)
            picture(3, 40, 90).save(tmp_path / part / kind / "one.png")
    train, test, classes = open_data_set("imagefolder", root=tmp_path, augment=True)
    assert (len(train), len(test), classes) == (3, 3, 3)
    assert train[0][0].shape == test[0][0].shape == (3, 224, 224)
    assert [test[index][1] for index in range(3)] == [0, 1, 2]


def test_the_images_that_ship_are_scaled_and_stay_as_they_are():
    train, test, classes = open_data_set("fashion_mnist_small")
    assert (len(train), len(test), classes) == (10_000, 2_000, 10)
    shipped = load_images(split="train")
    torch.testing.assert_close(train[7][0], shipped.images[7] / 255)
    assert train[7][1] == shipped.labels[7]


def test_a_change_depends_on_seed_epoch_and_index_alone():
    def drawn(seed, epoch, **loading):
        images, *_ = open_data_set("fashion_mnist_small", augment=True, seed=seed)
        images.set_epoch(epoch)
        part = torch.utils.data.Subset(images, range(20))
        return torch.cat([batch for batch, _ in DataLoader(part, batch_size=8, **loading)])

    torch.manual_seed(0)
    before = torch.get_rng_state()
    first = drawn(1, 1)
    images, *_ = open_data_set("fashion_mnist_small", augment=True)
    state = torch.get_rng_state()
    assert images[0][0].shape == (1, 28, 28)
    assert torch.equal(torch.get_rng_state(), state)
    torch.set_rng_state(before)
    torch.rand(3)
    assert torch.equal(drawn(1, 1), first)
    assert torch.equal(drawn(1, 1, num_workers=2), first)
    assert not torch.equal(drawn(1, 2), first)
    assert not torch.equal(drawn(2, 1), first)
    plain = load_images(split="train").images[:20] / 255
    assert not torch.equal(first, plain)


@pytest.mark.parametrize("name", [*CLASSES, "imagefolder"])
def test_what_is_not_there_is_told_with_the_way_to_get_it(name, tmp_path):
    with pytest.raises(FileNotFoundError, match=rf"{name} is not in .*: (fetch it|put a)"):
        open_data_set(name, root=tmp_path)


def test_a_download_that_fails_says_why(tmp_path, monkeypatch):
    def fails(**how):
        raise OSError("no route\nto host")

    monkeypatch.setattr(datasets, "CIFAR100", fails)
    with pytest.raises(RuntimeError, match=r"cifar100 could not be downloaded to .*: no route"):
        open_data_set("cifar100", root=tmp_path, download=True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"name": "mnist"}, "data must be one of fashion_mnist_small, .*imagefolder, got 'mnist'"),
        ({"name": "cifar10"}, "root must name the folder of cifar10, got None"),
        ({"name": "fashion_mnist_small", "download": True}, "which ships"),
        ({"name": "imagefolder", "root": ".", "download": True}, "whose images are your own"),
    ],
)
def test_wrong_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        open_data_set(**arguments)
