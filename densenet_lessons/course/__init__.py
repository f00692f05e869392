"""The learner's side: the command `densenet-lessons`, progress, a check of the environment."""

from densenet_lessons.course.copies import Copied, copy_lessons, reset_lesson
from densenet_lessons.course.environment import Environment, Finding, check_environment
from densenet_lessons.course.lessons import Lesson, lessons
from densenet_lessons.course.progress import Progress, progress

__all__ = [
    "Copied",
    "Environment",
    "Finding",
    "Lesson",
    "Progress",
    "check_environment",
    "copy_lessons",
    "lessons",
    "progress",
    "reset_lesson",
]
