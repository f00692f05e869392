"""One panel on the page: its controls, moved by keyboard, and what a move does to the picture."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import ElementHandle, Page

SLIDERS = ".noUi-handle"
BOXES = "input[type=number], select, input[type=checkbox], .widget-toggle-buttons"

# Starts a clock at the next key press or click; it stops at the frame after the new picture is
# decoded.
# The sentence is a message of its own; the promise waits for it too.
WATCH = """panel => {
  const picture = () => panel.querySelector('.densenet-picture img');
  const sentence = () => panel.querySelector('p[role=status]').textContent;
  const source = picture().src, words = sentence();
  window.painted = new Promise(resolve => {
    let start = performance.now(), took = null, drawing = false;
    const begin = () => { start = performance.now(); };
    const starts = ['keydown', 'pointerdown'];
    for (const kind of starts) addEventListener(kind, begin, { capture: true });
    const end = () => { look.disconnect(); resolve(took);
      for (const kind of starts) removeEventListener(kind, begin, true); };
    const look = new MutationObserver(async () => {
      if (!drawing && picture()?.src !== source) {
        drawing = true;
        await picture().decode();
        await new Promise(requestAnimationFrame);
        took = performance.now() - start;
      }
      if (took !== null && sentence() !== words) end();
    });
    look.observe(panel, { subtree: true, childList: true, attributes: true });
    setTimeout(end, 30000);  // catches a hang, far above the work
  });
}"""
LOOK = """panel => {
  const notebook = jupyterapp.shell.currentWidget.content;
  const image = panel.querySelector('.densenet-picture img');
  const status = panel.querySelector('p[role=status]');
  const inner = image.clientWidth - 12, high = image.clientHeight - 12;
  const overflow = [...panel.querySelectorAll('.widget-label, .jp-widget-label, p[role=status]')]
    .filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.textContent);
  return {
    src: image.src, alt: image.alt, sentence: status.textContent,
    failed: status.classList.contains('densenet-error'),
    loaded: image.naturalWidth > 0,
    stretch: (inner / high) / (image.naturalWidth / image.naturalHeight),
    height: panel.getBoundingClientRect().height,
    notebook: [notebook.activeCellIndex, notebook.mode, notebook.model.cells.length].join(' '),
    too_wide: panel.scrollWidth > panel.clientWidth + 1,
    cut: overflow,
  };
}"""
CONTRAST = """panel => {
  const parts = text => text.match(/[\\d.]+/g).map(Number);
  const light = colour => {
    const [r, g, b] = colour.map(c => { c /= 255;
      return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = element => {
    for (let e = element; e; e = e.parentElement) {
      const colour = parts(getComputedStyle(e).backgroundColor);
      if (colour.length === 3 || colour[3] > 0.99) return colour.slice(0, 3);
    }
    return [255, 255, 255];
  };
  const texts = [...panel.querySelectorAll('p[role=status], b, label')].filter(e => e.textContent);
  return Math.min(...texts.map(e => {
    const pair = [light(parts(getComputedStyle(e).color).slice(0, 3)), light(behind(e))];
    return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
  }));
}"""

# Focuses a control and tells the keys that move it by one step.
KEYS = """e => {
  const number = name => Number(e.getAttribute(name));
  if (e.matches('.widget-toggle-buttons')) {
    e.querySelector('button:not(.mod-active)').focus();
    return ['Space'];
  }
  e.focus();
  if (e.type === 'checkbox') return ['Space'];
  if (e.tagName === 'SELECT')
    return ['Space', e.selectedIndex < e.options.length - 1 ? 'ArrowDown' : 'ArrowUp', 'Enter'];
  if (e.tagName === 'INPUT') return [Number(e.value) < Number(e.max) ? 'ArrowUp' : 'ArrowDown'];
  return [number('aria-valuenow') < number('aria-valuemax') ? 'ArrowRight' : 'ArrowLeft'];
}"""


@dataclass(frozen=True)
class Move:
    """What one key press did."""

    milliseconds: float | None  # None: no new picture came
    before: dict
    after: dict


class PanelPage:
    """A panel's element, and the keys for each kind of control."""

    def __init__(self, page: Page, panel: ElementHandle):
        self.page, self.panel = page, panel

    def controls(self, kind: str) -> list[ElementHandle]:
        """The panel's SLIDERS or BOXES."""
        return self.panel.query_selector_all(kind)

    def show(self) -> None:
        """Scroll so that the panel begins at the top of the page, or as near as it gets."""
        self.panel.evaluate("e => e.scrollIntoView({ block: 'start' })")
        self.page.wait_for_timeout(200)

    def look(self) -> dict:
        """The picture, the sentence and the layout, as they are now."""
        return self.panel.evaluate(LOOK)

    def contrast(self) -> float:
        """The lowest contrast of any text in the panel against its ground."""
        return self.panel.evaluate(CONTRAST)

    def name_of(self, box: ElementHandle) -> str:
        """The name that a screen reader reads out for a box."""
        return box.evaluate(
            """e => e.getAttribute('aria-label')
              ?? [...(e.labels ?? e.querySelectorAll('label'))].map(l => l.textContent).join(' ')"""
        ).strip()

    def move(self, control: ElementHandle) -> Move:
        """Move a control by one step with the keyboard, away from its end."""
        keys = control.evaluate(KEYS)
        before = self.look()
        self.panel.evaluate(WATCH)
        for key in keys:
            self.page.keyboard.press(key)
            self.page.wait_for_timeout(50 if key == "Space" else 0)
        milliseconds = self.page.evaluate("window.painted")
        return Move(milliseconds, before, self.look())
