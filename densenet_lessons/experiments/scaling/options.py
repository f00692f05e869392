"""The options of the scale-up command: each says its default, and what the paper takes."""

import argparse
import math
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch

from densenet_lessons.data import DATA_SETS
from densenet_lessons.training import imagenet_schedule, one_cycle, paper_schedule

NETS = ("densenet_cifar", "densenet121", "densenet161", "densenet169", "densenet201", "densenet264")
SCHEDULES = {"paper": paper_schedule, "imagenet": imagenet_schedule, "one-cycle": one_cycle}
PRECISIONS = ("float32", "bfloat16", "float16", "float64")


@dataclass(frozen=True)
class Recipe:
    """What the paper takes for a data set (sections 4.1 and 4.2), where the options say nothing."""

    epochs: int = 300
    batch_size: int = 64
    schedule: str = "paper"
    augment: bool = True


RECIPES = {name: Recipe() for name in DATA_SETS} | {
    "svhn": Recipe(epochs=40, augment=False),
    "imagefolder": Recipe(epochs=90, batch_size=256, schedule="imagenet"),
}


class Parser(argparse.ArgumentParser):
    """Says what is allowed where an option is wrong, and says it in the first process alone."""

    def error(self, message: str):
        if message.startswith("unrecognized arguments"):
            names = [n for a in self._actions for n in a.option_strings if n.startswith("--")]
            message += f"; allowed are {', '.join(sorted(names))}"
        if os.environ.get("RANK", "0") != "0":
            raise SystemExit(2)
        super().error(message)


def number(kind: Callable, rule: str, holds: Callable[[float], bool]) -> Callable:
    """A reader of numbers that refuses others with the rule."""

    def read(text: str):
        try:
            value = kind(text)
        except ValueError:
            value = math.nan
        if not (math.isfinite(value) and holds(value)):
            raise argparse.ArgumentTypeError(f"must be {rule}, got {text!r}")
        return value

    return read


COUNT = number(int, "a whole number from 1 on", lambda value: value >= 1)
FROM_ZERO = number(int, "a whole number from 0 on", lambda value: value >= 0)
ABOVE_ZERO = number(float, "a number above 0", lambda value: value > 0)
NOT_NEGATIVE = number(float, "a number from 0 on", lambda value: value >= 0)
BELOW_ONE = number(float, "at least 0 and below 1", lambda value: 0 <= value < 1)


def parser() -> Parser:
    """All options. ``%(default)s`` in a help text is filled in by argparse."""
    made = Parser(
        prog="python -m densenet_lessons.training",
        description="Train a DenseNet by the paper's recipe: in one process, or in many on one or "
        "several machines, under torchrun. Run the same command again after a break: it goes on "
        "after the last whole epoch, with any number of processes.",
        epilog="Two processes on this machine: torchrun --nproc-per-node 2 --max-restarts 3 "
        "-m densenet_lessons.training --data fashion_mnist_small. On several machines, add "
        "--nnodes, --rdzv-backend c10d and --rdzv-endpoint HOST:PORT on each.",
    )
    on, flag = made.add_argument, argparse.BooleanOptionalAction
    on("--net", choices=NETS, default="densenet_cifar",
       help="the net (default: %(default)s; paper: densenet_cifar for CIFAR and SVHN, "
       "121, 169, 201 and 264 for ImageNet)")  # fmt: skip
    on("--depth", type=COUNT,
       help="L of densenet_cifar, 6n + 4, or 3n + 4 with --no-bottleneck (default: 100; "
       "paper: 40, 100, 190, 250)")  # fmt: skip
    on("--growth-rate", type=COUNT, help="k of densenet_cifar (default: 12; paper: 12, 24, 40)")
    on("--bottleneck", action=flag, help="the B of DenseNet-BC (default: yes; paper: both)")
    on(
        "--compression",
        type=number(float, "above 0 and at most 1", lambda v: 0 < v <= 1),
        help="theta, the C of DenseNet-BC (default: 0.5; paper: 0.5, or 1 for plain nets)",
    )
    on("--drop-rate", type=BELOW_ONE, default=0.0,
       help="dropout after each dense layer (default: %(default)s; paper: 0.2 without "
       "augmentation)")  # fmt: skip
    on(
        "--memory-efficient",
        action="store_true",
        help="recompute concatenations in the backward pass (default: no; paper: no)",
    )
    on("--stem-stride", type=int, choices=(1, 2), default=1,
       help="stride of the first convolution of densenet_cifar; 2 for images of 64 to 96 pixels, "
       "at a quarter of the work (default: %(default)s; paper: 1)")  # fmt: skip

    on("--data", choices=list(DATA_SETS), default="fashion_mnist_small",
       help="the images; fashion_mnist_small ships with the course, svhn needs scipy, "
       "imagefolder reads ROOT/train and ROOT/val (default: %(default)s; paper: cifar10, "
       "cifar100, svhn, ImageNet)")  # fmt: skip
    on("--root", type=Path, help="folder of the data (default: none; paper: -)")
    on(
        "--download",
        action="store_true",
        help="fetch the data into ROOT, if it is not there (default: no; paper: -)",
    )
    on("--augment", action=flag,
       help="mirror and shift the images (default: yes, no for svhn; paper: both for CIFAR, no for "
       "SVHN, yes for ImageNet)")  # fmt: skip
    on("--limit", type=COUNT,
       help="take the first so many training and test images, for a trial (default: all; "
       "paper: all)")  # fmt: skip

    on("--epochs", type=COUNT,
       help="passes over the images (default: the paper's; paper: 300 for CIFAR, 40 for SVHN, 90 "
       "for ImageNet)")  # fmt: skip
    on("--batch-size", type=COUNT,
       help="images in a step, over all processes together (default: the paper's; paper: 64, for "
       "ImageNet 256)")  # fmt: skip
    on(
        "--learning-rate",
        type=ABOVE_ZERO,
        default=0.1,
        help="the largest (default: %(default)s; paper: 0.1)",
    )
    on("--schedule", choices=list(SCHEDULES),
       help="paper: a tenth at 1/2 and 3/4; imagenet: at 1/3 and 2/3; one-cycle: up, then down to "
       "0 (default: the paper's; paper: paper, for ImageNet imagenet)")  # fmt: skip
    on(
        "--momentum",
        type=BELOW_ONE,
        default=0.9,
        help="Nesterov's (default: %(default)s; paper: 0.9)",
    )
    on(
        "--weight-decay",
        type=NOT_NEGATIVE,
        default=1e-4,
        help="(default: %(default)s; paper: 0.0001)",
    )
    on(
        "--seed",
        type=FROM_ZERO,
        default=0,
        help="weights, order and augmentation (default: %(default)s; paper: -)",
    )

    on("--sync-batch-norm", action="store_true",
       help="statistics of batch norm over all processes; else each process has its own, and the "
       "first one's are kept (default: no; paper: no)")  # fmt: skip
    on("--accumulate", type=COUNT, default=1,
       help="parts in which each process computes its share of a batch, one after another, to "
       "save memory; batch norm sees a part (default: %(default)s; paper: 1)")  # fmt: skip
    on(
        "--precision",
        choices=PRECISIONS,
        default="float32",
        help="bfloat16 and float16 are mixed precision (default: %(default)s; paper: float32)",
    )
    on(
        "--channels-last",
        action=flag,
        default=True,
        help="memory layout, faster in most cases (default: yes; paper: no)",
    )
    on("--compile", action="store_true", help="torch.compile (default: no; paper: no)")
    on("--workers", type=FROM_ZERO, default=0,
       help="processes that load images, for each training process (default: %(default)s; "
       "paper: -)")  # fmt: skip
    on("--threads", type=COUNT, help="CPU threads of each process (default: torch's; paper: -)")
    on(
        "--device",
        choices=("cpu", "cuda", "mps"),
        help="(default: the fastest that is there; paper: cuda)",
    )
    on(
        "--output",
        type=Path,
        help="folder of checkpoint and TensorBoard's records (default: runs/NET-DATA; paper: -)",
    )
    return made


@dataclass(frozen=True)
class Choices:
    """The options, complete: what was left out is filled in from the data set's recipe."""

    net: dict[str, object]
    data: dict[str, object]
    recipe: dict[str, object]
    speed: dict[str, object]
    limit: int | None
    threads: int | None
    device: str | None
    output: Path

    def identity(self) -> dict[str, object]:
        """What a checkpoint must agree in. Processes, precision and speed may change."""
        data = {name: self.data[name] for name in ("data", "augment")}
        return {**self.net, **data, **self.recipe, "limit": self.limit}


def choices_of(made: Parser, arguments: list[str] | None) -> Choices:
    """The options of a command line; ends the program with a message where they don't fit."""
    o = made.parse_args(arguments)
    small = {"depth": 100, "growth_rate": 12, "bottleneck": True, "compression": 0.5}
    if o.net != "densenet_cifar":
        for name in small:
            if getattr(o, name) is not None:
                made.error(
                    f"argument --{name.replace('_', '-')}: allowed with --net densenet_cifar "
                    f"alone, got --net {o.net}, which fixes it"
                )
        small = {}
    if o.data == "fashion_mnist_small" and (o.root or o.download):
        made.error("argument --root, --download: allowed with another --data; this one ships")
    if o.data != "fashion_mnist_small" and o.root is None:
        made.error(f"argument --root: must name the folder of {o.data}")
    if o.data == "imagefolder" and o.download:
        made.error("argument --download: allowed with another --data; these images are your own")
    shape = {n: v if getattr(o, n) is None else getattr(o, n) for n, v in small.items()}
    known = vars(RECIPES[o.data])
    taken = {n: v if getattr(o, n) is None else getattr(o, n) for n, v in known.items()}
    augment = taken.pop("augment")
    rest = ("learning_rate", "momentum", "weight_decay", "seed", "sync_batch_norm")
    return Choices(
        net={"net": o.net, **shape, "drop_rate": o.drop_rate,
             "memory_efficient": o.memory_efficient, "stem_stride": o.stem_stride},
        data={"data": o.data, "root": o.root, "download": o.download, "augment": augment},
        recipe={**taken, **{name: getattr(o, name) for name in rest}},
        speed={"accumulate": o.accumulate, "workers": o.workers,
               "precision": getattr(torch, o.precision), "channels_last": o.channels_last,
               "compile": o.compile},
        limit=o.limit, threads=o.threads, device=o.device,
        output=o.output or Path("runs") / f"{o.net}-{o.data}",
    )  # fmt: skip
