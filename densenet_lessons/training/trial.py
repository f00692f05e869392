"""A trial before a training: what cannot work is told before a weight has changed."""

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from densenet_lessons.training.batches import Batches
from densenet_lessons.training.devices import as_input
from densenet_lessons.training.evaluation import widest_output


@torch.no_grad()
def try_out(
    model: nn.Module,
    batches: Batches,
    *,
    device: torch.device,
    training: bool,
    augmented: bool = False,
) -> int | None:
    """Run the model on an image or two of a kind; its weights, buffers and modes stay.

    Args:
        training: whether the images are to learn from, or to test with.
        augmented: whether the net will see new versions of the images, which may fit it where
            the images themselves do not.

    Returns:
        The bytes of a module's widest output for one image; None where only new versions of
        the images fit the model.

    Raises:
        ValueError: if the images do not fit the model, a label has no logit, or the last batch
            of an epoch is a single image that batch norm would have to learn from.
    """
    if training:
        _check_last(model, batches)
    images = batches.sample(2 if training and batches.last != 1 else 1)
    try:
        with widest_output(model) as widest:
            logits = _logits(model, as_input(images, model, device), training)
    except (RuntimeError, ValueError) as error:
        if not augmented:
            raise ValueError(f"{batches.name} must fit the model: {error}") from error
        return None
    if logits.ndim != 2:
        raise ValueError(f"model must give logits (N, classes), got {tuple(logits.shape)}")
    batches.check_labels(logits.shape[1])
    return widest[0] // len(images)


def _logits(model: nn.Module, images: Tensor, training: bool) -> Tensor:
    modes = [(module, module.training) for module in model.modules()]
    buffers = [(buffer, buffer.clone()) for buffer in model.buffers()]
    model.train(training)
    try:
        return model(images)
    finally:
        for module, mode in modes:
            module.training = mode
        for buffer, before in buffers:
            buffer.copy_(before)


def _check_last(model: nn.Module, batches: Batches) -> None:
    normed = any(isinstance(module, _BatchNorm) for module in model.modules())
    if normed and batches.last == 1 and batches.steps > 1 and batches.batch_size != 1:
        raise ValueError(
            "batch_size must not leave a single image for the last batch, whose statistics batch "
            f"norm would take for all, got {batches.batch_size} for {len(batches)} images of "
            f"{batches.name}; choose another, or leave an image out"
        )
