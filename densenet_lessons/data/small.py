"""The pictures of the course: a subset of Fashion-MNIST that ships with it, and a photo.

Whole data sets come from ``full``, on request.

``write_subset`` chooses the subset again, byte for byte, from the four original idx files
(gzipped, as Zalando publishes them).
"""

import gzip
import hashlib
import io
import json
import operator
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F
from torch.utils.data import Dataset

from densenet_lessons.data.full import DATASETS, read_full
from densenet_lessons.data.shipped import ASSETS, read_checked, read_json
from densenet_lessons.densenet import check_positive_int

FASHION_CLASSES = (
    "T-shirt/top",
    "trouser",
    "pullover",
    "dress",
    "coat",
    "sandal",
    "shirt",
    "sneaker",
    "bag",
    "ankle boot",
)
_SMALL = "fashion_mnist_small"
_SUBSET = f"{_SMALL}.npz"
_SUBSET_SEED = 0
_IMAGES_PER_CLASS = {"train": 1000, "test": 200}
_IDX_PREFIX = {"train": "train", "test": "t10k"}


@dataclass(frozen=True, eq=False)
class LabelledImages(Dataset):
    """One split of a data set, and a PyTorch ``Dataset``: ``data[i]`` is an image and its label.

    ``images`` is (N, C, H, W), uint8 from 0 to 255; ``labels`` is (N,), int64, and indexes
    ``class_names``.
    """

    name: str
    split: str
    images: Tensor
    labels: Tensor
    class_names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        index = operator.index(index)
        return self.images[index], int(self.labels[index])


def load_images(
    name: str = _SMALL,
    *,
    split: str,
    download: bool = False,
    root: str | Path | None = None,
) -> LabelledImages:
    """One split of a data set, by name.

    ``fashion_mnist_small`` ships with the course: 10,000 training and 2,000 test images of
    28x28 grey pixels, as many of each of the ten classes. It needs neither ``download`` nor
    ``root``. ``fashion_mnist`` is all of it, 60,000 and 10,000 images; ``cifar10`` has 50,000
    and 10,000 colour images of 32x32 pixels.

    Args:
        name: ``"fashion_mnist_small"``, ``"fashion_mnist"`` or ``"cifar10"``.
        split: ``"train"`` or ``"test"``.
        download: fetch a data set that does not ship into ``root``, unless it is there already.
        root: folder of such a data set, in torchvision's layout.

    Raises:
        ValueError: if ``name`` or ``split`` is unknown, or an argument is missing or superfluous.
        FileNotFoundError: if the files are missing, with the way to get them.
        RuntimeError: if a file is damaged or a download fails, with the way out.
    """
    if name not in (_SMALL, *DATASETS):
        raise ValueError(
            f"name must be one of {', '.join(map(repr, (_SMALL, *DATASETS)))}, got {name!r}"
        )
    if split not in _IMAGES_PER_CLASS:
        raise ValueError(f"split must be 'train' or 'test', got {split!r}")
    if name in DATASETS:
        full = read_full(name, train=split == "train", root=root, download=download)
        return LabelledImages(name, split, *full)
    if download or root is not None:
        raise ValueError(
            f"download and root must be left out for {name}, which ships with the course, "
            f"got download={download!r}, root={root!r}"
        )
    arrays = _read_subset(ASSETS / _SUBSET)
    return LabelledImages(
        name=name,
        split=split,
        images=torch.from_numpy(arrays[f"{split}_images"].copy()).unsqueeze(1),
        labels=torch.from_numpy(arrays[f"{split}_labels"].astype(np.int64)),
        class_names=FASHION_CLASSES,
    )


def load_photo(*, size: int | None = None) -> Tensor:
    """A colour photo of Grace Hopper, which matplotlib ships (public domain, US Navy).

    Args:
        size: side in pixels of the square to return; None for the photo's own 512.

    Shape:
        - Output: (3, size, size), float32 from 0 to 1

    Raises:
        ValueError: if ``size`` is not a positive integer.
        FileNotFoundError: if matplotlib was installed without its sample data.
    """
    import matplotlib  # here, since only its folder is needed

    if size is not None:
        check_positive_int(size=size)
    path = Path(matplotlib.get_data_path()) / "sample_data" / "grace_hopper.jpg"
    if not path.is_file():
        raise FileNotFoundError(
            f"{path} is missing; restore it with: pip install --force-reinstall matplotlib"
        )
    with Image.open(path) as photo:
        width = photo.width
        square = photo.convert("RGB").crop((0, 0, width, width))  # the face is in the upper part
    if size is not None:
        square = square.resize((size, size), Image.Resampling.LANCZOS)
    pixels = np.asarray(square, dtype=np.float32) / 255
    return torch.from_numpy(pixels).permute(2, 0, 1).contiguous()


def one_of_each_class(data: LabelledImages) -> Tensor:
    """The first image of each class, in the order of ``class_names``: (classes, C, H, W)."""
    return torch.stack(
        [
            data.images[(data.labels == label).nonzero()[0, 0]]
            for label in range(len(data.class_names))
        ]
    )


def flip_and_crop(
    images: Tensor, generator: torch.Generator | None = None, *, padding: int = 2
) -> Tensor:
    """Random mirrored and shifted versions of a batch, one for each image.

    Paper: section 4.1, "CIFAR", where the padding is 4 for 32 pixels. Half of the images are
    mirrored left to right. Each is framed by ``padding`` zero pixels, and a window of the old
    size is cut out anywhere in it.

    Args:
        images: a batch of any dtype.
        generator: where the randomness comes from; None for torch's global one.
        padding: pixels on each side, the largest shift; 0 for flips alone.

    Shape:
        - Input and output: (N, C, H, W)

    Raises:
        ValueError: if ``padding`` is not a whole number from 0 on, or ``images`` is no batch.
    """
    if images.ndim != 4:
        raise ValueError(f"images must have shape (N, C, H, W), got {tuple(images.shape)}")
    if padding != 0:
        check_positive_int(padding=padding)
    count, _, height, width = images.shape
    flip, down, right = (
        torch.randint(below, (count, 1), generator=generator, device="cpu")
        for below in (2, 2 * padding + 1, 2 * padding + 1)
    )
    rows = down + torch.arange(height, device="cpu")  # (N, H): the rows of the framed image to keep
    columns = torch.arange(width, device="cpu").expand(count, width)
    columns = right + torch.where(flip.bool(), columns.flip(1), columns)
    framed = F.pad(images, (padding,) * 4).permute(0, 2, 3, 1)  # (N, H + 2p, W + 2p, C)
    index = torch.arange(count, device="cpu")[:, None, None]
    return framed[index, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)


@lru_cache(maxsize=1)
def _read_subset(path: Path) -> dict[str, np.ndarray]:
    sha256 = read_json(path.with_suffix(".json"), lambda manifest: manifest["sha256"])
    content = read_checked(path, sha256)
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        return dict(arrays)


def _read_idx(path: Path) -> np.ndarray:
    """An array in the idx format: two zero bytes, type 8 (uint8), the axes and their sizes."""
    content = gzip.decompress(path.read_bytes())
    axes = content[3]
    if content[:3] != b"\x00\x00\x08":
        raise ValueError(f"{path} is not an idx file of bytes")
    shape = np.frombuffer(content, ">u4", count=axes, offset=4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * axes).reshape(shape)


def write_subset(folder: Path, target: Path = ASSETS / _SUBSET) -> None:
    """Choose the subset by a fixed seed from the original idx files in ``folder``, and store it."""
    arrays = choose(folder, _IMAGES_PER_CLASS)
    store(target, arrays, title="Fashion-MNIST, a balanced subset", counts=_IMAGES_PER_CLASS)


def choose(
    folder: Path, counts: Mapping[str, int], *, skipped: Mapping[str, int] | None = None
) -> dict[str, np.ndarray]:
    """So many images of each class from the original idx files, in an order fixed by a seed.

    Args:
        folder: with the four files.
        counts: images of each class, by split.
        skipped: images of each class that lie before those in the order, by split; none.
    """
    arrays = {}
    for split, count in counts.items():
        first = (skipped or {}).get(split, 0)
        images = _read_idx(folder / f"{_IDX_PREFIX[split]}-images-idx3-ubyte.gz")
        labels = _read_idx(folder / f"{_IDX_PREFIX[split]}-labels-idx1-ubyte.gz")
        generator = np.random.Generator(np.random.PCG64(_SUBSET_SEED))
        chosen = np.concatenate(
            [
                generator.permutation(np.flatnonzero(labels == label))[first : first + count]
                for label in range(len(FASHION_CLASSES))
            ]
        )
        chosen = generator.permutation(chosen)
        arrays |= {f"{split}_images": images[chosen], f"{split}_labels": labels[chosen]}
    return arrays


def store(
    target: Path, arrays: Mapping[str, np.ndarray], *, title: str, counts: Mapping[str, int]
) -> None:
    """Write chosen images, and beside them what they are, with their SHA-256."""
    np.savez_compressed(target, **arrays)
    manifest = {
        "title": title,
        "source": "https://github.com/zalandoresearch/fashion-mnist",
        "copyright": "Copyright (c) 2017 Zalando SE, https://tech.zalando.com",
        "licence": "MIT, see fashion_mnist_LICENSE.txt",
        "made_by": "python -m densenet_lessons.data FOLDER",
        "seed": _SUBSET_SEED,
        "images_per_class": counts,
        "sha256": hashlib.sha256(target.read_bytes()).hexdigest(),
    }
    target.with_suffix(".json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf8")
