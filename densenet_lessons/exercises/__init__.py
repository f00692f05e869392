"""The course's exercises: `core` declares and checks, `expect` compares, `lessonNN` holds them.

A notebook imports one lesson: `from densenet_lessons.exercises import lesson02 as ex`.
"""

from densenet_lessons.exercises.solved import progress_file, solved_exercises

__all__ = ["progress_file", "solved_exercises"]
