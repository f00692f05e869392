"""Where the time of one call goes, by torch's profiler."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch

from densenet_lessons.probes.timing import wait_for_device


@dataclass(frozen=True)
class OperationTime:
    """All calls of one operation in a profile: how many, and the seconds spent in it alone."""

    name: str
    calls: int
    seconds: float


def profile_operations(function: Callable[[], object]) -> list[OperationTime]:
    """Where the time of one call goes, operation by operation, the slowest first.

    The names are torch's own, which differ between versions and devices. The function runs once
    before it is profiled. On a GPU the seconds are those of its kernels.

    Args:
        function: what is called without arguments.
    """
    function()
    activities = [torch.profiler.ProfilerActivity.CPU]
    if torch.cuda.is_available():
        activities.append(torch.profiler.ProfilerActivity.CUDA)
    with _quiet(), torch.profiler.profile(activities=activities) as profile:
        function()
        wait_for_device()
    events = profile.key_averages()
    on_gpu = sum(event.self_device_time_total for event in events) > 0
    found = [
        OperationTime(
            event.key,
            event.count,
            (event.self_device_time_total if on_gpu else event.self_cpu_time_total) / 1e6,
        )
        for event in events
    ]
    return sorted(found, key=lambda operation: -operation.seconds)


@contextmanager
def _quiet() -> Iterator[None]:
    """Without what the profiler's library writes to the process's error stream.

    It notes its start and its stop there, and calls a missing GPU an error. Exceptions are not
    touched.
    """
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
