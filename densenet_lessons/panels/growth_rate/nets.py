"""What the panel asks the zoo's nets: maps, likeness with the picture, and the answer."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from densenet_lessons.data import FASHION_CLASSES, load_images, load_photo, one_of_each_class
from densenet_lessons.densenet import DenseNet, cifar_spec
from densenet_lessons.experiments import (
    DEPTH,
    GROWTH_RATES,
    IMAGE_SIZE,
    ZooRecord,
    trained_densenet,
)
from densenet_lessons.probes import SourceMaps, feature_maps
from densenet_lessons.training import one_thread

PHOTO = "photo"
BLOCKS = (1, 2, 3)


def likeness(image: Tensor, values: np.ndarray) -> float:
    """How much a map looks like the image: the correlation of their pixels, without its sign.

    Args:
        image: (1, H, W). It is shrunk to the map's size first, each pixel the mean of an area.
        values: a map (h, w). One that is the same everywhere has likeness 0.
    """
    return _likenesses(image, values[None]).item()


def _likenesses(image: Tensor, maps: np.ndarray) -> Tensor:
    """The likeness of each of the maps (n, h, w)."""
    small = F.adaptive_avg_pool2d(image, maps.shape[1:]).flatten()
    rows = torch.cat([small[None], torch.from_numpy(maps).flatten(1)])
    return torch.corrcoef(rows)[0, 1:].abs().nan_to_num()


def mean_likeness(growth_rate: int, block: int) -> tuple[float, float]:
    """Likeness of a block's input maps and of its layers' maps, each a mean over the garments.

    Every map counts alike, as does each of the ten garments on offer in the panel.
    """
    found: tuple[list[float], list[float]] = ([], [])
    for name in FASHION_CLASSES:
        alike = map_likenesses(growth_rate, name, block)
        entering = len(maps_of(growth_rate, name, block)[0].maps)
        found[0].extend(alike[:entering])
        found[1].extend(alike[entering:])
    of_input, of_layers = (sum(values) / len(values) for values in found)
    return of_input, of_layers


def widths(growth_rate: int, block: int, layers: int) -> list[int]:
    """Channels of the block's input, then of each layer that is shown."""
    entering, _ = cifar_spec(DEPTH, growth_rate, in_channels=1).block_ends()[block - 1]
    return [entering, *[growth_rate] * layers]


@lru_cache(maxsize=1)
def pictures() -> dict[str, Tensor]:
    """(1, 28, 28), from 0 to 1, by name: a garment of each class, and the photo in grey."""
    garments = one_of_each_class(load_images(split="test")).float() / 255
    photo = load_photo(size=IMAGE_SIZE).mean(0, keepdim=True)
    return {**dict(zip(FASHION_CLASSES, garments, strict=True)), PHOTO: photo}


@lru_cache(maxsize=len(GROWTH_RATES))
def net_of(growth_rate: int) -> tuple[DenseNet, ZooRecord]:
    """The zoo's net and its record."""
    return trained_densenet(growth_rate)


@lru_cache(maxsize=256)
@one_thread()
def maps_of(growth_rate: int, image: str, block: int) -> list[SourceMaps]:
    """The maps of a block, apart by source."""
    return feature_maps(net_of(growth_rate)[0], pictures()[image], block=block)


@lru_cache(maxsize=256)
@one_thread()
def map_likenesses(growth_rate: int, image: str, block: int) -> list[float]:
    """The likeness of each map of a block with the picture, through all sources."""
    maps = np.concatenate([source.maps for source in maps_of(growth_rate, image, block)])
    return _likenesses(pictures()[image], maps).tolist()


@lru_cache(maxsize=len(GROWTH_RATES))
@one_thread()
def shares_of(growth_rate: int) -> dict[str, dict[str, float]]:
    """What the net gives each class, for every picture."""
    with torch.no_grad():
        logits = net_of(growth_rate)[0](torch.stack(list(pictures().values())))  # (11, 10)
    return {
        image: dict(zip(FASHION_CLASSES, shares, strict=True))
        for image, shares in zip(pictures(), logits.softmax(1).tolist(), strict=True)
    }
