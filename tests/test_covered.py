"""A covered answer stays covered: nothing before it, in its first line, or below tells it."""

from __future__ import annotations

import ast
import importlib
import re

import pytest
from lessons import LESSONS, Lesson

#: Lessons that are still to be rewritten so.
TO_DO = (7,)
DONE = [lesson for lesson in LESSONS if lesson.number not in TO_DO]
#: Cells that show something which the learner brought about: a verdict, a panel.
OWN = ("check-", "hint-", "solution-", "panel-")

lesson_by_lesson = pytest.mark.parametrize("lesson", DONE, ids=lambda lesson: lesson.path.stem)


def folded(cell) -> bool:
    return bool(cell.metadata.get("jupyter", {}).get("outputs_hidden"))


def open_text(cell) -> str:
    """Prose that is seen before anything is unfolded."""
    return re.sub(r"<details>.*?</details>", "", cell.source, flags=re.DOTALL).strip()


def printed_words(source: str) -> set[str]:
    """What a cell prints word for word, whatever it computes."""
    return {
        node.args[0].value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") == "print"
        and len(node.args) == 1
        and isinstance(node.args[0], ast.Constant)
    }


def exercise_of(lesson: Lesson, number: str):
    """The exercise with a number, such as "5-3"."""
    lessons = importlib.import_module(f"densenet_lessons.exercises.lesson{lesson.number:02}")
    wanted = number.replace("-", ".")
    return next(e for e in (getattr(lessons, name) for name in dir(lessons)) if e.id == wanted)


@lesson_by_lesson
def test_a_covered_answer_begins_with_a_heading_that_tells_nothing(lesson: Lesson):
    """A folded output shows its first line: it must not depend on what the cell computes."""
    for cell in lesson.code:
        if not cell.id.startswith("reveal-"):
            continue
        assert folded(cell), f"{cell.id} is open"
        first = cell.outputs[0]
        assert first.output_type == "stream", f"{cell.id}: a picture's text would be the first line"
        assert first.text.splitlines()[0] in printed_words(cell.source), cell.id


@lesson_by_lesson
def test_no_open_output_answers_the_question_above_it(lesson: Lesson):
    for question, cell in zip(lesson.cells, lesson.cells[1:], strict=False):
        if question.cell_type != "markdown" or cell.cell_type != "code":
            continue
        asks = open_text(question).endswith("?") or "**Predict**" in open_text(question)
        if asks and cell.outputs and not cell.id.startswith(OWN):
            assert folded(cell), f"{cell.id} answers {question.id}"


@lesson_by_lesson
def test_each_prediction_without_a_number_has_a_place_to_write_it_down(lesson: Lesson):
    for question, cell in zip(lesson.cells, lesson.cells[1:], strict=False):
        if question.cell_type == "markdown" and "**Predict**" in open_text(question):
            assert re.search(r"^\w+ = \.\.\.", cell.source, re.M), f"{question.id}, {cell.id}"


@lesson_by_lesson
def test_nothing_stands_between_a_prediction_and_its_answer_that_tells_it(lesson: Lesson):
    places = {cell.id: place for place, cell in enumerate(lesson.cells)}
    for name, place in places.items():
        asked = places.get(name.replace("reveal-", "ex-"))
        if not re.fullmatch(r"reveal-\d+-\d+", name) or asked is None:
            continue
        for cell in lesson.cells[asked + 1 : place]:
            if cell.cell_type == "markdown":
                assert "![" not in open_text(cell), f"{cell.id} before {name}"
            else:
                assert folded(cell) or cell.id.startswith(OWN) or not cell.outputs, cell.id


@lesson_by_lesson
def test_no_worked_solution_stands_right_below_its_exercise(lesson: Lesson):
    """Not as a drawing, and not as code that can be read without unfolding it."""
    for place, cell in enumerate(lesson.cells):
        number = re.fullmatch(r"solution-(\d+-\d+)", cell.id)
        if number is None:
            continue
        below = lesson.cells[place + 1]
        if below.cell_type == "markdown":
            assert not open_text(below).startswith("!["), f"{below.id} below {cell.id}"
        exercise = exercise_of(lesson, number[1])
        if exercise.form == "value":
            continue
        own = telling(exercise.solution_source)
        for later in lesson.cells[place + 1 : place + 10]:
            hidden = later.metadata.get("jupyter", {}).get("source_hidden")
            if later.cell_type == "code" and not hidden and not later.id.startswith(OWN):
                assert len(own & telling(later.source)) < 2, f"{later.id} below {cell.id}"


def telling(source: str) -> set[str]:
    """Lines of some length, without the blanks and names of a stub."""
    lines = {line.strip() for line in source.splitlines()}
    return {line for line in lines if len(line) > 20 and not line.startswith(("def ", "class "))}
