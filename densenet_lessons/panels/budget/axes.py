"""Where the budget explorer's picture puts a cost, an accuracy and the line of a budget."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, log

#: Edges of the axes within the picture, in CSS pixels.
LEFT, RIGHT, TOP, FLOOR = 62, 730, 22, 326
#: Distance of nets of equal cost, so that they don't hide one another.
APART = 13
#: No net stands further than this from its cost, so three of one cost take 4% of the axis.
OFFSET = 0.02 * (RIGHT - LEFT)
BESIDE = 13  # from a net's middle stands the line of a budget, where there is room


class Across:
    """Place of a cost on a logarithmic axis that has room for all of them."""

    def __init__(self, costs: Sequence[float]):
        self.low, self.high = log(min(costs)), log(max(costs))
        room = 52  # left and right of the outermost costs
        self.start, self.unit = LEFT + room, (RIGHT - LEFT - 2 * room) / (self.high - self.low)

    def __call__(self, cost: float) -> float:
        return self.start + (log(cost) - self.low) * self.unit

    def ticks(self) -> list[float]:
        """Round costs within the axis: 1, 2, 5, 10, ..., and more on a short axis."""
        powers = range(floor(self.low / log(10)) - 1, ceil(self.high / log(10)) + 1)
        ticks: list[float] = []
        for digits in ((1, 2, 5), (1, 1.5, 2, 3, 5, 7)):
            rounded = [float(f"{digit}e{power}") for power in powers for digit in digits]
            ticks = [tick for tick in rounded if LEFT + 12 <= self(tick) <= RIGHT - 12]
            if len(ticks) >= 4:
                break
        return ticks


class Up:
    """Height of an accuracy, on an axis from below the lowest to above the highest."""

    def __init__(self, shown: Sequence[float]):
        margin = 0.08 * max(max(shown) - min(shown), 0.004)
        self.low, self.high = min(shown) - margin, max(shown) + margin

    def __call__(self, accuracy: float) -> float:
        return FLOOR - (accuracy - self.low) / (self.high - self.low) * (FLOOR - TOP)

    def ticks(self) -> list[float]:
        steps = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2)
        step = next(step for step in steps if (self.high - self.low) / step < 7)
        return [n * step for n in range(ceil(self.low / step), floor(self.high / step) + 1)]


def side_by_side(wanted: Sequence[float]) -> list[float]:
    """Rising places of nets, ``APART`` where their costs allow it, none off by over ``OFFSET``."""
    apart = float(APART)
    while True:
        places = spread_out(wanted, apart)
        if max(abs(a - b) for a, b in zip(places, wanted, strict=True)) <= OFFSET:
            return places
        apart *= 0.9


def spread_out(wanted: Sequence[float], apart: float) -> list[float]:
    """Rising places at least ``apart`` from one another, each as near as may be to its own."""
    groups: list[list[float]] = []  # [sum of first places, how many]
    for index, place in enumerate(wanted):
        groups.append([place - index * apart, 1])
        while len(groups) > 1 and groups[-2][0] / groups[-2][1] > groups[-1][0] / groups[-1][1]:
            total, count = groups.pop()
            groups[-1][0] += total
            groups[-1][1] += count
    firsts = [total / count for total, count in groups for _ in range(int(count))]
    return [first + index * apart for index, first in enumerate(firsts)]


def budget_place(fitting: Sequence[float], others: Sequence[float], wanted: float) -> float:
    """Place of the budget's line: after the nets that fit, before the others, near ``wanted``."""
    last, following = max(fitting, default=LEFT), min(others, default=RIGHT)
    beside = min(BESIDE, (following - last) / 2)
    return min(max(wanted, last + beside), following - beside)
