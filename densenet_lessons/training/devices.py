"""Where a net computes: device, threads, precision and random state."""

import random
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import numpy as np
import torch
from torch import Tensor, nn

#: Bytes of a batch's widest activation, below which a second thread is not worth its price.
SMALL = 4 * 2**20


def seed_everything(seed: int) -> None:
    """Set the random state of Python, NumPy and torch. For the top of a script or notebook."""
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


def pick_device() -> torch.device:
    """The fastest device that is there: CUDA, Apple's mps, or the CPU."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


@contextmanager
def one_thread() -> Iterator[None]:
    """One CPU thread inside, as many as before afterwards.

    Nets of lesson size run about as fast so, and many times faster on a busy machine, where
    threads wait for each other at each of a net's hundred small operations.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def threads_for(device: torch.device, widest: int):
    """The context to train in: one thread where a net's widest activation has few bytes.

    Args:
        widest: bytes of the widest activation of a whole batch.
    """
    small = device.type == "cpu" and widest < SMALL and torch.get_num_threads() > 1
    return one_thread() if small else nullcontext()


@contextmanager
def plain_tensors() -> Iterator[None]:
    """New tensors are float32 on the CPU inside, whatever a user set as torch's defaults."""
    dtype = torch.get_default_dtype()
    if dtype == torch.float32 and torch.get_default_device().type == "cpu":
        yield  # nothing to do, and no price to pay
        return
    torch.set_default_dtype(torch.float32)
    try:
        with torch.device("cpu"):
            yield
    finally:
        torch.set_default_dtype(dtype)


def precision(device: torch.device, dtype: torch.dtype | None):
    """The context to compute in: ``dtype`` where torch finds that safe, or as the tensors are."""
    return nullcontext() if dtype is None else torch.autocast(device.type, dtype)


def as_input(images: Tensor, model: nn.Module, device: torch.device) -> Tensor:
    """A batch as the net wants it: its dtype, on the device, bytes scaled to 0 ... 1."""
    dtype = next(model.parameters()).dtype
    scale = 255 if images.dtype == torch.uint8 else 1
    batch = images.to(device, dtype) / scale
    return batch if device.type == "mps" else batch.to(memory_format=torch.channels_last)
