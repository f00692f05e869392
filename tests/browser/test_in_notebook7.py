"""Lesson 01 in Jupyter Notebook 7: it runs, its panel moves, its exercises answer."""

from __future__ import annotations

import shutil

import pytest
from browser.lab import VIEWPORT, Lab, Server
from browser.panel_page import SLIDERS
from lessons import LESSONS, ROOT
from regenerate import WIDGET_VIEW

pytestmark = pytest.mark.browser
LESSON = next(lesson for lesson in LESSONS if lesson.number == 1)


@pytest.fixture(scope="module")
def notebook7(lab, tmp_path_factory):
    """Lesson 01, run as a whole, in a page of its own of the browser that ``lab`` has started."""
    course = tmp_path_factory.mktemp("course")
    for folder in ("notebooks", "images"):
        shutil.copytree(ROOT / folder, course / folder)
    server = Server(course, tmp_path_factory.mktemp("jupyter"), app="notebook")
    page = lab.page.context.browser.new_context(viewport=VIEWPORT).new_page()
    page.set_default_timeout(30_000)
    try:
        server.wait()
        opened = Lab(page, server)
        opened.open(LESSON.name)
        opened.run_all()
        yield opened
    finally:
        page.context.close()
        server.stop()


def test_it_runs_as_stored(notebook7):
    outputs = notebook7.outputs()
    assert {cell.id: len(cell.outputs) for cell in LESSON.code} == {
        cell_id: len(its) for cell_id, its in outputs.items()
    }
    assert not [o for its in outputs.values() for o in its if o["output_type"] == "error"]


def test_its_panel_moves(notebook7, artefacts):
    cell_id = next(
        cell_id
        for cell_id, outputs in notebook7.outputs().items()
        if any(WIDGET_VIEW in output.get("data", {}) for output in outputs)
    )
    panel = notebook7.panels(cell_id)[0]
    notebook7.page.screenshot(path=artefacts / "notebook7.png")
    move = panel.move(panel.controls(SLIDERS)[0])
    assert move.after["src"] != move.before["src"]
    assert move.after["loaded"]
    assert not move.after["failed"], move.after["sentence"]


def test_an_exercise_answers(notebook7):
    [first, *_] = LESSON.exercises_checked()
    cell = next(cell for cell in LESSON.code if f"ex.{first}.check(" in cell.source)
    assert "Not yet" in notebook7.answer(cell.id, f"ex.{first}.check(object())")
