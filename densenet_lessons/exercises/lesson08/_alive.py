"""How many bytes stay alive after a function has returned, whoever holds them."""

import gc

import torch
from torch.multiprocessing.reductions import StorageWeakRef
from torch.utils._python_dispatch import TorchDispatchMode


class _Made(TorchDispatchMode):
    def __init__(self) -> None:
        super().__init__()
        self.storages: dict[int, tuple[StorageWeakRef, int]] = {}

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        result = func(*args, **(kwargs or {}))
        if any(value.alias_info is not None for value in func._schema.returns):
            return result  # a view, or a change in place: nothing new
        for tensor in result if isinstance(result, (tuple, list)) else [result]:
            if isinstance(tensor, torch.Tensor):
                storage = tensor.untyped_storage()
                self.storages[storage.data_ptr()] = (StorageWeakRef(storage), storage.nbytes())
        return result


def alive_bytes(function, *args) -> int:
    """Bytes of the tensors that the call made and that are still there, its result aside.

    Hooks on saved tensors don't see what a checkpoint or a closure holds; this does.
    """
    with _Made() as made:
        output = function(*args)
    mine = output.untyped_storage().data_ptr() if isinstance(output, torch.Tensor) else None

    def count() -> int:
        return sum(
            size
            for place, (storage, size) in made.storages.items()
            if place != mine and not storage.expired()
        )

    if count():
        gc.collect()  # what only a cycle of references still holds is not kept for long
    return count()
