"""Right and wrong answers to the coding exercises, one file a lesson, each with its judgement."""

import importlib
import pkgutil

from .judged import ANSWERS

for _, name, _ in pkgutil.iter_modules(__path__, f"{__name__}."):
    importlib.import_module(name)

__all__ = ["ANSWERS"]
