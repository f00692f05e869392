"""What the budget explorer says about the nets that fit: the best, the second, and the noise."""

from collections.abc import Mapping, Sequence
from typing import Any

from densenet_lessons.experiments import Difference, Summary, differ

TIE = "a tie"


def within(fitting: Sequence[Summary], total: int, budget: str, costs: Sequence[float]) -> str:
    """How many nets fit; where none does, what the cheapest takes."""
    if fitting:
        return f"Within {budget}, {len(fitting)} of {total} nets fit."
    return f"Within {budget}, no net fits: the cheapest takes {min(costs):.3g}."


def best(fitting: Sequence[Summary]) -> str:
    """The best net that fits, the second, and whether they are apart."""
    first, *others = sorted(fitting, key=lambda one: one.mean, reverse=True)
    words = (
        f"Most accurate: {_name(first)}, {_percent(first.mean)} ± {_points(first.spread)} "
        f"points (mean and standard deviation over {first.seeds} seeds)."
    )
    if not others:
        return words
    second = others[0]
    words += f" Second: {_name(second)}, {_compared(first, second)}."
    rival = _rival(first, others)
    if rival and rival is not second:
        words += f" Best of another family: {_name(rival)}, {_compared(first, rival)}."
    return words


def _compared(first: Summary, other: Summary) -> str:
    """An accuracy beside the best one, and what their distance is worth."""
    found = differ(first, other)
    judged = "more than" if found.clear else "within"
    return (
        f"{_percent(other.mean)} ± {_points(other.spread)}, "
        f"{_gap(first, other)} less: {judged} the noise ({_test(found)})"
    )


def _test(found: Difference) -> str:
    """Welch's t test in a bracket: its p, and the interval of the difference in points."""
    p = "p < 0.001" if found.p < 0.001 else f"p = {found.p:.3f}"
    return f"Welch's t: {p}, 95% interval {100 * found.low:.2f} to {100 * found.high:.2f} points"


def scope(settings: Mapping[str, Any]) -> str:
    """What the comparison is about, and so what it says nothing about."""
    return (
        f"This is about nets of {settings['depth']} layers after {settings['epochs']} epochs on "
        "10,000 grey images of 28 pixels, and about no others."
    )


def about_guess(guess: str, fitting: Sequence[Summary]) -> str:
    """How far the guessed family's best net is behind the best that fits, or how it leads."""
    first, *others = sorted(fitting, key=lambda one: one.mean, reverse=True)
    return f"Your guess was {guess}: {_judged(guess, first, others)}."


def _judged(guess: str, first: Summary, others: Sequence[Summary]) -> str:
    own = next((one for one in (first, *others) if one.family == guess), None)
    rival = _rival(first, others)
    if own is None and guess != TIE:
        return f"no {guess} net fits this budget"
    if rival is None:
        return f"no other family than {first.family} fits to compare"
    if own is not None and own is not first:
        behind = f"its best net that fits, {_name(own)}, is {_gap(first, own)} behind"
        if differ(first, own).clear:
            return f"{behind}, more than the noise: it does not hold here"
        return f"{behind}, within the noise: these runs do not decide"
    apart = differ(first, rival).clear
    if guess == TIE:
        return "it does not hold here" if apart else "it holds here"
    return "it holds here" if apart else "ahead here, but not by more than the noise"


def _rival(first: Summary, others: Sequence[Summary]) -> Summary | None:
    """The best of the other families, where one fits."""
    return next((one for one in others if one.family != first.family), None)


def _gap(first: Summary, other: Summary) -> str:
    return f"{100 * (first.mean - other.mean):.2f} points"


def _name(one: Summary) -> str:
    return f"{one.family} {one.size}"


def _percent(share: float) -> str:
    return f"{100 * share:.1f}%"


def _points(share: float) -> str:
    return f"{100 * share:.1f}"


def about_zoo(count: int) -> str:
    """Why the zoo's nets stand apart, or why they are not there."""
    if not count:
        return "The zoo's nets were not timed."
    return (
        f"The zoo's {count} DenseNets are not compared: they learnt from six times as many "
        "images, one run each."
    )
