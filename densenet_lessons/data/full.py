"""Whole data sets that do not ship with the course, read by torchvision from a folder.

Nothing is fetched unless it is asked for. A file is checked before it is used: CIFAR-10 by
torchvision's own MD5 sums, Fashion-MNIST, whose unpacked files torchvision takes on trust, by the
SHA-256 sums below.
"""

import hashlib
from pathlib import Path

from torch import Tensor, from_numpy, tensor

DATASETS = {"fashion_mnist": "FashionMNIST/raw", "cifar10": "cifar-10-batches-py"}
_FASHION_SHA256 = {
    "train-images-idx3-ubyte": "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
    "train-labels-idx1-ubyte": "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
    "t10k-images-idx3-ubyte": "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
    "t10k-labels-idx1-ubyte": "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
}


def read_full(
    name: str, *, train: bool, root: str | Path | None, download: bool
) -> tuple[Tensor, Tensor, tuple[str, ...]]:
    """Images (N, C, H, W) as bytes, labels (N,) and class names of a data set in ``root``.

    Raises:
        ValueError: if ``root`` is missing.
        FileNotFoundError: if the data set is not in ``root``, with both ways to get it.
        RuntimeError: if a file is damaged, or the download failed, with the cause and the remedy.
    """
    if root is None:
        raise ValueError(
            f"root must name the folder that holds {name}, or that download=True may write it to"
        )
    folder = Path(root) / DATASETS[name]
    if download:
        _download(name, root, folder)
    elif not folder.is_dir() or not any(folder.iterdir()):
        raise FileNotFoundError(
            f"{name} is not in {folder}: pass download=True to fetch it into root, give the root "
            "where it is, or stay with 'fashion_mnist_small', which ships with the course"
        )
    damaged = _damaged_files(name, folder)
    if damaged:
        raise RuntimeError(
            f"damaged or incomplete (wrong checksum): {', '.join(map(str, damaged))}; "
            f"delete {folder} and pass download=True"
        )
    if name == "cifar10":
        data = _torchvision(name)(root, train=train)
        images = from_numpy(data.data).permute(0, 3, 1, 2).contiguous()  # (N, 3, 32, 32)
        return images, tensor(data.targets), tuple(data.classes)
    data = _torchvision(name)(root, train=train)
    return data.data.unsqueeze(1), data.targets, tuple(data.classes)


def _torchvision(name: str):
    import torchvision.datasets  # only where asked for: it takes a second to import

    return {
        "fashion_mnist": torchvision.datasets.FashionMNIST,
        "cifar10": torchvision.datasets.CIFAR10,
    }[name]


def _download(name: str, root: str | Path, folder: Path) -> None:
    try:
        _torchvision(name)(root, download=True)
    except (OSError, RuntimeError) as error:  # URLError and time-outs are OSErrors
        cause = " ".join(str(error).split())
        raise RuntimeError(
            f"{name} could not be downloaded to {folder}: {cause}. Check the connection and try "
            "again, copy the files there by hand, or stay with 'fashion_mnist_small', which "
            "ships with the course"
        ) from error


def _damaged_files(name: str, folder: Path) -> list[Path]:
    if name == "fashion_mnist":
        return [
            folder / file
            for file, expected in _FASHION_SHA256.items()
            if not (folder / file).is_file()
            or hashlib.sha256((folder / file).read_bytes()).hexdigest() != expected
        ]
    from torchvision.datasets.utils import check_integrity

    cifar = _torchvision(name)
    sums = [*cifar.train_list, *cifar.test_list, (cifar.meta["filename"], cifar.meta["md5"])]
    return [folder / file for file, md5 in sums if not check_integrity(folder / file, md5)]
