"""The exercises of lesson 09, "Beyond".

``dir()`` and tab completion show the exercises alone, in the order of the lesson.
"""

from densenet_lessons.exercises.lesson09.budget import budget
from densenet_lessons.exercises.lesson09.channels_read import channels_read
from densenet_lessons.exercises.lesson09.few_of_each import few_of_each
from densenet_lessons.exercises.lesson09.harmonic_sources import harmonic_sources
from densenet_lessons.exercises.lesson09.learning_head import learning_head
from densenet_lessons.exercises.lesson09.one_shot import one_shot
from densenet_lessons.exercises.lesson09.trained_numbers import trained_numbers
from densenet_lessons.exercises.lesson09.where_they_cross import where_they_cross

# In the order of the lesson.
__all__ = [  # noqa: RUF022
    "trained_numbers",
    "few_of_each",
    "learning_head",
    "where_they_cross",
    "channels_read",
    "one_shot",
    "harmonic_sources",
    "budget",
]


def __dir__() -> list[str]:
    return __all__
