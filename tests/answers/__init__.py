"""Right and wrong answers to the coding exercises, one file a lesson, each with its judgement."""

from . import lesson01, lesson02, lesson03, lesson04, lesson05, lesson06
from .judged import ANSWERS

__all__ = ["ANSWERS", "lesson01", "lesson02", "lesson03", "lesson04", "lesson05", "lesson06"]
