"""The budget explorer of lesson 06: which net of the comparison is best within a budget."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from functools import lru_cache
from math import ceil, floor, log10
from typing import Any

import ipywidgets as W
import torch

from densenet_lessons.experiments import (
    FAMILIES,
    Summary,
    accuracies_of,
    build,
    load_comparison,
    summarise,
    zoo_records,
)
from densenet_lessons.panels.base import Panel, Refusal, Region, Scene, refusing
from densenet_lessons.panels.budget import words
from densenet_lessons.panels.budget.picture import Net, budget_image
from densenet_lessons.panels.budget.words import TIE
from densenet_lessons.panels.controls import Control, choice, steps, toggle
from densenet_lessons.training import one_thread

NOT_YET = "not yet"
#: Axis -> what a budget counts on it.
UNITS = {
    "parameters": "thousand parameters",
    "MACs": "million multiply-adds for one image",
    "milliseconds": "milliseconds for one image, measured on this machine",
}
_ROUND = (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8)


def budget_explorer(record: dict | None = None) -> Panel:
    """The recorded comparison as accuracy against cost, and the best net within a budget.

    Controls: ``guess`` (the family expected to be best; the accuracies stay covered until one
    is made), ``axis`` (parameters, MACs, milliseconds), ``budget`` in the unit of the axis
    (thousands, millions, milliseconds), ``zoo`` (the zoo's nets as further points).

    Args:
        record: of ``comparison.compare``; by default the one that ships.
    """
    return BudgetExplorer(record)


class BudgetExplorer(Panel):
    """The panel behind ``budget_explorer``: the budgets on offer follow the axis."""

    sentence_lines = 6

    def __init__(self, record: dict | None = None) -> None:
        self._summaries: list[Summary] = []
        self._costs: dict[str, list[float]] = {}
        self._trouble = ""
        try:
            self._summaries, self._record = _read(record)
            self._costs = _costs(self._summaries)
        except (FileNotFoundError, RuntimeError, ValueError) as error:
            self._trouble = str(error)  # told when the panel is drawn
        self._chosen = {axis: _budgets(costs)[-1] for axis, costs in self._costs.items()}
        budgets = _budgets(self._costs["parameters"]) if self._costs else [1.0]
        controls = {
            "guess": _guesses("your guess", [NOT_YET, *FAMILIES, TIE]),
            "zoo": toggle("show the zoo's nets"),
            "axis": choice("axis", list(UNITS), "parameters"),
            "budget": steps("budget", budgets, budgets[-1]),
        }
        super().__init__("Budget explorer", controls, scale=2)

    def brings(self, moved: Mapping[str, Any]) -> dict[str, Any]:
        """The last budget of the axis that is chosen."""
        return {"budget": self._chosen[moved["axis"]]} if moved.get("axis") in self._chosen else {}

    def offers(self, values: Mapping[str, Any]) -> dict[str, Sequence[Any]]:
        """The budgets of the axis that is chosen."""
        return {"budget": _budgets(self._costs[values["axis"]])} if self._costs else {}

    def draw(self, guess: str, axis: str, budget: float, zoo: bool) -> Scene:
        if self._trouble:
            raise Refusal(self._trouble)
        self._chosen[axis] = budget
        costs = self._costs[axis]
        nets = [
            Net(
                one.family, one.size, cost, cost <= budget, one.mean, one.spread,
                tuple(accuracies_of(self._record, one.family, one.size)),
            )
            for one, cost in zip(self._summaries, costs, strict=True)
        ]  # fmt: skip
        fitting = [one for one, net in zip(self._summaries, nets, strict=True) if net.fits]
        further = _zoo(axis) if zoo else []
        covered = guess == NOT_YET
        budgets = _budgets(costs)
        picture, boxes = budget_image(
            nets, UNITS[axis], budget, (budgets[0], budgets[-1]), covered=covered, zoo=further
        )
        unit = UNITS[axis].split(",")[0]
        told = [words.within(fitting, len(nets), f"{budget:g} {unit}", costs)]
        alt = words.covered_alt(len(nets), told[0])
        if covered:
            told.append(words.COVERED)
        elif fitting:
            told += [
                words.best(fitting),
                words.scope(self._record["settings"]),
                words.about_guess(guess, fitting),
            ]
        if axis == "milliseconds":
            told.append(words.TIMED)
        if zoo:
            told.append(words.about_zoo(len(further)))
        if not covered:
            alt = words.alt(axis, len(nets), " ".join(told))
        labels = {
            (one.family, one.size): words.label(one, milliseconds, covered=covered)
            for one, milliseconds in zip(self._summaries, self._costs["milliseconds"], strict=True)
        }
        for index, (cost, accuracy) in enumerate(further):
            labels[index] = words.zoo_label(cost, unit, accuracy, covered=covered)
        regions = [Region(*box, labels[name]) for name, box in boxes.items()]
        return Scene(picture, alt, " ".join(told), regions)


def _read(record: dict | None) -> tuple[list[Summary], dict]:
    if record is None:
        return load_comparison()
    try:
        words.scope(record["settings"])
        return summarise(record), record
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"record must be one of comparison.compare, got {error!r}") from error


def _costs(summaries: Sequence[Summary]) -> dict[str, list[float]]:
    """The cost of each net on each axis, in the axis's unit."""
    times = _milliseconds(tuple((one.family, one.size) for one in summaries))
    return {
        "parameters": [one.parameters / 1e3 for one in summaries],
        "MACs": [one.macs / 1e6 for one in summaries],
        "milliseconds": list(times),
    }


@lru_cache(maxsize=4)
def _milliseconds(names: tuple[tuple[str, str], ...], passes: int = 8) -> tuple[float, ...]:
    """The quickest forward pass of each net for one image, on one thread.

    More threads would not help nets so small, and on a busy machine wait for each other.
    """
    nets = [build(family, size, seed=0).eval() for family, size in names]
    image, best = torch.zeros(1, 1, 28, 28), [float("inf")] * len(nets)
    with one_thread(), torch.no_grad():
        for _ in range(passes):  # in turn, so that a busy moment meets all of them
            for index, net in enumerate(nets):
                started = time.perf_counter()
                net(image)
                best[index] = min(best[index], 1000 * (time.perf_counter() - started))
    return tuple(best)


def _budgets(costs: Sequence[float]) -> list[float]:
    """Round numbers, from one that no net meets to one that all meet."""
    powers = range(floor(log10(min(costs))) - 1, ceil(log10(max(costs))) + 1)
    rounded = [float(f"{digit}e{power}") for power in powers for digit in _ROUND]
    below = max(value for value in rounded if value < min(costs))
    enough = min(value for value in rounded if value >= max(costs))
    return [value for value in rounded if below <= value <= enough]


def _guesses(name: str, options: list[str]) -> Control:
    """Buttons, though there are five: on a slider, one would pass over guesses not meant."""
    look = {"description_width": "initial", "button_width": "86px"}
    buttons = W.ToggleButtons(
        options=options, value=options[0], description=name, style=look,
        layout=W.Layout(width="max-content"),
    )  # fmt: skip
    return Control([buttons], options, options[0], name)


def _zoo(axis: str) -> list[tuple[float, float]]:
    """Cost and accuracy, on the images that ship, of the zoo's nets."""
    unit = {"parameters": 1e3, "MACs": 1e6}.get(axis)
    if unit is None:
        return []
    with refusing((FileNotFoundError, RuntimeError)):
        nets = zoo_records().values()
    return [(getattr(net, axis.lower()) / unit, net.small_test_accuracy) for net in nets]
