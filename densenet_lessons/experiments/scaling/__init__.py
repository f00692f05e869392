"""The paper's training at full size: ``python -m densenet_lessons.training``, or ``torchrun``."""

from densenet_lessons.experiments.scaling.command import scale_up

__all__ = ["scale_up"]
