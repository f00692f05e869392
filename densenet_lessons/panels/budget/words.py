"""What the budget explorer says about the nets that fit: the best, the second, and the noise."""

from collections.abc import Mapping, Sequence
from typing import Any

from densenet_lessons.experiments import Summary, differ

TIE = "a tie"


def within(fitting: Sequence[Summary], total: int, budget: str, costs: Sequence[float]) -> str:
    """How many nets fit; where none does, what the cheapest takes."""
    if fitting:
        return f"Within {budget}, {len(fitting)} of {total} nets fit."
    return f"Within {budget}, no net fits: the cheapest takes {min(costs):.3g}."


def best(fitting: Sequence[Summary]) -> str:
    """The best net that fits, the second, and whether they are apart."""
    first, *others = sorted(fitting, key=lambda one: one.mean, reverse=True)
    told = [
        f"Most accurate: {_name(first)}, {_percent(first.mean)} ± {_points(first.spread)} "
        f"points (mean and standard deviation over {first.seeds} seeds)."
    ]
    if others:
        told.append(_compared("Second", first, others[0]))
        rival = _rival(first, others)
        if rival and rival is not others[0]:
            told.append(_compared("Best of another family", first, rival))
    return " ".join(told)


def _compared(role: str, first: Summary, other: Summary) -> str:
    """An accuracy beside the best one, and what their distance is worth by Welch's t test."""
    found = differ(first, other)
    p = "p < 0.001" if found.p < 0.001 else f"p = {found.p:.3f}"
    low, high = 100 * found.low, 100 * found.high
    if found.clear:
        return (
            f"{role}: {_name(other)}, {_percent(other.mean)} ± {_points(other.spread)}, "
            f"{_gap(first, other)} less: more than the noise (Welch's t: {p}, 95% interval "
            f"{low:.2f} to {high:.2f} points)."
        )
    return (
        f"{role}: {_name(other)}, {_percent(other.mean)} ± {_points(other.spread)}, "
        f"{_gap(first, other)} less: within the noise (Welch's t: {p}, 95% interval "
        f"{low:.2f} to {high:.2f} points)."
    )


def scope(settings: Mapping[str, Any]) -> str:
    """What the comparison is about, and so what it says nothing about."""
    return (
        f"This is about nets of {settings['depth']} layers after {settings['epochs']} epochs on "
        "10,000 grey images of 28 pixels, and about no others."
    )


def about_guess(guess: str, fitting: Sequence[Summary]) -> str:
    """How far the guessed family's best net is behind the best that fits, or how it leads."""
    first, *others = sorted(fitting, key=lambda one: one.mean, reverse=True)
    own = next((one for one in (first, *others) if one.family == guess), None)
    rival = _rival(first, others)
    if own is None and guess != TIE:
        return f"Your guess was {guess}: no {guess} net fits this budget."
    if rival is None:
        return f"Your guess was {guess}: no other family than {first.family} fits to compare."
    if own is not None and own is not first:
        return _behind(guess, first, own)
    apart = differ(first, rival).clear
    if apart == (guess != TIE):
        return f"Your guess was {guess}: it holds here."
    if guess == TIE:
        return f"Your guess was {guess}: it does not hold here."
    return f"Your guess was {guess}: ahead here, but not by more than the noise."


def _behind(guess: str, first: Summary, own: Summary) -> str:
    if differ(first, own).clear:
        return (
            f"Your guess was {guess}: its best net that fits, {_name(own)}, is "
            f"{_gap(first, own)} behind, more than the noise: it does not hold here."
        )
    return (
        f"Your guess was {guess}: its best net that fits, {_name(own)}, is "
        f"{_gap(first, own)} behind, within the noise: these runs do not decide."
    )


COVERED = (
    "The accuracies are covered. Which family do you expect to be ahead? Guess, and they show; "
    f"'{TIE}' means that none is ahead by more than the noise."
)
TIMED = (
    "Each time is the quickest of some passes on one thread. Training times are left out: other "
    "work kept that machine busy."
)


def covered_alt(total: int, told: str) -> str:
    return f"What {total} nets cost; their accuracies are covered. {told}"


def alt(axis: str, total: int, told: str) -> str:
    return f"Test accuracy against {axis}, with {total} nets of three families. {told}"


def label(one: Summary, milliseconds: float, *, covered: bool) -> str:
    """A net's point: its name, its accuracies unless they are covered, and all its costs."""
    costs = (
        f"It has {one.parameters:,} parameters and takes {one.macs:,} multiply-adds and "
        f"{milliseconds:.2g} ms an image on this machine."
    )
    if covered:
        return f"{_name(one).capitalize()}: its accuracy is covered. {costs}"
    return (
        f"{_name(one).capitalize()}: mean {100 * one.mean:.2f}% over {one.seeds} seeds, one "
        f"standard deviation is from {100 * (one.mean - one.spread):.2f}% to "
        f"{100 * (one.mean + one.spread):.2f}%. {costs}"
    )


def zoo_label(cost: float, unit: str, accuracy: float, *, covered: bool) -> str:
    """A point of the zoo, which is not to be compared."""
    if covered:
        return f"A DenseNet of the zoo, {cost:,.4g} {unit}: its accuracy is covered."
    return (
        f"A DenseNet of the zoo, {cost:,.4g} {unit}: {accuracy:.1%} in one run, trained on six "
        "times as many images."
    )


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
