"""The exercises of lesson 04, "Architectures".

``dir()`` and tab completion show the exercises alone, in the order of the lesson.
"""

from densenet_lessons.exercises.lesson04.body import body
from densenet_lessons.exercises.lesson04.depth import depth
from densenet_lessons.exercises.lesson04.head import head
from densenet_lessons.exercises.lesson04.number_of_parameters import number_of_parameters
from densenet_lessons.exercises.lesson04.small_in_large_stem import small_in_large_stem
from densenet_lessons.exercises.lesson04.table_column import table_column

# In the order of the lesson.
__all__ = [  # noqa: RUF022
    "table_column",
    "body",
    "head",
    "number_of_parameters",
    "small_in_large_stem",
    "depth",
]


def __dir__() -> list[str]:
    return __all__
