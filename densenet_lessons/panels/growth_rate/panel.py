"""The course's main panel: move the growth rate, and see what each layer of a block adds."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any

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
from densenet_lessons.panels.base import Panel, refusing
from densenet_lessons.panels.controls import choice, slider, steps
from densenet_lessons.panels.growth_rate.picture import plot_explorer
from densenet_lessons.probes import SourceMaps, feature_maps
from densenet_lessons.training import one_thread

PHOTO = "photo"
_BLOCKS = {"1: 28×28": 1, "2: 14×14": 2, "3: 7×7": 3}
_LAYERS = (1, 2, 3)


def growth_rate_explorer(growth_rate: int = 12, image: str = "ankle boot") -> Panel:
    """Feature maps and answers of the zoo's trained nets, for six growth rates.

    Controls: ``growth_rate``, ``image`` (a garment of each class, or the photo), ``block``
    (1 to 3), ``layers`` (how many layers' maps to show), ``map`` (the one to enlarge; as many
    are on offer as are shown).

    Raises:
        ValueError: if ``growth_rate`` or ``image`` is not on offer.
    """
    for name, value, offered in [
        ("growth_rate", growth_rate, GROWTH_RATES),
        ("image", image, tuple(_pictures())),
    ]:
        if value not in offered:
            listed = ", ".join(map(str, offered))
            raise ValueError(f"{name} must be one of {listed}, got {value!r}")
    return GrowthRateExplorer(growth_rate, image)


class GrowthRateExplorer(Panel):
    """The panel behind ``growth_rate_explorer``: the maps on offer follow the other settings."""

    sentence_lines = 3

    def __init__(self, growth_rate: int, image: str) -> None:
        for each in GROWTH_RATES:  # now rather than at the first step of the slider
            with suppress(FileNotFoundError, RuntimeError):
                _shares(each)
        controls = {
            "growth_rate": steps("growth rate k", GROWTH_RATES, growth_rate),
            "block": choice("block", _BLOCKS, 1),
            "image": choice("image", tuple(_pictures()), image),
            "layers": choice("layers", _LAYERS, 3),
            "map": slider("map", 0, sum(_widths(growth_rate, 1, 3)) - 1, 0),
        }
        controls["map"].children[1].layout.width = "150px"  # so that it shares a row
        super().__init__("Growth rate explorer", controls, scale=2)

    def offers(self, values: Mapping[str, Any]) -> dict[str, Sequence[Any]]:
        """As many maps as are shown."""
        return {
            "map": range(sum(_widths(values["growth_rate"], values["block"], values["layers"])))
        }

    def draw(
        self, growth_rate: int, block: int, image: str, layers: int, map: int
    ) -> tuple[Any, str, str]:
        with refusing((FileNotFoundError, RuntimeError)):
            _, record = _net(growth_rate)
        sources = _maps(growth_rate, image, block)[: layers + 1]
        counts = [len(source.maps) for source in sources]
        values = np.concatenate([source.maps for source in sources])[map]
        shares, alike = _shares(growth_rate)[image], likeness(_pictures()[image], values)
        picture = plot_explorer(
            [source.maps for source in sources],
            _pictures()[image][0].numpy(),
            map,
            likeness=alike,
            shares=shares,
            right=None if image == PHOTO else image,
        )
        listed = sorted(shares.items(), key=lambda item: -item[1])
        alt = (
            f"Feature maps in block {block} of the net with k = {growth_rate} for the picture "
            f"'{image}': {counts[0]} channels of the block's input, then {growth_rate} new ones "
            f"from each of {_count(layers, 'layer')}, a row each. Map {map}, enlarged, has values "
            f"from {values.min():.2f} to {values.max():.2f} and likeness {alike:.2f} with the "
            f"picture. The net says: "
            + ", ".join(f"{name} {share:.0%}" for name, share in listed if share >= 0.005)
            + "."
        )
        sentence = (
            f"{_about(record)} {_answer(image, listed[0][0])} Block {block} starts with "
            f"{counts[0]} channels, and after {_count(layers, 'layer')} it has {sum(counts)}. "
            f"Map {map} comes from {_origin(counts, map)}."
        )
        return picture, alt, sentence


def likeness(image: Tensor, values: np.ndarray) -> float:
    """How much a map looks like the image: the correlation of their pixels, without its sign.

    Args:
        image: (1, H, W). It is shrunk to the map's size first, each pixel the mean of an area.
        values: a map (h, w). One that is the same everywhere has likeness 0.
    """
    small = F.adaptive_avg_pool2d(image, values.shape)
    pair = torch.stack([small.flatten(), torch.from_numpy(values).flatten()])
    return torch.corrcoef(pair)[0, 1].abs().nan_to_num().item()


def mean_likeness(growth_rate: int, block: int) -> tuple[float, float]:
    """Likeness of a block's input maps and of its layers' maps, each a mean over the garments.

    Every map counts alike, as does each of the ten garments on offer in the panel.
    """
    found: tuple[list[float], list[float]] = ([], [])
    with one_thread():
        for name in FASHION_CLASSES:
            for index, source in enumerate(_maps(growth_rate, name, block)):
                found[index > 0].extend(likeness(_pictures()[name], map) for map in source.maps)
    of_input, of_layers = (sum(values) / len(values) for values in found)
    return of_input, of_layers


def _about(record: ZooRecord) -> str:
    return (
        f"k = {record.growth_rate}: {record.parameters:,} parameters, {record.macs / 1e6:.1f} "
        f"million multiply-adds for a picture, {record.test_accuracy:.1%} of 10,000 test "
        "pictures right."
    )


def _answer(image: str, said: str) -> str:
    said = f"an {said}" if said[0] in "aeiou" else f"a {said}"
    if image == PHOTO:
        return f"It calls the photo {said}."
    return f"It calls this {image} {said}, and is {'right' if said.endswith(image) else 'wrong'}."


def _origin(counts: list[int], chosen: int) -> str:
    source = next(index for index in range(len(counts)) if chosen < sum(counts[: index + 1]))
    return f"layer {source}" if source else "the block's input"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _widths(growth_rate: int, block: int, layers: int) -> list[int]:
    """Channels of the block's input, then of each layer that is shown."""
    entering, _ = cifar_spec(DEPTH, growth_rate, in_channels=1).block_ends()[block - 1]
    return [entering, *[growth_rate] * layers]


@lru_cache(maxsize=1)
def _pictures() -> dict[str, Tensor]:
    """(1, 28, 28), from 0 to 1, by name: a garment of each class, and the photo in grey."""
    garments = one_of_each_class(load_images(split="test")).float() / 255
    photo = load_photo(size=IMAGE_SIZE).mean(0, keepdim=True)
    return {**dict(zip(FASHION_CLASSES, garments, strict=True)), PHOTO: photo}


@lru_cache(maxsize=len(GROWTH_RATES))
def _net(growth_rate: int) -> tuple[DenseNet, ZooRecord]:
    return trained_densenet(growth_rate)


@lru_cache(maxsize=256)
@one_thread()
def _maps(growth_rate: int, image: str, block: int) -> list[SourceMaps]:
    return feature_maps(_net(growth_rate)[0], _pictures()[image], block=block)


@lru_cache(maxsize=len(GROWTH_RATES))
@one_thread()
def _shares(growth_rate: int) -> dict[str, dict[str, float]]:
    """What the net gives each class, for every picture."""
    with torch.no_grad():
        logits = _net(growth_rate)[0](torch.stack(list(_pictures().values())))  # (11, 10)
    return {
        image: dict(zip(FASHION_CLASSES, shares, strict=True))
        for image, shares in zip(_pictures(), logits.softmax(1).tolist(), strict=True)
    }
