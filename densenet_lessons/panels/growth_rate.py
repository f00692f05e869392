"""The course's main panel: move the growth rate, and see what each layer of a block adds."""

from functools import lru_cache

import torch
from torch import Tensor

from densenet_lessons.arithmetic import count_macs, count_parameters
from densenet_lessons.datasets import load_images, load_photo, one_of_each_class
from densenet_lessons.models import DenseNet, densenet_cifar
from densenet_lessons.panels.base import Panel
from densenet_lessons.panels.controls import choice, number, slider, steps
from densenet_lessons.plots import plot_sources
from densenet_lessons.probes import SourceMaps, feature_maps

GROWTH_RATES = (2, 4, 8, 12, 16, 24)
_DEPTH = 22  # three blocks of three bottleneck layers
_IMAGE_SIZE = 28


def growth_rate_explorer(growth_rate: int = 12, image: str = "ankle boot") -> Panel:
    """Feature maps of a small DenseNet-BC, for six growth rates and eleven pictures.

    Controls: ``growth_rate``, ``block`` (1 to 3), ``layers`` (how many layers' maps to
    show), ``image`` (a garment of Fashion-MNIST or the photo), ``map`` (the one to enlarge).

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
    controls = {
        "growth_rate": steps("growth rate k", GROWTH_RATES, growth_rate),
        "block": slider("block", 1, 3, 1),
        "layers": slider("layers", 1, 3, 3),
        "image": choice("image", tuple(_pictures()), image),
        "map": number("map", 0, 137, 0),
    }
    return Panel("Growth rate explorer", controls, _draw, scale=2)


def _draw(growth_rate: int, block: int, layers: int, image: str, map: int):
    sources = _maps(growth_rate, image, block)[: layers + 1]
    counts = [len(source.maps) for source in sources]
    picture = plot_sources([source.maps for source in sources], chosen=map)
    net = _net(growth_rate)
    alt = (
        f"Feature maps in block {block} for the picture '{image}': {counts[0]} channels of the "
        f"block's input, then {growth_rate} new ones from each of {layers} layers, a row each."
    )
    sentence = (
        f"k = {growth_rate}, {image}: block {block} starts with {counts[0]} channels, and after "
        f"{_count(layers, 'layer')} it has {sum(counts)}. The whole net has "
        f"{count_parameters(net.spec):,} parameters and takes "
        f"{count_macs(net.spec, _IMAGE_SIZE) / 1e6:.1f} million multiply-adds for this picture. "
        "Its weights are random: it has not been trained. "
        f"Map {map} comes from {_origin(counts, map)}."
    )
    return picture, alt, sentence


def _origin(counts: list[int], chosen: int) -> str:
    source = next(index for index in range(len(counts)) if chosen < sum(counts[: index + 1]))
    return f"layer {source}" if source else "the block's input"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


@lru_cache(maxsize=1)
def _pictures() -> dict[str, Tensor]:
    """(1, 28, 28), from 0 to 1, by name: a garment of each class, and the photo in grey."""
    data = load_images(split="test")
    garments = one_of_each_class(data).float() / 255
    photo = load_photo(size=_IMAGE_SIZE).mean(0, keepdim=True)
    return {**dict(zip(data.class_names, garments, strict=True)), "photo": photo}


@lru_cache(maxsize=len(GROWTH_RATES))
def _net(growth_rate: int) -> DenseNet:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return densenet_cifar(_DEPTH, growth_rate, in_channels=1).eval()


@lru_cache(maxsize=64)
def _maps(growth_rate: int, image: str, block: int) -> list[SourceMaps]:
    return feature_maps(_net(growth_rate), _pictures()[image], block=block)
