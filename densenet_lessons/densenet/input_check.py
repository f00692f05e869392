"""Images that a net can't take, refused in words. Asked of the modules that are there now.

So a net whose first convolution was replaced takes what the new one takes.
"""

from itertools import count

import torch
from torch import Tensor, nn

from .layers import DenseBlock, Transition
from .recompute import is_as_built

#: Modules that leave a map's side as it is.
_SAME_SIDE = (DenseBlock, nn.BatchNorm2d, nn.GroupNorm, nn.ReLU, nn.SiLU, nn.GELU, nn.Identity)


def check_input(x: Tensor, features: nn.Sequential) -> None:
    """Refuse a batch with another number of channels, or too small for the pools.

    Nothing is asked while tracing, compiling or exporting: a graph has no branch that depends on
    its input. Nor is it where a hook, a subclass or an unknown module may change what is needed.

    Raises:
        ValueError: naming the shape, and what is wanted.
    """
    if not isinstance(x, Tensor) or torch.jit.is_tracing() or torch.compiler.is_compiling():
        return
    if features._forward_pre_hooks:
        return
    first = getattr(features, "conv0", None)
    channels = first.in_channels if type(first) is nn.Conv2d and is_as_built(first) else None
    if x.ndim != 4 or (channels is not None and x.shape[1] != channels):
        raise ValueError(
            f"x must have shape (N, {'C' if channels is None else channels}, H, W), "
            f"got {tuple(x.shape)}"
        )
    if not all(_leaves_a_pixel(features, side, axis) for axis, side in enumerate(x.shape[2:])):
        smallest = max(
            next(side for side in count(1) if _leaves_a_pixel(features, side, axis))
            for axis in (0, 1)
        )
        blocks = sum(isinstance(module, DenseBlock) for module in features.children())
        raise ValueError(
            f"x must be at least {smallest} pixels high and wide for {blocks} blocks with this "
            f"stem, got {tuple(x.shape[2:])}"
        )


def _leaves_a_pixel(features: nn.Sequential, side: int, axis: int) -> bool:
    """Whether a map of this height (axis 0) or width still has a pixel at the end."""
    for module in features.children():
        for step in module.children() if isinstance(module, Transition) else [module]:
            if not is_as_built(step):
                return True
            if type(step) in (nn.Conv2d, nn.MaxPool2d, nn.AvgPool2d):
                side = _side_after(step, side, axis)
            elif not isinstance(step, _SAME_SIDE):
                return True  # nobody knows what a module of another kind does
            if side < 1:
                return False
    return True


def _side_after(step: nn.Module, side: int, axis: int) -> int:
    """Height or width of the map that a convolution or a pool makes of one of ``side`` pixels."""
    if step.padding == "same":
        return side
    padding = 0 if step.padding == "valid" else _along(axis, step.padding)
    window = _along(axis, getattr(step, "dilation", 1)) * (_along(axis, step.kernel_size) - 1) + 1
    steps, stride = side + 2 * padding - window, _along(axis, step.stride)
    return (-(-steps // stride) if getattr(step, "ceil_mode", False) else steps // stride) + 1


def _along(axis: int, value: int | tuple[int, int]) -> int:
    return value[axis] if isinstance(value, tuple) else value
