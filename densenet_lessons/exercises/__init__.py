"""The course's exercises: `core` declares and checks, `expect` compares, `lessonNN` holds them.

A notebook imports one lesson: `from densenet_lessons.exercises import lesson02 as ex`.
"""

from densenet_lessons.exercises.capstone import MAX_MACS, MAX_PARAMETERS, MIN_ACCURACY
from densenet_lessons.exercises.solved import progress_file, solved_exercises

__all__ = [
    "MAX_MACS",
    "MAX_PARAMETERS",
    "MIN_ACCURACY",
    "progress_file",
    "solved_exercises",
]
