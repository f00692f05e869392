"""The picture of one panel on the page, touched by mouse and keyboard."""

from __future__ import annotations

from browser.lab import Lab
from browser.panel_page import PanelPage
from playwright.sync_api import Locator

# The lowest contrast of texts that the picture's own style sheet colours.
CONTRAST = """panel => {
  const parts = text => text.match(/[\\d.]+/g).map(Number).slice(0, 3);
  const light = colour => {
    const [r, g, b] = parts(colour).map(c => { c /= 255;
      return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  return [...panel.querySelectorAll('.densenet-tip, .densenet-film button:not(:disabled)')]
    .filter(e => e.offsetParent)
    .map(e => getComputedStyle(e))
    .map(style => [light(style.color), light(style.backgroundColor)])
    .map(pair => (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05))
    .reduce((a, b) => Math.min(a, b), 99);
}"""
PLACE = """panel => JSON.stringify([panel.getBoundingClientRect().toJSON(),
  jupyterapp.shell.currentWidget.content.activeCellIndex,
  jupyterapp.shell.currentWidget.content.mode,
  jupyterapp.shell.currentWidget.content.model.cells.length])"""


class HotPage:
    """A panel in the output of a cell, by what a learner sees of it."""

    def __init__(self, lab: Lab, cell_id: str):
        self.page = lab.page
        element = lab.panels(cell_id)[0]
        element.show()
        self.panel: PanelPage = element
        mark = f"touched-{cell_id}"
        element.panel.evaluate("(e, mark) => e.dataset.mark = mark", mark)
        self.root: Locator = self.page.locator(f"[data-mark={mark}]")
        self.list = self.root.locator("svg[role=listbox]")
        self.options = self.root.locator("rect[role=option]")
        self.tip = self.root.locator(".densenet-tip")
        self.page.mouse.move(5, 5)

    def labels(self) -> list[str]:
        return self.options.evaluate_all("all => all.map(e => e.getAttribute('aria-label'))")

    def acting(self) -> list[int]:
        """Indices of the regions that move a control."""
        acts = self.options.evaluate_all(
            "all => all.map(e => e.classList.contains('densenet-acts'))"
        )
        return [index for index, does in enumerate(acts) if does]

    def chosen(self) -> list[int]:
        found = self.options.evaluate_all(
            "all => all.map(e => e.getAttribute('aria-selected') === 'true')"
        )
        return [index for index, does in enumerate(found) if does]

    def cursor(self) -> int:
        """The region that the keyboard is at; -1 for none."""
        return self.list.evaluate(
            """e => [...e.querySelectorAll('rect')]
              .findIndex(r => r.id === e.getAttribute('aria-activedescendant'))"""
        )

    def told(self) -> str:
        """The label beside the picture, "" where none is shown."""
        return self.tip.evaluate(
            "e => getComputedStyle(e).visibility === 'visible' ? e.textContent : ''"
        )

    def place(self) -> str:
        """Where the panel is on the page, and what the notebook is doing."""
        return self.root.evaluate(PLACE)

    def middle(self, index: int) -> tuple[float, float]:
        box = self.options.nth(index).bounding_box()
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def settled(self, act) -> dict:
        """Do something that redraws the picture, wait for it, and look."""
        source = self.panel.look()["src"]
        act()
        self.page.wait_for_function(
            "([panel, source]) => panel.querySelector('.densenet-picture img').src !== source",
            arg=[self.panel.panel, source],
        )
        self.page.wait_for_timeout(150)  # the sentence is a message of its own
        return self.panel.look()

    def contrast(self) -> float:
        return self.root.evaluate(CONTRAST)
