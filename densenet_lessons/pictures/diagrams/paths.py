"""Drawings of one number's way: the paths of a gradient, and a pixel in a 1x1 convolution."""

from matplotlib.figure import Figure

from densenet_lessons.pictures.diagrams.canvas import LARGE, NORMAL, SMALL, Canvas
from densenet_lessons.pictures.palette import INK, MUTED, OPERATIONS, source_colour, tint

#: The ways past two layers: what layer 1 and layer 2 do to the path, and who gets it in a list.
_WAYS = ((False, False, 0), (True, False, 1), (False, True, 2), (True, True, 2))


def slope_paths() -> Figure:
    """The four paths from x past two layers: one sum in a ResNet, three numbers in a DenseNet.

    Each layer multiplies the sum of what it reads by w.

    Paper: section 3, "ResNets" and "Dense connectivity", for the two rules.
    """
    page = Canvas(410)
    rows = [112 + 62 * row for row in range(len(_WAYS))]
    left, layers, end, products = 60, (178, 318), 420, 462
    for x, words in zip(
        (left, *layers, products), ("$x$", "layer 1", "layer 2", "factor"), strict=True
    ):
        page.text(x, 62, words, NORMAL, bold=True)
    for y, (first, second, _) in zip(rows, _WAYS, strict=True):
        page.circle(left, y, 7, "")
        start = left + 8
        for x, through in zip(layers, (first, second), strict=True):
            if through:
                page.arrow([(start, y), (x - 25, y)])
                page.box(x, y, 46, 28, "$w$", OPERATIONS["conv"], size=NORMAL)
                start = x + 24
            else:
                page.text(x, y - 16, "around: 1", SMALL, colour=MUTED)
        page.arrow([(start, y), (end, y)])
        factor = ("1", "$w$", "$w^2$")[first + second]
        page.text(products, y, factor, LARGE, bold=True)
    top, bottom = rows[0] - 22, rows[-1] + 22
    page.text(600, 62, "ResNet's reader", NORMAL, bold=True)
    page.box(600, (top + bottom) / 2, 128, bottom - top, "", tint(MUTED, 0.8), edge=MUTED)
    for words, y in (("one number:", -34), ("$1 + w + w + w^2$", 0), ("$= (1 + w)^2$", 34)):
        page.text(600, (top + bottom) / 2 + y, words, NORMAL)
    page.text(786, 62, "DenseNet's reader", NORMAL, bold=True)
    for source, sums in enumerate(("1", "w", "w + w^2")):
        mine = [y for y, way in zip(rows, _WAYS, strict=True) if way[2] == source]
        high = mine[-1] - mine[0] + 44
        colour = source_colour(source)
        page.box(786, (mine[0] + mine[-1]) / 2, 150, high, "", tint(colour, 0.75), edge=colour)
        page.text(786, (mine[0] + mine[-1]) / 2, f"$x_{source}$:  ${sums}$", NORMAL)
    words = "Each path is a product. The rule decides how they reach the reader: summed, or sorted."
    page.text(450, 372, words, SMALL, colour=INK)
    return page.figure


def pixel_column() -> Figure:
    """A 1x1 convolution: at each pixel, a matrix makes a new column of channels of the old one.

    Paper: section 3, "Bottleneck layers" and "Pooling layers".
    """
    page = Canvas(356)
    x_values, weight = (1, 2, 3), ((1, 1, 0), (0, 1, 2))
    y_values = tuple(sum(w * x for w, x in zip(row, x_values, strict=True)) for row in weight)
    mid, cell = 146, 44
    for left, channels, name, colour in (
        (60, len(x_values), "3 channels", 1),
        (712, len(y_values), "2 channels", 2),
    ):
        for index in range(channels):
            x, y = left + 16 * index, mid - 76 + 16 * index
            page.rectangle(x, y, 96, 96, tint(source_colour(colour), 0.55), order=3 + index)
            page.rectangle(x + 48, y, 48, 48, source_colour(colour), order=3.2 + index)
        page.text(left + 60, 238, name, NORMAL, bold=True)
        page.text(left + 60, 262, "of 2×2 pixels", SMALL, colour=MUTED)
    page.arrow([(198, mid), (258, mid)])
    left, top = 272, mid - len(weight) * cell / 2
    for r, row in enumerate(weight):
        for c, value in enumerate(row):
            page.rectangle(left + c * cell, top + r * cell, cell, cell, tint(MUTED, 0.75))
            page.text(left + (c + 0.5) * cell, top + (r + 0.5) * cell, f"{value}", NORMAL)
    page.text(left + 1.5 * cell, 238, "a matrix $W$", NORMAL, bold=True)
    page.text(left + 1.5 * cell, 262, "a row for each new channel", SMALL, colour=MUTED)
    page.text(left + 3 * cell + 18, mid, "·", LARGE, bold=True)
    _column(page, left + 3 * cell + 58, mid, x_values, cell, source_colour(1), "a column $x_p$")
    page.text(left + 3 * cell + 100, mid, "=", LARGE, bold=True)
    _column(page, left + 3 * cell + 176, mid, y_values, cell, source_colour(2), "a column $y_p$")
    page.arrow([(620, mid), (694, mid)])
    page.text(450, 312, "One pixel, all of its channels; the same matrix at every pixel.", NORMAL)
    return page.figure


def _column(
    page: Canvas,
    x: float,
    middle: float,
    values: tuple[int, ...],
    cell: float,
    colour: str,
    name: str,
) -> None:
    """The values of one pixel, one below the other."""
    top = middle - len(values) * cell / 2
    for index, value in enumerate(values):
        y = top + index * cell
        page.rectangle(x - cell / 2, y, cell, cell, tint(colour, 0.7), edge=colour, line=1.2)
        page.text(x, y + cell / 2, f"{value}", NORMAL)
    page.text(x, 238, name, NORMAL, bold=True)
