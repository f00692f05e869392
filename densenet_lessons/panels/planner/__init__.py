"""The planner: does a DenseNet fit the capstone's budget?"""

from densenet_lessons.panels.planner.panel import net_planner

__all__ = ["net_planner"]
