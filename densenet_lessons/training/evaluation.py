"""How well a classifier does on labelled images."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.data import DataLoader

from densenet_lessons.densenet import check_positive_int
from densenet_lessons.training.batches import batches_of, check_range
from densenet_lessons.training.devices import as_input, precision

#: Bytes that an activation may have in ``evaluate``. The C library maps and unmaps larger blocks
#: at each operation, and the kernel then spends as long on page faults as the net on its work.
WIDEST = 32 * 2**20
MOST_IMAGES = 500


@dataclass(frozen=True, eq=False)
class Evaluation:
    """How a net does on labelled images; ``predictions`` holds the class that it names for each."""

    loss: float
    accuracy: float
    predictions: Tensor = field(repr=False)


@torch.no_grad()
def evaluate(
    model: nn.Module,
    data,
    *,
    batch_size: int | None = None,
    device: torch.device | str | None = None,
    autocast: torch.dtype | None = None,
) -> Evaluation:
    """Loss, accuracy and predicted classes of a classifier, in eval mode.

    Args:
        model: maps images (N, C, H, W) to logits (N, classes). It is left in the mode that it
            was in.
        data: images (N, C, H, W) and labels (N,), or a ``DataLoader`` of both, whose order the
            predictions then have. uint8 images are scaled to 0 ... 1.
        batch_size: images at a time; the result does not depend on it. None for as many as keep
            the widest activation under 32 MB, above which a CPU waits for fresh memory pages.
            A DataLoader has its own.
        device: None for where the model is.
        autocast: as in ``train``.

    Raises:
        ValueError: naming the argument, its value and the rule.
    """
    if batch_size is not None:
        check_positive_int(batch_size=batch_size)
    batches = batches_of("data", data, batch_size)
    device = next(model.parameters()).device if device is None else torch.device(device)
    model.to(device)
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    all_logits, all_labels = [], []
    try:
        # A DataLoader draws from the global random state, which is left alone.
        with precision(device, autocast), torch.random.fork_rng([]):
            if batch_size is None and not isinstance(data, DataLoader):
                image = as_input(batches.sample(1), model, device)
                batches.batch_size = images_at_a_time(model, image)
            for images, labels in batches.in_order():
                all_logits.append(model(as_input(images, model, device)).cpu())
                all_labels.append(labels)
    finally:
        for module, mode in modes:
            module.training = mode
    logits, labels = torch.cat(all_logits).to(torch.float64), torch.cat(all_labels)
    check_range("data", labels, logits.shape[1])
    predictions = logits.argmax(1)
    accuracy = (predictions == labels).double().mean().item()
    return Evaluation(F.cross_entropy(logits, labels).item(), accuracy, predictions)


def images_at_a_time(model: nn.Module, image: Tensor) -> int:
    """How many images keep each module's output under ``WIDEST`` bytes, by a run on one."""
    with widest_output(model) as widest:
        model(image)
    bytes_each = max(widest[0], image.numel() * image.element_size())
    return min(max(1, WIDEST // (bytes_each + 1)), MOST_IMAGES)


@contextmanager
def widest_output(model: nn.Module) -> Iterator[list[int]]:
    """A list of one number: the bytes of the widest output of a module in the runs inside."""
    widest = [0]

    def measure(module, inputs, output) -> None:
        if isinstance(output, Tensor):
            widest[0] = max(widest[0], output.numel() * output.element_size())

    handles = [module.register_forward_hook(measure) for module in model.modules()]
    try:
        yield widest
    finally:
        for handle in handles:
            handle.remove()
