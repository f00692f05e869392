"""Drawings of one layer: the plain one, and the one with a bottleneck."""

from matplotlib.figure import Figure

from densenet_lessons.costs import layer_operations
from densenet_lessons.densenet import block_widths, check_positive_int
from densenet_lessons.pictures.diagrams.canvas import LARGE, MARGIN, NORMAL, WIDTH, Canvas
from densenet_lessons.pictures.palette import MUTED, OPERATIONS, ink_on, source_colour

_MIDDLE = "#8fa6bd"


def dense_layer(num_input_features: int = 3, growth_rate: int = 2, side: int = 8) -> Figure:
    """The composite function H: batch norm, ReLU, 3x3 convolution, in this order.

    Paper: section 3, "Composite function".

    Args:
        num_input_features: channels that the layer reads.
        growth_rate: k, channels that it returns.
        side: height and width of the maps, in pixels.

    Raises:
        ValueError: if an argument is not a positive integer.
    """
    check_positive_int(num_input_features=num_input_features, growth_rate=growth_rate, side=side)
    norm, conv = layer_operations(num_input_features, growth_rate, bn_size=None, side=side)
    page = Canvas(340)
    y, thick = 142, 36
    scale = 136 / max(num_input_features, growth_rate)
    ends = (
        (MARGIN + 48, num_input_features, 0, "reads"),
        (WIDTH - MARGIN - 84, growth_rate, 1, "returns"),
    )
    for x, channels, source, role in ends:
        top = y - channels * scale / 2
        page.rectangle(x, top, thick, channels * scale, source_colour(source))
        for index in range(1, channels if scale >= 4 else 1):
            cut = [(x, top + index * scale), (x + thick, top + index * scale)]
            page.line(cut, colour="#ffffff", order=3.2)
        page.text(x + thick / 2, 46, role, NORMAL, bold=True)
        page.text(x + thick / 2, 238, f"{channels} channels")
        page.text(x + thick / 2, 258, f"{side}×{side} pixels", colour=MUTED)
    boxes = [("norm", "BN", 124), ("relu", "ReLU", 124), ("conv", "3×3 conv", 124)]
    product = f"{conv.kernel_size}·{conv.kernel_size}·{conv.in_channels}·{conv.out_channels}"
    notes = (
        (norm.parameters, "a scale and a shift\nfor each channel"),
        (0, "negative values\nbecome 0"),
        (conv.parameters, f"{product},\nno bias"),
    )
    centres = page.chain(ends[0][0] + thick + 8, ends[1][0] - 8, y, boxes, height=64, size=LARGE)
    for x, (parameters, why) in zip(centres, notes, strict=True):
        page.text(x, y + 54, f"{parameters:,} parameters")
        page.text(x, y + 86, why, colour=MUTED)
    before, after = (f"(N, {channels}, {side}, {side})" for _, channels, _, _ in ends)
    page.text(WIDTH / 2, 301, f"BN and ReLU keep {before}; the convolution gives {after}.", NORMAL)
    return page.figure


def bottleneck(
    num_init_features: int = 256, growth_rate: int = 32, layer: int = 8, *, bn_size: int = 4
) -> Figure:
    """A 1x1 convolution squeezes all channels to 4k before the 3x3 convolution makes k.

    Paper: section 3, "Bottleneck layers".

    Args:
        num_init_features: channels that enter the block.
        growth_rate: k, channels that each layer adds.
        layer: which layer of the block, from 1.
        bn_size: the 1x1 convolution gives ``bn_size * growth_rate`` channels.

    Raises:
        ValueError: if an argument is not a positive integer.
    """
    check_positive_int(layer=layer, bn_size=bn_size)
    width = block_widths(num_init_features, layer, growth_rate)[layer - 1]
    _, squeeze, _, spread = layer_operations(width, growth_rate, bn_size=bn_size)
    page = Canvas(384)
    y, scale = 152, 220 / max(width, squeeze.out_channels)
    bar, column, funnel, gap = 46, 58, 138, 10
    added = [(growth_rate, source_colour(source)) for source in range(1, layer)]
    columns = (
        ([(num_init_features, source_colour(0)), *added], width, "channels read"),
        ([(squeeze.out_channels, _MIDDLE)], squeeze.out_channels, f"${bn_size}k$ channels"),
        ([(growth_rate, source_colour(layer))], growth_rate, "$k$ channels"),
    )
    x = (WIDTH - 3 * bar - 2 * (2 * column + funnel + 4 * gap)) / 2
    for index, (segments, channels, role) in enumerate(columns):
        tall, top = channels * scale, y - channels * scale / 2
        for count, colour in segments:
            page.rectangle(x, top, bar, count * scale, colour)
            top += count * scale
        _count(page, x + bar / 2, channels, role)
        x += bar + gap
        if index == 2:
            break
        for kind, name in (("norm", "BN"), ("relu", "ReLU")):
            page.box(x + column / 2, y, column, max(tall, 30), name, OPERATIONS[kind])
            x += column + gap
        conv = (squeeze, spread)[index]
        _funnel(page, x, y, funnel, tall, conv.out_channels * scale, conv.kernel_size)
        _count(page, x + funnel / 2, conv.parameters, "weights")
        x += funnel + gap
    legend = "Height: channels.   Grey: the block's input.   Bright colours: one layer each."
    page.text(WIDTH / 2, 349, legend, colour=MUTED)
    return page.figure


def _count(page: Canvas, x: float, number: int, what: str) -> None:
    page.text(x, 288, f"{number:,}", LARGE, bold=True)
    page.text(x, 312, what, colour=MUTED)


def _funnel(
    page: Canvas, x: float, y: float, w: float, before: float, after: float, kernel_size: int
) -> None:
    """A convolution that changes the width from ``before`` to ``after``."""
    left = [(x, y + before / 2), (x, y - before / 2)]
    right = [(x + w, y - after / 2), (x + w, y + after / 2)]
    page.polygon([*left, *right], OPERATIONS["conv"], order=3)
    name = f"{kernel_size}×{kernel_size} conv"
    # Inside, unless the funnel is too low where the words end.
    if before + 0.7 * (after - before) >= 26:
        page.text(x + 0.42 * w, y, name, colour=ink_on(OPERATIONS["conv"]), bold=True)
    else:
        page.text(x + w / 2, y - before / 2 - 14, name, bold=True)
