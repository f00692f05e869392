"""The exercises of lesson 07: feature reuse.

``dir()`` and tab completion show the exercises alone, in the order of the lesson.
"""

from densenet_lessons.exercises.lesson07.class_map import class_map
from densenet_lessons.exercises.lesson07.least_missed import least_missed
from densenet_lessons.exercises.lesson07.least_read import least_read
from densenet_lessons.exercises.lesson07.linear_cka import linear_cka
from densenet_lessons.exercises.lesson07.move_factor import move_factor
from densenet_lessons.exercises.lesson07.rank_correlation import rank_correlation
from densenet_lessons.exercises.lesson07.silent_input import silent_input
from densenet_lessons.exercises.lesson07.source_weights import source_weights
from densenet_lessons.exercises.lesson07.without_input import without_input

# In the order of the lesson.
__all__ = [  # noqa: RUF022
    "source_weights",
    "least_read",
    "move_factor",
    "silent_input",
    "without_input",
    "rank_correlation",
    "linear_cka",
    "class_map",
    "least_missed",
]


def __dir__() -> list[str]:
    return __all__
