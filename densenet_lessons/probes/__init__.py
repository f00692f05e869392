"""What happens inside a net: maps, gradients, kept bytes, times, and who reads whose features.

Every probe leaves the net as it found it: same mode, same parameters, same running statistics,
no hook left behind. Results are plain arrays and numbers.
"""

from densenet_lessons.probes.ablation import Ablation, Link, ablate, silence
from densenet_lessons.probes.activation import ClassActivation, class_activation_maps
from densenet_lessons.probes.gradients import GradientNorm, gradient_norms
from densenet_lessons.probes.kept_bytes import saved_bytes
from densenet_lessons.probes.maps import SourceMaps, feature_maps
from densenet_lessons.probes.profiling import OperationTime, profile_operations
from densenet_lessons.probes.ranks import Estimate, bootstrap, rank_correlation, ranks, spearman
from densenet_lessons.probes.similarity import (
    Similarity,
    explained_by_sources,
    layer_similarity,
    linear_cka,
)
from densenet_lessons.probes.timing import (
    MachineSpeed,
    Timing,
    machine_speed,
    page_faults,
    time_each,
)
from densenet_lessons.probes.weights import LinkMap, filter_weight_map, read_weight_map
from densenet_lessons.probes.work import Work, work_of

__all__ = [
    "Ablation",
    "ClassActivation",
    "Estimate",
    "GradientNorm",
    "Link",
    "LinkMap",
    "MachineSpeed",
    "OperationTime",
    "Similarity",
    "SourceMaps",
    "Timing",
    "Work",
    "ablate",
    "bootstrap",
    "class_activation_maps",
    "explained_by_sources",
    "feature_maps",
    "filter_weight_map",
    "gradient_norms",
    "layer_similarity",
    "linear_cka",
    "machine_speed",
    "page_faults",
    "profile_operations",
    "rank_correlation",
    "ranks",
    "read_weight_map",
    "saved_bytes",
    "silence",
    "spearman",
    "time_each",
    "work_of",
]
