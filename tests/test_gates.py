"""The gates themselves, tried on small notebooks: none passes that was not compared."""

import os
import subprocess
import sys
import warnings
from xml.etree import ElementTree

import nbformat
import pytest
import regenerate
from lessons import ROOT

STUBBORN = """import time
try:
    time.sleep(600)
except KeyboardInterrupt:
    pass"""


def printing(cell_id, source, text, *tags):
    outputs = [nbformat.v4.new_output("stream", name="stdout", text=text)] if text else []
    return nbformat.v4.new_code_cell(source, id=cell_id, outputs=outputs, metadata={"tags": tags})


def outcomes(folder, *cells, options=()):
    """What a run of pytest of its own says of each cell, and of the file: name to message."""
    book = nbformat.v4.new_notebook(cells=list(cells))
    path = folder / "sample.ipynb"
    path.write_text(regenerate.as_text(regenerate.tidy(book, book)), encoding="utf8")
    (folder / "pytest.ini").write_text("[pytest]\n")
    command = [sys.executable, "-m", "pytest", "-p", "tests.gates", "-p", "no:cacheprovider"]
    subprocess.run(
        [*command, "--nbval", "--nbval-current-env", "--junit-xml=report.xml", *options, path],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
    )
    cases = ElementTree.parse(folder / "report.xml").iter("testcase")
    return {case.get("name"): verdict(case) for case in cases}


def verdict(case):
    """Empty for a case that passed."""
    return "".join(f"{child.tag}: {child.get('message')} {child.text}" for child in case)


@pytest.mark.parametrize("module", [__name__, "densenet_lessons.costs.counting"])
def test_a_warning_that_our_modules_cause_is_an_error(module):
    with pytest.raises(UserWarning, match="ours"):
        warnings.warn_explicit("ours", UserWarning, "some.py", 1, module=module)


@pytest.mark.parametrize("source", ["import time; time.sleep(600)", STUBBORN])
def test_a_cell_over_the_limit_fails_and_so_does_each_after_it(tmp_path, source):
    cells = [
        printing("slow", source, "", regenerate.IGNORED),
        printing("same", "print(1)", "1\n"),
        printing("other", "print(1)", "2\n"),
    ]
    found = outcomes(tmp_path, *cells, options=["--nbval-cell-timeout=1"])
    assert list(found) == ["Cell 0", "Cell 1", "Cell 2", "same bytes"]
    assert [name for name, said in found.items() if not said.startswith("failure")] == []


def test_a_cell_after_an_ignored_one_is_compared(tmp_path):
    cells = [
        printing("ignored", "print(1)", "2\n", regenerate.IGNORED),
        printing("wrong", "print(3)", "4\n"),
        printing("right", "print(5)", "5\n"),
    ]
    found = outcomes(tmp_path, *cells)
    assert [name for name, said in found.items() if said] == ["Cell 1", "same bytes"]
    assert "stored otherwise: wrong\n" in found["same bytes"]


def test_a_notebook_that_prints_what_it_stores_passes(tmp_path):
    found = outcomes(tmp_path, printing("right", "print(5)", "5\n"))
    assert found == {"Cell 0": "", "same bytes": ""}


def test_a_cell_that_is_skipped_fails(tmp_path):
    found = outcomes(tmp_path, printing("skipped", "print(5)", "5\n", "nbval-skip"))
    assert found["Cell 0"].startswith("failure: not compared")


def test_a_part_of_a_notebook_is_not_taken_for_the_whole(tmp_path):
    found = outcomes(tmp_path, printing("right", "print(5)", "5\n"), options=["-k", "bytes"])
    assert "right has not run" in found["same bytes"]
