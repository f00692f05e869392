"""How wide a dense block gets, layer by layer."""

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from densenet_lessons.pictures.palette import INK, source_colour


def plot_widths(widths: Mapping[str, Sequence[int]]) -> Figure:
    """Channels after each layer, one labelled line for each block.

    Args:
        widths: by label, the block's input width and the width after each layer, as
            ``densenet.block_widths`` gives them.
    """
    figure = Figure(figsize=(7, 3.4), layout="constrained")
    axes = figure.add_subplot()
    for index, (label, line) in enumerate(widths.items(), 1):
        axes.plot(range(len(line)), line, marker="o", color=source_colour(index), linewidth=2)
        axes.annotate(
            label, (len(line) - 1, line[-1]), xytext=(10, 0), textcoords="offset points",
            va="center", fontsize=13, fontweight="bold", color=INK,
        )  # fmt: skip
    axes.set_xlabel("layers passed", fontsize=11)
    axes.set_ylabel("channels", fontsize=11)
    axes.grid(alpha=0.3)
    axes.margins(x=0.08)
    axes.spines[["top", "right"]].set_visible(False)
    return figure
