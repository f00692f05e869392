"""What the architecture explorer says: nets, parts, layers and steps in exact numbers."""

from collections.abc import Mapping, Sequence
from typing import Any

from densenet_lessons.costs import Map, Operation, Part


def custom_name(own: Mapping[str, Any]) -> str:
    depth, k, theta = own["depth"], own["growth_rate"], own["theta"]
    if own["bottleneck"]:
        return f"Custom net (L = {depth}, k = {k}, theta = {theta:g}, with bottleneck)"
    return f"Custom net (L = {depth}, k = {k}, theta = {theta:g}, without bottleneck)"


def totals(parts: Sequence[Part], size: int) -> str:
    parameters, macs = whole(parts)
    return f"{parameters:,} parameters, {macs:,} multiply-adds at {size} pixels"


def sentence(net: str, parts: Sequence[Part], size: int, part: Part, layer: int, zoom: str) -> str:
    told = [f"{net}: {totals(parts, size)}.", about(part, parts)]
    if part.layers:
        told.append(about_layer(part, layer))
    return " ".join([*told, _shown(zoom, part)])


def about(part: Part, parts: Sequence[Part]) -> str:
    """A part in exact numbers, and its share of the net."""
    start, end = part.maps[0], part.maps[-1]
    parameters, macs = whole(parts)
    return (
        f"{part.name.capitalize()}: {start.channels:,} channels of {start.side}×{start.side} in, "
        f"{end.channels:,} of {end.side}×{end.side} out; {part.parameters:,} parameters "
        f"({_percent(part.parameters, parameters)} of the net's), {part.macs:,} multiply-adds "
        f"({_percent(part.macs, macs)} of the net's)."
    )


def about_layer(part: Part, layer: int) -> str:
    steps = part.layers[layer - 1]
    convs = [step for step in steps if step.kind == "conv"]
    read = (
        f"Layer {layer} of {len(part.layers)} reads {steps[0].in_channels:,} channels and adds "
        f"{convs[-1].out_channels}: {sum(step.parameters for step in steps):,} parameters"
    )
    if len(convs) == 1:
        return f"{read}; multiply-adds: {convs[0].macs:,} in the 3×3 convolution."
    return (
        f"{read}; multiply-adds: {convs[0].macs:,} in the 1×1 convolution and "
        f"{convs[1].macs:,} in the 3×3 convolution."
    )


def _shown(zoom: str, part: Part) -> str:
    """What the picture shows."""
    if zoom == "net" or part.layers:
        return f"The picture shows the {zoom}."
    named = part.name if part.name[-1].isdigit() else f"the {part.name}"
    if zoom == "block":
        return f"The picture shows {named}."
    return f"The picture shows {named}, step by step: it has no layers."


def net_alt(net: str, parts: Sequence[Part]) -> str:
    leaving = ", ".join(f"{one.name} {one.maps[-1].channels}" for one in parts)
    return f"{net} to scale, from stem to head. Channels that leave each part: {leaving}."


def chain_alt(net: str, part: Part) -> str:
    ways = ", then ".join(f"{m.channels} channels of {m.side}×{m.side}" for m in part.maps)
    return f"{net}, {part.name}: {ways}."


def block_alt(net: str, part: Part) -> str:
    enters, leaves = part.maps[0].channels, part.maps[1].channels
    return (
        f"{net}, {part.name}, a row for each of {len(part.layers)} layers: what they read grows "
        f"from {enters} channels to {leaves} at the end."
    )


def layer_alt(net: str, part: Part, layer: int, maps: Sequence[Map]) -> str:
    ways, side = ", then ".join(f"{m.channels}" for m in maps), maps[0].side
    return (
        f"{net}, {part.name}, layer {layer} of {len(part.layers)}: channels {ways}, all on maps "
        f"of {side}×{side}."
    )


def map_label(m: Map, number: int, total: int) -> str:
    if number == 1:
        return f"What enters: {m.channels:,} channels of {m.side}×{m.side}."
    if number == total:
        return f"What leaves: {m.channels:,} channels of {m.side}×{m.side}."
    return f"Map {number} of {total} on the way: {m.channels:,} channels of {m.side}×{m.side}."


def step_label(step: Operation) -> str:
    name = step.name.removeprefix("features.")
    if step.kind == "conv":
        return (
            f"{name}, a {step.kernel_size}×{step.kernel_size} convolution from "
            f"{step.in_channels:,} to {step.out_channels:,} channels: {step.parameters:,} "
            f"weights, {step.macs:,} multiply-adds."
        )
    if step.kind == "norm":
        return (
            f"{name}, a batch norm of {step.in_channels:,} channels: {step.parameters:,} weights."
        )
    return (
        f"{name}, a linear layer from {step.in_channels:,} channels to {step.out_channels:,} "
        f"classes: {step.parameters:,} parameters, {step.macs:,} multiply-adds."
    )


def whole(parts: Sequence[Part]) -> tuple[int, int]:
    """Parameters and multiply-adds of the net."""
    return sum(one.parameters for one in parts), sum(one.macs for one in parts)


def _percent(value: int, whole: int) -> str:
    percent = 100 * value / whole
    return "less than 0.1%" if 0 < percent < 0.05 else f"{percent:.1f}%"
