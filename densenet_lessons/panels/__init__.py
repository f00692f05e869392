"""What a learner moves: one module an explorer, all on ``Panel``."""

from densenet_lessons.panels.add_concat import add_concat_panel
from densenet_lessons.panels.architecture import architecture_explorer
from densenet_lessons.panels.base import Panel
from densenet_lessons.panels.budget import budget_explorer
from densenet_lessons.panels.calculator import cost_calculator
from densenet_lessons.panels.gradient_paths import gradient_paths
from densenet_lessons.panels.growth_rate import growth_rate_explorer, mean_likeness
from densenet_lessons.panels.memory import memory_explorer
from densenet_lessons.panels.planner import net_planner
from densenet_lessons.panels.reuse import reuse_explorer
from densenet_lessons.panels.training_view import TrainingView

__all__ = [
    "Panel",
    "TrainingView",
    "add_concat_panel",
    "architecture_explorer",
    "budget_explorer",
    "cost_calculator",
    "gradient_paths",
    "growth_rate_explorer",
    "mean_likeness",
    "memory_explorer",
    "net_planner",
    "reuse_explorer",
]
