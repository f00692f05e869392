"""How strongly the loss pulls at each convolution."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from densenet_lessons.probes.mode import mode_of


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
        with torch.random.fork_rng(gpus), mode_of(model, training=True), torch.enable_grad():
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
