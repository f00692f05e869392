"""What a DenseNet costs, by the paper's arithmetic: parameters, multiply-adds, parts."""

from densenet_lessons.costs.counting import (
    Operation,
    count_macs,
    count_parameters,
    layer_operations,
    operations,
)
from densenet_lessons.costs.parts import Map, Part, layer_maps, parts_of
from densenet_lessons.costs.shares import KINDS, break_even, conv_weights, cost_by_part, part_of

__all__ = [
    "KINDS",
    "Map",
    "Operation",
    "Part",
    "break_even",
    "conv_weights",
    "cost_by_part",
    "count_macs",
    "count_parameters",
    "layer_maps",
    "layer_operations",
    "operations",
    "part_of",
    "parts_of",
]
