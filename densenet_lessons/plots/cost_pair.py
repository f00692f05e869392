"""The picture of the paired calculator: one staircase of widths, two nets' costs beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PIL import Image

from densenet_lessons.palette import INK, MUTED, PAPER, source_colour
from densenet_lessons.plots.costs import PARTS
from densenet_lessons.plots.pixels import Canvas

WIDTH, HEIGHT = 836, 372
LEFT, RIGHT, TOP, FLOOR = 40, 396, 66, 288
ROW, SECOND, BARS, BAR_LENGTH = 26, 484, 562, 176


@dataclass(frozen=True)
class Step:
    """One bar of the staircase: what a layer or the transition reads, by source.

    Args:
        sources: channels of each source, the block's input first.
        place: "block 1", "transition", "block 2" or "output".
        pays: whether a bottleneck has fewer conv weights here; None where there is no layer.
    """

    sources: tuple[int, ...]
    place: str
    pays: bool | None = None

    @property
    def width(self) -> int:
        return sum(self.sources)


def cost_pair_image(
    steps: Sequence[Step],
    break_even: float,
    costs: Mapping[str, Mapping[str, Mapping[str, int]]],
) -> Image.Image:
    """Widths of two blocks as a staircase, and the costs of two nets with these widths.

    Args:
        steps: the bars of the staircase, in order.
        break_even: the width above which a bottleneck pays; may be infinite.
        costs: for each quantity ("parameters", "macs"), for each net, the cost by part.
    """
    canvas = Canvas(WIDTH, HEIGHT)
    _staircase(canvas, steps, break_even)
    _quantity(canvas, 12, "Parameters", costs["parameters"], exact=True)
    _quantity(canvas, 148, "Multiply-adds, in millions", costs["macs"], exact=False)
    _legend(canvas, costs)
    return canvas.image


def _staircase(canvas: Canvas, steps: Sequence[Step], break_even: float) -> None:
    canvas.text(LEFT - 26, 12, "Channels that each layer reads", size=14, bold=True)
    widest = max(step.width for step in steps)
    in_view = break_even <= 1.6 * widest
    unit = (FLOOR - TOP) / (max(widest, break_even) if in_view else widest)
    pitch = (RIGHT - LEFT) / len(steps)
    bar = pitch - max(1.5, pitch * 0.12)
    for index, step in enumerate(steps):
        x, y = LEFT + index * pitch, float(FLOOR)
        for source, channels in enumerate(step.sources):
            height = channels * unit
            y -= height
            gap = 0.5 if height > 3 else 0
            canvas.box(x, y + gap, bar, height - gap, fill=source_colour(source))
        if step.place == "transition":
            canvas.box(x, y - 1, bar, FLOOR - y + 2, edge=INK, line=2)
            kept = f"{step.width} → {steps[index + 1].width}"
            _labels(canvas, x + bar, y - 21, step.place, kept, anchor="rb")
        if step.place == "output":
            canvas.text(x + bar, y - 5, f"output {step.width}", size=12, anchor="rb")
        if step.pays is False:
            _cross(canvas, x + bar / 2, FLOOR + 10)
    canvas.line([(LEFT - 4, FLOOR), (RIGHT, FLOOR)], colour=MUTED, width=1)
    _blocks(canvas, steps, pitch)
    _limit(canvas, FLOOR - break_even * unit if in_view else None, break_even)
    _cross(canvas, LEFT - 24, HEIGHT - 14)
    canvas.text(LEFT - 12, HEIGHT - 14, "the bottleneck does not pay here", size=12, anchor="lm")


def _labels(canvas: Canvas, x: float, y: float, *lines: str, anchor: str) -> None:
    for line in lines:
        canvas.text(x, y, line, size=12, anchor=anchor)
        y += 16


def _blocks(canvas: Canvas, steps: Sequence[Step], pitch: float) -> None:
    """The name of each block under its bars, with the widths that enter and leave."""
    for place in ("block 1", "block 2"):
        at = [index for index, step in enumerate(steps) if step.place == place]
        middle = LEFT + (at[0] + len(at) / 2) * pitch
        enters, leaves = steps[at[0]].width, steps[at[-1] + 1].width
        _labels(canvas, middle, FLOOR + 20, place, f"{enters} → {leaves}", anchor="mt")


def _limit(canvas: Canvas, y: float | None, break_even: float) -> None:
    """The break-even as a dashed line, or where it is out of sight."""
    if y is not None:
        canvas.line([(LEFT - 8, y), (RIGHT, y)], colour=PAPER, width=3)
        for x in range(LEFT - 8, RIGHT, 10):
            canvas.line([(x, y), (x + 6, y)], width=1.5)
        _labels(canvas, RIGHT + 2, y - 14, "break-even", f"{break_even:g}", anchor="lt")
    elif break_even == float("inf"):
        _labels(canvas, RIGHT + 2, TOP, "pays at", "no width", anchor="lt")
    else:
        _labels(canvas, RIGHT + 2, TOP, "break-even", f"{break_even:g},", "far above", anchor="lt")


def _cross(canvas: Canvas, x: float, y: float, arm: float = 3.5) -> None:
    canvas.line([(x - arm, y - arm), (x + arm, y + arm)], width=2)
    canvas.line([(x - arm, y + arm), (x + arm, y - arm)], width=2)


def _quantity(
    canvas: Canvas, y: float, title: str, nets: Mapping[str, Mapping[str, int]], *, exact: bool
) -> None:
    canvas.text(SECOND, y, title, size=14, bold=True)
    totals = {name: sum(costs.values()) for name, costs in nets.items()}
    scale = BAR_LENGTH / max(totals.values())
    for row, (name, costs) in enumerate(nets.items()):
        top, x = y + 26 + row * (ROW + 12), float(BARS)
        canvas.text(BARS - 8, top + ROW / 2, name, anchor="rm")
        for part in PARTS:
            length = costs.get(part, 0) * scale
            fill, ink = PARTS[part]
            if length:
                canvas.box(x, top, max(length - 0.5, 0.5), ROW, fill=fill)
            cost = costs.get(part, 0)
            label = _short(cost) if exact else in_millions(cost)
            if length > 7 * len(label) + 8:
                middle = (x + length / 2, top + ROW / 2)
                canvas.text(*middle, label, size=11, colour=ink, anchor="mm")
            x += length
        shown = f"{totals[name]:,}" if exact else in_millions(totals[name])
        canvas.text(x + 6, top + ROW / 2, shown, bold=True, anchor="lm")


def _short(count: int) -> str:
    """A count in few letters: 1.2M, 45k, 312."""
    for size, letter in ((1_000_000, "M"), (1000, "k")):
        if count >= size:
            short = count / size
            return f"{short:.0f}{letter}" if short >= 10 else f"{short:.1f}{letter}"
    return f"{count}"


def in_millions(count: int) -> str:
    """A count in millions, to the digits that fit beside a bar."""
    number = count / 1_000_000
    return f"{number:,.0f}" if number >= 100 else f"{number:.1f}"


def _legend(canvas: Canvas, costs: Mapping[str, Mapping[str, Mapping[str, int]]]) -> None:
    used = {part for nets in costs.values() for net in nets.values() for part in net}
    x, y = float(SECOND), 288
    for part, (fill, _) in PARTS.items():
        if part in used:
            canvas.box(x, y, 14, 14, fill=fill)
            canvas.text(x + 19, y + 7, part, size=12, anchor="lm")
            x += 36 + 7.4 * len(part)
