"""The architecture explorer: any DenseNet of the paper, or one's own, at three zoom levels."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from PIL.Image import Image

from densenet_lessons.costs import Map, Operation, Part, layer_maps, parts_of
from densenet_lessons.densenet import CIFAR_NETS, IMAGENET_NETS, DenseNetSpec, cifar_spec
from densenet_lessons.panels.architecture import words
from densenet_lessons.panels.architecture.picture import draw_block, draw_chain, draw_net
from densenet_lessons.panels.base import Panel, Region, Scene, refusing
from densenet_lessons.panels.controls import choice, slider, steps, toggle

CUSTOM = "custom"
ZOOMS = ("net", "block", "layer")
_IMAGENET = {f"DenseNet-{name.removeprefix('densenet')}": name for name in IMAGENET_NETS}
_OWN = ("depth", "growth_rate", "theta", "bottleneck")
#: The part that every net has, and that is shown where the chosen one is not there.
_EVERY_NET = "block 1"
_THETAS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


def architecture_explorer(net: str = "DenseNet-121", zoom: str = "net") -> Panel:
    """A whole net to scale, one of its blocks, or one layer, with the exact numbers of a part.

    Controls: ``net`` (the ImageNet nets, those of Paper Table 2, or ``custom``), ``zoom``
    (net, block, layer), ``part`` (stem, blocks, transitions, head), ``layer``; and for a custom
    net of three equal blocks ``depth``, ``growth_rate``, ``theta``, ``bottleneck``. Moving one
    of these four chooses the custom net.

    Raises:
        ValueError: if ``net`` or ``zoom`` is not on offer.
    """
    panel = ArchitectureExplorer()
    if (net, zoom) != (panel.values["net"], panel.values["zoom"]):
        panel.set(net=net, zoom=zoom)
    return panel


class ArchitectureExplorer(Panel):
    """The panel behind ``architecture_explorer``: the parts and layers on offer follow the net."""

    sentence_lines = 4

    def __init__(self) -> None:
        controls = {
            "net": choice("net", [*_IMAGENET, *CIFAR_NETS, CUSTOM], "DenseNet-121"),
            "zoom": choice("zoom", ZOOMS, "net"),
            "part": choice("part", [one.name for one in _parts(DenseNetSpec(), 224)], _EVERY_NET),
            "layer": slider("layer", 1, 6, 1),
            "depth": slider("custom L", 7, 250, 100),
            "growth_rate": slider("custom k", 1, 48, 12),
            "theta": steps("custom theta", _THETAS, 0.5),
            "bottleneck": toggle("custom bottleneck", True),
        }
        super().__init__("Architecture explorer", controls, scale=2)

    def brings(self, moved: Mapping[str, Any]) -> dict[str, Any]:
        """A setting of the custom net chooses it."""
        return {"net": CUSTOM} if moved.keys() & set(_OWN) else {}

    def offers(self, values: Mapping[str, Any]) -> dict[str, Sequence[Any]]:
        """Just the parts that the net has, and the layers that the part has."""
        parts = {part.name: part for part in _parts(*_spec(**values))}
        chosen = parts.get(values["part"], parts[_EVERY_NET])
        return {"part": list(parts), "layer": range(1, max(1, len(chosen.layers)) + 1)}

    def fallback(self, name: str, value: Any, allowed: Sequence[Any]) -> Any:
        return _EVERY_NET if name == "part" else super().fallback(name, value, allowed)

    def leaves(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """One step out: from a layer to its block, from all else to the net."""
        part = next(one for one in _parts(*_spec(**values)) if one.name == values["part"])
        return {"zoom": "block" if values["zoom"] == "layer" and part.layers else "net"}

    def draw(self, net: str, zoom: str, part: str, layer: int, **own: Any) -> Scene:
        spec, size = _spec(net, **own)
        parts = _parts(spec, size)
        chosen = next(one for one in parts if one.name == part)
        name = words.custom_name(own) if net == CUSTOM else net
        told = words.sentence(name, parts, size, chosen, layer, zoom)
        if zoom == "net":
            title = f"{name}\n{words.totals(parts, size)}"
            picture, boxes = draw_net(parts, title, part=parts.index(chosen), layer=layer)
            regions = [
                Region(
                    *box,
                    words.about(one, parts),
                    {"part": one.name},
                    {"part": one.name, "zoom": "block"},
                )
                for one, box in zip(parts, boxes, strict=True)
            ]
            return Scene(picture, words.net_alt(name, parts), told, regions)
        title = f"{name}, {part}"
        if not chosen.layers:
            picture, regions = _chain(chosen.maps, chosen.steps, title)
            return Scene(picture, words.chain_alt(name, chosen), told, regions)
        if zoom == "block":
            picture, boxes = draw_block(chosen, f"{title}, layer by layer", layer=layer)
            regions = [
                Region(
                    *box,
                    words.about_layer(chosen, number),
                    {"layer": number},
                    {"layer": number, "zoom": "layer"},
                )
                for number, box in enumerate(boxes, 1)
            ]
            return Scene(picture, words.block_alt(name, chosen), told, regions)
        maps, title = layer_maps(chosen, layer), f"{title}, layer {layer} of {len(chosen.layers)}"
        picture, regions = _chain(maps, chosen.layers[layer - 1], title)
        return Scene(picture, words.layer_alt(name, chosen, layer, maps), told, regions)


def _chain(
    maps: Sequence[Map], steps: Sequence[Operation], title: str
) -> tuple[Image, list[Region]]:
    """A chain of maps and its steps; each tells its numbers."""
    picture, boxes = draw_chain(maps, steps, title)
    labels = [words.map_label(m, number, len(maps)) for number, m in enumerate(maps, 1)]
    labels += [words.step_label(step) for step in steps]
    return picture, [Region(*box, label) for box, label in zip(boxes, labels, strict=True)]


def _spec(net: str, **values: Any) -> tuple[DenseNetSpec, int]:
    """The net that is chosen, and the side of its images in pixels."""
    if net in _IMAGENET:
        return IMAGENET_NETS[_IMAGENET[net]], 224
    if net in CIFAR_NETS:
        return CIFAR_NETS[net], 32
    with refusing():
        own = cifar_spec(
            values["depth"],
            values["growth_rate"],
            bottleneck=values["bottleneck"],
            compression=values["theta"],
        )
    return own, 32


@lru_cache(maxsize=32)
def _parts(spec: DenseNetSpec, image_size: int) -> tuple[Part, ...]:
    return tuple(parts_of(spec, image_size))
