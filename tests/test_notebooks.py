"""Each stored notebook: its structure, its size, its words."""

from __future__ import annotations

import base64
import importlib
import io
import pkgutil
import re
from collections import Counter
from html import unescape

import nbformat
import pytest
import regenerate
from lessons import LESSONS, Lesson
from nbconvert import HTMLExporter
from PIL import Image

MAX_BYTES = 500_000
WORDS = range(1200, 2501)
#: A hint or a solution is one commented line, and a check the learner's own answer:
#: neither makes a lesson longer, so none counts.
CODE_CELLS = range(10, 26)
NOT_COUNTED = ("hint-", "solution-", "check-")
MAX_CELLS = 70
#: Lessons that are still to be shortened.
STILL_LONG = {7}
#: The tour has two; every other lesson five or more.
MIN_EXERCISES = 5
MAX_CELL_LINES = 25
MAX_SETUP_LINES = 10
MIN_ALT = 15

lesson_by_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.path.stem)


def test_there_are_lessons_numbered_from_zero():
    assert [int(lesson.name[:2]) for lesson in LESSONS] == list(range(10))


@lesson_by_lesson
def test_one_title_and_the_setup_come_first(lesson: Lesson):
    titles = [
        cell.id
        for cell in lesson.prose
        for line in without_fences(cell.source).splitlines()
        if line.startswith("# ")
    ]
    assert titles == [lesson.cells[0].id]
    assert re.search(r"\bminutes\b", lesson.cells[0].source)
    setup = lesson.code[0]
    assert setup.id == "setup"
    assert len(lines(setup)) <= MAX_SETUP_LINES
    assert re.search(r"^SEED = 0$", setup.source, re.M)


def without_fences(text: str) -> str:
    return re.sub(r"```.*?```", "", text, flags=re.DOTALL)


def lines(cell) -> list[str]:
    return cell.source.splitlines()


@lesson_by_lesson
def test_a_recap_and_links_to_the_neighbours(lesson: Lesson):
    assert "recap" in [cell.id for cell in lesson.prose[-2:]]
    position = LESSONS.index(lesson)
    neighbours = LESSONS[max(0, position - 1) : position] + LESSONS[position + 1 : position + 2]
    for neighbour in neighbours:
        for end in (lesson.cells[0], lesson.cells[-1]):
            assert (end.id, neighbour.name) in lesson.links(), f"no link to {neighbour.name}"


@lesson_by_lesson
def test_links_and_drawings_resolve(lesson: Lesson):
    missing = [
        (cell_id, target)
        for cell_id, target in lesson.links()
        if not (lesson.path.parent / target).exists()
    ]
    assert missing == []


@lesson_by_lesson
def test_cell_ids_can_be_read(lesson: Lesson):
    ids = [cell.id for cell in lesson.cells]
    assert [name for name, count in Counter(ids).items() if count > 1] == []
    random = r"[0-9a-f]{8}(-[0-9a-f]{4})*.*"
    for name in ids:
        assert re.fullmatch(r"[a-z]{2,}[a-z0-9]*(-[a-z0-9]+)*", name), name
        assert not re.fullmatch(random, name), f"{name} looks random"
        numbered = re.fullmatch(r"(predict|reveal|ex|hint|solution|panel)-(\d+)-\d+.*", name)
        if numbered:
            assert int(numbered[2]) == lesson.number, name


@lesson_by_lesson
def test_every_tag_is_one_that_is_known(lesson: Lesson):
    tags = {cell.id: cell.metadata.get("tags", []) for cell in lesson.cells}
    unknown = {name: found for name, found in tags.items() if set(found) - set(regenerate.TAGS)}
    assert unknown == {}
    exact = [cell for cell in lesson.code if regenerate.EXACT in cell.metadata.get("tags", [])]
    assert [cell.id for cell in exact if not regenerate.has_picture(cell)] == []


@lesson_by_lesson
def test_every_code_cell_has_run_in_order_without_error(lesson: Lesson):
    counts = [cell.execution_count for cell in lesson.code]
    assert counts == list(range(1, len(lesson.code) + 1))
    for cell_id, output in lesson.outputs:
        assert output.output_type != "error", cell_id
        tags = next(cell.metadata.get("tags", []) for cell in lesson.code if cell.id == cell_id)
        if output.output_type == "stream" and regenerate.IGNORED not in tags:
            assert output.name == "stdout", f"{cell_id} writes to stderr: {output.text}"


@lesson_by_lesson
def test_code_cells_are_few_and_short(lesson: Lesson):
    long = {cell.id: len(lines(cell)) for cell in lesson.code if len(lines(cell)) > MAX_CELL_LINES}
    assert long == {}
    assert [cell.id for cell in lesson.code if not cell.source.strip()] == []
    counted = [cell.id for cell in lesson.code if not cell.id.startswith(NOT_COUNTED)]
    assert len(counted) in CODE_CELLS, counted


@lesson_by_lesson
def test_cells_exercises_and_open_questions(lesson: Lesson):
    assert len(lesson.cells) <= MAX_CELLS or lesson.number in STILL_LONG
    assert len(lesson.exercises_checked()) >= (MIN_EXERCISES if lesson.number else 2)
    if lesson.number:
        end = "\n".join(cell.source for cell in lesson.prose[-4:])
        assert len(re.findall(r"<summary>.*answer.*</summary>", end)) == 2


@lesson_by_lesson
def test_length_of_the_prose(lesson: Lesson):
    assert lesson.words() in WORDS


@lesson_by_lesson
def test_stored_size(lesson: Lesson):
    sizes = {cell.id: len(str(cell.outputs)) for cell in lesson.code}
    largest = sorted(sizes.items(), key=lambda item: -item[1])[:4]
    assert lesson.path.stat().st_size <= MAX_BYTES, f"largest outputs: {largest}"


def test_nbconvert_keeps_the_text_alternatives_of_panels_and_pictures():
    lesson = next(lesson for lesson in LESSONS if lesson.number == 2)
    notebook = nbformat.v4.new_notebook(
        cells=[cell for cell in lesson.code if regenerate.has_picture(cell)]
    )
    page, _ = HTMLExporter().from_notebook_node(notebook)
    stored = [str(out.data["text/html"]) for cell in notebook.cells for out in cell.outputs]
    alts = [
        [unescape(alt) for alt in re.findall(r'<img alt="([^"]*)"', text)]
        for text in (page, "".join(stored))
    ]
    assert alts[0] == alts[1]
    assert len(alts[0]) == len(stored) >= 2


@lesson_by_lesson
def test_every_picture_has_a_text_alternative(lesson: Lesson):
    for cell_id, output in lesson.outputs:
        data = output.get("data", {})
        if any(kind.startswith("image/") for kind in data):
            text = data.get("text/plain", "").strip()
            assert len(text) >= MIN_ALT, f"{cell_id}: {text!r}"
            assert not text.startswith("<"), f"{cell_id}: {text!r} is a repr; use show(...)"
            # JupyterLab before a run, nbconvert and GitHub prefer it to a bare picture.
            assert "<img alt=" in data.get("text/html", ""), f"{cell_id}: a picture without HTML"
        assert not str(data.get("text/plain", "")).startswith(("<Figure", "<Axes")), cell_id
        for tag in re.findall(r"<img[^>]*>", data.get("text/html", "")):
            alt = re.search(r'alt="([^"]*)"', tag)
            assert alt, f"{cell_id}: an image without alt text"
            assert len(alt[1]) >= MIN_ALT, f"{cell_id}: {alt[1]!r}"
    for cell in lesson.prose:
        text = without_fences(cell.source)
        alts = re.findall(r"!\[([^\]]*)\]\(", text)
        for tag in re.findall(r"<img[^>]*>", text):
            found = re.search(r"alt=[\"']([^\"']*)", tag)
            alts.append(found[1] if found else "")
        for alt in alts:
            assert len(alt.strip()) >= MIN_ALT, f"{cell.id}: {alt!r}"


@lesson_by_lesson
def test_no_picture_is_blank(lesson: Lesson):
    for cell_id, output in lesson.outputs:
        png = output.get("data", {}).get("image/png")
        if png:
            image = Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB")
            assert image.getcolors(1) is None, f"{cell_id}: one colour only"


@lesson_by_lesson
def test_no_noise_is_stored(lesson: Lesson):
    assert "widgets" not in lesson.notebook.metadata
    assert lesson.notebook.metadata.kernelspec.name == "python3"
    for cell_id, output in lesson.outputs:
        assert regenerate.WIDGET_VIEW not in output.get("data", {}), cell_id
    for cell in lesson.cells:
        assert not {"execution", "trusted", "collapsed"} & set(cell.metadata), cell.id


@lesson_by_lesson
def test_nothing_is_given_away_installed_or_tied_to_one_machine(lesson: Lesson):
    absolute = re.compile(r"(?:^|[\s\"'(=])((?:/[\w.-]+){2,}|[A-Za-z]:\\\\?\w+|~/\w+)", re.M)
    for cell in lesson.code:
        for line in lines(cell):
            assert not re.match(r"\s*[!%]", line), f"{cell.id}: {line}"
            code = line.split("#")[0]
            assert not re.search(r"\.(hint|solution)\(", code), f"{cell.id} gives it away"
            assert "pip install" not in code, cell.id
        assert not re.search("NBVAL_SKIP", cell.source), cell.id
        assert "nbval-skip" not in cell.metadata.get("tags", []), cell.id
        assert not absolute.search(cell.source), f"{cell.id}: {absolute.search(cell.source)[1]}"
    for cell_id, output in lesson.outputs:
        text = output.get("text", "") + output.get("data", {}).get("text/plain", "")
        assert not absolute.search(text), f"{cell_id}: {absolute.search(text)[1]}"


def registry() -> dict:
    """Every registered exercise, of all lesson modules."""
    package = importlib.import_module("densenet_lessons.exercises")
    for module in pkgutil.iter_modules(package.__path__):
        if module.name.startswith("lesson"):
            importlib.import_module(f"{package.__name__}.{module.name}")
    return importlib.import_module("densenet_lessons.exercises.core").REGISTRY


@lesson_by_lesson
def test_exercises_named_in_a_notebook_exist(lesson: Lesson):
    module = f"densenet_lessons.exercises.lesson{lesson.number:02}"
    known = {e.name for e in registry().values() if e.module == module}
    assert set(lesson.exercises_used()) <= known
    for name in lesson.exercises_checked():
        code = "\n".join(cell.source for cell in lesson.code)
        assert f"# ex.{name}.hint(1)" in code
        assert f"# ex.{name}.solution()" in code


def test_each_exercise_stands_in_exactly_one_notebook():
    places = Counter()
    for lesson in LESSONS:
        for name in lesson.exercises_checked():
            places[f"lesson{lesson.number:02}", name] += 1
    registered = {(e.module.rpartition(".")[2], e.name) for e in registry().values()}
    assert places == Counter(registered)
