"""Accuracy on a new task against the number of labels, for several ways to get there."""

from collections.abc import Mapping, Sequence
from statistics import mean

from matplotlib.figure import Figure

from densenet_lessons.pictures.palette import MUTED, source_colour

_MARKS = ("o", "s", "^")


def plot_transfer(
    accuracies: Mapping[str, Mapping[int, Sequence[float]]], *, guessing: float
) -> Figure:
    """A line through the means of each way, and a small dot for each run.

    Args:
        accuracies: for each way, for each number of labels, the accuracy of each run, 0 to 1.
        guessing: accuracy of a guess, drawn as a dashed line.
    """
    figure = Figure(figsize=(7.6, 3.9), layout="constrained")
    axes = figure.subplots()
    for number, (way, by_labels) in enumerate(accuracies.items()):
        colour, mark = source_colour(number + 1), _MARKS[number % len(_MARKS)]
        labels = sorted(by_labels)
        for count in labels:
            axes.plot(
                [count] * len(by_labels[count]), by_labels[count], ".", color=colour, alpha=0.5
            )
        means = [mean(by_labels[count]) for count in labels]
        axes.plot(labels, means, color=colour, marker=mark, label=way, linewidth=2)
    axes.axhline(guessing, color=MUTED, linestyle="--", linewidth=1, label="guessing")
    axes.set_xscale("log", base=2)
    axes.set_xticks(labels, [str(count) for count in labels])
    axes.set(xlabel="labelled images", ylabel="test accuracy", ylim=(0, 1))
    axes.grid(alpha=0.3)
    axes.legend(loc="lower right", frameon=False, ncols=2)
    return figure
