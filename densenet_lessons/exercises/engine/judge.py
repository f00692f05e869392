"""Runs one check on one answer, guarded on all sides, and says how it ended."""

from __future__ import annotations

import inspect
from dataclasses import dataclass

from torch import nn

from .guard import TimeIsUp, isolated, time_limit
from .refusal import NotAttempted, Refused, brief, comparisons, is_a, same
from .report import Call, failure
from .source import is_code, is_stub
from .verdict import Status

SEED = 0
FILL_IN = {
    "value": "Write your answer in place of `...`, then run the cell.",
    "function": "Fill in the function: replace `raise NotImplementedError`, then run the cell.",
    "class": "Fill in the class: replace `raise NotImplementedError`, then run the cell.",
}


@dataclass(frozen=True)
class Outcome:
    """How one run of a check ended.

    Args:
        status: what was found.
        message: in words.
        position: how many comparisons had begun when the answer was refused.
        actual: the refused value, or the exception's type and text.
        recognisable: False where the same end says nothing about the cause, as with a time limit.
    """

    status: Status
    message: str = ""
    position: int = 0
    actual: object = None
    recognisable: bool = False

    def same_mistake(self, other: Outcome) -> bool:
        """Whether both were refused at the same comparison with the same value."""
        return (
            self.recognisable
            and other.recognisable
            and self.position == other.position
            and same(self.actual, other.actual, rel=1e-5, by_type=True)
        )


def form_of(answer) -> str:
    """What a learner hands in where this is the solution: "value", "function" or "class"."""
    return "class" if inspect.isclass(answer) else "function" if is_code(answer) else "value"


def enact(check, answer, *, solution, name: str, limit: float) -> Outcome:
    """Runs a check, seeded and isolated, and cuts it off after `limit` seconds.

    Args:
        check: the exercise's check function.
        answer: what to check.
        solution: the declared solution, whose form the answer must have.
        name: what the answer is called in the notebook.
        limit: in seconds.
    """
    call = Call(name, check)
    try:
        with isolated(SEED), time_limit(limit):
            return _run(check, answer, solution, call)
    except TimeIsUp:
        time = f"{limit:g} second{'' if limit == 1 else 's'}"
        question = "is there a loop that never ends?"
        return Outcome(Status.NOT_YET, f"{call.subject()} did not return within {time}: {question}")


def _run(check, answer, solution, call: Call) -> Outcome:
    form = form_of(solution)
    comparisons.restart()
    try:
        if answer is ... or is_stub(answer) or _has_gap(answer):
            raise NotAttempted
        _require_form(answer, form, solution)
        with call.recorded(answer, form) as recorded:
            check(recorded)
    except NotAttempted:
        return Outcome(Status.NOT_ATTEMPTED, FILL_IN[form])
    except Refused as refused:
        message = call.sentence(refused)
        return Outcome(Status.NOT_YET, message, refused.position, refused.actual, True)
    except TimeIsUp:
        raise
    except BaseException as error:
        found = failure(error, call)
        if found is None:
            return Outcome(Status.NOT_ATTEMPTED, FILL_IN[form])
        return Outcome(Status.NOT_YET, found.message, comparisons.count, found.identity, True)
    return Outcome(Status.CORRECT)


def _require_form(answer, form: str, solution) -> None:
    if form == "function" and not callable(answer):
        raise Refused(f"the answer is {brief(answer)}; hand in the function itself.")
    if form == "class":
        if not is_a(answer, type):
            raise Refused(f"the answer is {brief(answer)}; hand in the class itself.")
        if issubclass(solution, nn.Module) and not issubclass(answer, nn.Module):
            raise Refused(f"{brief(answer)} must be a subclass of nn.Module.")


def _has_gap(answer) -> bool:
    """A tuple or list in which a `...` still stands."""
    return type(answer) in (tuple, list) and any(item is ... or _has_gap(item) for item in answer)
