"""Regenerating leaves no noise, keeps what need not change, and notices what did."""

import base64
import copy
import subprocess
import sys

import nbformat
import numpy as np
import pytest
import regenerate

from densenet_lessons.pictures.display import png_bytes


def picture(shift=0):
    array = np.tile(np.arange(60, dtype=np.uint8), (20, 1)) + np.uint8(shift)
    return base64.b64encode(png_bytes(array)).decode()


def shown(png):
    html = f'<img alt="A ramp from black to grey" src="data:image/png;base64,{png}">'
    data = {"text/plain": "A ramp from black to grey", "text/html": html, "image/png": png}
    return nbformat.v4.new_output("display_data", data)


def printed(text, name="stdout"):
    return nbformat.v4.new_output("stream", name=name, text=text)


def notebook(*cells):
    return nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_code_cell(
                source, id=f"cell-{n}", outputs=outputs, metadata={"tags": tags} if tags else {}
            )
            for n, (source, outputs, *tags) in enumerate(cells)
        ]
    )


def test_noise_goes():
    widget = nbformat.v4.new_output(
        "execute_result",
        {"text/plain": "Panel: two", regenerate.WIDGET_VIEW: {"model_id": "a1b2"}},
        execution_count=7,
    )
    stored = notebook(("panel", [widget, printed("a"), printed("b")]))
    stored.cells[0].metadata["execution"] = {"iopub.execute_input": "2024-01-01"}
    stored.metadata["widgets"] = {"state": {}}
    stored.metadata["language_info"] = {"name": "python", "version": "3.11.7"}
    fresh = regenerate.tidy(copy.deepcopy(stored), stored)
    (cell,) = fresh.cells
    assert cell.metadata == {}
    assert cell.outputs[0].data == {"text/plain": "Panel: two"}
    assert (cell.execution_count, cell.outputs[0].execution_count) == (1, 1)
    assert [output.get("text") for output in cell.outputs] == [None, "ab"]
    assert set(fresh.metadata) == {"kernelspec", "language_info", regenerate.OURS}
    assert fresh.metadata.language_info == {"name": "python"}


def trained(source, before, number):
    return notebook((before, []), (source, [printed(number)], regenerate.IGNORED))


@pytest.mark.parametrize(
    ("source", "before", "kept"),
    [("train()", "lr = 1", True), ("train(2)", "lr = 1", False), ("train()", "lr = 2", False)],
)
def test_an_ignored_output_is_kept_as_long_as_the_code_up_to_it_is_the_same(source, before, kept):
    first = trained("train()", "lr = 1", "0.91\n")
    stored = regenerate.tidy(copy.deepcopy(first), first)
    stored.cells[0].source, stored.cells[1].source = before, source
    fresh = regenerate.tidy(trained(source, before, "0.87\n"), stored)
    assert fresh.cells[1].outputs[0].text == ("0.91\n" if kept else "0.87\n")
    anew = regenerate.tidy(trained(source, before, "0.87\n"), stored, keep=False)
    assert anew.cells[1].outputs[0].text == "0.87\n"


@pytest.mark.parametrize(("shift", "kept"), [(1, True), (100, False)])
def test_a_picture_is_kept_as_long_as_it_looks_the_same(shift, kept):
    old, new = picture(), picture(shift)
    stored = regenerate.tidy(*(notebook(("show(...)", [shown(old)])) for _ in range(2)))
    fresh = regenerate.tidy(notebook(("show(...)", [shown(new)])), stored)
    data = fresh.cells[0].outputs[0].data
    assert data["image/png"] == (old if kept else new)
    assert data["image/png"] in data["text/html"]
    changes = regenerate.changed_cells(stored, fresh, pixels=True)
    assert changes == ([] if kept else ["cell-0"])


def drawing(shift=0, lines=3):
    """Base64 of some lines on white, all shifted down by some pixels."""
    image = np.full((120, 200), 255, np.uint8)
    for number in range(lines):
        row = 20 + 30 * number + shift
        image[row : row + 2, 10:190] = 0
    return base64.b64encode(png_bytes(image)).decode()


@pytest.mark.parametrize(
    ("new", "tags", "before", "kept"),
    [
        (drawing(shift=1), [], "a = 1", True),
        (drawing(shift=1), [regenerate.EXACT], "a = 1", False),
        (drawing(shift=1), [], "a = 2", False),
        (drawing(lines=0), [], "a = 1", False),
        (drawing(lines=1), [], "a = 1", False),
        (drawing(), [regenerate.EXACT], "a = 2", True),
    ],
    ids=["shifted", "exact", "other code before", "blank", "lines missing", "equal"],
)
def test_a_picture_of_floats_is_kept_as_long_as_it_is_the_same_at_a_glance(new, tags, before, kept):
    def book(png, code):
        return notebook((code, []), ("show(...)", [shown(png)], *tags))

    stored = regenerate.tidy(book(drawing(), "a = 1"), book(drawing(), "a = 1"))
    stored.cells[0].source = before
    fresh = regenerate.tidy(book(new, before), stored)
    assert (fresh.cells[1].outputs[0].data["image/png"] == drawing()) == kept


def test_under_another_matplotlib_a_picture_counts_by_its_size():
    stored = notebook(("show(...)", [shown(picture())]))
    other = notebook(("show(...)", [shown(picture(100))]))
    assert regenerate.changed_cells(stored, other, pixels=True) == ["cell-0"]
    assert regenerate.changed_cells(stored, other, pixels=False) == []
    smaller = base64.b64encode(png_bytes(np.zeros((5, 5), np.uint8))).decode()
    resized = notebook(("show(...)", [shown(smaller)]))
    assert regenerate.changed_cells(stored, resized, pixels=False) == ["cell-0"]


def test_another_alt_text_is_a_change():
    stored, other = (notebook(("show(...)", [shown(picture())])) for _ in range(2))
    other.cells[0].outputs[0].data["text/plain"] = "A ramp from black to white"
    assert regenerate.changed_cells(stored, other, pixels=False) == ["cell-0"]


def test_check_names_what_would_change_and_writes_nothing(tmp_path):
    path = tmp_path / "sample.ipynb"
    book = notebook(("print(1 + 1)", [printed("3\n")]), ("print('same')", [printed("same\n")]))
    path.write_text(regenerate.as_text(regenerate.tidy(copy.deepcopy(book), book)))
    before = path.read_bytes()

    def run(*options):
        command = [sys.executable, regenerate.__file__, str(path), *options]
        return subprocess.run(command, capture_output=True, text=True)

    done = run("--check")
    assert (done.returncode, done.stdout) == (1, "sample.ipynb: cell-0\n")
    assert path.read_bytes() == before
    assert run().returncode == 0
    assert nbformat.read(path, as_version=4).cells[0].outputs[0].text == "2\n"
    written = path.read_bytes()
    done = run()
    assert (done.returncode, done.stdout) == (0, "sample.ipynb: no change\n")
    assert path.read_bytes() == written
