"""What the gates share: clean kernels, time for slow cells, no silent skip under CI, fixtures."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import nbformat
import pytest
from nbval.plugin import IPyNbCell, IPyNbFile

from tests.regenerate import clean_environment, code_cells, to_store

#: Seconds that nbval waits for a cell's next message; its own 5 are too few on a busy machine.
OUTPUT_TIMEOUT = 300


def pytest_configure(config):
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    if workers > 1:  # before torch is loaded, here and in the notebooks' kernels
        os.environ.setdefault("OMP_NUM_THREADS", str(max(1, (os.cpu_count() or 1) // workers)))
    folder = tempfile.TemporaryDirectory()
    config.add_cleanup(folder.cleanup)
    clean_environment(Path(folder.name))


def pytest_collection_modifyitems(items):
    for item in items:
        if hasattr(item, "output_timeout"):
            item.output_timeout = OUTPUT_TIMEOUT
    # Playwright keeps an event loop running, which the notebook kernels' client must not meet.
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


class SameBytes(pytest.Item):
    """What nbval's run of a notebook printed, stored, would give the same file."""

    def runtest(self):
        path = self.parent.path
        text = path.read_text(encoding="utf8")
        fresh = nbformat.reads(text, as_version=4)
        ran = {
            item.cell.id: item.test_outputs
            for item in self.session.items
            if isinstance(item, IPyNbCell) and item.parent is self.parent
        }
        for cell in code_cells(fresh):
            if ran.get(cell.id) is None:
                pytest.fail(f"{cell.id} has not run, so nothing was compared", pytrace=False)
            cell.outputs = ran[cell.id]
        _, changes = to_store(text, fresh)
        if changes:
            pytest.fail(
                f"these cells would be stored otherwise: {', '.join(changes)}\n"
                f"python tests/regenerate.py {path.stem} stores them",
                pytrace=False,
            )

    def reportinfo(self):
        return self.path, None, f"{self.parent.name}::{self.name}"


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    """Each notebook ends with a comparison of the whole file."""
    report = yield
    if isinstance(collector, IPyNbFile) and report.passed:
        report.result.append(SameBytes.from_parent(collector, name="same bytes"))
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item, call):
    """A notebook cell that was not compared is a failed one; under CI a skipped test is, too,
    unless only hardware is missing.
    """
    report = yield
    if isinstance(item, IPyNbCell):
        # After a time-out nbval expects failures of the later cells, and takes either for success.
        if report.skipped or hasattr(report, "wasxfail"):
            fail(report, "not compared: an earlier cell took too long, or this one is skipped")
        elif report.when == "call" and report.passed and item.parent.timed_out:
            fail(report, "the cell took too long, and hid it")
        return report
    expected = hasattr(report, "wasxfail") or "CUDA" in str(report.longrepr)
    if report.skipped and os.environ.get("CI") == "true" and not expected:
        fail(report, f"skipped under CI: {report.longrepr}")
    return report


def fail(report, reason: str) -> None:
    report.outcome = "failed"
    report.longrepr = reason
    vars(report).pop("wasxfail", None)


@pytest.fixture
def one_thread():
    """Small nets run as fast so, and much faster on a busy machine."""
    from densenet_lessons import training

    with training.one_thread():
        yield


@pytest.fixture
def registry(monkeypatch):
    """A registry of exercises of the test's own."""
    from densenet_lessons.exercises import core

    mine = {}
    monkeypatch.setattr(core, "REGISTRY", mine)
    return mine
