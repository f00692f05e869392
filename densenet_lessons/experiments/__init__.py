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
    "Difference",
    "ImageNetRecord",
    "LinkRecord",
    "PhotoGuess",
    "ReuseRecord",
    "SourceRecord",
    "Summary",
    "ZooRecord",
    "accuracies_of",
    "below_residual",
    "build",
    "classify_photo",
    "differ",
    "faulty_runs",
    "imagenet_records",
    "load_comparison",
    "load_reuse",
    "matched_plain",
    "matched_residual",
    "scale_up",
    "summarise",
    "trained_densenet",
    "zoo_records",
]
