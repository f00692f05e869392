"""Labelled images in batches, from two tensors or from a DataLoader, refused before any step."""

import math
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import DataLoader, Subset

from densenet_lessons.densenet import check_positive_int

BATCH_SIZE = 64
_CHUNK = 1024  # images that are looked through at a time


class TensorBatches:
    """Images (N, C, H, W) and labels (N,) in memory; ``name`` is the argument that they are."""

    def __init__(self, name: str, data: Any, batch_size: int | None) -> None:
        try:
            images, labels = (data.images, data.labels) if hasattr(data, "images") else data
            fits = images.ndim == 4 and labels.ndim == 1 and len(images) == len(labels) > 0
        except (TypeError, ValueError, AttributeError):
            fits = False
        if not fits:
            raise ValueError(
                f"{name} must be images (N, C, H, W) and as many labels (N,), or a DataLoader of "
                f"both, got {_told(data)}"
            )
        self.name, self.batch_size = name, BATCH_SIZE if batch_size is None else batch_size
        check_positive_int(batch_size=self.batch_size)
        check_finite(name, images)
        self.images, self.labels = images, whole_numbers(name, labels)

    def __len__(self) -> int:
        """Images in an epoch."""
        return len(self.images)

    @property
    def steps(self) -> int:
        return math.ceil(len(self) / self.batch_size)

    @property
    def last(self) -> int:
        """Images in the last batch of an epoch."""
        return (len(self) - 1) % self.batch_size + 1

    def sample(self, count: int) -> Tensor:
        return self.images[:count]

    def check_labels(self, classes: int) -> None:
        check_range(self.name, self.labels, classes)

    def shuffled(self, generator: torch.Generator) -> Iterator[tuple[Tensor, Tensor]]:
        order = torch.randperm(len(self), generator=generator, device="cpu")
        for chosen in order.split(self.batch_size):
            yield self.images[chosen], self.labels[chosen]

    def in_order(self) -> Iterator[tuple[Tensor, Tensor]]:
        yield from zip(
            self.images.split(self.batch_size), self.labels.split(self.batch_size), strict=True
        )


class LoaderBatches:
    """What a DataLoader gives: its batch size, its order and its transforms, as they are."""

    def __init__(self, name: str, loader: DataLoader, batch_size: int | None) -> None:
        if batch_size is not None:
            raise ValueError(
                f"batch_size must be left out where {name} is a DataLoader, which has its own, "
                f"got {batch_size!r}"
            )
        try:
            self.steps = len(loader)
        except TypeError as error:
            raise ValueError(
                f"{name} must be a DataLoader that knows its length, got one over "
                f"{type(loader.dataset).__name__}"
            ) from error
        if not self.steps:
            raise ValueError(f"{name} must hold at least one batch, got an empty DataLoader")
        self.name, self.loader, self.batch_size = name, loader, loader.batch_size
        self._sample: Tensor | None = None

    def __len__(self) -> int:
        return len(self.loader.dataset)

    @property
    def last(self) -> int:
        """Images in the last batch of an epoch; 0 where a sampler of batches decides it."""
        size = self.batch_size
        if size is None or self.loader.drop_last:
            return size or 0
        return (len(self.loader.sampler) - 1) % size + 1

    def sample(self, count: int) -> Tensor:
        if self._sample is None:
            self._sample = next(iter(self._checked()))[0]
        return self._sample[:count]

    def check_labels(self, classes: int) -> None:
        """All labels where the data set has them at hand; each batch is looked at anyway."""
        labels = _labels_of(self.loader.dataset)
        if labels is not None:
            check_range(self.name, labels, classes)

    def shuffled(self, generator: torch.Generator) -> Iterator[tuple[Tensor, Tensor]]:
        return self._checked()

    def in_order(self) -> Iterator[tuple[Tensor, Tensor]]:
        return self._checked()

    def _checked(self) -> Iterator[tuple[Tensor, Tensor]]:
        with torch.device("cpu"):  # torch's samplers draw their order on the default device
            for batch in self.loader:
                tensors = TensorBatches(self.name, batch, None)
                yield tensors.images, tensors.labels


Batches = TensorBatches | LoaderBatches


def batches_of(name: str, data: Any, batch_size: int | None) -> Batches:
    """The batches of an argument called ``name``.

    Raises:
        ValueError: naming the argument, its value and the rule.
    """
    kind = LoaderBatches if isinstance(data, DataLoader) else TensorBatches
    return kind(name, data, batch_size)


def check_finite(name: str, images: Tensor) -> None:
    """Refuse images that hold nan or infinity: one such pixel spoils every weight."""
    if not images.is_floating_point():
        return
    for start in range(0, len(images), _CHUNK):
        good = images[start : start + _CHUNK].flatten(1).isfinite().all(1)
        if not good.all():
            index = start + int(good.logical_not().nonzero()[0])
            raise ValueError(f"{name} must hold finite images, got nan or infinity in [{index}]")


def whole_numbers(name: str, labels: Tensor) -> Tensor:
    if labels.is_floating_point() or labels.is_complex() or labels.dtype == torch.bool:
        raise ValueError(f"{name} must have whole numbers as labels, got {labels.dtype}")
    return labels.to("cpu", torch.int64)


def check_range(name: str, labels: Tensor, classes: int) -> None:
    """Refuse labels that the model has no logit for."""
    outside = (labels < 0) | (labels >= classes)
    if outside.any():
        index = int(outside.nonzero()[0])
        raise ValueError(
            f"{name} must have labels from 0 to {classes - 1}, the classes of the model, "
            f"got {int(labels[index])} at [{index}]"
        )


def _labels_of(dataset: Any) -> Tensor | None:
    """A data set's labels, without reading an image; None where it does not have them at hand."""
    if isinstance(dataset, Subset):
        labels = _labels_of(dataset.dataset)
        return None if labels is None else labels[torch.as_tensor(dataset.indices, device="cpu")]
    if getattr(dataset, "target_transform", None) is not None:
        return None
    for found in (
        getattr(dataset, "labels", None),
        getattr(dataset, "targets", None),
        getattr(dataset, "tensors", (None, None))[-1],
    ):
        try:
            labels = torch.as_tensor(found, device="cpu")
        except (TypeError, ValueError, RuntimeError):
            continue
        if labels.ndim == 1 and not labels.is_floating_point() and len(labels) == len(dataset):
            return labels
    return None


def _told(data: Any) -> str:
    """A value in few words: the kind, and the shapes of what it holds."""
    parts = data if isinstance(data, (tuple, list)) else ()
    if hasattr(data, "images") and hasattr(data, "labels"):
        parts = (data.images, data.labels)
    shapes = [tuple(part.shape) for part in parts if hasattr(part, "shape")]
    kind = type(data).__name__
    return f"{kind} with shapes {' and '.join(map(str, shapes))}" if shapes else kind
