"""Training and testing an image classifier: a plain loop that can be stopped and gone on with.

Nothing here knows a net or a data set of the course. Data is a pair (images, labels), or any
object with these two attributes.
"""

import math
import random
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from densenet_lessons.densenet import check_positive_int
from densenet_lessons.training.checkpoints import load_checkpoint, save_checkpoint
from densenet_lessons.training.history import History, Progress, text_progress

__all__ = [
    "DivergedError",
    "Evaluation",
    "History",
    "Progress",
    "evaluate",
    "one_cycle",
    "paper_schedule",
    "pick_device",
    "seed_everything",
    "text_progress",
    "train",
]

#: Bytes that an activation may have in ``evaluate``. The C library maps and unmaps larger blocks
#: at each operation, and the kernel then spends as long on page faults as the net on its work.
WIDEST = 32 * 2**20
MOST_IMAGES = 500
#: A schedule: the share of the training that is done, from 0 to 1, to a factor of the rate.
Schedule = Callable[[float], float]
#: New versions of a batch of images, drawn with the generator.
Augment = Callable[[Tensor, torch.Generator], Tensor]


@dataclass(frozen=True, eq=False)
class Evaluation:
    """How a net does on labelled images; ``predictions`` holds the class that it names for each."""

    loss: float
    accuracy: float
    predictions: Tensor = field(repr=False)


class DivergedError(ArithmeticError):
    """The loss is not a finite number any more; ``history`` holds the epochs before."""

    def __init__(self, message: str, history: History) -> None:
        super().__init__(message)
        self.history = history


def paper_schedule(done: float) -> float:
    """The rate is divided by 10 at half and at three quarters. Paper: section 4.2."""
    return 1.0 if done < 0.5 else 0.1 if done < 0.75 else 0.01


def one_cycle(done: float) -> float:
    """The rate climbs for three tenths of the training, then falls to zero along a cosine.

    Smith, "A disciplined approach to neural network hyper-parameters", arXiv 1803.09820.
    """
    if done < 0.3:
        return 0.04 + 0.96 * done / 0.3
    return (1 + math.cos(math.pi * (done - 0.3) / 0.7)) / 2


def seed_everything(seed: int) -> None:
    """Set the random state of Python, NumPy and torch. For the top of a script or notebook."""
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


def pick_device() -> torch.device:
    """The fastest device that is there: CUDA, Apple's mps, or the CPU."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


def train(
    model: nn.Module,
    train_data,
    *,
    epochs: int,
    learning_rate: float = 0.1,
    schedule: Schedule = paper_schedule,
    batch_size: int = 64,
    momentum: float = 0.9,
    weight_decay: float = 1e-4,
    augment: Augment | None = None,
    test_data=None,
    seed: int = 0,
    device: torch.device | str | None = None,
    autocast: torch.dtype | None = None,
    progress: Callable[[Progress], None] | None = None,
    checkpoint: str | Path | None = None,
) -> History:
    """Train a classifier by stochastic gradient descent with Nesterov momentum, in place.

    Paper: section 4.2; the defaults are its recipe but for the number of epochs.

    Args:
        model: maps images (N, C, H, W) to logits (N, classes).
        train_data: images (N, C, H, W) and labels (N,). uint8 images are scaled to 0 ... 1.
        epochs: passes over the training images.
        learning_rate: the largest rate; ``schedule`` says which share of it a step uses.
        augment: makes new versions of each batch, for example ``data.flip_and_crop``.
        test_data: measured after each epoch; nothing is chosen by it.
        seed: fixes the order of the images, the augmentation and the dropout. The global
            random state is left alone.
        device: None for ``pick_device()``. The model stays there.
        autocast: a lower precision to compute in, for example ``torch.bfloat16``.
        progress: called after each step with a ``Progress``.
        checkpoint: a file that is written after each epoch. If it is there already, training
            goes on from it, to the same result as without a break.

    Returns:
        The history. The stop button (KeyboardInterrupt) ends the training early: the model
        keeps what it has learnt, and the history holds the whole epochs until then.

    Raises:
        ValueError: naming the argument, its value and the rule.
        DivergedError: if the loss is no finite number, with a sentence on what to try.
    """
    images, labels = _images_and_labels("train_data", train_data)
    if test_data is not None:
        _images_and_labels("test_data", test_data)
    check_positive_int(epochs=epochs, batch_size=batch_size)
    if not (math.isfinite(learning_rate) and learning_rate > 0):
        raise ValueError(f"learning_rate must be a number above 0, got {learning_rate!r}")
    settings = {
        "epochs": epochs, "learning_rate": learning_rate, "schedule": _name(schedule),
        "batch_size": batch_size, "momentum": momentum, "weight_decay": weight_decay,
        "augment": _name(augment), "seed": seed, "images": len(images), "autocast": str(autocast),
    }  # fmt: skip
    device = torch.device(device) if device is not None else pick_device()
    model.to(device)
    if device.type != "mps":  # on CPU and CUDA, convolutions are faster with channels last
        model.to(memory_format=torch.channels_last)
    optimizer = torch.optim.SGD(
        model.parameters(),
        learning_rate,
        momentum,
        weight_decay=weight_decay,
        nesterov=momentum > 0,
    )
    history = History()
    if checkpoint is not None:
        history = load_checkpoint(checkpoint, settings, model, optimizer)
    steps = math.ceil(len(images) / batch_size)

    def run_epoch(epoch: int) -> History:
        # An epoch's randomness comes from seed and epoch alone, so a checkpoint need not hold it.
        generator = torch.Generator().manual_seed(1_000_003 * seed + epoch)
        torch.manual_seed(1_000_003 * seed + epoch)  # for dropout
        order = torch.randperm(len(images), generator=generator)
        total_loss, right, start = 0.0, 0, time.perf_counter()
        model.train()
        for step, chosen in enumerate(order.split(batch_size)):
            rate = learning_rate * schedule((epoch * steps + step) / (epochs * steps))
            for group in optimizer.param_groups:
                group["lr"] = rate
            batch, target = images[chosen], labels[chosen].to(device)
            if augment is not None:
                batch = augment(batch, generator)
            with _precision(device, autocast):
                logits = model(_as_input(batch, model, device))
                loss = F.cross_entropy(logits.float() if autocast else logits, target)
            if not math.isfinite(value := loss.item()):
                raise DivergedError(
                    f"the loss became {value} in step {step + 1} of epoch {epoch + 1}: start again "
                    f"with new weights and a learning_rate below {learning_rate:g}, or a schedule "
                    "that starts lower, and make sure that the images hold finite numbers",
                    history,
                )
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total_loss += value * len(chosen)
            right += (logits.argmax(1) == target).sum().item()
            if progress is not None and step + 1 < steps:
                progress(Progress(epoch + 1, epochs, step + 1, steps, value, history))
        longer = history.plus(
            loss=total_loss / len(images),
            accuracy=right / len(images),
            learning_rate=rate,
            seconds=time.perf_counter() - start,
        )
        if test_data is not None:
            result = evaluate(model, test_data, device=device, autocast=autocast)
            longer = longer.plus(test_accuracy=result.accuracy)
        if checkpoint is not None:
            save_checkpoint(checkpoint, settings, model, optimizer, longer)
        if progress is not None:
            progress(Progress(epoch + 1, epochs, steps, steps, value, longer))
        return longer

    gpus = [device] if device.type == "cuda" else []
    with torch.random.fork_rng(gpus):
        try:
            for epoch in range(len(history), epochs):
                history = run_epoch(epoch)
        except KeyboardInterrupt:
            history = replace(history, interrupted=True)
    return history


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
        data: images (N, C, H, W) and labels (N,). uint8 images are scaled to 0 ... 1.
        batch_size: images at a time; the result does not depend on it. None for as many as keep
            the widest activation under 32 MB, above which a CPU waits for fresh memory pages.
        device: None for where the model is.
        autocast: as in ``train``.

    Raises:
        ValueError: naming the argument, its value and the rule.
    """
    images, labels = _images_and_labels("data", data)
    if batch_size is not None:
        check_positive_int(batch_size=batch_size)
    device = next(model.parameters()).device if device is None else torch.device(device)
    model.to(device)
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        with _precision(device, autocast):
            if batch_size is None:
                batch_size = _images_at_a_time(model, _as_input(images[:1], model, device))
            logits = torch.cat(
                [model(_as_input(part, model, device)).cpu() for part in images.split(batch_size)]
            )
    finally:
        for module, mode in modes:
            module.training = mode
    logits, predictions = logits.to(torch.float64), logits.argmax(1)
    accuracy = (predictions == labels).double().mean().item()
    return Evaluation(F.cross_entropy(logits, labels).item(), accuracy, predictions)


def _images_at_a_time(model: nn.Module, image: Tensor) -> int:
    """How many images keep each module's output under ``WIDEST`` bytes, by a run on one."""
    widest = image.numel() * image.element_size()

    def measure(module, inputs, output) -> None:
        nonlocal widest
        if isinstance(output, Tensor):
            widest = max(widest, output.numel() * output.element_size())

    handles = [module.register_forward_hook(measure) for module in model.modules()]
    try:
        model(image)
    finally:
        for handle in handles:
            handle.remove()
    return min(max(1, WIDEST // (widest + 1)), MOST_IMAGES)


def _images_and_labels(name: str, data) -> tuple[Tensor, Tensor]:
    try:
        images, labels = (data.images, data.labels) if hasattr(data, "images") else data
        fits = images.ndim == 4 and labels.ndim == 1 and len(images) == len(labels) > 0
    except (TypeError, ValueError, AttributeError):
        fits = False
    if not fits:
        raise ValueError(
            f"{name} must be images (N, C, H, W) and as many labels (N,), got {type(data).__name__}"
        )
    return images, labels


def _as_input(images: Tensor, model: nn.Module, device: torch.device) -> Tensor:
    """A batch as the net wants it: its dtype, on the device, bytes scaled to 0 ... 1."""
    dtype = next(model.parameters()).dtype
    scale = 255 if images.dtype == torch.uint8 else 1
    batch = images.to(device, dtype) / scale
    return batch if device.type == "mps" else batch.to(memory_format=torch.channels_last)


def _precision(device: torch.device, dtype: torch.dtype | None):
    return nullcontext() if dtype is None else torch.autocast(device.type, dtype)


def _name(function: Callable | None) -> str:
    return getattr(function, "__name__", str(function))
