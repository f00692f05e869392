"""The bytes that autograd keeps for the backward pass."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.autograd.graph import saved_tensors_hooks


def saved_bytes(function: Callable[..., Tensor], *inputs: Tensor) -> int:
    """Bytes that autograd keeps between a forward pass of ``function`` and its backward pass.

    Each storage is counted once. Parameters and buffers are not counted, for they are there
    anyway; nor is anything that lies in the storage of an input. The number is the same on every
    machine.

    Args:
        function: a module, or any function of tensors. A module is run in the mode that it is
            in, on a copy of its buffers, so running statistics stay as they are.
        inputs: what it is called with.
    """
    owned = {tensor.untyped_storage().data_ptr() for tensor in inputs}
    buffers: list[tuple[Tensor, Tensor]] = []
    if isinstance(function, nn.Module):
        owned |= {parameter.untyped_storage().data_ptr() for parameter in function.parameters()}
        owned |= {buffer.untyped_storage().data_ptr() for buffer in function.buffers()}
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
