"""The architecture explorer: a net, one of its blocks, one of its layers."""

from densenet_lessons.panels.architecture.panel import architecture_explorer

__all__ = ["architecture_explorer"]
