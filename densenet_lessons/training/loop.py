"""Training an image classifier: a plain loop that can be stopped and gone on with.

Nothing here knows a net or a data set of the course. Data is a pair (images, labels), any
object with these two attributes, or a DataLoader.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.optim import Optimizer

from densenet_lessons.densenet import check_positive_int
from densenet_lessons.training.batches import BATCH_SIZE, Batches, batches_of, check_range
from densenet_lessons.training.checkpoints import check_writable, load_checkpoint, save_checkpoint
from densenet_lessons.training.devices import as_input, pick_device, precision, threads_for
from densenet_lessons.training.evaluation import evaluate
from densenet_lessons.training.history import DivergedError, History, Progress
from densenet_lessons.training.schedules import Schedule, paper_schedule
from densenet_lessons.training.trial import try_out

#: Steps between two looks at the losses. Each look waits for the device to finish its work.
LOOK_EVERY = 50
#: New versions of a batch of images, drawn with the generator.
Augment = Callable[[Tensor, torch.Generator], Tensor]


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What decides the result of a training, besides net and data; see ``train``."""

    epochs: int
    learning_rate: float
    schedule: Schedule
    batch_size: int | None
    momentum: float
    weight_decay: float
    augment: Augment | None
    seed: int
    images: int
    autocast: torch.dtype | None

    def __post_init__(self) -> None:
        check_positive_int(epochs=self.epochs)
        if not (math.isfinite(self.learning_rate) and self.learning_rate > 0):
            raise ValueError(f"learning_rate must be a number above 0, got {self.learning_rate!r}")

    def named(self) -> dict[str, int | float | str]:
        """The settings as a checkpoint keeps them: functions and dtypes by their names."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        by_name = {name: _name(values[name]) for name in ("schedule", "augment")}
        return {**values, **by_name, "autocast": str(self.autocast)}

    def generator(self, epoch: int) -> torch.Generator:
        """An epoch's randomness: from seed and epoch alone, so a checkpoint need not hold it."""
        seed = 1_000_003 * self.seed + epoch
        torch.manual_seed(seed)  # for dropout, and for the order of a DataLoader
        return torch.Generator().manual_seed(seed)

    def optimizer(self, model: nn.Module) -> Optimizer:
        return torch.optim.SGD(
            model.parameters(), self.learning_rate, self.momentum,
            weight_decay=self.weight_decay, nesterov=self.momentum > 0, fused=self._fused(model),
        )  # fmt: skip

    @staticmethod
    def _fused(model: nn.Module) -> bool | None:
        """One pass over all weights in a step, where torch has it for them; None for its choice."""
        plain = all(p.is_floating_point() and p.device.type == "cpu" for p in model.parameters())
        return True if plain else None


@dataclass(frozen=True, eq=False)
class Epoch:
    """What an epoch's mean values are made of; losses and hits wait on the device to be read."""

    number: int
    history: History
    losses: list[float]
    counts: list[int]
    hits: list[Tensor]
    waiting: list[Tensor]

    def note(self, loss: Tensor, hits: Tensor, count: int) -> None:
        self.waiting.append(loss)
        self.hits.append(hits)
        self.counts.append(count)

    def look(self, learning_rate: float) -> None:
        """Read the losses that wait; each must be a finite number."""
        read = torch.stack(self.waiting).tolist() if self.waiting else []
        self.waiting.clear()
        for loss in read:
            self.losses.append(loss)
            if not math.isfinite(loss):
                raise DivergedError(
                    f"the loss became {loss} in step {len(self.losses)} of epoch {self.number}: "
                    f"start again with new weights and a learning_rate below {learning_rate:g}, "
                    "or a schedule that starts lower",
                    self.history,
                )

    def means(self) -> dict[str, float]:
        images = sum(self.counts)
        total = sum(loss * count for loss, count in zip(self.losses, self.counts, strict=True))
        return {"loss": total / images, "accuracy": torch.stack(self.hits).sum().item() / images}


def train(
    model: nn.Module,
    train_data,
    *,
    epochs: int,
    learning_rate: float = 0.1,
    schedule: Schedule = paper_schedule,
    batch_size: int | None = None,
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

    Paper: section 4.2; the defaults are its recipe for CIFAR but for the number of epochs.

    Momentum is a sum of gradients, so a gradient that stays is followed by ``learning_rate /
    (1 - momentum)`` times itself. Weight decay is on all parameters, norms and biases too.

    Args:
        model: maps images (N, C, H, W) to logits (N, classes).
        train_data: images (N, C, H, W) and labels (N,), or a ``DataLoader`` of both. uint8
            images are scaled to 0 ... 1.
        epochs: passes over the training images.
        learning_rate: the largest rate; ``schedule`` says which share of it a step uses.
        batch_size: images in a step, 64 if left out. A DataLoader has its own.
        augment: makes new versions of each batch, for example ``data.flip_and_crop``.
        test_data: measured after each epoch; nothing is chosen by it. As ``train_data``.
        seed: fixes the order of the images, the augmentation and the dropout. The global
            random state is left alone. A DataLoader with a generator of its own keeps to that.
        device: None for ``pick_device()``. The model stays there. On a CPU, a net whose widest
            activation of a batch is under 4 MB trains on one thread: more hardly help it, and
            on a busy machine they wait for each other. The number is put back afterwards.
        autocast: a lower precision to compute in, for example ``torch.bfloat16``.
        progress: called after each step with a ``Progress``.
        checkpoint: a file that is written after each epoch. If it is there already, training
            goes on from it, to the same result as without a break.

    Returns:
        The history. The stop button (KeyboardInterrupt) ends the training early: the model
        keeps what it has learnt, and the history holds the whole epochs until then.

    Raises:
        ValueError: naming the argument, its value and the rule, before the first step.
        DivergedError: if the loss is no finite number, with a sentence on what to try.
    """
    batches = batches_of("train_data", train_data, batch_size)
    settings = Settings(
        epochs=epochs, learning_rate=learning_rate, schedule=schedule,
        batch_size=batches.batch_size, momentum=momentum, weight_decay=weight_decay,
        augment=augment, seed=seed, images=len(batches), autocast=autocast,
    )  # fmt: skip
    device = torch.device(device) if device is not None else pick_device()
    model.to(device)
    if device.type != "mps":  # on CPU and CUDA, convolutions are faster with channels last
        model.to(memory_format=torch.channels_last)
    gpus = [device] if device.type == "cuda" else []
    with torch.random.fork_rng(gpus):
        settings.generator(0)
        augmented = augment is not None
        widest = try_out(model, batches, device=device, training=True, augmented=augmented)
        if test_data is not None:
            tests = batches_of("test_data", test_data, None)
            try_out(model, tests, device=device, training=False)
        optimizer, history = settings.optimizer(model), History()
        if checkpoint is not None:
            check_writable(checkpoint)
            history = load_checkpoint(checkpoint, settings.named(), model, optimizer)
        widest = math.inf if widest is None else widest * (settings.batch_size or BATCH_SIZE)
        try:
            with threads_for(device, widest):
                for number in range(len(history) + 1, epochs + 1):
                    epoch, started = Epoch(number, history, [], [], [], []), time.perf_counter()
                    last = run_epoch(model, optimizer, batches, settings, epoch, progress)
                    seconds = time.perf_counter() - started
                    tested = {}
                    if test_data is not None:
                        result = evaluate(model, test_data, device=device, autocast=autocast)
                        tested = {"test_accuracy": result.accuracy}
                    history = history.plus(**epoch.means(), **last, seconds=seconds, **tested)
                    if checkpoint is not None:
                        save_checkpoint(checkpoint, settings.named(), model, optimizer, history)
                    if progress is not None:
                        steps, loss = batches.steps, epoch.losses[-1]
                        progress(Progress(number, epochs, steps, steps, loss, history))
        except KeyboardInterrupt:
            history = replace(history, interrupted=True)
    return history


def run_epoch(
    model: nn.Module,
    optimizer: Optimizer,
    batches: Batches,
    settings: Settings,
    epoch: Epoch,
    progress: Callable[[Progress], None] | None,
) -> dict[str, float]:
    """One pass over the training images; returns the last step's learning rate, by its name."""
    generator, device = settings.generator(epoch.number - 1), next(model.parameters()).device
    steps, rate = batches.steps, settings.learning_rate
    model.train()
    for step, (images, labels) in enumerate(batches.shuffled(generator)):
        done = ((epoch.number - 1) * steps + step) / (settings.epochs * steps)
        rate = settings.learning_rate * settings.schedule(done)
        for group in optimizer.param_groups:
            group["lr"] = rate
        if settings.augment is not None:
            images = settings.augment(images, generator)
        with precision(device, settings.autocast):
            logits = model(as_input(images, model, device))
            check_range(batches.name, labels, logits.shape[1])
            target = labels.to(device)
            loss = F.cross_entropy(logits.float() if settings.autocast else logits, target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        epoch.note(loss.detach(), (logits.argmax(1) == target).sum(), len(labels))
        if step + 1 == steps or (step + 1) % LOOK_EVERY == 0:
            epoch.look(settings.learning_rate)
        if progress is not None and step + 1 < steps:
            told = Progress(
                epoch.number, settings.epochs, step + 1, steps, loss.detach(), epoch.history
            )
            progress(told)
    epoch.look(settings.learning_rate)
    return {"learning_rate": rate}


def _name(function: Callable | None) -> str:
    return getattr(function, "__name__", str(function))
