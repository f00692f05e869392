"""Which class is taken for which: a table of counts, shaded."""

from collections.abc import Sequence

from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from densenet_lessons.pictures.palette import INK, MUTED, PAPER, source_colour

_SHADES = LinearSegmentedColormap.from_list("errors", (PAPER, source_colour(2)))


def plot_confusions(counts: Sequence[Sequence[int]], names: Sequence[str]) -> Figure:
    """A row for each true class, a column for each predicted one, a number in each cell.

    The shade tells the errors apart; the diagonal, what is right, is left white.

    Args:
        counts: images of class i that were taken for class j.
        names: of the classes, in the order of both axes.

    Raises:
        ValueError: if ``counts`` is not a square table with a row for each name.
    """
    size = len(names)
    rows = [[int(value) for value in row] for row in counts]
    if [len(row) for row in rows] != [size] * size:
        raise ValueError(f"counts must be a table of {size} x {size}, one row for each name")
    errors = [[0 if i == j else value for j, value in enumerate(row)] for i, row in enumerate(rows)]
    figure = Figure(figsize=(6.6, 4.8), layout="constrained")
    axes = figure.add_subplot()
    axes.imshow(errors, cmap=_SHADES, vmin=0, vmax=max(1, *map(max, errors)), aspect="auto")
    for i, row in enumerate(rows):
        for j, value in enumerate(row):
            if value:
                look = {"color": MUTED} if i == j else {"color": INK, "weight": "bold"}
                axes.text(j, i, str(value), ha="center", va="center", fontsize=9, **look)
    axes.set_xticks(range(size), names, rotation=40, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(size), names)
    axes.set_xlabel("taken for", color=INK)
    axes.set_ylabel("true class", color=INK)
    axes.tick_params(length=0)
    axes.spines[:].set_color(MUTED)
    return figure
