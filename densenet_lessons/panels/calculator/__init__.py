"""The paired calculator: two nets of the same widths, with and without bottleneck."""

from densenet_lessons.panels.calculator.panel import cost_calculator

__all__ = ["cost_calculator"]
