"""What is solved and what comes next, as a table for a notebook and as text for a terminal."""

from __future__ import annotations

import html
import importlib
from dataclasses import dataclass

from densenet_lessons.course.lessons import Lesson, lessons
from densenet_lessons.exercises import progress_file, solved_exercises


@dataclass(frozen=True)
class State:
    """One exercise and whether it is solved.

    Args:
        id: lesson and number, "2.3".
        title: as in the notebook.
        minutes: that it may take.
        solved: when it was solved first (ISO 8601, UTC), "" if it is not.
    """

    id: str
    title: str
    minutes: int
    solved: str


@dataclass(frozen=True)
class Progress:
    """All exercises of the course with their state; in a notebook, a table.

    Args:
        lessons: each lesson with its exercises, in the order of the course.
        note: where this is remembered, or why it is not, as a sentence.
    """

    lessons: tuple[tuple[Lesson, tuple[State, ...]], ...]
    note: str

    @property
    def exercises(self) -> tuple[State, ...]:
        """All exercises in the order of the course."""
        return tuple(state for _, states in self.lessons for state in states)

    @property
    def next(self) -> tuple[Lesson, State] | None:
        """Where to go on: the first open exercise after the last one solved, else the first open
        one; None when all are solved.
        """
        places = [(lesson, state) for lesson, states in self.lessons for state in states]
        last = max((n for n, (_, state) in enumerate(places) if state.solved), default=-1)
        still_open = [place for place in places[last + 1 :] + places if not place[1].solved]
        return still_open[0] if still_open else None

    @property
    def advice(self) -> str:
        """Where to go on, as a sentence."""
        if self.next is None:
            return "All exercises are solved."
        lesson, state = self.next
        return f"Go on with exercise {state.id}, {state.title}, in {lesson.file}."

    @property
    def count(self) -> str:
        """How many are solved, as a sentence."""
        solved = sum(bool(state.solved) for state in self.exercises)
        return f"{solved} of {len(self.exercises)} exercises are solved."

    def __repr__(self) -> str:
        lines = [self.count, ""]
        for lesson, states in self.lessons:
            solved = sum(bool(state.solved) for state in states)
            lines.append(f"{lesson.number:02} {lesson.title}: {solved} of {len(states)}")
            lines += [
                f"   [{'x' if state.solved else ' '}] {state.id} {state.title}, {state.minutes} min"
                for state in states
            ]
        return "\n".join([*lines, "", self.advice, self.note])

    def _repr_html_(self) -> str:
        following = self.next[0] if self.next else None
        parts = [f"<p><strong>{self.count}</strong> {html.escape(self.advice)}</p>"]
        for lesson, states in self.lessons:
            solved = sum(bool(state.solved) for state in states)
            rows = "".join(
                f"<tr><td>{'&#10003; solved' if state.solved else '&#9675; open'}</td>"
                f"<td>{state.id}</td><td style='text-align:left'>{html.escape(state.title)}</td>"
                f"<td>{state.minutes} min</td></tr>"
                for state in states
            )
            parts.append(
                f"<details{' open' if lesson is following else ''}><summary>"
                f"<a href='{lesson.file}'>{lesson.number:02} {html.escape(lesson.title)}</a>: "
                f"{solved} of {len(states)} "
                f"<progress value='{solved}' max='{len(states)}' aria-label='solved exercises of "
                f"lesson {lesson.number:02}'></progress></summary><table><thead><tr><th>state</th>"
                f"<th>exercise</th><th>title</th><th>time</th></tr></thead><tbody>{rows}</tbody>"
                "</table></details>"
            )
        return "\n".join([*parts, f"<p>{html.escape(self.note)}</p>"])


def progress() -> Progress:
    """What the learner has solved, and where to go on."""
    solved, place = solved_exercises(), progress_file()
    listed = []
    for lesson in lessons():
        module = importlib.import_module(f"densenet_lessons.exercises.lesson{lesson.number:02}")
        found = [getattr(module, name) for name in module.__all__]
        states = (
            State(each.id, each.title, each.minutes, solved.get(each.key, "")) for each in found
        )
        listed.append((lesson, tuple(states)))
    note = (
        f"This is remembered in {place} on this machine alone; delete the file to forget it."
        if place
        else "Nothing is remembered here: this is a test run, or it is switched off."
    )
    return Progress(tuple(listed), note)
