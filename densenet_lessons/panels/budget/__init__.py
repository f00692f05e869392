"""The budget explorer: which net of the comparison is best within a budget."""

from densenet_lessons.panels.budget.panel import budget_explorer

__all__ = ["budget_explorer"]
