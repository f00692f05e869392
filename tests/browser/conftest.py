"""One JupyterLab server and one Chromium for all browser tests."""

from __future__ import annotations

import os
import shutil

import pytest
from browser.lab import BROWSER_OPTIONS, VIEWPORT, Lab, Server, find_chromium
from lessons import ROOT
from playwright.sync_api import sync_playwright

HOW_TO_GET_IT = (
    "the browser tests need Chromium: `apt-get install chromium fonts-dejavu-core`, or name a "
    "Chromium or Chrome in the environment variable CHROMIUM"
)


@pytest.fixture(scope="session")
def chromium():
    found = find_chromium()
    if found is None:
        # Under CI a gate that cannot run has failed.
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(HOW_TO_GET_IT)
    return found


@pytest.fixture(scope="session")
def server(chromium, tmp_path_factory):
    course = tmp_path_factory.mktemp("course")
    for folder in ("notebooks", "images"):
        if (ROOT / folder).exists():
            shutil.copytree(ROOT / folder, course / folder)
    running = Server(course, tmp_path_factory.mktemp("jupyter"))
    try:
        running.wait()
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="session")
def lab(server, chromium):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=BROWSER_OPTIONS)
        try:
            page = browser.new_context(viewport=VIEWPORT).new_page()
            page.set_default_timeout(30_000)
            yield Lab(page, server)
        finally:
            browser.close()


@pytest.fixture(scope="session")
def artefacts():
    folder = ROOT / "artefacts" / "browser"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
