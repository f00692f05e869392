"""What the planner says: whether the net fits, and what each part costs."""

from __future__ import annotations

from collections.abc import Mapping

from densenet_lessons.densenet import DenseNetSpec


def sentence(
    costs: Mapping[str, Mapping[str, int]], limits: Mapping[str, int], spec: DenseNetSpec
) -> str:
    parameters, macs = (sum(costs[name].values()) for name in ("parameters", "macs"))
    width = spec.block_ends()[-1][1]
    counted = (
        f"{parameters:,} parameters of {limits['parameters']:,}, and {macs:,} multiply-adds of "
        f"{limits['macs']:,}; the classifier reads {width} channels."
    )
    few, cheap = parameters <= limits["parameters"], macs <= limits["macs"]
    if few and cheap:
        return f"The net fits the budget: {counted}"
    if few:
        return f"The net has too much work to do: {counted}"
    if cheap:
        return f"The net has too many parameters: {counted}"
    return f"The net is over both budgets: {counted}"


def alt(told: str) -> str:
    return f"Two bars, one for parameters and one for multiply-adds, each with its budget. {told}"


def label(quantity: str, name: str, costs: Mapping[str, int], limit: int) -> str:
    """One piece of a bar, in exact numbers."""
    cost = costs[name]
    if quantity == "parameters":
        return f"The {name} has {cost:,} parameters, {cost / limit:.1%} of the budget."
    return f"The {name} takes {cost:,} multiply-adds, {cost / limit:.1%} of the budget."
