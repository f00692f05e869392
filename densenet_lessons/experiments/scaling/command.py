"""The scale-up command: builds the net, opens the data, trains, and tells how it went."""

import sys
from collections.abc import Callable
from pathlib import Path

import torch
from torch.utils.data import Subset

from densenet_lessons import densenet
from densenet_lessons.costs import count_macs, count_parameters
from densenet_lessons.data import DATA_SETS, SeededImages, open_data_set
from densenet_lessons.densenet import DenseNet
from densenet_lessons.experiments.scaling.options import SCHEDULES, Choices, choices_of, parser
from densenet_lessons.training import (
    DivergedError,
    History,
    Ranks,
    ScaleSettings,
    all_ranks,
    check_writable,
    train_scaled,
)

CHECKPOINT = "checkpoint.pt"


def scale_up(arguments: list[str] | None = None) -> History:
    """Run the command. Under ``torchrun`` each process runs it with the same arguments."""
    made = parser()
    choices = choices_of(made, arguments)
    if choices.threads is not None:
        torch.set_num_threads(choices.threads)
    try:
        with all_ranks(choices.device) as ranks:
            return _run(choices, ranks)
    except (ValueError, FileNotFoundError, DivergedError) as error:
        sys.exit(f"{made.prog}: error: {error}")
    except KeyboardInterrupt:
        sys.exit(
            f"stopped; the same command goes on after the last whole epoch in {choices.output}"
        )


def _run(choices: Choices, ranks: Ranks) -> History:
    recipe = {**choices.recipe, "schedule": SCHEDULES[choices.recipe["schedule"]]}
    settings = ScaleSettings(**recipe, **choices.speed)
    settings.share(ranks.count)  # refuses before anything is read
    ranks.share(lambda: check_writable(choices.output / CHECKPOINT))
    about = DATA_SETS[choices.data["data"]]
    how = {**choices.data, "seed": settings.seed}
    train_set, test_set, classes = ranks.in_turn(lambda: open_data_set(how.pop("data"), **how))
    net = build_net(choices.net, classes, about.channels, seed=settings.seed)
    scalars = _scalars(choices.output) if ranks.first else None
    if ranks.first:
        print(
            f"{choices.net['net']}, {count_parameters(net.spec):,} parameters, on "
            f"{choices.data['data']}: {ranks.count} process{'es' * (ranks.count > 1)} on "
            f"{ranks.device.type}, checkpoint in {choices.output}",
            flush=True,
        )

    def after_epoch(history: History) -> None:
        if scalars is not None:
            scalars(history)
        print(_line(history, settings.epochs), flush=True)

    history = train_scaled(
        net,
        _first(train_set, choices.limit),
        _first(test_set, choices.limit),
        settings,
        ranks,
        checkpoint=choices.output / CHECKPOINT,
        identity=choices.identity(),
        bar=_bar,
        after_epoch=after_epoch,
    )
    if ranks.first:
        images = min(len(train_set), choices.limit or len(train_set))
        print(_table(choices, net, about.side, images, ranks, history), flush=True)
    return history


def build_net(choices: dict[str, object], classes: int, channels: int, *, seed: int) -> DenseNet:
    """The net of the options, with seeded weights."""
    options = dict(choices)
    name, stride = options.pop("net"), options.pop("stem_stride")
    with torch.random.fork_rng([]):
        torch.manual_seed(seed)
        shape = (options.pop("depth"), options.pop("growth_rate")) if "depth" in options else ()
        net = getattr(densenet, name)(*shape, num_classes=classes, in_channels=channels, **options)
    if name == "densenet_cifar":
        net.features.conv0.stride = (stride, stride)
    return net


class _FirstImages(Subset):
    """The first images of a set, which hears of the epochs."""

    dataset: SeededImages

    def set_epoch(self, epoch: int) -> None:
        self.dataset.set_epoch(epoch)


def _first(images: SeededImages, limit: int | None) -> SeededImages | _FirstImages:
    return images if limit is None else _FirstImages(images, range(min(limit, len(images))))


def _bar(batches, name: str):
    from tqdm import tqdm

    return tqdm(batches, name, leave=False)


def _scalars(folder: Path) -> Callable[[History], None] | None:
    """Writes an epoch's numbers for TensorBoard, where it is installed."""
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        return None
    writer = SummaryWriter(folder / "tensorboard")

    def write(history: History) -> None:
        for name in ("loss", "accuracy", "test_accuracy", "learning_rate", "seconds"):
            writer.add_scalar(name, getattr(history, name)[-1], len(history))
        writer.flush()

    return write


def _line(history: History, epochs: int) -> str:
    return (
        f"epoch {len(history)}/{epochs}: loss {history.loss[-1]:.4f}, training error "
        f"{1 - history.accuracy[-1]:.2%}, test error {1 - history.test_accuracy[-1]:.2%}, "
        f"{history.seconds[-1]:.1f} s"
    )


def _table(choices, net, side: int, images: int, ranks: Ranks, history: History) -> str:
    seconds = sum(history.seconds)
    macs = count_macs(net.spec, side) // choices.net["stem_stride"] ** 2
    rows = {
        "net": " ".join(f"{value}" for value in list(choices.net.values())[:3]),
        "parameters": f"{count_parameters(net.spec):,}",
        "multiply-adds an image": f"{macs / 1e6:,.1f} M",
        "data": f"{choices.data['data']}, {images:,} images",
        "processes": f"{ranks.count} on {ranks.device.type}",
        "epochs": f"{len(history)}",
        "last loss": f"{history.loss[-1]:.4f}",
        "last test error": f"{1 - history.test_accuracy[-1]:.2%}",
        "training time": f"{seconds:,.0f} s",
        "images a second": f"{images * len(history) / seconds:,.0f}",
    }
    wide = max(map(len, rows))
    return "\n".join(f"{name:{wide}}  {value}" for name, value in rows.items())
