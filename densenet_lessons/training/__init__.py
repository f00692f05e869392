"""A training loop that can be stopped and gone on with, and how it is told."""

from densenet_lessons.training.checkpoints import (
    check_writable,
    load_checkpoint,
    save_checkpoint,
)
from densenet_lessons.training.devices import (
    one_thread,
    pick_device,
    plain_tensors,
    seed_everything,
)
from densenet_lessons.training.evaluation import Evaluation, evaluate
from densenet_lessons.training.history import DivergedError, History, Progress, text_progress
from densenet_lessons.training.loop import train
from densenet_lessons.training.ranks import Ranks, all_ranks
from densenet_lessons.training.scaled import ScaleSettings, train_scaled
from densenet_lessons.training.schedules import imagenet_schedule, one_cycle, paper_schedule

__all__ = [
    "DivergedError",
    "Evaluation",
    "History",
    "Progress",
    "Ranks",
    "ScaleSettings",
    "all_ranks",
    "check_writable",
    "evaluate",
    "imagenet_schedule",
    "load_checkpoint",
    "one_cycle",
    "one_thread",
    "paper_schedule",
    "pick_device",
    "plain_tensors",
    "save_checkpoint",
    "seed_everything",
    "text_progress",
    "train",
    "train_scaled",
]
