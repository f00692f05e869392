"""Comparisons of numbers, words and sequences, for results and for predictions."""

from __future__ import annotations

from .record import NotAttempted, Refused, comparison
from .values import (
    MOST_ITEMS,
    Long,
    brief,
    brief_input,
    brief_pair,
    is_number,
    near,
    plain,
    same,
    tidy,
)


@comparison
def that(condition: bool, message: str, *, actual=None, given=None) -> None:
    """Refuses with your own `message` unless the condition holds; for what no other function says.

    Args:
        condition: computed by the check from values it has already compared or converted.
        message: starts in lower case: "the list has 3 entries, expected one for each layer".
        actual: the value at fault, by which a declared wrong answer is recognised.
        given: the input, in words or as a value.
    """
    if not condition:
        raise Refused(message, actual=actual, given=given)


@comparison
def equal(actual, expected, *, given=None, what: str = "result") -> None:
    """The answer's number, word, truth value or sequence is exactly the expected one.

    40.0 passes for 40, a tuple or a numpy array for a list, and a word in other case; True does
    not pass for 1, nor a string for a number.

    Args:
        actual: what the answer returned.
        expected: the right value, from an independent computation.
        given: the input, shown to the learner; the last call's arguments if left out.
        what: what `actual` is, in the learner's words, without an article: "output's shape".
    """
    present(actual, what, given)
    wrong, right = plain(actual), plain(expected)
    if same(tidy(wrong), tidy(right)):
        return
    came, due = brief_pair(wrong, right)
    detail = _first_difference(wrong, right)
    message = f"the {what} is {came}, expected {due}{detail}."
    raise Refused(message, actual=actual, given=given)


@comparison
def close(actual, expected: float, *, rel: float = 1e-6, given=None, what: str = "result") -> None:
    """The answer's number is within a relative distance `rel` of the expected one.

    A Python number, a numpy number or a tensor without dimensions will do. The distance allows
    for float32; an answer that is rounded to five digits is refused.
    """
    present(actual, what, given)
    found, right = plain(actual), float(plain(expected))
    if not is_number(found):
        message = f"the {what} is {brief(actual)}, expected a number."
        raise Refused(message, actual=actual, given=given)
    if not near(found, right, rel):
        came, due = brief_pair(float(found), right)
        raise Refused(f"the {what} is {came}, expected {due}.", actual=actual, given=given)


@comparison
def guess(actual, expected, *, rel: float | None = None, words=()) -> None:
    """A prediction: a number, a shape, a word or True/False. The message never shows what is right.

    Args:
        actual: the learner's guess; tuples, lists and `torch.Size` are the same here.
        expected: the right value, computed.
        rel: relative tolerance for a number, where an estimate is asked for; without it ints must
            be equal, and floats up to rounding.
        words: the words to choose from, where `expected` is a list of some.
    """
    _chosen(actual)
    right, wrong = tidy(plain(expected)), tidy(plain(actual))
    if same(wrong, right, rel=1e-6):
        return
    if rel is not None and is_number(right) and is_number(wrong) and near(wrong, right, rel):
        return
    raise Refused(f"{brief_input(actual)} is not it.{_advice(wrong, right, words)}", actual=wrong)


def _advice(wrong, right, words) -> str:
    """What is wrong with a guess's form."""
    if type(right) is list and type(wrong) is not list:
        return " Write a tuple, with a comma between its entries: (1, 2)."
    if type(right) is not list and type(wrong) in (list, Long):
        return " One value is asked for, not several."
    if type(right) is list and len(wrong) != len(right):
        return f" {len(right)} entries are asked for, not {len(wrong)}."
    if words and not all(word in map(tidy, words) for word in wrong):
        return f" Choose from these words, in quotes: {', '.join(map(brief, words))}."
    if type(right) is bool and type(wrong) is not bool:
        return " Write True or False, without quotes."
    if type(right) is str and type(wrong) is not str:
        return ' Write a word in quotes: "word".'
    return " Write a number, without quotes." if is_number(right) and not is_number(wrong) else ""


@comparison
def ordering(actual, expected) -> None:
    """A predicted order of names. The message says how many places are right, never which.

    Args:
        actual: the learner's list or tuple of names.
        expected: all names in their right order.
    """
    _chosen(actual)
    names = ", ".join(brief(name) for name in sorted(expected, key=str))
    right, wrong = tidy(plain(expected)), tidy(plain(actual))
    if type(wrong) is not list:
        raise Refused(
            f"the answer is {brief(actual)}; write a list of the names: {names}.", actual=actual
        )
    each_once = len(wrong) == len(right) and all(
        sum(same(name, other) for other in wrong) == 1 for name in right
    )
    if not each_once:
        raise Refused(f"the list must name each of these once: {names}.", actual=actual)
    hits = sum(same(one, other) for one, other in zip(wrong, right, strict=True))
    if hits < len(right):
        stand = "stands" if hits == 1 else "stand"
        message = f"{hits} of the {len(right)} names {stand} in the right place."
        raise Refused(message, actual=wrong)


@comparison
def one_of(actual, expected, options) -> None:
    """A choice among named options, whatever the case. The message never shows the right one.

    Args:
        actual: the learner's choice.
        expected: the right option.
        options: all options, strings or numbers.
    """
    _chosen(actual)
    if expected not in options:
        raise ValueError(f"expected must be one of the options {options!r}, got {expected!r}")
    choice = tidy(plain(actual))
    if not any(same(choice, tidy(option)) for option in options):
        listed = ", ".join(brief(option) for option in options)
        raise Refused(
            f"the answer is {brief(actual)}; choose one of these: {listed}.", actual=choice
        )
    if not same(choice, tidy(expected)):
        raise Refused(f"{brief(actual)} is not it.", actual=choice)


@comparison
def raises_value_error(function, *args, naming: str, **kwargs) -> None:
    """The call raises a `ValueError` whose text names the argument.

    Args:
        function: the answer, or a method of what it built.
        args, kwargs: the invalid arguments.
        naming: the argument's name that the text must hold.
    """
    shown = [brief_input(arg) for arg in args]
    shown += [f"{name}={brief_input(value)}" for name, value in kwargs.items()]
    given = ", ".join(shown)
    try:
        result = function(*args, **kwargs)
    except ValueError as error:
        if naming not in str(error):
            raise Refused(
                f"the ValueError's text must name `{naming}`.", actual=str(error), given=given
            ) from None
    except (NotImplementedError, RecursionError):
        raise
    except Exception as error:
        kind = type(error).__name__
        raise Refused(
            f"{kind} was raised; raise a ValueError that names `{naming}`.",
            actual=kind,
            given=given,
        ) from None
    else:
        raise Refused(
            f"no error was raised; `{naming}` is invalid, so raise a ValueError that names it.",
            actual=result,
            given=given,
        )


def present(actual, what: str, given) -> None:
    """Refuses None, and knows an answer that is still `...`."""
    if actual is ...:
        raise NotAttempted
    if actual is None:
        raise Refused(f"the {what} is None: is a `return` missing?", actual=None, given=given)


def _chosen(answer) -> None:
    """Refuses None as a prediction, and knows one that is still `...`."""
    if answer is ...:
        raise NotAttempted
    if answer is None:
        raise Refused("the answer is None: write your prediction in the cell.", actual=None)


def _first_difference(wrong, right) -> str:
    """Where two sequences part, in words; empty for anything else."""
    if type(wrong) is not list or type(right) is not list:
        return ""
    if len(wrong) != len(right):
        return f" (its length is {len(wrong)} and not {len(right)})"
    index = next(i for i in range(len(right)) if not same(tidy(wrong[i]), tidy(right[i])))
    more = len(right) > MOST_ITEMS
    return f" (entry {index} {f'is {brief(wrong[index])}' if more else 'differs'})"
