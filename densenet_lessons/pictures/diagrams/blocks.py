"""Drawings of a dense block, and of the transition that stands between two blocks."""

import itertools
from math import fsum

from matplotlib.figure import Figure

from densenet_lessons.densenet import block_widths, check_positive_int, compressed_width
from densenet_lessons.pictures.diagrams.canvas import (
    LARGE,
    MARGIN,
    NORMAL,
    WIDTH,
    Canvas,
    check_at_most,
)
from densenet_lessons.pictures.diagrams.maps import cuboid
from densenet_lessons.pictures.palette import INK, MUTED, ink_on, source_colour, tint

_TOP, _THICK, _LANE = 112, 44, 36


def dense_block(num_init_features: int = 64, growth_rate: int = 32, num_layers: int = 6) -> Figure:
    """Each layer reads all channels so far and appends k: the width climbs as a staircase.

    Paper: section 3, "Dense connectivity" and "Growth rate".

    Args:
        num_init_features: k0, channels that enter the block.
        growth_rate: k, channels that each layer adds.
        num_layers: layers in the block, from 1 to 6.

    Raises:
        ValueError: if an argument is not a positive integer, or more than fits the page.
    """
    widths = block_widths(num_init_features, num_layers, growth_rate)
    check_at_most("num_layers", num_layers, 6)
    step = (WIDTH - 2 * MARGIN - _THICK - 30) / num_layers
    places = [MARGIN + 15 + index * step for index in range(num_layers + 1)]
    ends = [_TOP, *(_TOP + 290 * width / widths[-1] for width in widths)]
    # The notes stand below the first steps of the staircase, wherever these end.
    first = [index for index in range(1, num_layers + 1) if places[index - 1] < 240]
    notes_top = max(352, *(_layer_y(ends, index) + _LANE / 2 + 31 for index in first))
    page = Canvas(notes_top + 108)
    for index, x in enumerate(places):
        _stack(page, x, ends[: index + 2])
        middle = x + _THICK / 2
        formula = ("$k_0$", "$k_0 + k$")[index] if index < 2 else f"$k_0 + {index}k$"
        page.text(middle, 36, f"concat {index}" if index else "input", colour=MUTED)
        page.text(middle, 61, formula, NORMAL)
        page.text(middle, 88, f"{widths[index]}", LARGE, bold=True)
        if index < num_layers:
            for source in range(index + 1):
                y, pale = ends[source], tint(source_colour(source), 0.8)
                page.rectangle(x + _THICK, y, step - _THICK, ends[source + 1] - y, pale, order=1)
            _reader(page, x, x + step, index + 1, ends)
    notes = (
        f"$k_0$ = {num_init_features} channels enter",
        f"$k$ = {growth_rate} new channels a layer",
        "$H$: BN, ReLU, 3×3 conv",
        "Pale bands: copied, not computed",
    )
    for index, words in enumerate(notes):
        page.text(MARGIN + 15, notes_top + 24 * index, words, NORMAL, align="left")
    return page.figure


def _stack(page: Canvas, x: float, ends: list[float]) -> None:
    """The concatenated features: one segment a source, the oldest on top."""
    for source, (start, end) in enumerate(itertools.pairwise(ends)):
        colour = source_colour(source)
        page.rectangle(x, start, _THICK, end - start, colour)
        if end - start >= 18:
            page.text(x + _THICK / 2, (start + end) / 2, f"$x_{source}$", colour=ink_on(colour))


def _layer_y(ends: list[float], layer: int) -> float:
    """Height of a layer's box: beside the segment that it makes, or hanging below the stack."""
    return max((ends[layer] + ends[layer + 1]) / 2, ends[layer] + _LANE / 2 + 3)


def _reader(page: Canvas, x: float, after: float, layer: int, ends: list[float]) -> None:
    """A layer: reads all of the stack at ``x``, and feeds its own segment of that at ``after``."""
    colour = source_colour(layer)
    y, middle = _layer_y(ends, layer), (ends[layer] + ends[layer + 1]) / 2
    stem, left, width = x + _THICK + 9, x + _THICK + 28, min(66, after - x - _THICK - 62)
    sources = [(start + end) / 2 for start, end in itertools.pairwise(ends[: layer + 1])]
    for source in sources[1:]:
        page.line([(x + _THICK, source), (stem, source)], colour=INK, width=1.3)
    page.arrow([(x + _THICK, sources[0]), (stem, sources[0]), (stem, y), (left - 1, y)])
    page.box(
        left + width / 2, y, width, _LANE, f"$H_{layer}$", tint(colour), edge=colour, size=LARGE
    )
    out = [(left + width + 1, y), (after - 1, y)]
    if y != middle:
        out[1:] = [(after - 16, y), (after - 16, middle), (after - 1, middle)]
    page.arrow(out, colour=colour, width=2)


def transition(
    num_init_features: int = 64,
    growth_rate: int = 32,
    num_layers: int = 6,
    *,
    compression: float = 0.5,
    side: int = 56,
) -> Figure:
    """Between blocks: a 1x1 convolution narrows the maps, a 2x2 average pool halves their side.

    Paper: section 3, "Pooling layers" and "Compression".

    Args:
        num_init_features: channels that entered the block.
        growth_rate: k, channels that each of its layers added.
        num_layers: layers in the block.
        compression: theta, the share of channels that is kept.
        side: height and width of the maps in the block, in pixels; at least 2.

    Raises:
        ValueError: if an argument is out of range, or no channel or pixel would be left.
    """
    width = block_widths(num_init_features, num_layers, growth_rate)[-1]
    kept = compressed_width(width, compression)
    check_positive_int(side=side)
    if side < 2:
        raise ValueError(f"side must be at least 2 for the 2x2 average pool, got {side}")
    page = Canvas(392)
    thick, high, base, level = 108 / width, 170 / side, 246, 190
    grey = source_colour(0)
    added = [(growth_rate * thick, source_colour(i + 1)) for i in range(num_layers)]
    stages = (
        (
            width,
            side,
            [(num_init_features * thick, grey), *added],
            f"$m$: input, {num_layers} layers",
        ),
        (
            kept,
            side,
            [(kept * thick, grey)],
            rf"$\lfloor\theta m\rfloor$ with $\theta$ = {compression:g}",
        ),
        (kept, side // 2, [(kept * thick, grey)], "the next block's input"),
    )
    chains = (
        [("norm", "BN", 52), ("relu", "ReLU", 58), ("conv", "1×1 conv", 88)],
        [("pool", "2×2\naverage pool", 118)],
    )
    solids = fsum(channels * thick + 0.2 * pixels * high for channels, pixels, _, _ in stages)
    free = WIDTH - 2 * MARGIN - 60 - solids - 4 * 8
    x = MARGIN + 24
    for index, (channels, pixels, segments, role) in enumerate(stages):
        dx, _ = cuboid(page, x, base, segments, pixels * high)
        front = channels * thick
        middle = x + front / 2
        page.text(middle, base + 30, f"{channels} channels", NORMAL, bold=True)
        page.text(middle, base + 53, f"{pixels}×{pixels} pixels")
        page.text(middle, base + 76, role, colour=MUTED)
        start = x + front + dx + 8
        if index < 2:
            end = start + free * (0.61, 0.39)[index]
            page.chain(start, end, level, chains[index])
            x = end + 8
    page.text(WIDTH / 2, 357, "Height: side of the maps.   Thickness: channels.", colour=MUTED)
    return page.figure
