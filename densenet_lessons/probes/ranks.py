"""Do two lists order things alike? Rank correlation, with an interval from resampling."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Estimate:
    """A number with the interval that resampling gives it."""

    value: float
    low: float
    high: float


def ranks(values: Sequence[float]) -> np.ndarray:
    """Ranks from 1 on; equal values share the mean of their ranks."""
    values = np.asarray(values, dtype=float)
    ordered = np.sort(values)
    below = np.searchsorted(ordered, values, side="left")
    up_to = np.searchsorted(ordered, values, side="right")
    return (below + up_to + 1) / 2


def spearman(first: Sequence[float], second: Sequence[float]) -> float:
    """Spearman's rank correlation: the correlation of the ranks, nan where one list is constant."""
    one, two = (ranks(values) - (len(values) + 1) / 2 for values in (first, second))
    length = float(np.sqrt((one @ one) * (two @ two)))
    return float(one @ two) / length if length else float("nan")


def rank_correlation(
    first: Sequence[float],
    second: Sequence[float],
    *,
    groups: Sequence[Hashable] | None = None,
    resamples: int = 2000,
    level: float = 0.95,
    seed: int = 0,
) -> Estimate:
    """Spearman's rank correlation with its bootstrap interval.

    Args:
        first, second: two numbers for each item, in the same order.
        groups: of each item, by name. Items of a group are drawn together, as things that
            vary together must be. None draws each item by itself.
        resamples: how often items are drawn anew.
        level: share of the resampled values that lie in the interval, between 0 and 1.
        seed: of the drawing.

    Raises:
        ValueError: if the lists differ in length, have less than three items, or one is constant.
    """
    one, two = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    if one.ndim != 1 or one.shape != two.shape or len(one) < 3:
        raise ValueError(
            "first and second must be lists of one length, at least 3, "
            f"got {one.shape} and {two.shape}"
        )
    if not (np.isfinite(one).all() and np.isfinite(two).all()):
        raise ValueError("first and second must hold finite numbers, got nan or inf")
    if np.ptp(one) == 0 or np.ptp(two) == 0:
        raise ValueError("first and second must vary, got a list of equal numbers")
    names = list(range(len(one))) if groups is None else list(groups)
    if len(names) != len(one):
        raise ValueError(f"groups must name each of {len(one)} items, got {len(names)}")
    members = [
        np.array([at for at, own in enumerate(names) if own == name])
        for name in dict.fromkeys(names)
    ]

    def of(drawn: list[np.ndarray]) -> float:
        items = np.concatenate(drawn)
        return spearman(one[items], two[items])

    return bootstrap(members, of, resamples=resamples, level=level, seed=seed)


def bootstrap(
    items: Sequence,
    statistic: Callable[[list], float],
    *,
    resamples: int = 2000,
    level: float = 0.95,
    seed: int = 0,
) -> Estimate:
    """A statistic of the items, and the interval of its values on items drawn with replacement.

    Draws that leave the statistic undefined (nan) are left out.

    Args:
        items: of any kind.
        statistic: called with a list of as many items.
        resamples, level, seed: as in ``rank_correlation``.

    Raises:
        ValueError: if ``items`` is empty, or ``resamples`` or ``level`` is out of range.
    """
    items = list(items)
    if not items or resamples < 1:
        raise ValueError(
            f"items and resamples must be at least one, got {len(items)} and {resamples}"
        )
    if not 0 < level < 1:
        raise ValueError(f"level must be between 0 and 1, got {level}")
    generator = np.random.default_rng(seed)
    draws = generator.integers(len(items), size=(resamples, len(items)))
    found = np.array([statistic([items[at] for at in draw]) for draw in draws])
    low, high = np.nanquantile(found, [(1 - level) / 2, (1 + level) / 2])
    return Estimate(float(statistic(items)), float(low), float(high))
