"""Curves of training: loss and accuracy over epochs, schedules, gradients, and a comparison."""

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from densenet_lessons.pictures.palette import INK, MUTED, source_colour
from densenet_lessons.training import History

#: The families of the comparison, each with its colour and its marker, in every plot.
FAMILIES = {
    "plain": (MUTED, "s"),
    "residual": (source_colour(2), "^"),
    "dense": (source_colour(1), "o"),
}
_TRAIN, _TEST = source_colour(1), source_colour(2)


def plot_history(
    history: History, *, steps: Sequence[tuple[float, float]] = (), epochs: int | None = None
) -> Figure:
    """Loss on the left, accuracy on the right, over epochs.

    Args:
        history: of one training; may hold no epoch yet.
        steps: (epochs done, loss) of single steps, drawn thin behind the loss of the epochs.
        epochs: of the whole training. The axes then stay as they are while it goes on.
    """
    figure, (left, right) = _axes("loss", "accuracy")
    done = range(1, len(history) + 1)
    if steps:
        left.plot(*zip(*steps, strict=True), color=_TRAIN, alpha=0.35, linewidth=1)
    left.plot(done, history.loss, color=_TRAIN, marker="o", label="training")
    right.plot(done, history.accuracy, color=_TRAIN, marker="o", label="training")
    if history.test_accuracy:
        right.plot(done, history.test_accuracy, color=_TEST, marker="^", label="test")
    if len(history):
        right.legend(frameon=False, loc="lower right")
    left.set_ylim(bottom=0)
    if epochs is not None:
        for axes in (left, right):
            axes.set_xlim(0, epochs * 1.02)
        right.set_ylim(0, 1)
    return figure


def plot_histories(histories: Mapping[str, History]) -> Figure:
    """Several trainings: the loss on the left, on the right the accuracy on test images.

    A training without test images shows the accuracy on its training images.
    """
    figure, (left, right) = _axes("training loss", "accuracy")
    for index, (label, history) in enumerate(histories.items(), 1):
        colour, marker = FAMILIES.get(label, (source_colour(index), "o"))
        look = {"color": colour, "marker": marker, "label": label}
        epochs = range(1, len(history) + 1)
        left.plot(epochs, history.loss, **look)
        right.plot(epochs, history.test_accuracy or history.accuracy, **look)
    left.set_ylim(bottom=0)
    right.legend(frameon=False, loc="lower right")
    return figure


def plot_runs(histories: Mapping[str, History]) -> Figure:
    """One column for each training: its loss above, below it training and test accuracy."""
    figure = Figure(figsize=(8.4, 4.4), layout="constrained")
    every = figure.subplots(2, len(histories), sharex="col", sharey="row", squeeze=False)
    for column, (label, history) in enumerate(histories.items()):
        above, below = every[:, column]
        epochs = range(1, len(history) + 1)
        above.plot(epochs, history.loss, color=_TRAIN, marker=".")
        below.plot(epochs, history.accuracy, color=_TRAIN, marker=".", label="training")
        below.plot(epochs, history.test_accuracy, color=_TEST, marker="^", label="test")
        above.set_title(label, color=INK)
        _finish(above, "", "" if column else "training loss")
        _finish(below, "epoch", "" if column else "accuracy")
        below.xaxis.set_major_locator(MaxNLocator(integer=True))
        above.set_ylim(bottom=0)
        below.set_ylim(0, 1.03)
    every[1, 0].legend(frameon=False)
    return figure


def plot_schedules(rates: Mapping[str, Sequence[float]]) -> Figure:
    """Learning rates over a training, one line for each schedule, as a share of the largest."""
    figure = Figure(figsize=(6, 3), layout="constrained")
    axes = figure.add_subplot()
    for index, (label, values) in enumerate(rates.items(), 1):
        share = [step / max(1, len(values) - 1) for step in range(len(values))]
        axes.plot(share, values, color=source_colour(index), linewidth=2, label=label)
    _finish(axes, "share of the training that is done", "factor of the rate")
    axes.legend(frameon=False)
    return figure


def plot_gradient_norms(norms: Mapping[str, Sequence[float]]) -> Figure:
    """Gradient norms of the convolutions, first layer to last, one line for each net."""
    figure = Figure(figsize=(7, 3.4), layout="constrained")
    axes = figure.add_subplot()
    for index, (label, values) in enumerate(norms.items(), 1):
        colour, marker = FAMILIES.get(label, (source_colour(index), "o"))
        places = range(1, len(values) + 1)
        axes.plot(places, values, color=colour, marker=marker, label=label)
    axes.set_yscale("log")
    _finish(axes, "convolution, from the image on", "gradient norm")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.legend(frameon=False)
    return figure


def plot_comparison(summaries: Sequence[Any]) -> Figure:
    """Mean test accuracy against parameters, a line for each family; bars show the spread.

    ``summaries`` are those of ``comparison.load_comparison``. The thin vertical bar goes from
    the lowest to the highest seed, the thick one is the mean plus and minus one standard
    deviation.
    """
    figure = Figure(figsize=(7, 3.8), layout="constrained")
    axes = figure.add_subplot()
    for offset, (family, (colour, marker)) in enumerate(FAMILIES.items(), -1):
        mine = sorted((s for s in summaries if s.family == family), key=lambda s: s.parameters)
        if not mine:
            continue
        # Equal sizes would hide one another: the families stand a little apart.
        places = [summary.parameters * 1.04**offset for summary in mine]
        axes.plot(
            places, [s.mean for s in mine], color=colour, marker=marker, markersize=8, label=family
        )
        for place, summary in zip(places, mine, strict=True):
            axes.vlines(place, summary.lowest, summary.highest, color=colour, linewidth=1)
            low, high = summary.mean - summary.spread, summary.mean + summary.spread
            axes.vlines(place, low, high, color=colour, linewidth=4, alpha=0.45)
    axes.set_xscale("log")
    ticks = sorted({s.parameters for s in summaries if s.family == "dense"})
    axes.set_xticks(ticks, [f"{tick:,}" for tick in ticks])
    axes.minorticks_off()
    _finish(axes, "parameters", "test accuracy")
    axes.legend(frameon=False, loc="lower right")
    return figure


def _axes(*names: str) -> tuple[Figure, tuple[Axes, ...]]:
    figure = Figure(figsize=(8, 3), layout="constrained")
    every = tuple(figure.subplots(1, len(names)))
    for axes, name in zip(every, names, strict=True):
        _finish(axes, "epoch", name)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    return figure, every


def _finish(axes: Axes, across: str, up: str) -> None:
    axes.set_xlabel(across, color=INK)
    axes.set_ylabel(up, color=INK)
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
