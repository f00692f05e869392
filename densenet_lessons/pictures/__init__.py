"""Pictures, each with a text alternative: plots of plain data, drawings, the palette, ``show``."""

from densenet_lessons.pictures.display import PADDING, check_alt, img_tag, png_bytes, show
from densenet_lessons.pictures.marks import draw_mark
from densenet_lessons.pictures.palette import ACCENT, INK, MUTED, PAPER, source_colour, tint
from densenet_lessons.pictures.plots import (
    FAMILIES,
    PARTS,
    plot_break_even,
    plot_comparison,
    plot_confusions,
    plot_gradient_norms,
    plot_histories,
    plot_history,
    plot_images,
    plot_parts,
    plot_records,
    plot_runs,
    plot_schedules,
    plot_shares,
    plot_widths,
)
from densenet_lessons.pictures.sheet import SCALE, Sheet, colour_map, font

__all__ = [
    "ACCENT",
    "FAMILIES",
    "INK",
    "MUTED",
    "PADDING",
    "PAPER",
    "PARTS",
    "SCALE",
    "Sheet",
    "check_alt",
    "colour_map",
    "draw_mark",
    "font",
    "img_tag",
    "plot_break_even",
    "plot_comparison",
    "plot_confusions",
    "plot_gradient_norms",
    "plot_histories",
    "plot_history",
    "plot_images",
    "plot_parts",
    "plot_records",
    "plot_runs",
    "plot_schedules",
    "plot_shares",
    "plot_widths",
    "png_bytes",
    "show",
    "source_colour",
    "tint",
]
