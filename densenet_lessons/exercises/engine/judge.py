"""Runs one check on one answer, guarded on all sides, and says how it ended."""

from __future__ import annotations

import inspect
from dataclasses import dataclass

from torch import nn

from .guard import TimeIsUp, isolated, time_limit
from .patches import Patches
from .record import Enough, Finding, NotAttempted, Refused, Run, running
from .report import Call
from .source import is_code, is_stub
from .values import brief, is_a, plain, same
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
        findings: all that is wrong; none where the end says nothing about the cause, as with a
            time limit.
        inputs: on how many inputs something must be wrong for a mistake to be recognised.
    """

    status: Status
    message: str = ""
    findings: tuple[Finding, ...] = ()
    inputs: int = 1

    def same_mistake(self, other: Outcome) -> bool:
        """Whether both went wrong at the same places, with the same values, on enough inputs."""
        return (
            len({finding.input for finding in self.findings}) >= self.inputs
            and [one.place for one in self.findings] == [one.place for one in other.findings]
            and all(
                same(mine.actual, theirs.actual, rel=1e-5, by_type=True)
                for mine, theirs in zip(self.findings, other.findings, strict=True)
            )
        )


def form_of(answer) -> str:
    """What a learner hands in where this is the solution: "value", "function" or "class"."""
    return "class" if inspect.isclass(answer) else "function" if is_code(answer) else "value"


def enact(check, answer, *, solution, name: str, limit: float) -> Outcome:
    """Runs a check, seeded and isolated, and cuts it off after `limit` seconds of its own.

    Args:
        check: the exercise's check function.
        answer: what to check.
        solution: the declared solution, whose form the answer must have.
        name: what the answer is called in the notebook.
        limit: in seconds of the processor's time.
    """
    form, patches = form_of(solution), Patches()
    call = Call(name, check, patches)
    run = Run(call.describe, patches, go_on=form != "value")
    late = False
    try:
        patches.put_back()
        with isolated(SEED), time_limit(limit), running(run):
            _judge(check, answer, solution, form, call, run)
    except NotAttempted:
        if not run.findings:
            return Outcome(Status.NOT_ATTEMPTED, FILL_IN[form])
    except TimeIsUp:
        late = True
    finally:
        patches.put_back()
    if run.findings:
        inputs = 1 if form == "value" else 2
        found = () if late else tuple(run.findings)
        return Outcome(Status.NOT_YET, run.findings[0].message, found, inputs)
    if late:
        time = f"{limit:g} second{'' if limit == 1 else 's'}"
        question = "is there a loop that never ends?"
        return Outcome(Status.NOT_YET, f"{call.subject()} did not return within {time}: {question}")
    return Outcome(Status.CORRECT)


def _judge(check, answer, solution, form: str, call: Call, run: Run) -> None:
    try:
        if answer is ... or is_stub(answer) or _has_gap(answer):
            raise NotAttempted
        _require_form(answer, form, solution)
        with call.recorded(answer, form) as recorded:
            check(recorded)
    except (NotAttempted, TimeIsUp):
        raise
    except Enough:
        pass
    except BaseException as error:
        run.note(error)


def _require_form(answer, form: str, solution) -> None:
    if form == "function" and not callable(answer):
        raise Refused(f"the answer is {brief(answer)}; hand in the function itself.")
    if form == "class" and not is_a(answer, type):
        # A function that builds the module will do; a module that is built, or anything else, not.
        if not issubclass(solution, nn.Module) or not inspect.isfunction(answer):
            raise Refused(f"the answer is {brief(answer)}; hand in the class itself.")
    elif form == "class" and issubclass(solution, nn.Module) and not issubclass(answer, nn.Module):
        raise Refused(f"{brief(answer)} must be a subclass of nn.Module.")


def _has_gap(answer) -> bool:
    """A tuple or list in which a `...` still stands."""
    answer = plain(answer) if type(answer) in (tuple, list) else None
    return type(answer) is list and any(item is ... or _has_gap(item) for item in answer)
