"""Memory and speed: kept bytes against layers, and the roofline of a machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure

from densenet_lessons.pictures.palette import ACCENT, INK, MUTED, PAPER, source_colour
from densenet_lessons.probes import MachineSpeed

_LINES = ("-", "--", ":")
_MARKS = ("o", "s", "^", "D")


def plot_saved_bytes(
    predicted: Mapping[str, Mapping[int, int]],
    counted: Mapping[str, Mapping[int, int]] | None = None,
) -> Figure:
    """Kept bytes against the layers of a block: a line for each formula, marks for what is counted.

    Args:
        predicted: by name, megabytes' worth of bytes for each number of layers.
        counted: the same for nets that were built and run, under the same names.

    Raises:
        ValueError: if ``predicted`` is empty, or ``counted`` has a name that it has not.
    """
    if not predicted:
        raise ValueError("predicted must name at least one series, got none")
    for name in counted or {}:
        if name not in predicted:
            raise ValueError(f"counted must have names of predicted, got {name!r}")
    figure = Figure(figsize=(7.6, 3.8), layout="constrained")
    axes = figure.add_subplot()
    for index, (name, line) in enumerate(predicted.items()):
        colour = (ACCENT, source_colour(1), source_colour(3))[index % 3]
        values = [count / 1e6 for count in line.values()]
        axes.plot(list(line), values, _LINES[index % 3], color=colour, linewidth=2, label=name)
        axes.annotate(
            name, (list(line)[-1], values[-1]), (6, 0), textcoords="offset points",
            va="center", color=colour,
        )  # fmt: skip
        marks = (counted or {}).get(name, {})
        axes.plot(
            list(marks), [count / 1e6 for count in marks.values()], _MARKS[index % 4],
            color=colour, markeredgecolor=PAPER, markersize=8, linestyle="none",
        )  # fmt: skip
    last = max(max(line) for line in predicted.values())
    axes.set(xlim=(0, 1.28 * last), ylim=(0, None), xlabel="layers of the block")
    axes.set_ylabel("kept, in MB")
    axes.spines[["top", "right"]].set_visible(False)
    return figure


@dataclass(frozen=True)
class RooflinePoint:
    """A net, or one operation, on a roofline.

    ``intensity`` is multiply-adds for each byte moved, ``rate`` the multiply-adds in a second
    that were measured.
    """

    name: str
    intensity: float
    rate: float


def plot_roofline(speed: MachineSpeed, points: Sequence[RooflinePoint]) -> Figure:
    """What a machine can do at most, against arithmetic intensity, and what nets make of it.

    Both axes are logarithmic. On the slope memory is the limit, on the flat part arithmetic.
    """
    figure = Figure(figsize=(7.6, 4.0), layout="constrained")
    axes = figure.add_subplot()
    reach = [point.intensity for point in points]
    low = min([speed.ridge, *reach]) / 4
    high = max([speed.ridge, *reach]) * 6
    line = [low, speed.ridge, high]
    axes.plot(line, [speed.attainable(x) / 1e9 for x in line], color=INK, linewidth=2)
    axes.axvline(speed.ridge, color=MUTED, linewidth=1, linestyle=":")
    for index, point in enumerate(points):
        colour = source_colour(index + 1)
        axes.plot(
            point.intensity, point.rate / 1e9, _MARKS[index % 4], color=colour, markersize=9,
            markeredgecolor=PAPER,
        )  # fmt: skip
        share = point.rate / speed.attainable(point.intensity)
        axes.annotate(
            f"{point.name}: {share:.0%} of the roof", (point.intensity, point.rate / 1e9), (10, -4),
            textcoords="offset points", va="top", color=INK,
        )  # fmt: skip
    rates = [point.rate / 1e9 for point in points]
    bottom = min([speed.attainable(low) / 1e9, *rates]) / 2
    axes.set(xscale="log", yscale="log", xlim=(low, high), ylim=(bottom, 3 * speed.mac_rate / 1e9))
    axes.set_xlabel("multiply-adds for each byte moved")
    axes.set_ylabel("billion multiply-adds in a second")
    top = axes.get_xaxis_transform()
    for x, words, side in ((0.9, "memory is the limit", "right"), (1.1, "arithmetic", "left")):
        axes.text(x * speed.ridge, 0.97, words, color=MUTED, transform=top, ha=side, va="top")
    axes.spines[["top", "right"]].set_visible(False)
    return figure
