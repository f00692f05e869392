"""Times that can be compared: several functions in turn, and what the machine can do at most."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median

import torch

from densenet_lessons.densenet import check_positive_int

_COPIED = 128 * 2**20  # bytes: more than a processor's caches hold
_SIDE = 1024  # of the square matrices that are multiplied


@dataclass(frozen=True)
class Timing:
    """How long one function took: the median over the rounds, and each round, in seconds."""

    name: str
    seconds: float
    rounds: tuple[float, ...]


def time_each(
    functions: Mapping[str, Callable[[], object]],
    *,
    rounds: int = 5,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, Timing]:
    """The time of each function, measured in turn, so that all meet the same busy moments.

    Each function runs once before it is measured. On a GPU the clock waits until the work is done.

    Args:
        functions: by name, what is called without arguments.
        rounds: how often each is measured.
        clock: seconds at this moment.

    Raises:
        ValueError: if ``functions`` is empty or ``rounds`` is not a positive integer.
    """
    check_positive_int(rounds=rounds)
    if not functions:
        raise ValueError("functions must name at least one function, got none")
    for function in functions.values():
        function()
    seconds: dict[str, list[float]] = {name: [] for name in functions}
    for _ in range(rounds):
        for name, function in functions.items():
            wait_for_device()
            start = clock()
            function()
            wait_for_device()
            seconds[name].append(clock() - start)
    return {name: Timing(name, median(each), tuple(each)) for name, each in seconds.items()}


@dataclass(frozen=True)
class MachineSpeed:
    """Two measured numbers of one machine: what its memory and what its arithmetic can do.

    ``copy_rate`` counts bytes read plus bytes written in a second, while a large tensor is copied;
    ``mac_rate`` counts multiply-adds in a second, while large matrices are multiplied.
    """

    copy_rate: float
    mac_rate: float

    @property
    def ridge(self) -> float:
        """Multiply-adds for each byte from which on arithmetic is the limit, not memory."""
        return self.mac_rate / self.copy_rate

    def attainable(self, intensity: float) -> float:
        """The most multiply-adds in a second at so many multiply-adds for each byte moved."""
        return min(self.mac_rate, intensity * self.copy_rate)

    def least_seconds(self, macs: float, num_bytes: float) -> float:
        """The time that neither limit lets any program undercut."""
        return max(macs / self.mac_rate, num_bytes / self.copy_rate)


def machine_speed(
    device: torch.device | str = "cpu",
    *,
    rounds: int = 5,
    clock: Callable[[], float] = time.perf_counter,
) -> MachineSpeed:
    """Copy bandwidth and matrix-product speed of a device, in float32, with torch's threads.

    The best of the rounds, since a disturbance only ever makes a round slower.

    Args:
        device: where to measure.
        rounds: how often each is measured.
        clock: seconds at this moment.

    Raises:
        ValueError: if ``rounds`` is not a positive integer.
    """
    source = torch.zeros(_COPIED // 4, device=device, dtype=torch.float32)
    target = torch.empty_like(source)
    matrix = torch.ones(_SIDE, _SIDE, device=device, dtype=torch.float32)
    product = torch.empty_like(matrix)
    with torch.no_grad():
        times = time_each(
            {
                "copy": lambda: target.copy_(source),
                "product": lambda: torch.mm(matrix, matrix, out=product),
            },
            rounds=rounds,
            clock=clock,
        )
    best = {name: min(timing.rounds) for name, timing in times.items()}
    return MachineSpeed(2 * _COPIED / best["copy"], _SIDE**3 / best["product"])


def wait_for_device() -> None:
    """Until the GPU has done what it was told; at once where there is none."""
    if torch.cuda.is_available() and torch.cuda.is_initialized():
        torch.cuda.synchronize()


def page_faults(function: Callable[[], object]) -> int | None:
    """How often one call made the system hand out a fresh page of memory; None where nobody counts.

    Tensors above 32 MB get fresh pages at each operation where the C library is glibc, whose
    largest threshold for keeping memory that is (``mallopt(3)``, DEFAULT_MMAP_THRESHOLD_MAX).
    """
    try:
        import resource
    except ImportError:  # Windows
        return None
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    function()
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
