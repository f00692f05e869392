"""What happens inside a net: feature maps, and the bytes that autograd keeps.

Every probe leaves the net as it found it: same mode, same parameters, same running statistics,
no hook left behind. Results are plain arrays and numbers.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.autograd.graph import saved_tensors_hooks

from densenet_lessons.arithmetic import check_positive_int
from densenet_lessons.layers import DenseBlock


@dataclass(frozen=True)
class SourceMaps:
    """The channels that one source added to a dense block.

    ``source`` is 0 for the block's input and l for layer l; ``maps`` has shape (channels, H, W).
    """

    source: int
    maps: np.ndarray


def feature_maps(model: nn.Module, image: Tensor, *, block: int = 1) -> list[SourceMaps]:
    """The feature maps inside one dense block, apart by the layer that made them.

    The net runs once, in eval mode. What the block puts out is the concatenation of these maps
    in this order.

    Args:
        model: a ``DenseNet``, or a ``DenseBlock`` alone.
        image: (C, H, W) or (1, C, H, W).
        block: which dense block, from 1 on.

    Raises:
        ValueError: if the model has no such block, or ``image`` is not one image.
    """
    check_positive_int(block=block)
    batch = image.unsqueeze(0) if image.ndim == 3 else image
    if batch.ndim != 4 or len(batch) != 1:
        raise ValueError(
            f"image must have shape (C, H, W) or (1, C, H, W), got {tuple(image.shape)}"
        )
    blocks = [module for module in model.modules() if isinstance(module, DenseBlock)]
    if block > len(blocks):
        raise ValueError(f"block must be at most {len(blocks)} for this model, got {block}")
    chosen, caught = blocks[block - 1], {}
    handles = [
        chosen.register_forward_pre_hook(lambda _, inputs: caught.update({0: inputs[0]})),
        *(
            layer.register_forward_hook(lambda _, __, out, index=index: caught.update({index: out}))
            for index, layer in enumerate(chosen, 1)
        ),
    ]
    parameter = next(model.parameters())
    try:
        with _eval_mode(model), torch.no_grad():
            model(batch.to(parameter.device, parameter.dtype))
    finally:
        for handle in handles:
            handle.remove()
    return [
        SourceMaps(source, caught[source][0].float().cpu().numpy().copy())
        for source in sorted(caught)
    ]


def saved_bytes(function: Callable[..., Tensor], *inputs: Tensor) -> int:
    """Bytes that autograd keeps between a forward pass of ``function`` and its backward pass.

    Each storage is counted once. Parameters are not counted, for they are there anyway; nor is
    anything that lies in the storage of an input. The number is the same on every machine.

    Args:
        function: a module, or any function of tensors. A module is run in the mode that it is
            in, on a copy of its buffers, so running statistics stay as they are.
        inputs: what it is called with.
    """
    owned = {tensor.untyped_storage().data_ptr() for tensor in inputs}
    buffers: list[tuple[Tensor, Tensor]] = []
    if isinstance(function, nn.Module):
        owned |= {parameter.untyped_storage().data_ptr() for parameter in function.parameters()}
        buffers = [(buffer, buffer.clone()) for buffer in function.buffers()]
    kept: dict[int, int] = {}

    def pack(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in owned:
            kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    with saved_tensors_hooks(pack, lambda tensor: tensor), torch.enable_grad():
        output = function(*inputs)  # must stay alive: freed storages would give their place away
    with torch.no_grad():
        for buffer, before in buffers:
            buffer.copy_(before)
    del output
    return sum(kept.values())


@contextmanager
def _eval_mode(model: nn.Module) -> Iterator[None]:
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        yield
    finally:
        for module, training in modes:
            module.training = training
