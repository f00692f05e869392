"""The gradient's paths: how a slope comes together in a plain, a residual and a dense net."""

from densenet_lessons.panels.gradient_paths.panel import gradient_paths

__all__ = ["gradient_paths"]
