"""The exercises of lesson 01, "Add vs concat".

``dir()`` and tab completion show the exercises alone, in the order of the lesson.
"""

from densenet_lessons.exercises.lesson01.adding_weights import adding_weights
from densenet_lessons.exercises.lesson01.concat_channels import concat_channels
from densenet_lessons.exercises.lesson01.concat_shape import concat_shape
from densenet_lessons.exercises.lesson01.connections import connections
from densenet_lessons.exercises.lesson01.forward import forward
from densenet_lessons.exercises.lesson01.join import join
from densenet_lessons.exercises.lesson01.list_slopes import list_slopes
from densenet_lessons.exercises.lesson01.list_sum import list_sum
from densenet_lessons.exercises.lesson01.residual_slopes import residual_slopes

# In the order of the lesson.
__all__ = [  # noqa: RUF022
    "list_sum",
    "join",
    "concat_channels",
    "concat_shape",
    "forward",
    "connections",
    "residual_slopes",
    "list_slopes",
    "adding_weights",
]


def __dir__() -> list[str]:
    return __all__
