"""What is solved is remembered once, on this machine alone, and never at the price of an answer."""

import json
import subprocess
import sys

import pytest
from lessons import LESSONS as NOTEBOOKS

from densenet_lessons.course import lessons, progress
from densenet_lessons.exercises import core, solved


@pytest.fixture
def file(tmp_path, monkeypatch):
    """A learner's file, in a folder that doesn't exist yet."""
    path = tmp_path / "Daten für mich" / "solved.json"
    monkeypatch.setenv(solved.SETTING, str(path))
    return path


def some_exercise():
    progress()  # imports every lesson
    return core.REGISTRY["1.6"] if "1.6" in core.REGISTRY else next(iter(core.REGISTRY.values()))


def test_the_lessons_are_those_in_notebooks_with_their_titles():
    assert [lesson.file for lesson in lessons()] == [notebook.name for notebook in NOTEBOOKS]
    for lesson, notebook in zip(lessons(), NOTEBOOKS, strict=True):
        assert lesson.number == notebook.number
        assert notebook.cells[0].source.splitlines()[0].endswith(lesson.title)


def test_every_exercise_is_listed_once_in_its_lesson(file):
    shown = progress()
    assert sorted(state.id for state in shown.exercises) == sorted(core.REGISTRY)
    for lesson, states in shown.lessons:
        assert states
        assert all(int(state.id.split(".")[0]) == lesson.number for state in states)
    keys = [each.key for each in core.REGISTRY.values()]
    assert len(set(keys)) == len(keys)


def test_a_right_answer_is_remembered_and_a_wrong_one_is_not(file):
    exercise = some_exercise()
    for wrong in exercise.wrong:
        exercise.check(wrong.answer)
    exercise.check()
    assert not file.exists()
    assert exercise.check(exercise.right[0].answer)
    first = json.loads(file.read_text())
    assert list(first) == [exercise.key]
    assert exercise.check(exercise.right[0].answer)
    assert json.loads(file.read_text()) == first  # the first time stays
    shown = progress()
    assert [state.id for state in shown.exercises if state.solved] == [exercise.id]
    assert f"[x] {exercise.id} " in repr(shown)
    assert "1 of " in shown.count


def test_it_says_where_to_go_on(file):
    order = progress().exercises
    assert progress().next[1] == order[0]
    keys = {each.id: each.key for each in core.REGISTRY.values()}
    solved.remember_solved(keys[order[4].id])
    assert progress().next[1].id == order[5].id  # after the last one solved, not the first open
    solved.remember_solved(keys[order[-1].id])
    assert progress().next[1].id == order[0].id
    for state in order:
        solved.remember_solved(keys[state.id])
    assert progress().next is None
    assert progress().advice == "All exercises are solved."


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[1, 2]", b'{"lesson01.join": 3}', b"\xff\xfe", b"null"]
)
def test_a_damaged_file_is_set_aside_and_nothing_breaks(file, content):
    for number in (1, 2):
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(content)
        assert solved.solved_exercises() == {}
        assert file.with_name(f"solved-damaged-{number}.json").read_bytes() == content
        assert solved.remember_solved("lesson01.join") == ""
        assert list(solved.solved_exercises()) == ["lesson01.join"]


def test_a_file_that_cannot_be_written_costs_no_answer(tmp_path, monkeypatch):
    in_the_way = tmp_path / "a file"
    in_the_way.write_text("not a folder")
    monkeypatch.setenv(solved.SETTING, str(in_the_way / "solved.json"))
    exercise = some_exercise()
    verdict = exercise.check(exercise.right[0].answer)
    assert verdict
    assert "could not be remembered" in verdict.message
    assert solved.solved_exercises() == {}
    assert progress().exercises


def test_two_kernels_at_once_lose_nothing(file):
    code = """
import sys
from densenet_lessons.exercises.solved import remember_solved
for n in range(40):
    assert remember_solved(f"{sys.argv[1]}.{n}") == ""
"""
    kernels = [subprocess.Popen([sys.executable, "-c", code, name]) for name in ("a", "b", "c")]
    assert [kernel.wait() for kernel in kernels] == [0, 0, 0]
    assert len(solved.solved_exercises()) == 120


@pytest.mark.parametrize(
    "environment",
    [{solved.SETTING: "off"}, {solved.SETTING: "", "CI": "true"}, {solved.SETTING: "", "CI": ""}],
)
def test_under_ci_and_pytest_nothing_is_read_or_written(monkeypatch, environment):
    # The last case: pytest alone, which nbval's kernels inherit.
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert solved.progress_file() is None
    assert solved.remember_solved("lesson01.join") == ""
    assert solved.solved_exercises() == {}
    assert "Nothing is remembered" in progress().note


def test_otherwise_it_lies_in_the_users_own_data_folder(monkeypatch):
    for name in (solved.SETTING, "CI", "PYTEST_CURRENT_TEST"):
        monkeypatch.delenv(name, raising=False)
    path = solved.progress_file()
    assert path.name == "solved.json"
    assert "densenet-lessons" in path.parts
