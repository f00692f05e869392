"""What a training went through, and how it is told while it runs."""

import sys
from dataclasses import dataclass, replace

from torch import Tensor


@dataclass(frozen=True)
class History:
    """What training went through: one entry an epoch in each tuple.

    ``loss`` and ``accuracy`` are means over the training images while the net was learning,
    ``test_accuracy`` is measured after the epoch (empty without test data), ``learning_rate``
    is that of the epoch's last step, ``seconds`` is training time without the test.
    ``interrupted`` is True when the stop button ended it.
    """

    loss: tuple[float, ...] = ()
    accuracy: tuple[float, ...] = ()
    test_accuracy: tuple[float, ...] = ()
    learning_rate: tuple[float, ...] = ()
    seconds: tuple[float, ...] = ()
    interrupted: bool = False

    def __len__(self) -> int:
        return len(self.loss)

    def plus(self, **epoch: float) -> "History":
        """This history and one epoch more."""
        return replace(self, **{name: (*getattr(self, name), epoch[name]) for name in epoch})


class DivergedError(ArithmeticError):
    """The loss is not a finite number any more; ``history`` holds the epochs before."""

    def __init__(self, message: str, history: History) -> None:
        super().__init__(message)
        self.history = history


@dataclass(frozen=True)
class Progress:
    """What a progress callback is told after each step; ``epoch`` and ``step`` count from 1.

    At the last step of an epoch ``history`` holds that epoch. ``loss`` waits for the device that
    computes it; a callback that looks at it seldom leaves a GPU to its work.
    """

    epoch: int
    epochs: int
    step: int
    steps: int
    step_loss: float | Tensor
    history: History

    @property
    def loss(self) -> float:
        """The step's loss, read now."""
        return float(self.step_loss)

    @property
    def done(self) -> float:
        """Share of the whole training that is done."""
        return (self.epoch - 1 + self.step / self.steps) / self.epochs


def text_progress(progress: Progress) -> None:
    """A progress callback in plain text: a moving bar in a terminal, and a line an epoch."""
    head = f"epoch {progress.epoch}/{progress.epochs}"
    history = progress.history
    if progress.step == progress.steps:
        test = f", test accuracy {history.test_accuracy[-1]:.3f}" if history.test_accuracy else ""
        print(
            f"{head}: loss {history.loss[-1]:.3f}, accuracy {history.accuracy[-1]:.3f}{test}, "
            f"{history.seconds[-1]:.0f} s",
            flush=True,
        )
    elif sys.stdout.isatty():
        bar = "#" * round(30 * progress.step / progress.steps)
        print(f"{head} [{bar:<30}] loss {progress.loss:.3f}", end="\r", flush=True)
