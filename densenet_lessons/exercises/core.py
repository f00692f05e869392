"""An exercise and its declaration: check, solution, typical wrong answers, other right ones.

    @exercise("2.3", "Width of a block", hints=(("Where do I start?", "Write three by hand."),))
    def block_width(answer):
        for case in [(16, 1, 12), (7, 3, 5)]:
            expect.equal(answer(*case), block_widths(*case)[-1])

    @block_width.solves
    def _(num_input_features, num_layers, growth_rate): ...

    @block_width.rejects(says="This leaves out the block's own input.")
    def forgets_input(c0, n, k): ...

A wrong answer is recognised by re-enactment: the declared wrong answers run through the same check
on the same inputs, and where one goes wrong at the same places with the same values, on two inputs
at least, what it `says` leads the message. A typical mistake is so declared once, and found
however the learner wrote it; one that only looks alike on one input isn't accused of it.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, field

from .engine.about import About
from .engine.judge import Outcome, enact, form_of
from .engine.source import is_code, typed_source
from .engine.verdict import Hint, Solution, Status, Verdict
from .solved import remember_solved

REGISTRY: dict[str, Exercise] = {}
_MISSING = object()


@dataclass(frozen=True)
class Declared:
    """An answer that stands in the declaration, right or wrong.

    Args:
        answer: the function, class or value.
        says: what a wrong answer's learner is told, or why a right one is right.
        exercise: the exercise it belongs to.
    """

    answer: object
    says: str
    exercise: Exercise = field(repr=False)

    @property
    def name(self) -> str:
        """The name in the declaration; for a value, its `repr`."""
        return self.answer.__name__ if is_code(self.answer) else repr(self.answer)

    @property
    def source(self) -> str:
        """What a learner would type: the definition under the answer's name, or the value."""
        return typed_source(self.answer, self.exercise.answer_name)


class Exercise:
    """One exercise of a lesson; made by `@exercise`.

    A notebook uses `check(answer)`, `hint(n)` and `solution()`; a declaration `solves`, `rejects`
    and `accepts`; tests `right`, `wrong` and `solution_source`.
    """

    def __init__(self, check, about: About, limit: float) -> None:
        self.about, self.limit = about, limit
        self.id, self.title, self.kind = about.id, about.title, about.kind
        self.minutes, self.hints = about.minutes, about.hints
        self.name = check.__name__
        # An exercise lies in a file of its name; its module is the lesson.
        self.module = check.__module__.removesuffix(f".{self.name}")
        self.right: list[Declared] = []
        self.wrong: list[Declared] = []
        self._check, self._solution = check, None

    def __repr__(self) -> str:
        return f"Exercise {self.id}: {self.title}"

    # Declaring

    def solves(self, answer=_MISSING, *, because: str = ""):
        """Declares the solution: a decorator, or called with a value. `because` goes with it."""
        if answer is _MISSING:
            return functools.partial(self.solves, because=because)
        if self._solution is not None:
            raise ValueError(f"exercise {self.id} already has a solution")
        self._solution = self._declare(answer, because)
        self.right.insert(0, self._solution)
        return answer

    def accepts(self, answer=_MISSING, *, because: str = ""):
        """Declares another right answer: a decorator, or called with a value."""
        if answer is _MISSING:
            return functools.partial(self.accepts, because=because)
        self.right.append(self._declare(answer, because))
        return answer

    def rejects(self, answer=_MISSING, *, says: str):
        """Declares a typical wrong answer, and the full sentence that its learner is told.

        The first declaration that matches wins, so the more special mistake comes first.
        """
        if answer is _MISSING:
            return functools.partial(self.rejects, says=says)
        if not says.strip().endswith((".", "?", "!")):
            raise ValueError(f"says must be a full sentence, got {says!r}")
        self.wrong.append(self._declare(answer, says))
        return answer

    def _declare(self, answer, says: str) -> Declared:
        if getattr(answer, "__name__", "") == "<lambda>":
            raise ValueError("answer must be a def or a class with a source to show, not a lambda")
        self.__dict__.pop("_mistakes", None)
        return Declared(answer, says.strip(), self)

    @property
    def key(self) -> str:
        """Lesson and name, "lesson02.block_width": what it is remembered by once it is solved."""
        return f"{self.module.rpartition('.')[2]}.{self.name}"

    @property
    def form(self) -> str:
        """What the learner hands in, as the solution is: "value", "function" or "class"."""
        return form_of(self._declared_solution().answer)

    @property
    def answer_name(self) -> str:
        """The answer's name in the notebook: the solution's, or for `_` the exercise's."""
        name = getattr(self._declared_solution().answer, "__name__", "_")
        return self.name if name == "_" else name

    def _declared_solution(self) -> Declared:
        if self._solution is None:
            raise ValueError(f"exercise {self.id} has no solution: declare it with `solves`")
        return self._solution

    # Answering

    def check(self, answer=..., *, limit: float | None = None) -> Verdict:
        """Checks an answer; whatever the answer does, a verdict comes back.

        Args:
            answer: the learner's value, function or class.
            limit: seconds after which the answer is cut off, 5 as a rule.
        """
        self._declared_solution()
        try:
            status, message = self._judge(answer, self.limit if limit is None else limit)
        except BaseException as error:
            # The stop button between two steps, or an answer that got past every guard.
            status, message = Status.NOT_YET, f"The check was stopped by {type(error).__name__}."
        if status is Status.CORRECT:
            message = " ".join(part for part in (message, remember_solved(self.key)) if part)
        return Verdict(status, message, self.id, self.title)

    def _judge(self, answer, limit: float) -> tuple[Status, str]:
        outcome = self._enact(answer, limit)
        if outcome.status is Status.CORRECT:
            return outcome.status, self._declared_solution().says
        for wrong, mistake in self._mistakes if outcome.findings else ():
            if outcome.same_mistake(mistake):
                # After a recognised prediction, the general message adds nothing.
                tail = "" if self.form == "value" else f" {outcome.message}"
                return outcome.status, wrong.says + tail
        return outcome.status, outcome.message

    @functools.cached_property
    def _mistakes(self) -> list[tuple[Declared, Outcome]]:
        """Each declared wrong answer with how it fails: the same in every check, so run once."""
        return [(wrong, self._enact(wrong.answer, self.limit)) for wrong in self.wrong]

    def _enact(self, answer, limit: float) -> Outcome:
        solution = self._declared_solution().answer
        return enact(self._check, answer, solution=solution, name=self.answer_name, limit=limit)

    # Helping

    def hint(self, n: int = 1) -> Hint:
        """Hint number `n`, counted from 1, and the title of the next one."""
        return self.about.hint(n)

    def solution(self) -> Solution:
        """The solution's source, or the value, and why it is right."""
        return Solution(self.solution_source, self._declared_solution().says)

    @property
    def solution_source(self) -> str:
        """What to type as the answer; it needs nothing but torch, nn, F and math."""
        return self._declared_solution().source


def exercise(
    exercise_id: str,
    title: str,
    *,
    kind: str = "function",
    difficulty: int = 2,
    importance: int = 2,
    hints: tuple[tuple[str, str], ...] = (),
    minutes: int = 5,
    limit: float = 5.0,
):
    """Turns a check function into an `Exercise` of the function's name, and registers it.

    Args:
        exercise_id: lesson and number, "2.3"; unique over the course.
        title: as in the notebook's heading.
        kind: "predict", "function", "module", "bug" or "plot".
        difficulty: 1 to 3 dots.
        importance: 1 to 3 dots; 3 is what later lessons build on.
        hints: pairs of a title that a stuck learner recognises ("Where do I start?") and a
            sentence, from vague to plain, none of which gives the solution away.
        minutes: expected time.
        limit: seconds before an answer is cut off.

    Raises:
        ValueError: a kind or a number of dots that doesn't exist, or an id that is taken.
    """

    def register(check) -> Exercise:
        if exercise_id in REGISTRY:
            raise ValueError(f"exercise_id must be unique, {exercise_id!r} is already taken")
        about = About(exercise_id, title, kind, minutes, difficulty, importance, hints)
        REGISTRY[exercise_id] = made = Exercise(check, about, limit)
        return made

    return register
