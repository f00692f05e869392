"""Recomputation for layers that somebody changed: right for any norm, activation, convolution.

Each module is called once, as in the plain net: hooks, statistics, random draws and counters see
one forward pass. Only what autograd then keeps is looked through. Where it kept the concatenation,
or what a well-known norm and activation made of it, it gets a note in place of the tensor, and the
tensor is made again from the sources when the gradient comes. All else it keeps as usual.

``torch.utils.checkpoint`` calls the modules a second time instead: wrong for all that is changed by
being called.
"""

import copy
from collections.abc import Sequence
from functools import partial

import torch
from torch import Tensor, nn
from torch.autograd.graph import saved_tensors_hooks

from .recompute import autocast_state, cat, has_global_hooks, is_as_built

_WITH_STATISTICS = (nn.BatchNorm2d, nn.InstanceNorm2d)

#: Modules whose output follows from input, parameters and buffers alone, and changes none of them.
_REPEATABLE = (
    *_WITH_STATISTICS, nn.GroupNorm, nn.Identity, nn.ReLU, nn.ReLU6, nn.LeakyReLU, nn.ELU, nn.CELU,
    nn.SELU, nn.GELU, nn.SiLU, nn.Mish, nn.Sigmoid, nn.Tanh, nn.Hardtanh, nn.Hardswish,
)  # fmt: skip


def call_keeping_less(
    sources: Sequence[Tensor], norm: nn.Module, relu: nn.Module, conv: nn.Module
) -> Tensor:
    """``conv(relu(norm(torch.cat(sources, 1))))`` of any modules, keeping less for the gradient.

    Made again in the backward pass, and so not kept: the concatenation, always; the norm's output,
    if it is one of PyTorch's batch, group and instance norms or torchvision's frozen batch norm,
    as built; the activation's, if it is a usual one, too.

    Raises:
        RuntimeError: in the backward pass, if a tensor that it needs was modified after the
            forward pass; autograd itself refuses that, too.
    """
    notes: list[_Note] = []

    def pack(tensor: Tensor) -> _Note:
        notes.append(_Note(tensor))
        return notes[-1]

    with saved_tensors_hooks(pack, lambda note: note.tensor()):
        joined = cat(sources)
        stages = [(joined, joined._version)]
        x = joined
        for module in (norm, relu):
            x = module(x)
            stages.append((x, getattr(x, "_version", None)))
        output = conv(x)
    outer = _outer_hooks()
    remake = _Remake(sources, norm, relu, stages, outer)
    for note in notes:
        found = [i for i in range(len(remake.strides)) if note.lies_in(*stages[i])]
        if found:
            note.leave_to(remake, found[0], stages[found[0]][0])
        else:
            note.keep(outer)
    notes.clear()  # autograd keeps ``pack`` for as long as any note
    return output


def _outer_hooks():
    """The pair of hooks that stood before ours and has not seen what was kept, or None."""
    top = getattr(torch._C._autograd, "_top_saved_tensors_default_hooks", None)
    return top(True) if top else None


class _Saved:
    """A tensor kept as autograd would: through outer hooks, or else with its version checked."""

    def __init__(self, tensor: Tensor, version: int, hooks) -> None:
        self.hooks, self.version = hooks, version
        self.packed = hooks[0](tensor) if hooks else tensor

    def tensor(self) -> Tensor:
        if self.hooks:
            return self.hooks[1](self.packed)
        _check_versions([self.packed], [self.version])
        return self.packed


class _Note:
    """What autograd gets for one tensor that it wants to keep."""

    def __init__(self, tensor: Tensor) -> None:
        self.value = tensor.detach()  # the tensor itself would keep its own graph alive
        self.version = tensor._version

    def lies_in(self, stage, version: int | None) -> bool:
        """Whether the tensor is that stage of the layer, or a view of it, unchanged since."""
        mine = self.value
        return (
            type(stage) is type(mine) is Tensor
            and stage.layout == mine.layout == torch.strided
            and mine.numel() > 0
            and mine.dtype == stage.dtype
            and mine.untyped_storage().data_ptr() == stage.untyped_storage().data_ptr()
            and self.version == version == mine._version
            and stage.storage_offset() <= mine.storage_offset()
            and _end(mine) <= _end(stage)
        )

    def leave_to(self, remake: "_Remake", index: int, stage: Tensor) -> None:
        mine, offset = self.value, self.value.storage_offset() - stage.storage_offset()
        remake.expected.append(index)
        self.tensor = partial(remake.take, index, mine.shape, mine.stride(), offset)
        del self.value

    def keep(self, outer) -> None:
        self.tensor = _Saved(self.value, self.version, outer).tensor
        del self.value


def _end(tensor: Tensor) -> int:
    """Where the tensor's last element lies in its storage."""
    steps = (
        (size - 1) * stride for size, stride in zip(tensor.shape, tensor.stride(), strict=True)
    )
    return tensor.storage_offset() + sum(steps)


class _Remake:
    """The stages of a layer once more, held until each note has taken its own."""

    def __init__(
        self, sources: Sequence[Tensor], norm: nn.Module, relu: nn.Module, stages, outer
    ) -> None:
        self.repeats: list[nn.Module] = []
        for module in (norm, relu):
            if has_global_hooks() or not _is_repeatable(module):
                break
            self.repeats.append(_as_now(module))
        self.sources = [_Saved(source.detach(), source._version, outer) for source in sources]
        self.strides = [stage.stride() for stage, _ in stages[: len(self.repeats) + 1]]
        self.constants = [
            tensor
            for module in self.repeats
            for tensor in (*module.parameters(), *module.buffers())
        ]
        self.versions = [tensor._version for tensor in self.constants]
        self.autocast = autocast_state(sources[0].device.type)
        self.expected: list[int] = []
        self.taken = 0
        self.made: dict[int, Tensor] = {}

    def take(self, index: int, shape: Sequence[int], stride: Sequence[int], offset: int) -> Tensor:
        """Stage 0 (the concatenation), 1 (norm's) or 2 (relu's), or a view of it."""
        if not self.made:
            self.made = self._make()
        stage = self.made[index]
        self.taken += 1
        if self.taken % len(self.expected) == 0:
            self.made = {}
        return stage.as_strided(shape, stride, stage.storage_offset() + offset)

    def _make(self) -> dict[int, Tensor]:
        _check_versions(self.constants, self.versions)
        with torch.no_grad(), torch.autocast(**self.autocast):
            made = [cat([saved.tensor() for saved in self.sources])]
            for module in self.repeats:
                made.append(module(made[-1]))
        for index, (stage, stride) in enumerate(zip(made, self.strides, strict=True)):
            if stage.stride() != stride:  # hooks may lay the sources out in another order
                made[index] = stage.new_empty_strided(stage.shape, stride).copy_(stage)
        return {index: made[index] for index in self.expected}


def _check_versions(tensors: Sequence[Tensor], versions: Sequence[int]) -> None:
    if [tensor._version for tensor in tensors] != list(versions):
        raise RuntimeError(
            "a tensor that a memory-efficient layer needs for its gradient was modified between "
            "its forward and backward pass; call backward() before optimizer.step()"
        )


def _is_repeatable(module: nn.Module) -> bool:
    kind = type(module)
    frozen = kind.__name__ == "FrozenBatchNorm2d" and kind.__module__.startswith("torchvision.ops")
    return (kind in _REPEATABLE or frozen) and is_as_built(module)


def _as_now(module: nn.Module) -> nn.Module:
    """The module as it stands, whatever is done to it later; calling it changes nothing."""
    now = copy.copy(module)
    vars(now)["_parameters"] = dict(module._parameters)
    vars(now)["_buffers"] = dict(module._buffers)
    if type(module) in _WITH_STATISTICS and module.training:
        vars(now)["_buffers"] = dict.fromkeys(module._buffers)  # the batch's own statistics
    if getattr(module, "inplace", False):
        now.inplace = False
    return now
