"""Who reads whose features: the map of a block, and what silence does to one picture."""

from densenet_lessons.panels.reuse.panel import reuse_explorer

__all__ = ["reuse_explorer"]
