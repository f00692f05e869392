"""The picture of the paired calculator: one staircase of widths, two nets' costs beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PIL import Image

from densenet_lessons.pictures import INK, MUTED, PAPER, PARTS, Sheet, source_colour

#: x, y, width and height in CSS pixels.
Box = tuple[float, float, float, float]

WIDTH, HEIGHT = 836, 384
LEFT, RIGHT, TOP, FLOOR = 52, 396, 72, 288
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
    sides: tuple[int, int],
) -> tuple[Image.Image, dict[Any, Box]]:
    """Widths of two blocks as a staircase, and the costs of two nets with these widths.

    Args:
        steps: the bars of the staircase, in order.
        break_even: the width above which a bottleneck pays; may be infinite.
        costs: for each quantity ("parameters", "macs"), for each net, the cost by part.
        sides: side of the maps in block 1 and in block 2, in pixels.

    Returns:
        The picture, and the places of the staircase's bars by their number, and of the stacked
        bars by (quantity, net, part).
    """
    sheet = Sheet(WIDTH, HEIGHT)
    boxes: dict[Any, Box] = dict(enumerate(_staircase(sheet, steps, break_even, sides)))
    rows = (("parameters", 12, "Parameters"), ("macs", 148, "Multiply-adds, in millions"))
    for quantity, y, title in rows:
        bars = _quantity(sheet, y, title, costs[quantity], exact=quantity == "parameters")
        boxes |= {(quantity, *name): box for name, box in bars.items()}
    _legend(sheet, costs)
    return sheet.image, boxes


def _staircase(
    sheet: Sheet, steps: Sequence[Step], break_even: float, sides: tuple[int, int]
) -> list[Box]:
    sheet.text(LEFT - 38, 12, "Channels that each layer reads", size=14, bold=True)
    widest = max(step.width for step in steps)
    in_view = break_even <= 1.6 * widest
    highest = max(widest, break_even) if in_view else widest
    unit = (FLOOR - TOP) / highest
    _ruler(sheet, highest, unit)
    pitch = (RIGHT - LEFT) / len(steps)
    bar, boxes = pitch - max(1.5, pitch * 0.12), []
    for index, step in enumerate(steps):
        x, y = LEFT + index * pitch, float(FLOOR)
        for source, channels in enumerate(step.sources):
            height = channels * unit
            y -= height
            gap = 0.5 if height > 3 else 0
            sheet.box(x, y + gap, bar, height - gap, fill=source_colour(source))
        boxes.append((x, min(y, FLOOR - 12), bar, FLOOR - min(y, FLOOR - 12)))
        if step.place == "transition":
            sheet.box(x, y - 1, bar, FLOOR - y + 2, edge=INK, line=2)
            kept = f"{step.width} → {steps[index + 1].width}"
            _labels(sheet, x + bar, y - 21, step.place, kept, anchor="rb")
        if step.place == "output":
            sheet.text(x + bar, y - 5, f"{step.width} leave", size=12, anchor="rb")
        if step.pays is False:
            _cross(sheet, x + bar / 2, FLOOR + 10, arm=min(3.5, 0.27 * pitch))
    sheet.line([(LEFT - 4, FLOOR), (RIGHT, FLOOR)], colour=MUTED, width=1)
    _blocks(sheet, steps, pitch, sides)
    _limit(sheet, FLOOR - break_even * unit if in_view else None, break_even)
    _cross(sheet, LEFT - 34, HEIGHT - 14)
    sheet.text(LEFT - 22, HEIGHT - 14, "the bottleneck does not pay here", size=12, anchor="lm")
    return boxes


def _ruler(sheet: Sheet, highest: float, unit: float) -> None:
    """The scale at the left: it changes with the setting, so it must be readable."""
    rough = highest / 4
    size = 10 ** (len(str(int(rough))) - 1)
    step = next(size * factor for factor in (1, 2, 5, 10) if size * factor >= rough)
    for channels in range(0, int(highest) + 1, step):
        y = FLOOR - channels * unit
        sheet.line([(LEFT - 5, y), (LEFT - 1, y)], colour=MUTED, width=1)
        sheet.text(LEFT - 9, y, f"{channels}", size=11, colour=MUTED, anchor="rm")


def _labels(sheet: Sheet, x: float, y: float, *lines: str, anchor: str) -> None:
    for line in lines:
        sheet.text(x, y, line, size=12, anchor=anchor)
        y += 16


def _blocks(sheet: Sheet, steps: Sequence[Step], pitch: float, sides: tuple[int, int]) -> None:
    """The name of each block under its bars, its maps, and the widths that enter and leave."""
    for place, side in zip(("block 1", "block 2"), sides, strict=True):
        at = [index for index, step in enumerate(steps) if step.place == place]
        middle = LEFT + (at[0] + len(at) / 2) * pitch
        enters, leaves = steps[at[0]].width, steps[at[-1] + 1].width
        lines = (place, f"{side}×{side} pixels", f"{enters} → {leaves}")
        _labels(sheet, middle, FLOOR + 20, *lines, anchor="mt")


def _limit(sheet: Sheet, y: float | None, break_even: float) -> None:
    """The break-even as a dashed line, or where it is out of sight."""
    if y is not None:
        for x in range(LEFT, RIGHT, 10):  # each dash with a rim of its own: no bar is cut in two
            sheet.line([(x - 1, y), (x + 7, y)], colour=PAPER, width=3.5)
            sheet.line([(x, y), (x + 6, y)], width=1.5)
        _labels(sheet, RIGHT + 2, y - 32, "break-even", f"{break_even:g}", anchor="lt")
    elif break_even == float("inf"):
        _labels(sheet, RIGHT + 2, TOP, "pays at", "no width", anchor="lt")
    else:
        _labels(sheet, RIGHT + 2, TOP, "break-even", f"{break_even:g},", "far above", anchor="lt")


def _cross(sheet: Sheet, x: float, y: float, arm: float = 3.5) -> None:
    sheet.line([(x - arm, y - arm), (x + arm, y + arm)], width=2)
    sheet.line([(x - arm, y + arm), (x + arm, y - arm)], width=2)


def _quantity(
    sheet: Sheet, y: float, title: str, nets: Mapping[str, Mapping[str, int]], *, exact: bool
) -> dict[tuple[str, str], Box]:
    boxes = {}
    sheet.text(SECOND, y, title, size=14, bold=True)
    totals = {name: sum(costs.values()) for name, costs in nets.items()}
    scale = BAR_LENGTH / max(totals.values())
    for row, (name, costs) in enumerate(nets.items()):
        top, x = y + 26 + row * (ROW + 12), float(BARS)
        sheet.text(BARS - 8, top + ROW / 2, name, anchor="rm")
        for part in PARTS:
            length = costs.get(part, 0) * scale
            fill, ink = PARTS[part]
            if length:
                sheet.box(x, top, max(length - 0.5, 0.5), ROW, fill=fill)
                boxes[name, part] = (x, top, max(length - 0.5, 2), ROW)
            cost = costs.get(part, 0)
            label = _short(cost) if exact else in_millions(cost)
            if length > 7 * len(label) + 8:
                middle = (x + length / 2, top + ROW / 2)
                sheet.text(*middle, label, size=11, colour=ink, anchor="mm")
            x += length
        shown = f"{totals[name]:,}" if exact else in_millions(totals[name])
        sheet.text(x + 6, top + ROW / 2, shown, bold=True, anchor="lm")
    return boxes


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


def _legend(sheet: Sheet, costs: Mapping[str, Mapping[str, Mapping[str, int]]]) -> None:
    used = {part for nets in costs.values() for net in nets.values() for part in net}
    x, y = float(SECOND), 288
    for part, (fill, _) in PARTS.items():
        if part in used:
            sheet.box(x, y, 14, 14, fill=fill)
            sheet.text(x + 19, y + 7, part, size=12, anchor="lm")
            x += 36 + 7.4 * len(part)
