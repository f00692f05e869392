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
    path: str | Path,
    settings: dict,
    model: nn.Module,
    optimizer: Optimizer,
    history: History,
    *,
    scaler: torch.amp.GradScaler | None = None,
) -> None:
    """Write the state after an epoch, so that an interruption leaves the one before, whole."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    state = {
        "settings": settings,
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "history": asdict(history),
        "scaler": {} if scaler is None else scaler.state_dict(),
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
    return put_back(read_checkpoint(path, settings), model, optimizer)


def read_checkpoint(path: str | Path, settings: dict) -> dict | None:
    """What the file holds, on the CPU; None if there is no such file.

    Raises:
        ValueError, RuntimeError: as ``load_checkpoint``.
    """
    if not Path(path).exists():
        return None
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError) as error:
        raise RuntimeError(f"{path} is damaged; delete it to start again") from error
    changed = [name for name in settings if settings[name] != state["settings"].get(name)]
    if changed:
        then = ", ".join(f"{name}={state['settings'].get(name)!r}" for name in changed)
        raise ValueError(
            f"checkpoint must come from the same training, got {path} with {then}; "
            "delete it to start again"
        )
    return state


def put_back(
    state: dict | None,
    model: nn.Module,
    optimizer: Optimizer,
    scaler: torch.amp.GradScaler | None = None,
) -> History:
    """Put model and optimizer in a state that was read, and return its history."""
    if state is None:
        return History()
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    if scaler is not None and state.get("scaler"):
        scaler.load_state_dict(state["scaler"])
    return History(**state["history"])
