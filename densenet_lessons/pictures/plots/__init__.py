"""Plots of plain data: each returns a matplotlib Figure or an image array, never shows it."""

from densenet_lessons.pictures.plots.architecture import plot_shares
from densenet_lessons.pictures.plots.confusions import plot_confusions
from densenet_lessons.pictures.plots.costs import PARTS, plot_break_even, plot_parts
from densenet_lessons.pictures.plots.curves import (
    FAMILIES,
    plot_comparison,
    plot_gradient_norms,
    plot_histories,
    plot_history,
    plot_runs,
    plot_schedules,
)
from densenet_lessons.pictures.plots.links import (
    plot_link_maps,
    plot_similarities,
    plot_weight_against_cost,
)
from densenet_lessons.pictures.plots.maps import heat_over, plot_images
from densenet_lessons.pictures.plots.memory import (
    RooflinePoint,
    plot_roofline,
    plot_saved_bytes,
)
from densenet_lessons.pictures.plots.records import plot_records
from densenet_lessons.pictures.plots.transfer import plot_transfer
from densenet_lessons.pictures.plots.widths import plot_widths

__all__ = [
    "FAMILIES",
    "PARTS",
    "RooflinePoint",
    "heat_over",
    "plot_break_even",
    "plot_comparison",
    "plot_confusions",
    "plot_gradient_norms",
    "plot_histories",
    "plot_history",
    "plot_images",
    "plot_link_maps",
    "plot_parts",
    "plot_records",
    "plot_roofline",
    "plot_runs",
    "plot_saved_bytes",
    "plot_schedules",
    "plot_shares",
    "plot_similarities",
    "plot_transfer",
    "plot_weight_against_cost",
    "plot_widths",
]
