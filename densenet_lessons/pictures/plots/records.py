"""ImageNet accuracy against what a net costs: one plot a cost, one line a family."""

from collections.abc import Sequence
from typing import Any

from matplotlib.figure import Figure

from densenet_lessons.pictures.palette import INK
from densenet_lessons.pictures.plots.curves import FAMILIES

#: Attribute of a record -> what its axis is called, and by what it is divided.
COSTS = {
    "parameters": ("million parameters", 1e6),
    "gmacs": ("GMACs for one image", 1),
    "megabytes": ("megabytes of weights", 1),
}


def plot_records(records: Sequence[Any]) -> Figure:
    """First guesses that are right, in percent, against each cost, on logarithmic axes.

    Args:
        records: those of ``experiments.imagenet_records``.
    """
    figure = Figure(figsize=(9.6, 3.5), layout="constrained")
    every = figure.subplots(1, len(COSTS), sharey=True)
    for axes, (cost, (name, unit)) in zip(every, COSTS.items(), strict=True):
        for family in dict.fromkeys(one.family for one in records):
            colour, marker = FAMILIES[family]
            mine = sorted(
                (getattr(one, cost) / unit, 100 * one.accuracy, one.name)
                for one in records
                if one.family == family
            )
            across, up, _ = zip(*mine, strict=True)
            axes.plot(across, up, color=colour, marker=marker, markersize=7, label=family)
            # Dense nets are named above their marks, the others below: the lines lie close.
            above = family == "dense"
            for x, y, word in mine:
                axes.annotate(
                    word.removeprefix("resnet").removeprefix("densenet"),
                    (x, y),
                    xytext=(-4, 6) if above else (4, -6),
                    textcoords="offset points",
                    ha="right" if above else "left",
                    va="bottom" if above else "top",
                    fontsize=8.5,
                    color=colour,
                )
        axes.set_xscale("log")
        low, high = axes.get_xlim()
        ticks = [tick for tick in (2, 5, 10, 20, 50, 100, 200) if low < tick < high]
        axes.set_xticks(ticks, [str(tick) for tick in ticks])
        axes.minorticks_off()
        axes.set_xlabel(name, color=INK)
        axes.margins(x=0.14, y=0.1)
        axes.grid(alpha=0.3)
        axes.spines[["top", "right"]].set_visible(False)
    every[0].set_ylabel("first guess right, %", color=INK)
    every[0].legend(frameon=False, loc="lower right")
    return figure
