"""What a net does when it runs: multiply-adds, and bytes read and written."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import FlopCounterMode

from densenet_lessons.probes.mode import mode_of


@dataclass(frozen=True)
class Work:
    """Multiply-adds of a forward pass, and the bytes that its operations read and write."""

    macs: int
    bytes_moved: int

    @property
    def intensity(self) -> float:
        """Multiply-adds for each byte moved."""
        return self.macs / self.bytes_moved


def work_of(model: nn.Module, images: Tensor) -> Work:
    """What one forward pass in eval mode does, counted operation by operation.

    Every operation counts the tensors that it reads and those that it writes, also where a cache
    would spare the trip to memory. Views move nothing. No clock is asked: the numbers are the
    same on each machine that runs the same operations.

    Args:
        model: any net, torchvision's too.
        images: one batch (N, C, H, W).
    """
    with mode_of(model, training=False), torch.no_grad():
        with FlopCounterMode(display=False) as flops:
            model(images)
        with _Traffic() as traffic:
            model(images)
    return Work(flops.get_total_flops() // 2, traffic.num_bytes)


class _Traffic(TorchDispatchMode):
    def __init__(self) -> None:
        super().__init__()
        self.num_bytes = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        result = func(*args, **(kwargs or {}))
        aliases = [value.alias_info for value in func._schema.returns]
        if not any(alias is not None and not alias.is_write for alias in aliases):
            self.num_bytes += _bytes((args, kwargs)) + _bytes(result)
        return result


def _bytes(values) -> int:
    """Bytes of all tensors in a nest of tuples, lists and dicts."""
    if isinstance(values, Tensor):
        return values.numel() * values.element_size()
    if isinstance(values, dict):
        values = tuple(values.values())
    return sum(map(_bytes, values)) if isinstance(values, (tuple, list)) else 0
