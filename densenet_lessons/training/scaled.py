"""The paper's training, by one process or by many on several machines.

Each process has the whole net and a part of each batch; the gradients are averaged over all
(``DistributedDataParallel``). The batch size is that of a step over all processes, so the recipe
stays the same for any number of them.
"""

import math
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, Dataset, DistributedSampler, Subset

from densenet_lessons.training.checkpoints import (
    put_back,
    read_checkpoint,
    save_checkpoint,
)
from densenet_lessons.training.devices import precision
from densenet_lessons.training.history import DivergedError, History
from densenet_lessons.training.ranks import Ranks
from densenet_lessons.training.schedules import Schedule, paper_schedule
from densenet_lessons.training.sync_norm import synchronised

#: A progress bar around an epoch's batches.
Bar = Callable[[Iterable, str], Iterable]


@dataclass(frozen=True, kw_only=True)
class ScaleSettings:
    """The recipe, and below it what changes the speed and not what is learnt.

    ``batch_size`` counts the images of a step over all processes, and ``accumulate`` the parts
    in which each process computes its share of it.
    """

    epochs: int
    batch_size: int = 64
    learning_rate: float = 0.1
    schedule: Schedule = paper_schedule
    momentum: float = 0.9
    weight_decay: float = 1e-4
    seed: int = 0
    sync_batch_norm: bool = False
    accumulate: int = 1
    workers: int = 0
    precision: torch.dtype = torch.float32
    channels_last: bool = False
    compile: bool = False

    def share(self, ranks: int) -> int:
        """Images of a step in each process.

        Raises:
            ValueError: if the batch cannot be shared evenly.
        """
        parts = ranks * self.accumulate
        if self.batch_size % parts:
            below = max(parts, self.batch_size // parts * parts)
            raise ValueError(
                f"batch_size must be a multiple of {parts} for {ranks} processes and "
                f"{self.accumulate} parts, such as {below} or {below + parts}, "
                f"got {self.batch_size}"
            )
        return self.batch_size // ranks


def train_scaled(
    net: nn.Module,
    train_set: Dataset,
    test_set: Dataset,
    settings: ScaleSettings,
    ranks: Ranks,
    *,
    checkpoint: str | Path,
    identity: Mapping[str, object],
    bar: Bar = lambda batches, name: batches,
    after_epoch: Callable[[History], None] = lambda history: None,
) -> History:
    """Train a net to the end of its recipe, from the last whole epoch if there is one.

    The state of a training is the same in each process, so the first one alone writes it, whole
    and in one file, after each epoch; any number of processes may go on from it.

    Args:
        net: maps images (N, C, H, W) to logits; the same weights in each process.
        train_set, test_set: of pairs (image as float tensor, label). ``set_epoch`` is called on
            the first, if it has it.
        checkpoint: the file; seen by the first process alone.
        identity: names and values that a checkpoint must have been written with.
        bar: wraps the batches of an epoch in the first process.
        after_epoch: called in the first process, after the checkpoint is written.

    Raises:
        ValueError: naming the argument, its value and the rule.
        RuntimeError: if the checkpoint is damaged.
        DivergedError: if the loss is no finite number.
    """
    share = settings.share(ranks.count)
    dtype = torch.float64 if settings.precision == torch.float64 else torch.float32
    layout = torch.channels_last if settings.channels_last else torch.preserve_format
    net.to(ranks.device, dtype).to(memory_format=layout)
    if settings.sync_batch_norm and ranks.count > 1:
        net = synchronised(net, ranks.device)
    optimizer = torch.optim.SGD(
        net.parameters(), settings.learning_rate, settings.momentum,
        weight_decay=settings.weight_decay, nesterov=settings.momentum > 0,
    )  # fmt: skip
    scaler = torch.amp.GradScaler(ranks.device.type, enabled=settings.precision == torch.float16)
    state = ranks.share(lambda: read_checkpoint(checkpoint, dict(identity)))
    history = put_back(state, net, optimizer, scaler)
    model = net
    if ranks.count > 1:
        devices = [ranks.device] if ranks.device.type == "cuda" else None
        model = DistributedDataParallel(net, device_ids=devices)
    step = _Step(model, optimizer, scaler, settings, ranks.device, share)
    sampler = DistributedSampler(train_set, ranks.count, ranks.rank, seed=settings.seed)
    how = {"num_workers": settings.workers, "pin_memory": ranks.device.type == "cuda"}
    loader = DataLoader(train_set, share, sampler=sampler, **how)
    held = Subset(test_set, range(ranks.rank, len(test_set), ranks.count))
    tests = DataLoader(held, max(1, share // settings.accumulate), **how)
    for number in range(len(history) + 1, settings.epochs + 1):
        started = time.perf_counter()
        sampler.set_epoch(number)
        if hasattr(train_set, "set_epoch"):
            train_set.set_epoch(number)
        seed = 1_000_003 * settings.seed + number
        torch.manual_seed(seed * 4099 + ranks.rank)  # for dropout: other masks in each process
        batches = bar(loader, f"epoch {number}/{settings.epochs}") if ranks.first else loader
        net.train()
        sums, rate = _epoch(step, batches, number, len(loader))
        loss, hits, count = ranks.sum(sums)
        if not math.isfinite(loss):
            raise DivergedError(
                f"the loss became {loss / count} in epoch {number}: start again in another folder "
                f"with a learning rate below {settings.learning_rate:g}",
                history,
            )
        seconds = time.perf_counter() - started
        ranks.same_buffers(net)
        right, tested = ranks.sum(_hits(net, tests, settings, ranks.device))
        history = history.plus(
            loss=loss / count, accuracy=hits / count, test_accuracy=right / tested,
            learning_rate=rate, seconds=seconds,
        )  # fmt: skip
        if ranks.first:
            save_checkpoint(checkpoint, dict(identity), net, optimizer, history, scaler=scaler)
            after_epoch(history)
    return history


class _Step:
    """One step of the recipe in this process."""

    def __init__(self, model, optimizer, scaler, settings, device, share) -> None:
        self.model, self.optimizer, self.scaler = model, optimizer, scaler
        self.settings, self.device, self.share = settings, device, share
        self.run = torch.compile(model) if settings.compile else model

    def __call__(self, images: Tensor, labels: Tensor, done: float) -> tuple[Tensor, Tensor, float]:
        """Summed loss and hits, both on the device, and the rate."""
        rate = self.settings.learning_rate * self.settings.schedule(done)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self.optimizer.zero_grad()
        images = to_net(images, self.settings, self.device)
        labels = labels.to(self.device, non_blocking=True)
        size = max(1, self.share // self.settings.accumulate)
        parts = list(zip(images.split(size), labels.split(size), strict=True))
        total = torch.zeros((), dtype=torch.float32, device=self.device)
        hits = torch.zeros((), dtype=torch.int64, device=self.device)
        for index, (part, target) in enumerate(parts):
            alone = index + 1 == len(parts) or not isinstance(self.model, DistributedDataParallel)
            with nullcontext() if alone else self.model.no_sync():
                with precision(self.device, _lower(self.settings.precision)):
                    logits = self.run(part)
                    loss = F.cross_entropy(logits, target, reduction="sum")
                self.scaler.scale(loss / len(labels)).backward()
            total = total + loss.detach()
            hits = hits + (logits.argmax(1) == target).sum()
        self.scaler.step(self.optimizer)
        self.scaler.update()
        return total, hits, rate


def _epoch(step: _Step, batches: Iterable, number: int, steps: int) -> tuple[list[float], float]:
    """Summed loss, hits and images of this process, and the last rate."""
    total, hits, count, rate = 0.0, 0, 0, 0.0
    for index, (images, labels) in enumerate(batches):
        done = (number - 1 + index / steps) / step.settings.epochs
        loss, right, rate = step(images, labels, done)
        total, hits, count = total + loss, hits + right, count + len(labels)  # on the device
    return [float(total), float(hits), float(count)], rate


@torch.no_grad()
def _hits(net: nn.Module, tests: DataLoader, settings: ScaleSettings, device) -> list[float]:
    net.eval()
    hits, count = torch.zeros((), dtype=torch.int64, device=device), 0
    for images, labels in tests:
        with precision(device, _lower(settings.precision)):
            logits = net(to_net(images, settings, device))
        hits, count = hits + (logits.argmax(1) == labels.to(device)).sum(), count + len(labels)
    return [float(hits), float(count)]


def to_net(images: Tensor, settings: ScaleSettings, device: torch.device) -> Tensor:
    """A batch as the net takes it."""
    dtype = torch.float64 if settings.precision == torch.float64 else torch.float32
    layout = torch.channels_last if settings.channels_last else torch.preserve_format
    return images.to(device, dtype, non_blocking=True, memory_format=layout)


def _lower(dtype: torch.dtype) -> torch.dtype | None:
    return dtype if dtype in (torch.bfloat16, torch.float16) else None
