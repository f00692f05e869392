"""Plots of plain data: each returns a matplotlib Figure or an image array, never shows it."""

from densenet_lessons.pictures.plots.architecture import plot_shares
from densenet_lessons.pictures.plots.architecture_views import draw_block, draw_chain, draw_net
from densenet_lessons.pictures.plots.budget import Net, budget_image
from densenet_lessons.pictures.plots.combination import Maps, plot_combination
from densenet_lessons.pictures.plots.confusions import plot_confusions
from densenet_lessons.pictures.plots.cost_pair import Step, cost_pair_image, in_millions
from densenet_lessons.pictures.plots.costs import PARTS, plot_break_even, plot_parts
from densenet_lessons.pictures.plots.curves import (
    plot_comparison,
    plot_gradient_norms,
    plot_histories,
    plot_history,
    plot_runs,
    plot_schedules,
)
from densenet_lessons.pictures.plots.explorer import plot_explorer
from densenet_lessons.pictures.plots.maps import plot_images
from densenet_lessons.pictures.plots.widths import plot_widths

__all__ = [
    "PARTS",
    "Maps",
    "Net",
    "Step",
    "budget_image",
    "cost_pair_image",
    "draw_block",
    "draw_chain",
    "draw_net",
    "in_millions",
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
