"""The planner of lesson 09: a net's parameters and multiply-adds, part by part, and the budget."""

from __future__ import annotations

from densenet_lessons.costs import Part, parts_of
from densenet_lessons.densenet import DenseNetSpec
from densenet_lessons.exercises import MAX_MACS, MAX_PARAMETERS
from densenet_lessons.panels.base import Panel, Region, Scene, refusing, slider
from densenet_lessons.panels.planner import words
from densenet_lessons.panels.planner.picture import budget_bars

__all__ = ["net_planner"]

#: Side of the shipped images, in pixels.
IMAGE_SIZE = 28
LIMITS = {"parameters": MAX_PARAMETERS, "macs": MAX_MACS}


def net_planner() -> Panel:
    """A net for the shipped images, and whether it fits the capstone's budget.

    The settings are growth rate, layers in each block, number of blocks, and channels of the
    stem; bottleneck layers, compression 0.5. It starts with a net that is too large.
    """
    controls = {
        "growth_rate": slider("growth rate k", 1, 16, 8),
        "num_layers": slider("layers a block", 1, 8, 3),
        "num_blocks": slider("blocks", 1, 4, 3),
        "num_init_features": slider("channels of the stem", 2, 32, 16, step=2),
    }
    return Panel("Plan a net", controls, _scene, scale=2)


def _scene(growth_rate: int, num_layers: int, num_blocks: int, num_init_features: int) -> Scene:
    with refusing():
        spec = DenseNetSpec(
            growth_rate, (num_layers,) * num_blocks, num_init_features,
            num_classes=10, in_channels=1, small_inputs=True,
        )  # fmt: skip
        parts = parts_of(spec, IMAGE_SIZE)
    costs = {quantity: {part.name: _sum(part, quantity) for part in parts} for quantity in LIMITS}
    picture, boxes = budget_bars(costs, LIMITS)
    regions = [
        Region(*box, words.label(quantity, name, costs[quantity], LIMITS[quantity]))
        for (quantity, name), box in boxes.items()
    ]
    told = words.sentence(costs, LIMITS, spec)
    return Scene(picture, words.alt(told), told, regions)


def _sum(part: Part, quantity: str) -> int:
    return sum(getattr(step, quantity) for step in part.steps)
