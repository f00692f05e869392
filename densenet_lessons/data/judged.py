"""Images that no split holds: those by which the course judges a learner's net.

500 of Fashion-MNIST's own test images, 50 of each class, none of them in the shipped subset.
``write_judged`` chooses them again, byte for byte, from the original files.
"""

import io
from pathlib import Path

import numpy as np
import torch

from densenet_lessons.data.shipped import ASSETS, read_checked, read_json
from densenet_lessons.data.small import FASHION_CLASSES, LabelledImages, choose, store

_FILE = "fashion_mnist_judged.npz"
_PER_CLASS = 50


def load_judged_images() -> LabelledImages:
    """500 images (500, 1, 28, 28), uint8, which ``load_images`` gives in neither split.

    They are for measuring, not for training: what a net makes of them is worth something only
    as long as it has never seen them.

    Raises:
        FileNotFoundError, RuntimeError: if the file is missing or damaged, with the way out.
    """
    path = ASSETS / _FILE
    sha256 = read_json(path.with_suffix(".json"), lambda manifest: manifest["sha256"])
    with np.load(io.BytesIO(read_checked(path, sha256)), allow_pickle=False) as arrays:
        images, labels = arrays["test_images"], arrays["test_labels"]
    return LabelledImages(
        name="fashion_mnist_judged",
        split="judged",
        images=torch.from_numpy(images).unsqueeze(1),
        labels=torch.from_numpy(labels.astype(np.int64)),
        class_names=FASHION_CLASSES,
    )


def write_judged(folder: Path, target: Path = ASSETS / _FILE) -> None:
    """Choose the images that follow the subset's in its own order, and store them."""
    arrays = choose(folder, {"test": _PER_CLASS}, skipped={"test": 200})
    store(target, arrays, title="Fashion-MNIST, images to judge by", counts={"test": _PER_CLASS})
