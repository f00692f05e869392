"""Plots of plain data: each returns a matplotlib Figure or an image array, never shows it."""

from densenet_lessons.plots.architecture import plot_shares
from densenet_lessons.plots.costs import cost_by_part, plot_break_even, plot_parts
from densenet_lessons.plots.curves import (
    plot_comparison,
    plot_gradient_norms,
    plot_histories,
    plot_history,
    plot_schedules,
)
from densenet_lessons.plots.maps import plot_combination, plot_images, plot_sources
from densenet_lessons.plots.widths import plot_widths

__all__ = [
    "cost_by_part",
    "plot_break_even",
    "plot_combination",
    "plot_comparison",
    "plot_gradient_norms",
    "plot_histories",
    "plot_history",
    "plot_images",
    "plot_parts",
    "plot_schedules",
    "plot_shares",
    "plot_sources",
    "plot_widths",
]
