"""Two small pictures, added or concatenated."""

from densenet_lessons.panels.add_concat.panel import add_concat_panel

__all__ = ["add_concat_panel"]
