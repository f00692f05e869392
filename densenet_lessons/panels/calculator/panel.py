"""The paired calculator of lesson 03: two nets of the same widths, with and without bottleneck."""

from __future__ import annotations

from typing import Any

from densenet_lessons.costs import Operation, break_even, conv_weights, cost_by_part, operations
from densenet_lessons.densenet import DenseNetSpec
from densenet_lessons.panels.base import Panel, refusing, slider, steps
from densenet_lessons.panels.calculator.picture import Step, cost_pair_image, in_millions

__all__ = ["cost_calculator"]

#: Side of the maps in block 1, in pixels: the first block of the ImageNet nets.
SIDE = 56
NETS = ("plain", "bottleneck")


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
    return Panel("With and without bottleneck", controls, _draw, scale=2)


def _draw(
    growth_rate: int, num_layers: int, num_init_features: int, bn_size: int, compression: float
) -> tuple[Any, str, str]:
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
    sentence = _sentence(costs, staircase, specs["bottleneck"], limit)
    alt = "Staircase of channel widths, with stacked bars of costs beside it. " + sentence
    return cost_pair_image(staircase, limit, costs, (SIDE, SIDE // 2)), alt, sentence


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


def _sentence(
    costs: dict[str, dict[str, dict[str, int]]],
    staircase: list[Step],
    spec: DenseNetSpec,
    limit: float,
) -> str:
    plain, squeezed = (sum(costs["parameters"][name].values()) for name in NETS)
    macs = [sum(costs["macs"][name].values()) for name in NETS]
    pays = [sum(s.pays for s in staircase if s.place == f"block {b}") for b in (1, 2)]
    (_, leaves), (enters, _) = spec.block_ends()
    n = spec.block_config[0]
    where = (
        f"A bottleneck pays above {limit:g} channels: in {pays[0]} of {n} layers of block 1, "
        f"in {pays[1]} of {n} of block 2."
        if spec.bn_size < 9
        else "At this bn_size it pays at no width: the 1×1 convolution alone costs as much as "
        "the plain 3×3."
    )
    return (
        f"With bottlenecks {squeezed:,} parameters instead of {plain:,} "
        f"({_change(squeezed, plain)}), and {in_millions(macs[1])} million multiply-adds instead "
        f"of {in_millions(macs[0])} ({_change(macs[1], macs[0])}). {where} "
        f"The transition keeps {enters} of {leaves} channels."
    )


def _change(new: int, old: int) -> str:
    """How much less or more, in per cent; a small difference keeps its sign in words."""
    if new == old:
        return "equal"
    word = "fewer" if new < old else "more"
    percent = round(100 * abs(new - old) / old)
    return f"{percent}% {word}" if percent else f"slightly {word}"
