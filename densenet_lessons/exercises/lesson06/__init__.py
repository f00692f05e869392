"""The exercises of lesson 06: training.

``dir()`` and tab completion show the exercises alone, in the order of the lesson.
"""

from densenet_lessons.exercises.lesson06.dropout_layer import dropout_layer
from densenet_lessons.exercises.lesson06.faults import faults
from densenet_lessons.exercises.lesson06.first_loss import first_loss
from densenet_lessons.exercises.lesson06.learning_rate import learning_rate
from densenet_lessons.exercises.lesson06.most_even import most_even
from densenet_lessons.exercises.lesson06.plain_gradient import plain_gradient
from densenet_lessons.exercises.lesson06.standard_error import standard_error
from densenet_lessons.exercises.lesson06.train_epoch import train_epoch

# In the order of the lesson.
__all__ = [  # noqa: RUF022
    "learning_rate",
    "first_loss",
    "standard_error",
    "train_epoch",
    "faults",
    "plain_gradient",
    "most_even",
    "dropout_layer",
]


def __dir__() -> list[str]:
    return __all__
