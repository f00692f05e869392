"""A live view of a training."""

from densenet_lessons.panels.training_view.panel import TrainingView

__all__ = ["TrainingView"]
