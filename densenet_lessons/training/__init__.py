"""A training loop that can be stopped and gone on with, and how it is told."""

from densenet_lessons.training.checkpoints import load_checkpoint, save_checkpoint
from densenet_lessons.training.history import History, Progress, text_progress
from densenet_lessons.training.loop import (
    DivergedError,
    Evaluation,
    evaluate,
    one_cycle,
    paper_schedule,
    pick_device,
    seed_everything,
    train,
)

__all__ = [
    "DivergedError",
    "Evaluation",
    "History",
    "Progress",
    "evaluate",
    "load_checkpoint",
    "one_cycle",
    "paper_schedule",
    "pick_device",
    "save_checkpoint",
    "seed_everything",
    "text_progress",
    "train",
]
