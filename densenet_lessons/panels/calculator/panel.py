"""The paired calculator of lesson 03: two nets of the same widths, with and without bottleneck."""

from __future__ import annotations

from typing import Any

from densenet_lessons.costs import Operation, break_even, conv_weights, cost_by_part, operations
from densenet_lessons.densenet import DenseNetSpec
from densenet_lessons.panels.base import Panel, Region, Scene, refusing, slider, steps
from densenet_lessons.panels.calculator import words
from densenet_lessons.panels.calculator.picture import Step, cost_pair_image
from densenet_lessons.panels.calculator.words import NETS

__all__ = ["cost_calculator"]

#: Side of the maps in block 1, in pixels: the first block of the ImageNet nets.
SIDE = 56


def cost_calculator() -> Panel:
    """Two blocks and the transition between them, counted with and without bottlenecks.

    The settings are shared: growth rate k, layers in each block, width that enters block 1,
    ``bn_size`` and theta. It starts with the first block of DenseNet-121.
    """
    controls = {
        "growth_rate": slider("growth rate k", 4, 48, 32, step=4),
        "num_layers": slider("layers a block", 1, 16, 6),
        "num_init_features": slider("input width", 4, 256, 64, step=4),
        "bn_size": slider("bn_size", 1, 9, 4),
        "compression": steps("compression θ", [0.1, 0.25, 0.5, 0.75, 1.0], 0.5),
    }
    return Panel("With and without bottleneck", controls, _scene, scale=2)


def _scene(
    growth_rate: int, num_layers: int, num_init_features: int, bn_size: int, compression: float
) -> Scene:
    with refusing():
        specs = {
            name: DenseNetSpec(
                growth_rate, (num_layers, num_layers), num_init_features,
                size, compression, small_inputs=True,
            )
            for name, size in zip(NETS, (None, bn_size), strict=True)
        }  # fmt: skip
    inner = {name: _blocks_and_transition(spec) for name, spec in specs.items()}
    costs = {
        quantity: {name: cost_by_part(inner[name], quantity) for name in NETS}
        for quantity in ("parameters", "macs")
    }
    staircase = _staircase(specs["bottleneck"])
    limit = break_even(growth_rate, bn_size)
    picture, boxes = cost_pair_image(staircase, limit, costs, (SIDE, SIDE // 2))
    told = words.sentence(costs, staircase, specs["bottleneck"], limit)
    regions = [
        Region(*box, _label(name, staircase, specs["bottleneck"], costs))
        for name, box in boxes.items()
    ]
    return Scene(picture, words.alt(told), told, regions)


def _label(name: Any, staircase: list[Step], spec: DenseNetSpec, costs: dict) -> str:
    if isinstance(name, int):
        side = SIDE if name <= spec.block_config[0] else SIDE // 2  # the first and its transition
        return words.step_label(staircase, name, spec, side)
    quantity, net, part = name
    return words.part_label(quantity, net, part, costs[quantity][net])


def _blocks_and_transition(spec: DenseNetSpec) -> list[Operation]:
    """The steps that differ between two nets of the same widths: no stem, no head."""
    return [
        step
        for step in operations(spec, SIDE)
        if "denseblock" in step.name or "transition" in step.name
    ]


def _staircase(spec: DenseNetSpec) -> list[Step]:
    bars: list[Step] = []
    for block, (enters, _) in enumerate(spec.block_ends(), 1):
        sources = (enters,)
        for _ in range(spec.block_config[block - 1]):
            width, k = sum(sources), spec.growth_rate
            pays = conv_weights(width, k, spec.bn_size) < conv_weights(width, k, None)
            bars.append(Step(sources, f"block {block}", pays))
            sources = (*sources, k)
        bars.append(Step(sources, "transition" if block == 1 else "output"))
    return bars
