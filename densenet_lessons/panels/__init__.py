"""What a learner moves: one module an explorer, all on ``Panel``."""

from densenet_lessons.panels.add_concat import add_concat_panel
from densenet_lessons.panels.base import Panel
from densenet_lessons.panels.calculator import cost_calculator
from densenet_lessons.panels.growth_rate import growth_rate_explorer

__all__ = ["Panel", "add_concat_panel", "cost_calculator", "growth_rate_explorer"]
