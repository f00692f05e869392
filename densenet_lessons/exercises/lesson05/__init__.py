"""The exercises of lesson 05, "Costs and choices".

``dir()`` and tab completion show the exercises alone, in the order of the lesson.
"""

from densenet_lessons.exercises.lesson05.below_the_line import below_the_line
from densenet_lessons.exercises.lesson05.conv_cost import conv_cost
from densenet_lessons.exercises.lesson05.largest_blocks import largest_blocks
from densenet_lessons.exercises.lesson05.level_layers import level_layers
from densenet_lessons.exercises.lesson05.new_head import new_head
from densenet_lessons.exercises.lesson05.stem_width import stem_width

# In the order of the lesson.
__all__ = [  # noqa: RUF022
    "stem_width",
    "conv_cost",
    "largest_blocks",
    "level_layers",
    "below_the_line",
    "new_head",
]


def __dir__() -> list[str]:
    return __all__
