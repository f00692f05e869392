"""The architecture explorer: any DenseNet of the paper, or one's own, at three zoom levels."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from densenet_lessons.costs import Part, layer_maps, parts_of
from densenet_lessons.densenet import CIFAR_NETS, IMAGENET_NETS, DenseNetSpec, cifar_spec
from densenet_lessons.panels.base import Panel
from densenet_lessons.panels.controls import Control, choice, slider, steps, toggle
from densenet_lessons.pictures import draw_block, draw_chain, draw_net

CUSTOM = "custom"
ZOOMS = ("net", "block", "layer")
_IMAGENET = {f"DenseNet-{name.removeprefix('densenet')}": name for name in IMAGENET_NETS}
_OWN = ("depth", "growth_rate", "theta", "bottleneck")
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
            "part": choice("part", [one.name for one in _parts(DenseNetSpec(), 224)], "block 1"),
            "layer": slider("layer", 1, 6, 1),
            "depth": slider("custom L", 7, 250, 100),
            "growth_rate": slider("custom k", 1, 48, 12),
            "theta": steps("custom theta", _THETAS, 0.5),
            "bottleneck": toggle("custom bottleneck", True),
        }
        super().__init__("Architecture explorer", controls, scale=2)

    def set(self, **values: Any) -> None:
        """Move controls from code, with one redraw; part and layer may be those of a new net.

        Raises:
            ValueError: for a control that isn't there or a value that it doesn't offer;
                the panel then stays as it was.
        """
        if values.keys() & set(_OWN):
            values = {"net": CUSTOM, **values}
        before, order = self.values, [*(name for name in self.controls if name in _OWN), "net"]
        later = [name for name in ("zoom", "part", "layer") if name in values]
        first = {name: values[name] for name in order if name in values}
        unknown = {name: value for name, value in values.items() if name not in self.controls}
        if unknown or not later:
            super().set(**{**first, **unknown})
            return
        self._held = True
        try:
            self._move(first)
            for name in later:
                self._move({name: values[name]})
        except ValueError:
            self._move({name: before[name] for name in ("net", *_OWN)})
            self._move({"part": before["part"]})
            self._move({name: before[name] for name in ("zoom", "layer")})
            raise
        finally:
            self._held = False
        self._redraw()

    def _move(self, values: dict[str, Any]) -> None:
        """Give controls a value without a redraw, and let part and layer follow."""
        for name, value in values.items():
            control = self.controls[name]
            control.value = control.checked(value, called=name)
        self._follow_net()

    def _redraw(self, *changes: Any) -> None:
        if self._held:
            return
        moved = [change["owner"] for change in changes]
        self._held = True
        try:
            if any(self.controls[name] in moved for name in _OWN):
                self.controls["net"].value = CUSTOM
            self._follow_net()
        finally:
            self._held = False
        super()._redraw()

    def _follow_net(self) -> None:
        """Offer just the parts that the net has, and the layers that the part has."""
        try:
            parts = _parts(*self._spec())
        except ValueError:  # no such net: the drawing tells why
            return
        names = [part.name for part in parts]
        _offer(self.controls["part"], names)
        part = parts[names.index(self.controls["part"].value)]
        _limit(self.controls["layer"], len(part.layers))

    def _spec(self) -> tuple[DenseNetSpec, int]:
        """The net that is chosen, and the side of its images in pixels."""
        values = self.values
        if values["net"] in _IMAGENET:
            return IMAGENET_NETS[_IMAGENET[values["net"]]], 224
        if values["net"] in CIFAR_NETS:
            return CIFAR_NETS[values["net"]], 32
        own = cifar_spec(
            values["depth"],
            values["growth_rate"],
            bottleneck=values["bottleneck"],
            compression=values["theta"],
        )
        return own, 32

    def draw(self, net: str, zoom: str, part: str, layer: int, **own: Any) -> tuple[Any, str, str]:
        spec, size = self._spec()
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


def _offer(control: Control, names: list[str]) -> None:
    """Change what a list offers; it keeps its choice where that is still there."""
    if control.allowed == names:
        return
    kept = control.value if control.value in names else "block 1"
    control.allowed = names
    for part in control.children:  # each falls back to "stem", which every net has
        part.options = [(name, name) for name in names]
    control.value = kept


def _limit(control: Control, high: int) -> None:
    """Let a slider and its box end at ``high``; where there is nothing to choose, dim both."""
    control.allowed = range(1, max(1, high) + 1)
    if control.value not in control.allowed:
        control.value = control.allowed[-1]
    for part in control.children:
        part.max, part.disabled = control.allowed[-1], high == 0
