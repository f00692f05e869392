"""Plots of plain data: each returns a matplotlib Figure or an image array, never shows it."""

from densenet_lessons.plots.architecture import plot_shares
from densenet_lessons.plots.budget import budget_image
from densenet_lessons.plots.combination import plot_combination
from densenet_lessons.plots.confusions import plot_confusions
from densenet_lessons.plots.costs import (
    break_even,
    conv_weights,
    cost_by_part,
    plot_break_even,
    plot_parts,
)
from densenet_lessons.plots.curves import (
    plot_comparison,
    plot_gradient_norms,
    plot_histories,
    plot_history,
    plot_runs,
    plot_schedules,
)
from densenet_lessons.plots.explorer import plot_explorer
from densenet_lessons.plots.maps import plot_images
from densenet_lessons.plots.widths import plot_widths

__all__ = [
    "break_even",
    "budget_image",
    "conv_weights",
    "cost_by_part",
    "plot_break_even",
    "plot_combination",
    "plot_comparison",
    "plot_confusions",
    "plot_explorer",
    "plot_gradient_norms",
    "plot_histories",
    "plot_history",
    "plot_images",
    "plot_parts",
    "plot_runs",
    "plot_schedules",
    "plot_shares",
    "plot_widths",
]
