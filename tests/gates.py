"""What the gates share: clean kernels, time for slow cells, no silent skip under CI, fixtures."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from tests.regenerate import clean_environment

#: Seconds that nbval waits for a cell's next message; its own 5 are too few for a training cell.
OUTPUT_TIMEOUT = 60


def pytest_configure(config):
    folder = tempfile.TemporaryDirectory()
    config.add_cleanup(folder.cleanup)
    clean_environment(Path(folder.name))


def pytest_collection_modifyitems(items):
    for item in items:
        if hasattr(item, "output_timeout"):
            item.output_timeout = OUTPUT_TIMEOUT
    # Playwright keeps an event loop running, which the notebook kernels' client must not meet.
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Under CI a skipped test is a failed one, unless only hardware is missing."""
    report = yield
    expected = hasattr(report, "wasxfail") or "CUDA" in str(report.longrepr)
    if report.skipped and os.environ.get("CI") == "true" and not expected:
        report.outcome = "failed"
        report.longrepr = f"skipped under CI: {report.longrepr}"
    return report


@pytest.fixture
def one_thread():
    """Small nets run as fast so, and much faster on a busy machine."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def registry(monkeypatch):
    """A registry of exercises of the test's own."""
    from densenet_lessons.exercises import core

    mine = {}
    monkeypatch.setattr(core, "REGISTRY", mine)
    return mine
