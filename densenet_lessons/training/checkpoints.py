"""Checkpoints: a training that was broken off goes on from its last whole epoch."""

import os
import pickle
import tempfile
from dataclasses import asdict
from pathlib import Path

import torch
from torch import nn
from torch.optim import Optimizer

from densenet_lessons.training.history import History


def save_checkpoint(
    path: str | Path, settings: dict, model: nn.Module, optimizer: Optimizer, history: History
) -> None:
    """Write the state after an epoch, so that an interruption leaves the one before, whole."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    state = {
        "settings": settings,
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "history": asdict(history),
    }
    unfinished = path.with_name(path.name + ".part")
    torch.save(state, unfinished)
    os.replace(unfinished, path)


def check_writable(path: str | Path) -> None:
    """Refuse a checkpoint that could not be written, before the work that it is to keep.

    Raises:
        ValueError: naming the file and the cause.
    """
    path = Path(path)
    try:
        if path.is_dir():
            raise IsADirectoryError("it is a folder")
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        cause = error.strerror or error
        raise ValueError(
            f"checkpoint must be a file that can be written, got {path}: {cause}"
        ) from error


def load_checkpoint(
    path: str | Path, settings: dict, model: nn.Module, optimizer: Optimizer
) -> History:
    """Put model and optimizer in the state that the file holds, and return its history.

    Raises:
        ValueError: if the file comes from a training with other settings.
        RuntimeError: if the file is damaged.
    """
    if not Path(path).exists():
        return History()
    device = next(model.parameters()).device
    try:
        state = torch.load(path, map_location=device, weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError) as error:
        raise RuntimeError(f"{path} is damaged; delete it to start again") from error
    changed = [name for name in settings if settings[name] != state["settings"].get(name)]
    if changed:
        then = ", ".join(f"{name}={state['settings'].get(name)!r}" for name in changed)
        raise ValueError(
            f"checkpoint must come from the same training, got {path} with {then}; "
            "delete it to start again"
        )
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    return History(**state["history"])
