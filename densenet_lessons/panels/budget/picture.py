"""The picture of the budget explorer: accuracy against cost, and what a budget leaves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from PIL import Image

from densenet_lessons.panels.budget.axes import (
    FLOOR,
    LEFT,
    RIGHT,
    TOP,
    Across,
    Up,
    budget_place,
    side_by_side,
    spread_out,
)
from densenet_lessons.pictures import FAMILIES, INK, MUTED, PAPER, Sheet, draw_mark, tint

#: x, y, width and height in CSS pixels.
Box = tuple[float, float, float, float]

WIDTH, HEIGHT = 836, 412
STRIP = 236  # top of what is seen of the budget while the accuracies are covered
GRID, BEYOND = "#e5e7eb", "#f3f4f6"
ZOO = "#7b5fc7"
LINE, LINE_BEYOND = 0.5, 0.3  # how much of a family's colour its line has
MARK, RUNS = 15, 8  # width of a net's mark, and how far right of its middle its runs stand


@dataclass(frozen=True)
class Net:
    """A net of the comparison as it is drawn.

    Args:
        family, size: as in the comparison.
        cost: what one net takes of the budget, in the unit of the axis.
        fits: whether the budget allows it.
        mean, spread: of the accuracies, from 0 to 1.
        accuracies: of the single runs.
    """

    family: str
    size: str
    cost: float
    fits: bool
    mean: float
    spread: float
    accuracies: tuple[float, ...]


def budget_image(
    nets: Sequence[Net],
    unit: str,
    budget: float,
    limits: tuple[float, float],
    *,
    covered: bool = False,
    zoo: Sequence[tuple[float, float]] = (),
) -> tuple[Image.Image, dict[Any, Box]]:
    """Accuracy against cost on a logarithmic axis, with the nets beyond the budget paler.

    Args:
        nets: of the comparison.
        unit: what the costs count ("thousand parameters").
        budget: in the same unit.
        limits: the least and the largest budget on offer; the axis has room for both.
        covered: show what the nets cost, and not yet how well they do.
        zoo: cost and accuracy of further nets, which aren't to be compared.

    Returns:
        The picture, and the places of the nets by (family, size), and of ``zoo`` by number.
    """
    sheet = Sheet(WIDTH, HEIGHT)
    nets = sorted(nets, key=lambda net: net.cost)
    across = Across([net.cost for net in nets] + [cost for cost, _ in zoo] + [*limits])
    places = side_by_side([across(net.cost) for net in nets])
    fitting = sum(net.fits for net in nets)  # those that fit are the first: nets are sorted
    line = budget_place(places[:fitting], places[fitting:], across(budget))
    top = STRIP if covered else TOP
    sheet.box(line, top, RIGHT - line, FLOOR - top, fill=BEYOND)
    _cost_axis(sheet, across, unit)
    shown = [value for net in nets for value in (*net.accuracies, net.mean - net.spread)]
    shown += [net.mean + net.spread for net in nets] + [accuracy for _, accuracy in zoo]
    up = Up(shown)
    if not covered:
        _accuracy_axis(sheet, up)
    sheet.line([(line, top), (line, FLOOR + 5)], width=2)
    side = "r" if line > (LEFT + RIGHT) / 2 else "l"
    away = -6 if side == "r" else 6
    sheet.text(line + away, top - 4, f"budget {budget:g}", size=12, anchor=f"{side}b", bold=True)
    if covered:
        points = [(across(cost), STRIP + 16.0) for cost, _ in zoo]
        heights = _covered(sheet, nets, places, [x for x, _ in points])
    else:
        points = [(across(cost), up(accuracy)) for cost, accuracy in zoo]
        heights = [up(net.mean) for net in nets]
        _families(sheet, nets, places, up)
        _zoo(sheet, points)
    _legend(sheet, covered=covered, zoo=bool(zoo))
    boxes: dict[Any, Box] = {
        (net.family, net.size): _around(x, y)
        for net, x, y in zip(nets, places, heights, strict=True)
    }
    return sheet.image, boxes | {index: _around(*point) for index, point in enumerate(points)}


def _around(x: float, y: float) -> Box:
    """A place large enough for a finger's tip, with the mark in its middle."""
    return (x - MARK / 2 - 2, y - MARK / 2 - 2, MARK + 4, MARK + 4)


def _cost_axis(sheet: Sheet, across: Across, unit: str) -> None:
    sheet.line([(LEFT, FLOOR), (RIGHT, FLOOR)], colour=MUTED, width=1)
    for tick in across.ticks():
        x = across(tick)
        sheet.line([(x, FLOOR), (x, FLOOR + 4)], colour=MUTED, width=1)
        sheet.text(x, FLOOR + 9, f"{tick:g}", size=12, anchor="mt")
    middle = (LEFT + RIGHT) / 2
    sheet.text(middle, FLOOR + 27, f"{unit} (logarithmic axis)", size=12.5, anchor="mt")


def _accuracy_axis(sheet: Sheet, up: Up) -> None:
    sheet.text(4, 2, "test accuracy", size=12)
    for tick in up.ticks():
        y = up(tick)
        if y < TOP + 4:
            continue
        sheet.line([(LEFT, y), (RIGHT, y)], colour=GRID, width=1)
        sheet.text(LEFT - 6, y, f"{100 * tick:.4g}%", size=12, anchor="rm")


def _covered(
    sheet: Sheet, nets: Sequence[Net], places: Sequence[float], zoo: Sequence[float]
) -> list[float]:
    """What each net costs, on a height that tells its family and nothing more."""
    heights = {family: FLOOR - 54.0 + 19 * index for index, family in enumerate(FAMILIES)}
    for net, x in zip(nets, places, strict=True):
        _net_mark(sheet, net, x, heights[net.family])
    for x in zoo:
        draw_mark(sheet, "D", x, STRIP + 16, ZOO, size=11, filled=False)
    for x, family in zip((LEFT + 180, LEFT + 294, LEFT + 424), FAMILIES, strict=True):
        colour, shape = FAMILIES[family]
        draw_mark(sheet, shape, x, 180, colour)
        sheet.text(x + 14, 180, family, size=14, anchor="lm", bold=True)
    middle = (LEFT + RIGHT) / 2
    sheet.text(middle, 110, "The accuracies are covered.", size=17, anchor="mm", bold=True)
    question = "Which family is the most accurate within the budget? Guess, and they show."
    sheet.text(middle, 138, question, size=14, anchor="mm")
    return [heights[net.family] for net in nets]


def _net_mark(sheet: Sheet, net: Net, x: float, y: float) -> None:
    letter = net.size[:1].upper()
    shape = FAMILIES[net.family][1]
    draw_mark(sheet, shape, x, y, _ink(net), size=MARK, letter=letter, filled=net.fits)


def _ink(net: Net) -> str:
    colour = FAMILIES[net.family][0]
    return colour if net.fits else beyond(colour)


def beyond(colour: str) -> str:
    """A family's colour where its nets don't fit: paler, and still to be told from others."""
    return tint(colour, 0.45)


def _families(sheet: Sheet, nets: Sequence[Net], places: Sequence[float], up: Up) -> None:
    """A line for each family, over it spreads, then single runs, on top the means and names."""
    by_family = {
        family: [
            (net, x) for net, x in zip(nets, places, strict=True) if net.family == family
        ]
        for family in FAMILIES
        if any(net.family == family for net in nets)
    }  # fmt: skip
    for family, found in by_family.items():
        for (one, x), (next_one, next_x) in pairwise(found):
            both = one.fits and next_one.fits
            way = [(x, up(one.mean)), (next_x, up(next_one.mean))]
            share = LINE if both else LINE_BEYOND
            sheet.line(way, colour=tint(FAMILIES[family][0], 1 - share), width=1)
    for net, x in zip(nets, places, strict=True):
        colour = _ink(net)
        low, high = up(net.mean - net.spread), up(net.mean + net.spread)
        for y in (low, high):
            sheet.line([(x - 5, y), (x + 5, y)], colour=colour, width=2)
        sheet.line([(x, low), (x, high)], colour=colour, width=2)
    for net, x in zip(nets, places, strict=True):  # not hidden by the bar of a net beside it
        for accuracy in net.accuracies:
            draw_mark(sheet, "o", x + RUNS, up(accuracy), PAPER, size=7)
            draw_mark(sheet, "o", x + RUNS, up(accuracy), tint(_ink(net), 0.4), size=5)
    for net, x in zip(nets, places, strict=True):
        _net_mark(sheet, net, x, up(net.mean))
    _names(sheet, by_family, up)


def _names(
    sheet: Sheet, by_family: Mapping[str, Sequence[tuple[Net, float]]], up: Up
) -> None:  # fmt: skip
    """The families in the right margin, each about as high as its largest net."""
    ends = sorted((up(found[-1][0].mean), family) for family, found in by_family.items())
    heights = spread_out([height for height, _ in ends], apart=20)
    down = max(0, TOP + 9 - heights[0]) - max(0, heights[-1] - FLOOR + 9)
    for height, (_, family) in zip(heights, ends, strict=True):
        fits = any(net.fits for net, _ in by_family[family])
        colour, shape = FAMILIES[family]
        y = height + down
        look = {"size": 12, "filled": fits}
        draw_mark(sheet, shape, RIGHT + 14, y, colour if fits else beyond(colour), **look)
        sheet.text(RIGHT + 24, y, family, size=14, colour=colour, anchor="lm", bold=True)


def _zoo(sheet: Sheet, points: Sequence[tuple[float, float]]) -> None:
    for x, y in points:
        draw_mark(sheet, "D", x, y, ZOO, size=11, filled=False)


def _legend(sheet: Sheet, *, covered: bool, zoo: bool) -> None:
    y = HEIGHT - 36.0
    text = "S, M, L: small, medium, large. "
    if covered:
        text += "Nets of equal cost stand side by side."
    else:
        text += (
            "Bar: mean ± standard deviation over seeds; small dots: each run. "
            "Pale: beyond the budget."
        )
    sheet.text(LEFT - 20, y, text, size=12, colour=INK)
    if zoo:
        draw_mark(sheet, "D", LEFT - 14, y + 25, ZOO, size=11, filled=False)
        note = "nets of the zoo (DenseNets): trained on six times as many images, so not comparable"
        sheet.text(LEFT, y + 19, note, size=12, colour=INK)
    elif not covered:
        text = "Nets of equal cost stand side by side."
        sheet.text(LEFT - 20, y + 18, text, size=12, colour=INK)
