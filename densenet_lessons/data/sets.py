"""Whole data sets to train on, image by image, each through torchvision's own class.

``load_images`` holds a set in memory as two tensors, which suits the lessons. These are PyTorch
data sets for a ``DataLoader`` with workers, up to ImageNet's size.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import ConcatDataset, Dataset

from densenet_lessons.data.small import flip_and_crop, load_images

#: From what torchvision's class gives to a float tensor (C, H, W), drawing with the generator.
Change = Callable[[Any, torch.Generator], Tensor]

#: What the authors' code subtracts and divides by, from 0 to 255; the paper scales SVHN alone.
_CIFAR10 = ((125.3, 123.0, 113.9), (63.0, 62.1, 66.7))
_CIFAR100 = ((129.3, 124.1, 112.4), (68.2, 65.4, 70.4))
_IMAGENET = ((123.675, 116.28, 103.53), (58.395, 57.12, 57.375))


@dataclass(frozen=True)
class DataSet:
    """What a data set's images are like.

    ``mean`` and ``std`` normalise each channel, from 0 to 255; empty for pixels from 0 to 1.
    ``padding`` is the largest shift of an augmented image; None for ImageNet's random windows.
    ``classes`` is None where the folders in ``root`` decide.
    """

    channels: int
    side: int
    classes: int | None
    padding: int | None
    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()


DATA_SETS = {
    "fashion_mnist_small": DataSet(1, 28, 10, 2),
    "fashion_mnist": DataSet(1, 28, 10, 2),
    "cifar10": DataSet(3, 32, 10, 4, *_CIFAR10),
    "cifar100": DataSet(3, 32, 100, 4, *_CIFAR100),
    "svhn": DataSet(3, 32, 10, 4),
    "stl10": DataSet(3, 96, 10, 12),
    "imagefolder": DataSet(3, 224, None, None, *_IMAGENET),
}


class SeededImages(Dataset):
    """A data set whose random changes to an image depend on seed, epoch and index alone.

    So the same images come out for any number of processes and workers, and after a restart.
    """

    def __init__(self, images: Dataset, change: Change, *, seed: int = 0):
        self.images, self.change, self.seed, self.epoch = images, change, seed, 0

    def __len__(self) -> int:
        return len(self.images)

    def set_epoch(self, epoch: int) -> None:
        """To be called before an epoch's loader is asked for its first batch."""
        self.epoch = epoch

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        image, label = self.images[index]
        mixed = ((self.seed * 1_000_003 + self.epoch) * 10_000_019 + index) % 2**63
        return self.change(image, torch.Generator().manual_seed(mixed)), int(label)


def open_data_set(
    name: str,
    *,
    root: str | Path | None = None,
    download: bool = False,
    augment: bool = False,
    seed: int = 0,
) -> tuple[SeededImages, SeededImages, int]:
    """Training images, test images and the number of classes of a data set.

    Args:
        name: one of ``DATA_SETS``. SVHN's training images are its splits train and extra, as in
            the paper; ``imagefolder`` reads ``root/train`` and ``root/val``, a folder a class.
        root: the folder where torchvision's class looks; not for the set that ships.
        download: fetch the files into ``root``, unless they are there.
        augment: mirror and shift the training images, or cut ImageNet's random windows.
        seed: decides the random changes.

    Raises:
        ValueError: naming the argument, its value and the rule.
        FileNotFoundError: if the files are not in ``root``, with the ways to get them.
        RuntimeError: if a download fails, with the cause.
    """
    if name not in DATA_SETS:
        raise ValueError(f"data must be one of {', '.join(DATA_SETS)}, got {name!r}")
    ships, folders = name == "fashion_mnist_small", name == "imagefolder"
    if ships and (download or root is not None):
        raise ValueError(f"root and download must be left out for {name}, which ships")
    if not ships and root is None:
        raise ValueError(f"root must name the folder of {name}, got None")
    if folders and download:
        raise ValueError("download must be left out for imagefolder, whose images are your own")
    try:
        train, test = _images(name, root, download)
    except (OSError, RuntimeError) as error:
        cause = " ".join(str(error).split())
        if download:
            raise RuntimeError(f"{name} could not be downloaded to {root}: {cause}") from error
        wanted = "put a folder a class below train and val" if folders else "fetch it by download"
        raise FileNotFoundError(f"{name} is not in {root}: {wanted}. {cause}") from error
    about = DATA_SETS[name]
    classes = about.classes or len(train.classes)
    pair = (_change(about, augment), _change(about, False))
    return *(
        SeededImages(s, c, seed=seed) for s, c in zip((train, test), pair, strict=True)
    ), classes


def _images(name: str, root: str | Path | None, download: bool) -> tuple[Dataset, Dataset]:
    if name == "fashion_mnist_small":
        return load_images(split="train"), load_images(split="test")
    from torchvision import datasets  # takes a second to import

    how = {"root": root, "download": download}
    if name == "svhn":
        train, extra, test = (datasets.SVHN(split=s, **how) for s in ("train", "extra", "test"))
        return ConcatDataset([train, extra]), test
    if name == "stl10":
        return datasets.STL10(split="train", **how), datasets.STL10(split="test", **how)
    if name == "imagefolder":
        return tuple(datasets.ImageFolder(str(Path(root) / part)) for part in ("train", "val"))
    kind = {
        "fashion_mnist": datasets.FashionMNIST,
        "cifar10": datasets.CIFAR10,
        "cifar100": datasets.CIFAR100,
    }[name]
    return kind(train=True, **how), kind(train=False, **how)


def _change(about: DataSet, augment: bool) -> Change:
    """From what torchvision's class gives to a float tensor (C, H, W)."""
    mean, std = (
        torch.tensor(part, dtype=torch.float32, device="cpu")[:, None, None]
        for part in (about.mean, about.std)
    )

    def scaled(pixels: Tensor) -> Tensor:
        values = pixels.to(torch.float32)
        return (values - mean) / std if about.mean else values / 255

    def small(image: Any, generator: torch.Generator) -> Tensor:
        pixels = image if isinstance(image, Tensor) else _pixels(image)
        if augment:
            [pixels] = flip_and_crop(pixels[None], generator, padding=about.padding)
        return scaled(pixels)

    def large(image: Any, generator: torch.Generator) -> Tensor:
        before = torch.get_rng_state()
        torch.set_rng_state(generator.get_state())  # torchvision draws from the global one
        try:
            return scaled(_pixels(view(image)))
        finally:
            torch.set_rng_state(before)

    if about.padding is not None:
        return small
    from torchvision.transforms import v2

    view = v2.Compose(
        [v2.RandomResizedCrop(about.side), v2.RandomHorizontalFlip()]
        if augment
        else [v2.Resize(about.side * 8 // 7), v2.CenterCrop(about.side)]
    )
    return large


def _pixels(image: Any) -> Tensor:
    """A PIL image as bytes (C, H, W)."""
    array = np.array(image)
    return torch.from_numpy(array if array.ndim == 3 else array[..., None]).permute(2, 0, 1)
