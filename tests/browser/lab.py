"""JupyterLab as the tests drive it: a server of its own, and a page that knows its notebook."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from browser.panel_page import PanelPage
from playwright.sync_api import ElementHandle, Page

VIEWPORT = {"width": 1280, "height": 800}
BROWSER_OPTIONS = [
    "--no-sandbox",  # as root, in a container
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SETTINGS = {
    "apputils-extension/notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
        "doNotDisturbMode": True,
    },
    "docmanager-extension/plugin": {"autosave": False},
}
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
RUN_ALL_SECONDS = 240

READY = """() => {
  const widget = window.jupyterapp?.shell.currentWidget;
  const session = widget?.sessionContext;
  const kernel = session?.session?.kernel;
  return Boolean(widget?.content?.widgets?.length && session.isReady && kernel
    && kernel.status === 'idle' && kernel.connectionStatus === 'connected');
}"""
# Shared by the scripts below: the cell with an id, as JupyterLab's own object.
CELL = """const notebook = jupyterapp.shell.currentWidget.content;
  const index = notebook.widgets.findIndex(cell => cell.model.id === id);"""


def find_chromium() -> str | None:
    """Path of a Chromium or Chrome, or of what the variable CHROMIUM names."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


class Server:
    """A JupyterLab over one folder, with no settings but its own, on a free local port.

    With ``app="notebook"`` it is Jupyter Notebook 7.
    """

    def __init__(self, root: Path, home: Path, *, app: str = "jupyterlab"):
        self.root = root
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.token = secrets.token_hex(16)
        self.url = f"http://127.0.0.1:{port}"
        environment = {**os.environ}
        for name in (
            "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR",
            "JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR",
        ):  # fmt: skip
            environment[name] = str(home / name.lower())
            (home / name.lower()).mkdir(parents=True)
        for name, values in SETTINGS.items():
            file = home / "jupyterlab_settings_dir/@jupyterlab" / f"{name}.jupyterlab-settings"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(values))
        command = [
            sys.executable, "-m", app, "--no-browser", "--allow-root",
            "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}", "--ServerApp.port_retries=0",
            f"--IdentityProvider.token={self.token}", f"--ServerApp.root_dir={root}",
            "--LabApp.extension_manager=readonly", "--LabApp.expose_app_in_browser=True",
            "--JupyterNotebookApp.expose_app_in_browser=True",
        ]  # fmt: skip
        self.page = "notebooks" if app == "notebook" else "lab/tree"
        self.log = home / f"{app}.log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)

    def wait(self, seconds: float = 60) -> None:
        """Return once the server answers."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.url}/api/status?token={self.token}"):
                    return
            except OSError:
                time.sleep(0.2)
        raise RuntimeError(f"Jupyter did not start:\n{self.log.read_text()[-3000:]}")

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Lab:
    """One page of JupyterLab with one notebook open."""

    def __init__(self, page: Page, server: Server):
        self.page, self.server = page, server

    def open(self, notebook: str) -> None:
        """Open a notebook and wait until its kernel can run cells."""
        place = f"{self.server.url}/{self.server.page}/notebooks/{notebook}"
        self.page.goto(f"{place}?token={self.server.token}&reset")
        self.page.wait_for_function(READY, timeout=60_000)

    def run_all(self) -> None:
        # Not awaited in the page: there the wait would have no limit.
        self.page.evaluate(
            """() => { window.ran = undefined;
              jupyterapp.commands.execute('notebook:run-all-cells')
                .then(() => { window.ran = 'done'; }, why => { window.ran = String(why); }); }"""
        )
        self.page.wait_for_function("window.ran !== undefined", timeout=RUN_ALL_SECONDS * 1000)
        self.page.wait_for_function(READY, timeout=10_000)

    def outputs(self) -> dict[str, list[dict]]:
        """What each code cell has put out, by the cell's id."""
        return self.page.evaluate(
            """() => Object.fromEntries(jupyterapp.shell.currentWidget.content.widgets
              .filter(cell => cell.model.type === 'code')
              .map(cell => [cell.model.id, cell.model.outputs.toJSON()]))"""
        )

    def cell(self, cell_id: str) -> ElementHandle:
        """A cell's element, scrolled into view."""
        self.page.evaluate(
            f"""async id => {{ {CELL} notebook.activeCellIndex = index;
              await notebook.scrollToItem(index, 'start'); }}""",
            cell_id,
        )
        return self.page.evaluate_handle(
            f"id => {{ {CELL} return notebook.widgets[index].node; }}", cell_id
        ).as_element()

    def run(self, cell_id: str) -> None:
        """Run one cell and wait for the kernel."""
        self.cell(cell_id)
        before = self.page.evaluate(COUNT, cell_id)
        self.page.evaluate("() => { jupyterapp.commands.execute('notebook:run-cell'); }")
        self._wait_for_run(cell_id, before)

    def _wait_for_run(self, cell_id: str, before: int) -> None:
        self.page.wait_for_function(
            f"([id, before]) => ({COUNT})(id) > before", arg=[cell_id, before], timeout=30_000
        )
        self.page.wait_for_function(READY, timeout=30_000)

    def panels(self, cell_id: str) -> list[PanelPage]:
        """The panels in the output of a cell."""
        cell = self.cell(cell_id)
        cell.wait_for_selector(f"{PANEL} .densenet-picture img")
        return [PanelPage(self.page, panel) for panel in cell.query_selector_all(PANEL)]

    def answer(self, cell_id: str, source: str) -> str:
        """Type into a cell in place of what stands there, run it, and return what it says."""
        cell = self.cell(cell_id)
        cell.query_selector(".jp-InputArea-editor .cm-content").click()
        self.page.keyboard.press("Control+a")
        # As one paste: key by key, the editor would add indents and closing brackets.
        self.page.keyboard.insert_text(source)
        typed = self.page.evaluate(
            f"id => {{ {CELL} return notebook.widgets[index].model.sharedModel.getSource(); }}",
            cell_id,
        )
        assert typed == source
        before = self.page.evaluate(COUNT, cell_id)
        self.page.keyboard.press("Control+Enter")
        self._wait_for_run(cell_id, before)
        verdict = cell.wait_for_selector(".jp-OutputArea .densenet-check", timeout=10_000)
        return " ".join(verdict.inner_text().split())

    def theme(self, name: str) -> None:
        """Change to the theme "light" or "dark"."""
        self.page.evaluate(
            "theme => jupyterapp.commands.execute('apputils:change-theme', { theme })", THEMES[name]
        )
        light = "true" if name == "light" else "false"
        self.page.wait_for_function(f"document.body.dataset.jpThemeLight === '{light}'")
        self.page.wait_for_timeout(300)  # style sheets of the theme


PANEL = ".densenet-panel"
COUNT = f"id => {{ {CELL} return notebook.widgets[index].model.executionCount ?? 0; }}"
