"""What happens inside a net: feature maps, gradients, and the bytes that autograd keeps.

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
from torch.nn import functional as F

from densenet_lessons.arithmetic import check_positive_int


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
        model: a ``DenseNet``, or a ``DenseBlock`` alone. Blocks are known by their layers'
            names, so torchvision's nets work as well.
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
    blocks = [module for module in model.modules() if hasattr(module, "denselayer1")]
    if block > len(blocks):
        raise ValueError(f"block must be at most {len(blocks)} for this model, got {block}")
    chosen, caught = blocks[block - 1], {}
    handles = [
        chosen.register_forward_pre_hook(lambda _, inputs: caught.update({0: inputs[0]})),
        *(
            layer.register_forward_hook(lambda _, __, out, index=index: caught.update({index: out}))
            for index, layer in enumerate(chosen.children(), 1)
        ),
    ]
    parameter = next(model.parameters())
    try:
        with _mode(model, training=False), torch.no_grad():
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


@dataclass(frozen=True)
class GradientNorm:
    """The length of the loss gradient for one convolution's weights, by the module's name."""

    name: str
    norm: float


def gradient_norms(model: nn.Module, images: Tensor, labels: Tensor) -> list[GradientNorm]:
    """How strongly the loss pulls at each convolution, from the first layer to the last.

    The gradient of the mean cross-entropy of one batch, with that batch's own statistics in
    every batch norm, as in a training step. No ``.grad`` is written.

    Args:
        model: maps images (N, C, H, W) to logits (N, classes).
        images: one batch; bytes are scaled to 0 ... 1.
        labels: (N,), the class of each image.

    Raises:
        ValueError: if ``images`` is no batch, or ``labels`` does not fit it.
    """
    if images.ndim != 4 or len(images) < 2:
        raise ValueError(
            f"images must be a batch (N, C, H, W) of at least 2, got {tuple(images.shape)}"
        )
    if labels.shape != images.shape[:1]:
        raise ValueError(f"labels must have shape ({len(images)},), got {tuple(labels.shape)}")
    convolutions = {
        name: module.weight
        for name, module in model.named_modules()
        if isinstance(module, nn.Conv2d)
    }
    first = next(model.parameters())
    batch = images.to(first.device, first.dtype) / (255 if images.dtype == torch.uint8 else 1)
    wanted = [(weight, weight.requires_grad) for weight in convolutions.values()]
    buffers = [(buffer, buffer.clone()) for buffer in model.buffers()]
    gpus = [first.device] if first.device.type == "cuda" else []
    try:
        for weight, _ in wanted:
            weight.requires_grad_()  # frozen ones have a gradient too, if one asks
        with torch.random.fork_rng(gpus), _mode(model, training=True), torch.enable_grad():
            loss = F.cross_entropy(model(batch), labels.to(first.device))
            gradients = torch.autograd.grad(loss, list(convolutions.values()))
    finally:
        for weight, before in wanted:
            weight.requires_grad_(before)
        with torch.no_grad():
            for buffer, before in buffers:
                buffer.copy_(before)
    return [
        GradientNorm(name, gradient.norm().item())
        for name, gradient in zip(convolutions, gradients, strict=True)
    ]


@contextmanager
def _mode(model: nn.Module, *, training: bool) -> Iterator[None]:
    modes = [(module, module.training) for module in model.modules()]
    model.train(training)
    try:
        yield
    finally:
        for module, before in modes:
            module.training = before
