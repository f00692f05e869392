"""Each lesson as a learner meets it: JupyterLab in Chromium, the keyboard, both themes."""

from __future__ import annotations

import importlib
import re

import pytest
from browser.lab import Lab
from browser.panel_page import BOXES, SLIDERS
from lessons import LESSONS, Lesson
from regenerate import WIDGET_VIEW

pytestmark = pytest.mark.browser

#: Every one of so many key presses must change the picture and the sentence.
PRESSES = 2
MIN_CONTRAST = 4.5
#: Numbers of the lessons that train a net before the learner's eyes.
TRAINING = {0, 6}


@pytest.fixture(scope="module", params=LESSONS, ids=lambda lesson: lesson.path.stem)
def lesson(request, lab) -> Lesson:
    """A lesson, open in the page, with every cell run."""
    lab.open(request.param.name)
    lab.run_all()
    return request.param


@pytest.fixture(scope="module")
def panel_cells(lesson, lab) -> list[str]:
    """Ids of the cells that show panels."""
    return [
        cell_id
        for cell_id, outputs in lab.outputs().items()
        if any(is_panel(output.get("data", {})) for output in outputs)
    ]


def is_panel(data: dict) -> bool:
    """A widget with controls; a training view only looks on."""
    return WIDGET_VIEW in data and not data["text/plain"].startswith("Training view")


def each_control(lab: Lab, panel_cells: list[str], kind: str):
    """Each slider or box of each panel; its cell runs anew, so that each starts at the default."""
    for cell_id in panel_cells:
        for number, panel in enumerate(lab.panels(cell_id)):
            for index in range(len(panel.controls(kind))):
                lab.run(cell_id)
                again = lab.panels(cell_id)[number]
                yield again, again.controls(kind)[index]


def test_run_all_has_no_error(lesson, lab):
    outputs = lab.outputs()
    assert set(outputs) == {cell.id for cell in lesson.code}
    errors = {
        cell_id: output
        for cell_id, its in outputs.items()
        for output in its
        if output["output_type"] == "error"
    }
    assert errors == {}
    stored = {cell.id: count(cell.outputs) for cell in lesson.code}
    assert {cell_id: count(its) for cell_id, its in outputs.items()} == stored


def count(outputs) -> int:
    """Outputs of a cell; what is printed before and after a picture counts as one."""
    streams = {output["name"] for output in outputs if output["output_type"] == "stream"}
    return len(streams) + sum(output["output_type"] != "stream" for output in outputs)


def test_every_lesson_has_a_panel_that_shows_well(lab, panel_cells):
    assert panel_cells
    for cell_id in panel_cells:
        for panel in lab.panels(cell_id):
            look = panel.look()
            assert look["loaded"]
            assert len(look["alt"]) >= 15
            assert look["sentence"].strip()
            assert not look["failed"], look["sentence"]
            assert look["stretch"] == pytest.approx(1, abs=0.03)
            assert not look["too_wide"]
            assert look["cut"] == []
            for box in panel.controls(BOXES):
                assert panel.name_of(box)


def test_each_slider_moves_by_keyboard(lab, panel_cells):
    sliders = 0
    for panel, slider in each_control(lab, panel_cells, SLIDERS):
        sliders += 1
        for _ in range(PRESSES):
            assert_changed(panel.move(slider))
    assert sliders, "no slider in this lesson"


def assert_changed(move) -> None:
    assert move.milliseconds is not None, f"no new picture after: {move.before['sentence']}"
    assert move.after["src"] != move.before["src"]
    assert move.after["sentence"] != move.before["sentence"]
    assert move.after["loaded"]
    assert not move.after["failed"], move.after["sentence"]
    assert move.after["notebook"] == move.before["notebook"], "the key went to the notebook"
    assert move.after["height"] >= move.before["height"] - 1, "the page below jumps up"


def test_each_box_moves_the_panel_too(lab, panel_cells):
    for panel, box in each_control(lab, panel_cells, BOXES):
        assert_changed(panel.move(box))


def test_a_live_training_is_shown_to_its_end(lesson, lab, artefacts):
    """Where a lesson trains: the bar is full, the curves are there, the sentence tells the end."""
    cells = [
        cell.id
        for cell in lesson.code
        if re.search(r"^display\(view\)$", cell.source, re.MULTILINE)
    ]
    assert bool(cells) == (lesson.number in TRAINING)
    for cell_id in cells:
        view = lab.cell(cell_id).wait_for_selector(".densenet-training")
        assert view.query_selector(".progress-bar-success")
        assert view.query_selector("p[role=status]").inner_text().startswith("Done: ")
        picture = view.query_selector("img")
        assert picture.evaluate("e => e.naturalWidth") > 0
        assert len(picture.get_attribute("alt")) >= 15
        assert view.evaluate("e => e.scrollWidth <= e.clientWidth + 1")
        lab.page.screenshot(path=artefacts / f"{lesson.path.stem}-{cell_id}.png")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_both_themes_can_be_read(lesson, lab, panel_cells, artefacts, theme):
    lab.theme(theme)
    try:
        lab.cell(lesson.cells[0].id)
        lab.page.screenshot(path=artefacts / f"{lesson.path.stem}-top-{theme}.png")
        for cell_id in panel_cells:
            lab.run(cell_id)
            for number, panel in enumerate(lab.panels(cell_id), 1):
                panel.show()
                name = f"{lesson.path.stem}-{cell_id}-{number}-{theme}.png"
                lab.page.screenshot(path=artefacts / name)
                assert panel.contrast() >= MIN_CONTRAST
    finally:
        lab.theme("light")


def test_a_wrong_answer_gets_its_message_and_the_solution_is_correct(lesson, lab):
    module = importlib.import_module(f"densenet_lessons.exercises.lesson{lesson.number:02}")
    names = lesson.exercises_checked()
    name = next(n for n in names if getattr(module, n).form != "value" and getattr(module, n).wrong)
    exercise, wrong = getattr(module, name), getattr(module, name).wrong[0]
    call = re.compile(rf"^ex\.{name}\.check\(.*\)$", re.MULTILINE)
    cell = next(cell for cell in lesson.code if call.search(cell.source))
    check = call.search(cell.source)[0]

    said = lab.answer(cell.id, f"{wrong.source.strip()}\n\n\n{check}")
    assert f"{exercise.id} Not yet" in said
    assert " ".join(wrong.says.replace("`", "").split()) in said

    said = lab.answer(cell.id, f"{exercise.solution_source.strip()}\n\n\n{check}")
    assert f"{exercise.id} Correct" in said
