"""What layers cost: the break-even of the bottleneck, and costs by kind of operation."""

from collections.abc import Iterable

from densenet_lessons.costs.counting import Operation, layer_operations
from densenet_lessons.densenet import check_positive_int

#: The kinds of operation that a cost is split into, in the order in which they are shown.
KINDS = ("3×3 conv", "1×1 conv", "BN", "transition", "stem and classifier")


def part_of(step: Operation) -> str:
    """The part of ``KINDS`` that a step of a net belongs to."""
    if "transition" in step.name:
        return "transition"
    if step.kind == "norm":
        return "BN"
    if step.kind == "linear" or step.name.endswith("conv0"):
        return "stem and classifier"
    return "1×1 conv" if step.kernel_size == 1 else "3×3 conv"


def cost_by_part(steps: Iterable[Operation], quantity: str = "parameters") -> dict[str, int]:
    """The cost of some steps, summed for each part that has any, in the order of ``KINDS``.

    Args:
        steps: as ``operations`` gives them.
        quantity: "parameters" or "macs".

    Raises:
        ValueError: if ``quantity`` is neither.
    """
    if quantity not in ("parameters", "macs"):
        raise ValueError(f"quantity must be 'parameters' or 'macs', got {quantity!r}")
    costs = dict.fromkeys(KINDS, 0)
    for step in steps:
        costs[part_of(step)] += getattr(step, quantity)
    return {part: cost for part, cost in costs.items() if cost}


def conv_weights(num_input_features: int, growth_rate: int, bn_size: int | None) -> int:
    """Weights in the convolutions of one dense layer; times the pixels, its multiply-adds.

    Paper: section 3, "Bottleneck layers". ``bn_size`` None is the layer without a bottleneck.
    """
    steps = layer_operations(num_input_features, growth_rate, bn_size=bn_size)
    return sum(step.parameters for step in steps if step.kind == "conv")


def break_even(growth_rate: int, bn_size: int = 4) -> float:
    """The input width c at which both kinds of layer have the same conv weights.

    ``9 * b / (9 - b) * k``, which is 7.2 k for the paper's b = 4; infinite from b = 9 on, where
    the 1x1 convolution alone costs as much as the plain 3x3 one.

    Raises:
        ValueError: if an argument is not a positive integer.
    """
    check_positive_int(growth_rate=growth_rate, bn_size=bn_size)
    return 9 * bn_size * growth_rate / (9 - bn_size) if bn_size < 9 else float("inf")
