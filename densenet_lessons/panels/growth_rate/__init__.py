"""The course's main panel: what each layer of a block adds, for six growth rates."""

from densenet_lessons.panels.growth_rate.nets import mean_likeness
from densenet_lessons.panels.growth_rate.panel import growth_rate_explorer

__all__ = ["growth_rate_explorer", "mean_likeness"]
