"""The pictures of the course: a subset of Fashion-MNIST that ships with it, and a photo.

``python -m densenet_lessons.datasets FOLDER`` writes the subset again, byte for byte, from the
four original idx files (gzipped, as Zalando publishes them).
"""

import argparse
import gzip
import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from densenet_lessons.arithmetic import check_positive_int

ASSETS = Path(__file__).parent / "assets"
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
_SUBSET = "fashion_mnist_small.npz"
_SUBSET_SEED = 0
_IMAGES_PER_CLASS = {"train": 1000, "test": 200}
_IDX_PREFIX = {"train": "train", "test": "t10k"}


@dataclass(frozen=True)
class LabelledImages:
    """One split of a data set.

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


def load_images(
    name: str = "fashion_mnist_small",
    *,
    split: str,
    download: bool = False,
    root: str | Path | None = None,
) -> LabelledImages:
    """One split of a data set, by name.

    ``fashion_mnist_small`` ships with the course: 10,000 training and 2,000 test images of
    28x28 grey pixels, as many of each of the ten classes. It needs neither ``download`` nor
    ``root``.

    Args:
        name: ``"fashion_mnist_small"``.
        split: ``"train"`` or ``"test"``.
        download, root: for data sets that do not ship; the subset refuses them.

    Raises:
        ValueError: if ``name`` or ``split`` is unknown, or an argument does not apply.
        FileNotFoundError: if the file is missing, with the command that restores it.
        RuntimeError: if the file is damaged, with the command that restores it.
    """
    if name != "fashion_mnist_small":
        raise ValueError(f"name must be 'fashion_mnist_small', got {name!r}")
    if split not in _IMAGES_PER_CLASS:
        raise ValueError(f"split must be 'train' or 'test', got {split!r}")
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


@lru_cache(maxsize=1)
def _read_subset(path: Path) -> dict[str, np.ndarray]:
    restore = f"restore it with: git checkout -- densenet_lessons/assets/{path.name}"
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing; {restore}")
    manifest = json.loads((path.with_suffix(".json")).read_text(encoding="utf8"))
    content = path.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != manifest["sha256"]:
        raise RuntimeError(
            f"{path} is damaged: its SHA-256 is {found[:12]}..., not "
            f"{manifest['sha256'][:12]}...; {restore}"
        )
    with np.load(path, allow_pickle=False) as arrays:
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
    arrays = {}
    for split, count in _IMAGES_PER_CLASS.items():
        images = _read_idx(folder / f"{_IDX_PREFIX[split]}-images-idx3-ubyte.gz")
        labels = _read_idx(folder / f"{_IDX_PREFIX[split]}-labels-idx1-ubyte.gz")
        generator = np.random.Generator(np.random.PCG64(_SUBSET_SEED))
        chosen = np.concatenate(
            [
                generator.permutation(np.flatnonzero(labels == label))[:count]
                for label in range(len(FASHION_CLASSES))
            ]
        )
        chosen = generator.permutation(chosen)
        arrays |= {f"{split}_images": images[chosen], f"{split}_labels": labels[chosen]}
    np.savez_compressed(target, **arrays)
    manifest = {
        "title": "Fashion-MNIST, a balanced subset",
        "source": "https://github.com/zalandoresearch/fashion-mnist",
        "copyright": "Copyright (c) 2017 Zalando SE, https://tech.zalando.com",
        "licence": "MIT, see fashion_mnist_LICENSE.txt",
        "made_by": "python -m densenet_lessons.datasets FOLDER",
        "seed": _SUBSET_SEED,
        "images_per_class": _IMAGES_PER_CLASS,
        "sha256": hashlib.sha256(target.read_bytes()).hexdigest(),
    }
    target.with_suffix(".json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Write the Fashion-MNIST subset again.")
    parser.add_argument("folder", type=Path, help="folder with the four original idx .gz files")
    write_subset(parser.parse_args().folder)
