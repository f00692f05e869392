"""The exercises of lesson 02, "Dense layer and dense block".

``dir()`` and tab completion show the exercises alone, in the order of the lesson.
"""

from densenet_lessons.exercises.lesson02.block_forward import block_forward
from densenet_lessons.exercises.lesson02.block_weights import block_weights
from densenet_lessons.exercises.lesson02.dense_block import dense_block
from densenet_lessons.exercises.lesson02.dense_layer import dense_layer
from densenet_lessons.exercises.lesson02.doublings import doublings
from densenet_lessons.exercises.lesson02.growth_line import growth_line
from densenet_lessons.exercises.lesson02.layer_shape import layer_shape
from densenet_lessons.exercises.lesson02.like_the_picture import like_the_picture
from densenet_lessons.exercises.lesson02.readers import readers
from densenet_lessons.exercises.lesson02.run_block import run_block
from densenet_lessons.exercises.lesson02.six_layers import six_layers

# In the order of the lesson.
__all__ = [  # noqa: RUF022
    "layer_shape",
    "dense_layer",
    "six_layers",
    "block_forward",
    "dense_block",
    "growth_line",
    "run_block",
    "readers",
    "block_weights",
    "doublings",
    "like_the_picture",
]


def __dir__() -> list[str]:
    return __all__
