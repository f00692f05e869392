"""The exercises of lesson 08, "Memory and speed".

``dir()`` and tab completion show the exercises alone, in the order of the lesson.
"""

from densenet_lessons.exercises.lesson08.checkpointed import checkpointed
from densenet_lessons.exercises.lesson08.counted_once import counted_once
from densenet_lessons.exercises.lesson08.fold import fold
from densenet_lessons.exercises.lesson08.kept_values import kept_values
from densenet_lessons.exercises.lesson08.largest_batches import largest_batches
from densenet_lessons.exercises.lesson08.least_time import least_time
from densenet_lessons.exercises.lesson08.twice_the_layers import twice_the_layers
from densenet_lessons.exercises.lesson08.which_has_more import which_has_more

# In the order of the lesson.
__all__ = [  # noqa: RUF022
    "twice_the_layers",
    "kept_values",
    "checkpointed",
    "counted_once",
    "largest_batches",
    "which_has_more",
    "least_time",
    "fold",
]


def __dir__() -> list[str]:
    return __all__
