"""What layers cost: the break-even of the bottleneck, and parameters by part of the net."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from matplotlib.figure import Figure

from densenet_lessons.arithmetic import Operation, check_positive_int, layer_operations
from densenet_lessons.palette import ACCENT, INK, MUTED

#: The parts that a cost is split into, each with its fill and the ink that reads on it. No source
#: has one of these colours: they stand for kinds of operations, not for layers.
PARTS = {
    "3×3 conv": ("#33475b", "#ffffff"),
    "1×1 conv": ("#8fa6bd", INK),
    "BN": ("#d9e1ea", INK),
    "transition": ("#b9a7d3", INK),
    "stem and classifier": ("#f0dfb4", INK),
}


def part_of(step: Operation) -> str:
    """The part of ``PARTS`` that a step of a net belongs to."""
    if "transition" in step.name:
        return "transition"
    if step.kind == "norm":
        return "BN"
    if step.kind == "linear" or step.name.endswith("conv0"):
        return "stem and classifier"
    return "1×1 conv" if step.kernel_size == 1 else "3×3 conv"


def cost_by_part(steps: Iterable[Operation], quantity: str = "parameters") -> dict[str, int]:
    """The cost of some steps, summed for each part that has any, in the order of ``PARTS``.

    Args:
        steps: as ``arithmetic.operations`` gives them.
        quantity: "parameters" or "macs".

    Raises:
        ValueError: if ``quantity`` is neither.
    """
    if quantity not in ("parameters", "macs"):
        raise ValueError(f"quantity must be 'parameters' or 'macs', got {quantity!r}")
    costs = dict.fromkeys(PARTS, 0)
    for step in steps:
        costs[part_of(step)] += getattr(step, quantity)
    return {part: cost for part, cost in costs.items() if cost}


def conv_weights(num_input_features: int, growth_rate: int, bn_size: int | None) -> int:
    """Weights in the convolutions of one dense layer; times the pixels, its multiply-adds.

    Paper: section 3, "Bottleneck layers". ``bn_size`` None is the layer without a bottleneck.
    """
    steps = layer_operations(num_input_features, growth_rate, bn_size=bn_size)
    return sum(step.parameters for step in steps if step.kind == "conv")


def break_even(growth_rate: int, bn_size: int = 4) -> float:
    """The input width c at which both kinds of layer have the same conv weights.

    ``9 * b / (9 - b) * k``, which is 7.2 k for the paper's b = 4; infinite from b = 9 on, where
    the 1x1 convolution alone costs as much as the plain 3x3 one.

    Raises:
        ValueError: if an argument is not a positive integer.
    """
    check_positive_int(growth_rate=growth_rate, bn_size=bn_size)
    return 9 * bn_size * growth_rate / (9 - bn_size) if bn_size < 9 else float("inf")


def plot_break_even(
    growth_rate: int, widths: Sequence[int] = (), *, bn_size: int = 4, name: str = "layers"
) -> Figure:
    """Conv weights of one layer with and without bottleneck, against the width that it reads.

    Args:
        growth_rate: k.
        widths: input widths of a net's layers, marked on both lines.
        bn_size: b, the bottleneck is ``b * k`` wide; below 9, or the lines never cross.
        name: what the marked layers are called in the legend.

    Raises:
        ValueError: if ``growth_rate``, ``bn_size`` or a width is not a positive integer, or
            the lines never cross.
    """
    equal_at = break_even(growth_rate, bn_size)
    if bn_size >= 9:
        raise ValueError(f"bn_size must be below 9 for the lines to cross, got {bn_size}")
    for width in widths:
        check_positive_int(widths=width)
    figure = Figure(figsize=(7.6, 3.9), layout="constrained")
    axes = figure.add_subplot()
    reach = [1, round(max(2 * equal_at, 1.1 * max(widths, default=0)))]
    looks = [(None, "plain: 3×3", INK, "o"), (bn_size, "bottleneck: 1×1, 3×3", ACCENT, "s")]
    for size, label, colour, marker in looks:
        lines = [conv_weights(width, growth_rate, size) / 1000 for width in reach]
        dots = [conv_weights(width, growth_rate, size) / 1000 for width in widths]
        dashes = "-" if size is None else "--"
        axes.plot(reach, lines, dashes, color=colour, label=label, linewidth=2)
        axes.plot(widths, dots, marker, color=colour, markersize=6)
    axes.axvline(equal_at, color=MUTED, linewidth=1, linestyle=":")
    axes.axvspan(0, equal_at, color=MUTED, alpha=0.1, linewidth=0)
    top = axes.get_xaxis_transform()  # x in channels, y from 0 at the bottom to 1
    axes.text(
        equal_at,
        1,
        f"equal at c = {equal_at:g}",
        color=INK,
        transform=top,
        ha="center",
        va="bottom",
    )
    axes.text(0.97 * equal_at, 0.04, "plain is cheaper", color=INK, transform=top, ha="right")
    axes.text(1.03 * equal_at, 0.04, "bottleneck is cheaper", color=INK, transform=top)
    if widths:
        axes.plot([], [], "o", color=MUTED, label=name)
    axes.set(
        xlim=(0, reach[1]), ylim=(0, None), xlabel=f"channels that the layer reads, c  (k = "
        f"{growth_rate})", ylabel="conv weights, in thousands",
    )  # fmt: skip
    figure.legend(loc="outside upper left", ncols=3, frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def plot_parts(nets: Mapping[str, Mapping[str, int]], *, unit: str = "parameters") -> Figure:
    """One bar a net, stacked by part, with its total.

    Args:
        nets: for each net's name, its costs as ``cost_by_part`` gives them.
        unit: what is counted, for the axis.

    Raises:
        ValueError: if ``nets`` is empty or a part is not one of ``PARTS``.
    """
    if not nets:
        raise ValueError("nets must name at least one net, got none")
    for costs in nets.values():
        for part in costs:
            if part not in PARTS:
                raise ValueError(f"part must be one of {', '.join(PARTS)}, got {part!r}")
    figure = Figure(figsize=(7.6, 1.1 + 0.5 * len(nets)), layout="constrained")
    axes = figure.add_subplot()
    ends = dict.fromkeys(nets, 0)
    for part, (fill, _) in PARTS.items():
        lengths = [costs.get(part, 0) for costs in nets.values()]
        if any(lengths):
            axes.barh(
                list(nets), lengths, left=list(ends.values()), label=part,
                color=fill, edgecolor="#ffffff", height=0.7,
            )  # fmt: skip
            ends = {
                name: end + more for (name, end), more in zip(ends.items(), lengths, strict=True)
            }
    for row, total in enumerate(ends.values()):
        axes.annotate(
            f"{total:,}", (total, row), (6, 0), textcoords="offset points", va="center", color=INK
        )
    axes.set(xlim=(0, 1.18 * max(ends.values())), xlabel=unit)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.invert_yaxis()
    axes.spines[["top", "right"]].set_visible(False)
    figure.legend(loc="outside upper center", ncols=len(PARTS), frameon=False)
    return figure
