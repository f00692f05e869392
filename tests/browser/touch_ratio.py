"""What a touch costs beside a step of a slider, in Chromium: for ``tests/benchmark.py``."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from statistics import median

import nbformat
from browser.hot_page import HotPage
from browser.lab import BROWSER_OPTIONS, VIEWPORT, Lab, Server, find_chromium
from browser.panel_page import SLIDERS, WATCH
from playwright.sync_api import sync_playwright
from regenerate import KERNEL

PANELS = {"growth_rate_explorer": "growth rate", "architecture_explorer": "architecture"}
TIMES = 9

# Milliseconds from a move of the pointer to the label that is shown, layout included.
HOVER = """([list, option]) => {
  const box = option.getBoundingClientRect();
  const at = { bubbles: true, clientX: box.x + 2, clientY: box.y + 2 };
  const start = performance.now();
  option.dispatchEvent(new PointerEvent('pointermove', at));
  list.parentElement.querySelector('.densenet-tip').getBoundingClientRect();
  return performance.now() - start;
}"""


def touch_ratios() -> dict[str, tuple[float, float]]:
    """By panel: a click to the new picture, and hovering, in units of a slider's step.

    Empty where there is no Chromium.
    """
    chromium = find_chromium()
    if chromium is None:
        return {}
    folder = Path(tempfile.mkdtemp())
    (folder / "course" / "notebooks").mkdir(parents=True)
    cells = [
        nbformat.v4.new_code_cell(f"from densenet_lessons import panels\npanels.{name}()", id=name)
        for name in PANELS
    ]
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": KERNEL})
    nbformat.write(notebook, folder / "course" / "notebooks" / "touch.ipynb")
    server = Server(folder / "course", folder / "jupyter")
    try:
        server.wait()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=BROWSER_OPTIONS)
            lab = Lab(browser.new_context(viewport=VIEWPORT).new_page(), server)
            lab.open("touch.ipynb")
            lab.run_all()
            return {title: _ratios(lab, name) for name, title in PANELS.items()}
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _ratios(lab: Lab, name: str) -> tuple[float, float]:
    hot = HotPage(lab, name)
    slider = hot.panel.controls(SLIDERS)[0]
    steps, clicks, hovers = [], [], []
    for index in range(TIMES):  # in turn, so that a busy moment meets all
        steps.append(hot.panel.move(slider).milliseconds)
        others = [one for one in hot.acting() if one not in hot.chosen()]
        place = hot.middle(others[index % len(others)])
        hot.panel.panel.evaluate(WATCH)
        lab.page.mouse.click(*place)
        clicks.append(lab.page.evaluate("window.painted"))
        option = hot.options.nth(index % hot.options.count()).element_handle()
        hovers.append(lab.page.evaluate(HOVER, [hot.list.element_handle(), option]))
    step = median(time for time in steps if time is not None)
    return median(time for time in clicks if time is not None) / step, median(hovers) / step
