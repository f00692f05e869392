"""The exercises of lesson 00, "A DenseNet in ten minutes".

``dir()`` and tab completion show the exercises alone, in the order of the lesson.
"""

from densenet_lessons.exercises.lesson00.after_three import after_three
from densenet_lessons.exercises.lesson00.dense_step import dense_step

# In the order of the lesson.
__all__ = ["after_three", "dense_step"]


def __dir__() -> list[str]:
    return __all__
