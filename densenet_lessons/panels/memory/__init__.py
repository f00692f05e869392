"""What a training step needs in memory, and the largest batch that fits."""

from densenet_lessons.panels.memory.panel import memory_explorer

__all__ = ["memory_explorer"]
