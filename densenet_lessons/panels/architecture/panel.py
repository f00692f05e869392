"""The architecture explorer: any DenseNet of the paper, or one's own, at three zoom levels."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from densenet_lessons.costs import Part, layer_maps, parts_of
from densenet_lessons.densenet import CIFAR_NETS, IMAGENET_NETS, DenseNetSpec, cifar_spec
from densenet_lessons.panels.architecture.picture import draw_block, draw_chain, draw_net
from densenet_lessons.panels.base import Panel, refusing
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

    def draw(self, net: str, zoom: str, part: str, layer: int, **own: Any) -> tuple[Any, str, str]:
        spec, size = _spec(net, **own)
        parts = _parts(spec, size)
        index = [one.name for one in parts].index(part)
        chosen = parts[index]
        if net == CUSTOM:
            kind = "with" if own["bottleneck"] else "without"
            net = (
                f"Custom net (L = {own['depth']}, k = {own['growth_rate']}, "
                f"theta = {own['theta']:g}, {kind} bottleneck)"
            )
        totals = (
            f"{_sum(parts, 'parameters'):,} parameters, "
            f"{_sum(parts, 'macs'):,} multiply-adds at {size} pixels"
        )
        sentence = f"{net}: {totals}. {_about(chosen, parts)}"
        if chosen.layers:
            sentence += f" {_about_layer(chosen, layer)}"
        sentence += f" {_shown(zoom, chosen)}"
        if zoom == "net":
            widths = ", ".join(f"{one.name} {one.maps[-1].channels}" for one in parts)
            alt = f"{net} to scale, from stem to head. Channels that leave each part: {widths}."
            return draw_net(parts, f"{net}\n{totals}", part=index, layer=layer), alt, sentence
        title = f"{net}, {part}"
        if not chosen.layers:
            ways = ", then ".join(
                f"{m.channels} channels of {m.side}×{m.side}" for m in chosen.maps
            )
            return draw_chain(chosen.maps, chosen.steps, title), f"{title}: {ways}.", sentence
        if zoom == "block":
            alt = (
                f"{title}, a row for each of {len(chosen.layers)} layers: what they read grows "
                f"from {chosen.maps[0].channels} channels to {chosen.maps[1].channels} at the end."
            )
            return draw_block(chosen, f"{title}, layer by layer", layer=layer), alt, sentence
        title += f", layer {layer} of {len(chosen.layers)}"
        maps = layer_maps(chosen, layer)
        ways = ", then ".join(f"{m.channels}" for m in maps)
        alt = f"{title}: channels {ways}, all on maps of {maps[0].side}×{maps[0].side}."
        return draw_chain(maps, chosen.layers[layer - 1], title), alt, sentence


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


def _about(part: Part, parts: Iterable[Part]) -> str:
    """A part in exact numbers, and its share of the net."""
    start, end = part.maps[0], part.maps[-1]
    way = f"{start.channels:,} channels of {start.side}×{start.side} in"
    way += f", {end.channels:,} of {end.side}×{end.side} out"
    counts = [
        f"{value:,} {what} ({_percent(value, _sum(parts, field))} of the net's)"
        for field, what, value in (
            ("parameters", "parameters", part.parameters),
            ("macs", "multiply-adds", part.macs),
        )
    ]
    name = part.name[0].upper() + part.name[1:]
    return f"{name}: {way}; {counts[0]}, {counts[1]}."


def _shown(zoom: str, part: Part) -> str:
    """What the picture shows, in words."""
    if zoom == "net" or part.layers:
        return f"The picture shows the {zoom}."
    name = part.name if part.name[-1].isdigit() else f"the {part.name}"
    rest = "." if zoom == "block" else ", step by step: it has no layers."
    return f"The picture shows {name}{rest}"


def _about_layer(part: Part, layer: int) -> str:
    mine = part.layers[layer - 1]
    convs = [step for step in mine if step.kind == "conv"]
    work = " and ".join(
        f"{conv.macs:,} in the {conv.kernel_size}×{conv.kernel_size} convolution" for conv in convs
    )
    return (
        f"Layer {layer} of {len(part.layers)} reads {mine[0].in_channels:,} channels and adds "
        f"{convs[-1].out_channels}: {sum(step.parameters for step in mine):,} parameters; "
        f"multiply-adds: {work}."
    )


def _sum(parts: Iterable[Part], field: str) -> int:
    return sum(getattr(part, field) for part in parts)


def _percent(value: int, whole: int) -> str:
    percent = 100 * value / whole
    return "less than 0.1%" if 0 < percent < 0.05 else f"{percent:.1f}%"
