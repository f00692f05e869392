"""How long a callback of each panel takes, as a multiple of encoding its picture."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from itertools import cycle
from statistics import median

from PIL import Image

from densenet_lessons.panels import (
    Panel,
    add_concat_panel,
    architecture_explorer,
    budget_explorer,
    cost_calculator,
    growth_rate_explorer,
    memory_explorer,
)
from densenet_lessons.pictures import png_bytes

#: Panel, and the control whose every step is timed.
MOVES = {
    "add or concat": (add_concat_panel, "dim"),
    "architecture": (architecture_explorer, "layer"),
    "budget": (budget_explorer, "budget"),
    "calculator": (cost_calculator, "num_layers"),
    "memory": (memory_explorer, "batch"),
    "growth rate": (growth_rate_explorer, "growth_rate"),
}
STEPS = 15


def panel_ratios() -> dict[str, float]:
    """A move of each panel (drawing, encoding, words), in units of encoding its picture alone."""
    return {name: _ratio(make(), control) for name, (make, control) in MOVES.items()}


def _ratio(panel: Panel, control: str) -> float:
    values = cycle(panel.controls[control].allowed)
    moves, encodings = [], []
    for _ in range(STEPS):  # in turn, so that a busy moment meets both
        moves.append(_seconds(lambda: panel.set(**{control: next(values)})))
        picture = Image.open(io.BytesIO(panel.png)).convert("RGB")
        encodings.append(_seconds(lambda picture=picture: png_bytes(picture, quick=True)))
    return median(moves) / median(encodings)


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
