"""What layers cost: the break-even of the bottleneck, and parameters by part of the net."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from densenet_lessons.costs import break_even, conv_weights
from densenet_lessons.densenet import check_positive_int
from densenet_lessons.pictures.palette import ACCENT, INK, MUTED, PAPER

#: The parts that a cost is split into, each with its fill and the ink that reads on it. No source
#: has one of these colours: they stand for kinds of operations, not for layers.
PARTS = {
    "3×3 conv": ("#33475b", "#ffffff"),
    "1×1 conv": ("#8fa6bd", INK),
    "BN": ("#c9a27a", INK),
    "transition": ("#b9a7d3", INK),
    "stem and classifier": ("#7a3b3b", "#ffffff"),
}


def plot_break_even(
    growth_rate: int, blocks: Mapping[str, Sequence[int]] | None = None, *, bn_size: int = 4
) -> Figure:
    """Conv weights of one layer with and without bottleneck, against the width that it reads.

    Args:
        growth_rate: k.
        blocks: by name, the input widths of a block's layers; each block is a row of dots below.
        bn_size: b, the bottleneck is ``b * k`` wide; below 9, or the lines never cross.

    Raises:
        ValueError: if ``growth_rate``, ``bn_size`` or a width is not a positive integer, or
            the lines never cross.
    """
    equal_at = break_even(growth_rate, bn_size)
    if bn_size >= 9:
        raise ValueError(f"bn_size must be below 9 for the lines to cross, got {bn_size}")
    rows = dict(blocks or {})
    for width in (all_widths := [width for widths in rows.values() for width in widths]):
        check_positive_int(widths=width)
    reach = [1, round(max(2 * equal_at, 1.1 * max(all_widths, default=0)))]
    heights = [3.4, 0.3 + 0.28 * len(rows)][: 2 if rows else 1]
    figure = Figure(figsize=(7.6, 0.5 + sum(heights)), layout="constrained")
    axes = figure.subplots(len(heights), sharex=True, squeeze=False, height_ratios=heights)[:, 0]
    for size, label, colour in ((None, "plain: 3×3", INK), (bn_size, "bottleneck", ACCENT)):
        weights = [conv_weights(width, growth_rate, size) / 1000 for width in reach]
        dashes = "-" if size is None else "--"
        axes[0].plot(reach, weights, dashes, color=colour, label=label, linewidth=2)
    for part in axes:
        part.axvline(equal_at, color=MUTED, linewidth=1, linestyle=":")
        part.axvspan(0, equal_at, color=MUTED, alpha=0.1, linewidth=0)
        part.spines[["top", "right"]].set_visible(False)
    top = axes[0].get_xaxis_transform()  # x in channels, y from 0 at the bottom to 1
    for x, text, side in (
        (0.97, "plain is cheaper", "right"),
        (1.03, "bottleneck is cheaper", "left"),
    ):
        axes[0].text(x * equal_at, 0.04, text, color=INK, transform=top, ha=side)
    label = f"equal at c = {equal_at:g}"
    axes[0].text(equal_at, 1, label, color=INK, transform=top, ha="center", va="bottom")
    axes[0].set(xlim=(0, reach[1]), ylim=(0, None), ylabel="conv weights, in thousands")
    axes[-1].set_xlabel(f"channels that the layer reads, c  (k = {growth_rate})")
    if rows:
        for row, widths in enumerate(rows.values()):
            dots = [INK if width < equal_at else ACCENT for width in widths]
            axes[1].scatter(widths, [row] * len(widths), s=34, color=dots, edgecolor=PAPER)
        axes[1].set(ylim=(len(rows) - 0.5, -0.5))
        axes[1].set_yticks(range(len(rows)), list(rows))
    figure.legend(loc="outside upper left", ncols=2, frameon=False)
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
                color=fill, edgecolor=PAPER, linewidth=0.5, height=0.7,
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
