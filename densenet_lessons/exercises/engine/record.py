"""What one run of a check finds: each refusal, with its place, the input and the value refused.

A check goes on after a refusal. Only so can a mistake be told by all that it does, on several
inputs, and not by one number that two mistakes may share by chance.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from .patches import Patches
from .values import frozen

MOST_FINDINGS = 8


class NotAttempted(Exception):
    """The answer is still the `...` or the stub that the notebook came with."""


class Enough(Exception):
    """Ends a check that has found what it needs."""


class Refused(Exception):
    """An answer that a comparison turns down.

    Args:
        message: what came back and what was expected, from a lower-case letter on.
        actual: the value that was refused, by which a declared wrong answer is recognised.
        given: the input, in words or as a value; without it the verdict names the last call.
    """

    def __init__(self, message: str, *, actual=None, given=None) -> None:
        super().__init__(message)
        self.message, self.actual, self.given = message, frozen(actual), given


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: where in the check, on which input, what came, and in words."""

    place: tuple[int, int]
    input: str
    actual: object
    message: str


class Run:
    """The check that is running.

    Args:
        describe: turns an exception of the answer into (input, value, sentence); None for a stub.
        patches: undoes what the answer has patched.
        go_on: whether to look for more after the first refusal.
    """

    def __init__(self, describe: Callable, patches: Patches, *, go_on: bool) -> None:
        self.describe, self.patches, self.go_on = describe, patches, go_on
        self.findings: list[Finding] = []
        self.stretches, self.step, self.inside = 0, 0, False

    def begin(self) -> None:
        if self.patches.suspected:
            self.patches.put_back()
        self.step += 1

    @contextmanager
    def stretch(self, caught: type[Exception]) -> Iterator[None]:
        """A part of the check that ends at its first refusal; the next part runs all the same."""
        self.stretches, self.step, self.inside = self.stretches + 1, 0, True
        try:
            yield
        except (NotAttempted, Enough):
            raise
        except caught as error:
            self.note(error)
            if not self.go_on or len(self.findings) == MOST_FINDINGS:
                raise Enough from None
        finally:
            self.inside = False

    def note(self, error: BaseException) -> None:
        """Keeps a refusal, or an exception of the answer's."""
        self.patches.put_back()
        described = self.describe(error)
        if described is None:
            raise NotAttempted
        self.findings.append(Finding((self.stretches, self.step), *described))


_RUN: ContextVar[Run | None] = ContextVar("run", default=None)


@contextmanager
def running(run: Run) -> Iterator[None]:
    """Makes `run` the one that comparisons report to."""
    token = _RUN.set(run)
    try:
        yield
    finally:
        _RUN.reset(token)


def put_back() -> None:
    """Undoes what the answer has patched, before a check goes on to use it."""
    if (run := _RUN.get()) is not None:
        run.patches.put_back()


def comparison(compare):
    """Makes a function a comparison of `expect`; only the outermost of several lets a check go on.

    Outside a check a refusal is simply raised.
    """

    @functools.wraps(compare)
    def compared(*args, **kwargs):
        run = _RUN.get()
        if run is None:
            return compare(*args, **kwargs)
        if run.inside:
            run.begin()
            return compare(*args, **kwargs)
        with run.stretch(Refused):
            run.begin()
            return compare(*args, **kwargs)

    return compared


@contextmanager
def case() -> Iterator[None]:
    """One input of a check: `with expect.case(): expect.equal(answer(n), ...)`.

    What is refused or raised inside ends this input; the check goes on with the next one. So a
    mistake is recognised that raises the same error on several inputs.
    """
    run = _RUN.get()
    if run is None or run.inside:
        yield
        return
    with run.stretch(Exception):
        yield
