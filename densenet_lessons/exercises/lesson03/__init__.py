"""The exercises of lesson 03: bottleneck and transition layers.

``dir()`` and tab completion show the exercises alone, in the order of the lesson.
"""

from densenet_lessons.exercises.lesson03.bottleneck import bottleneck
from densenet_lessons.exercises.lesson03.cheaper import cheaper
from densenet_lessons.exercises.lesson03.kept_channels import kept_channels
from densenet_lessons.exercises.lesson03.pointwise import pointwise
from densenet_lessons.exercises.lesson03.smallest_width import smallest_width
from densenet_lessons.exercises.lesson03.swap import swap
from densenet_lessons.exercises.lesson03.transition import transition
from densenet_lessons.exercises.lesson03.variants import variants
from densenet_lessons.exercises.lesson03.whole_gain import whole_gain
from densenet_lessons.exercises.lesson03.wide_conv import wide_conv

# In the order of the lesson.
__all__ = [  # noqa: RUF022
    "wide_conv",
    "pointwise",
    "cheaper",
    "bottleneck",
    "smallest_width",
    "kept_channels",
    "swap",
    "transition",
    "variants",
    "whole_gain",
]


def __dir__() -> list[str]:
    return __all__
