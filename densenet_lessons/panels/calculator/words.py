"""What the paired calculator says: the two nets compared, and each bar in exact numbers."""

from collections.abc import Mapping, Sequence

from densenet_lessons.costs import conv_weights
from densenet_lessons.densenet import DenseNetSpec
from densenet_lessons.panels.calculator.picture import Step, in_millions

PLAIN, BOTTLENECK = NETS = ("plain", "bottleneck")


def sentence(
    costs: Mapping[str, Mapping[str, Mapping[str, int]]],
    staircase: Sequence[Step],
    spec: DenseNetSpec,
    limit: float,
) -> str:
    plain, squeezed = (sum(costs["parameters"][name].values()) for name in NETS)
    macs, fewer = (sum(costs["macs"][name].values()) for name in NETS)
    (_, leaves), (enters, _) = spec.block_ends()
    return (
        f"With bottlenecks {squeezed:,} parameters instead of {plain:,} "
        f"({_change(squeezed, plain)}), and {in_millions(fewer)} million multiply-adds instead "
        f"of {in_millions(macs)} ({_change(fewer, macs)}). {_where(staircase, spec, limit)} "
        f"The transition keeps {enters} of {leaves} channels."
    )


def _where(staircase: Sequence[Step], spec: DenseNetSpec, limit: float) -> str:
    if spec.bn_size >= 9:
        return (
            "At this bn_size it pays at no width: the 1×1 convolution alone costs as much as "
            "the plain 3×3."
        )
    first, second = (
        sum(bool(step.pays) for step in staircase if step.place == place)
        for place in ("block 1", "block 2")
    )
    n = spec.block_config[0]
    return (
        f"A bottleneck pays above {limit:g} channels: in {first} of {n} layers of block 1, "
        f"in {second} of {n} of block 2."
    )


def _change(new: int, old: int) -> str:
    """How much less or more, in per cent; a small difference keeps its sign in words."""
    percent = round(100 * abs(new - old) / old)
    if new == old:
        return "equal"
    if percent == 0:
        return "slightly fewer" if new < old else "slightly more"
    return f"{percent}% fewer" if new < old else f"{percent}% more"


def alt(told: str) -> str:
    return f"Staircase of channel widths, with stacked bars of costs beside it. {told}"


def step_label(steps: Sequence[Step], index: int, spec: DenseNetSpec, side: int) -> str:
    """A bar of the staircase: a layer with both ways to build it, the transition, the output."""
    step, width, k = steps[index], steps[index].width, spec.growth_rate
    if step.place == "output":
        return f"{width:,} channels leave block 2, on maps of {side}×{side}."
    if step.place == "transition":
        kept = steps[index + 1].width
        return (
            f"The transition reads {width:,} channels and keeps {kept:,}: {width * kept:,} "
            f"weights and {width * kept * side**2:,} multiply-adds, in both nets."
        )
    plain, squeezed = (conv_weights(width, k, size) for size in (None, spec.bn_size))
    layer = 1 + sum(one.place == step.place for one in steps[:index])
    counted = (
        f"Layer {layer} of {step.place} reads {width:,} channels. Plain: {plain:,} weights, "
        f"{plain * side**2:,} multiply-adds. With bottleneck: {squeezed:,} weights, "
        f"{squeezed * side**2:,} multiply-adds."
    )
    return f"{counted} It pays here." if step.pays else f"{counted} It does not pay here."


def part_label(quantity: str, net: str, part: str, costs: Mapping[str, int]) -> str:
    """A piece of a stacked bar, and its share of it."""
    cost, share = costs[part], costs[part] / sum(costs.values())
    if quantity == "parameters":
        return f"{part}, {net} net: {cost:,} parameters, {share:.1%} of what is counted here."
    return f"{part}, {net} net: {cost:,} multiply-adds, {share:.1%} of what is counted here."
