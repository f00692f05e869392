"""The minutes that a lesson names are those that its text, its code and its exercises take."""

from __future__ import annotations

import importlib
import re

import pytest
from lessons import LESSONS, ROOT, Lesson

WORDS_A_MINUTE = 200
LINES_A_MINUTE = 15
PANEL = 4
#: An unnumbered prediction: think, write a guess down, compare.
PREDICTION = 1
#: Minutes that the cells run, on two slow cores.
RUN_TIME = {6: 2}
WITHIN = 10
#: What a learner writes, or a line that offers help: counted with its exercise.
WITH_THE_EXERCISE = ("check-", "hint-", "solution-")

lesson_by_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.path.stem)


def minutes_of(lesson: Lesson) -> float:
    exercises = importlib.import_module(f"densenet_lessons.exercises.lesson{lesson.number:02}")
    lines = predictions = panels = 0
    for cell in lesson.code:
        if cell.id.startswith(WITH_THE_EXERCISE):
            continue
        predictions += bool(re.match(r"reveal-(?!\d)", cell.id))
        panels += cell.id.startswith("panel-")
        if not cell.metadata.get("jupyter", {}).get("source_hidden"):
            lines += sum(bool(line.strip()) for line in cell.source.splitlines())
    return (
        lesson.words() / WORDS_A_MINUTE
        + lines / LINES_A_MINUTE
        + sum(getattr(exercises, name).minutes for name in lesson.exercises_checked())
        + PREDICTION * predictions
        + PANEL * panels
        + RUN_TIME.get(lesson.number, 1)
    )


@lesson_by_lesson
def test_the_title_and_the_readme_name_the_minutes(lesson: Lesson):
    told = int(re.search(r"\*\*Time:\*\* (\d+) minutes", lesson.cells[0].source)[1])
    assert told == pytest.approx(minutes_of(lesson), abs=WITHIN)
    row = re.search(
        rf"^\|.*notebooks/{lesson.name}\).*\| (\d+) \|$", (ROOT / "README.md").read_text(), re.M
    )
    assert int(row[1]) == told
