"""What a DenseNet costs, by the paper's arithmetic: parameters, multiply-adds, parts, bytes."""

from densenet_lessons.costs.counting import (
    Operation,
    count_macs,
    count_parameters,
    layer_operations,
    operations,
)
from densenet_lessons.costs.kept import (
    KEPT_KINDS,
    KeptTensor,
    kept_by_kind,
    kept_tensors,
    largest_batch,
    saved_bytes_of,
    training_bytes,
)
from densenet_lessons.costs.parts import Map, Part, layer_maps, parts_of
from densenet_lessons.costs.shares import KINDS, break_even, conv_weights, cost_by_part, part_of
from densenet_lessons.costs.traffic import MOVED_KINDS, Movement, bytes_moved, movements

__all__ = [
    "KEPT_KINDS",
    "KINDS",
    "MOVED_KINDS",
    "KeptTensor",
    "Map",
    "Movement",
    "Operation",
    "Part",
    "break_even",
    "bytes_moved",
    "conv_weights",
    "cost_by_part",
    "count_macs",
    "count_parameters",
    "kept_by_kind",
    "kept_tensors",
    "largest_batch",
    "layer_maps",
    "layer_operations",
    "movements",
    "operations",
    "part_of",
    "parts_of",
    "saved_bytes_of",
    "training_bytes",
]
