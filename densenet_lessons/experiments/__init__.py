"""Nets that were trained, and what came out: the zoo, the comparison, faults to learn from."""

from densenet_lessons.experiments.baselines import matched_plain, matched_residual
from densenet_lessons.experiments.comparison import FAMILIES, build
from densenet_lessons.experiments.comparison_results import (
    Summary,
    accuracies_of,
    differ,
    load_comparison,
    summarise,
)
from densenet_lessons.experiments.faults import FAULTS, faulty_runs
from densenet_lessons.experiments.imagenet_records import (
    ImageNetRecord,
    below_residual,
    imagenet_records,
)
from densenet_lessons.experiments.pretrained import PhotoGuess, classify_photo
from densenet_lessons.experiments.reuse import (
    LinkRecord,
    ReuseRecord,
    SourceRecord,
    load_reuse,
)
from densenet_lessons.experiments.scaling import scale_up
from densenet_lessons.experiments.transfer import (
    WAYS,
    Transfer,
    adapt,
    compare_ways,
    load_transfer,
    turned,
)
from densenet_lessons.experiments.welch import Difference
from densenet_lessons.experiments.zoo import (
    DEPTH,
    GROWTH_RATES,
    IMAGE_SIZE,
    ZooRecord,
    trained_densenet,
    zoo_records,
)

__all__ = [
    "DEPTH",
    "FAMILIES",
    "FAULTS",
    "GROWTH_RATES",
    "IMAGE_SIZE",
    "WAYS",
    "Difference",
    "ImageNetRecord",
    "LinkRecord",
    "PhotoGuess",
    "ReuseRecord",
    "SourceRecord",
    "Summary",
    "Transfer",
    "ZooRecord",
    "accuracies_of",
    "adapt",
    "below_residual",
    "build",
    "classify_photo",
    "compare_ways",
    "differ",
    "faulty_runs",
    "imagenet_records",
    "load_comparison",
    "load_reuse",
    "load_transfer",
    "matched_plain",
    "matched_residual",
    "scale_up",
    "summarise",
    "trained_densenet",
    "turned",
    "zoo_records",
]
