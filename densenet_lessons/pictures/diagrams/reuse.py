"""Drawings of lesson 7: how a layer reads its sources, and what silence is."""

from itertools import pairwise

from matplotlib.figure import Figure

from densenet_lessons.densenet import block_widths
from densenet_lessons.pictures.diagrams.canvas import (
    LARGE,
    MARGIN,
    NORMAL,
    WIDTH,
    Canvas,
    check_at_most,
)
from densenet_lessons.pictures.palette import MUTED, source_colour, tint


def reading(
    num_init_features: int = 24, growth_rate: int = 12, layer: int = 3, *, bn_size: int = 4
) -> Figure:
    """The filters of one layer as a matrix: a column for each channel, in its source's colour.

    Paper: section 5, "Feature Reuse".

    Args:
        num_init_features: channels that enter the block.
        growth_rate: k, channels that each layer adds.
        layer: which layer reads, from 1 to 5.
        bn_size: its 1x1 convolution has ``bn_size * growth_rate`` filters.

    Raises:
        ValueError: if an argument is out of range.
    """
    ends = [0, *block_widths(num_init_features, layer, growth_rate)[:layer]]
    check_at_most("layer", layer, 5)
    filters = bn_size * growth_rate
    page = Canvas(388)
    left, wide, top, tall = 250, 440, 120, 120
    scale = wide / ends[-1]
    page.text(MARGIN + 100, 40, f"layer {layer} reads", NORMAL, bold=True)
    page.text(left + wide / 2, 40, f"the weights of its 1×1 convolution: {filters} filters", NORMAL)
    for source, (start, stop) in enumerate(pairwise(ends)):
        x, w = left + start * scale, (stop - start) * scale
        colour, name = source_colour(source), f"layer {source}" if source else "input"
        page.text(x + w / 2, 72, name, bold=True)
        page.text(x + w / 2, 94, f"{stop - start} channels", colour=MUTED)
        page.rectangle(x, top, w, tall, tint(colour, 0.55))
        for channel in range(1, stop - start):
            cut = [(x + channel * scale, top), (x + channel * scale, top + tall)]
            page.line(cut, colour="#ffffff", width=0.7, order=3.2)
        for row in range(1, 6):
            cut = [(x, top + row * tall / 6), (x + w, top + row * tall / 6)]
            page.line(cut, colour="#ffffff", width=0.7, order=3.2)
        page.rectangle(x, top, w, tall, "none", edge=colour, line=2, order=4)
        page.arrow([(x + w / 2, top + tall + 6), (x + w / 2, top + tall + 38)])
        page.box(x + w / 2, top + tall + 62, 84, 42, "mean |w|", colour, bold=True)
        stack, y = MARGIN + 20, 130 + 100 * start / ends[-1]
        page.rectangle(stack, y, 26, 100 * (stop - start) / ends[-1], colour)
    page.chain(MARGIN + 52, left - 4, 180, [("norm", "BN", 56), ("relu", "ReLU", 56)])
    page.text(MARGIN + 33, 252, f"{ends[-1]}", bold=True)
    page.text(MARGIN + 33, 272, "channels", colour=MUTED)
    page.text(left + wide + 100, top + tall + 50, "one column", NORMAL, bold=True)
    page.text(left + wide + 100, top + tall + 72, f"of the map: reader {layer}", NORMAL)
    page.text(
        WIDTH / 2,
        354,
        "A weight multiplies what the layer's own norm has scaled: its size alone says little.",
        NORMAL,
    )
    return page.figure


def silent_link() -> Figure:
    """Two images before and after a link falls silent: the reader then hears the same of both.

    Paper: section 5, "Feature Reuse", reads weights alone; the silence is this course's.
    """
    page = Canvas(352)
    for row, (title, silent) in enumerate([("a source that speaks", False), ("silent", True)]):
        y = 104 + row * 142
        page.text(MARGIN + 8, y - 62, title, LARGE, bold=True, align="left")
        for image in range(2):
            _map(page, MARGIN + 20 + image * 106, y - 38, _pattern(image, silent))
            page.text(MARGIN + 58 + image * 106, y + 54, f"image {'AB'[image]}", colour=MUTED)
        words = "at its running\nmean, everywhere" if silent else "what the source\nhas found"
        page.text(MARGIN + 286, y, words)
        page.chain(392, 560, y, [("norm", "reader's\nBN", 96)], height=54)
        for image in range(2):
            _map(page, 572 + image * 106, y - 38, _pattern(image, silent))
        heard = "the shift β:\nthe same for both" if silent else "differs from\nimage to image"
        page.text(WIDTH - MARGIN - 50, y, heard)
    page.text(
        WIDTH / 2,
        328,
        "Silent does not mean zero. It means: no information about the image.",
        NORMAL,
    )
    return page.figure


def _pattern(image: int, silent: bool) -> list[list[float]]:
    """A map of 5x5 as shares of its colour: a bar upright or across, or one grey."""
    if silent:
        return [[0.5] * 5 for _ in range(5)]
    cells = [[1.0 if column in (1, 2) else 0.15 for column in range(5)] for _ in range(5)]
    return cells if image == 0 else [list(line) for line in zip(*cells, strict=True)]


def _map(page: Canvas, x: float, y: float, shares: list[list[float]]) -> None:
    size = 76 / len(shares)
    for row, line in enumerate(shares):
        for column, share in enumerate(line):
            face = tint(source_colour(1), 1 - share)
            page.rectangle(x + column * size, y + row * size, size, size, face, line=0.5)
