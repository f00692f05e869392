"""Drawings of what a dense layer leaves behind: tensors that wait, and norms that fold."""

from matplotlib.figure import Figure

from densenet_lessons.costs import layer_operations
from densenet_lessons.densenet import block_widths, check_positive_int
from densenet_lessons.pictures.diagrams.canvas import LARGE, MARGIN, NORMAL, WIDTH, Canvas
from densenet_lessons.pictures.palette import INK, MUTED, OPERATIONS, tint

_STEPS = (
    ("join", "concat"), ("norm", "BN"), ("relu", "ReLU"), ("conv", "1×1"),
    ("norm", "BN"), ("relu", "ReLU"), ("conv", "3×3"),
)  # fmt: skip
#: The accent, dark enough for words.
_MARK = "#a84600"
_NAMES = ("", "norm1", "relu1", "conv1", "norm2", "relu2", "conv2")


def kept_tensors(
    num_init_features: int = 64, growth_rate: int = 32, layer: int = 6, *, bn_size: int = 4
) -> Figure:
    """The four wide tensors that one bottleneck layer keeps, and the two that can be made again.

    Paper: Pleiss et al., "Memory-Efficient Implementation of DenseNets", arXiv 1707.06990.

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
    _, squeeze, _, _ = layer_operations(width, growth_rate, bn_size=bn_size)
    page = Canvas(330)
    y = 120
    boxes = [(kind, words, 74) for kind, words in _STEPS]
    centres = page.chain(MARGIN + 26, WIDTH - MARGIN - 26, y, boxes, height=48, size=NORMAL)
    for x, name in zip(centres, _NAMES, strict=True):
        page.text(x, y + 40, name, colour=MUTED)
    kept = ((0, width, True), (2, width, True), (3, squeeze.out_channels, False),
            (5, squeeze.out_channels, False))  # fmt: skip
    for after, channels, again in kept:
        x = (centres[after] + centres[after + 1]) / 2
        page.line([(x, y - 4), (x, y + 66)], colour=_MARK if again else INK, width=1.6)
        page.box(
            x, y + 98, 96, 58, f"{channels}\nchannels",
            tint(_MARK) if again else OPERATIONS["norm"], edge=_MARK if again else INK,
            size=NORMAL, bold=True,
        )  # fmt: skip
    page.text(WIDTH / 2, 48, "What one layer keeps for the backward pass", LARGE, bold=True)
    left = (centres[0] + centres[3]) / 2
    right = (centres[3] + centres[6]) / 2 + 30
    page.text(left, 276, "as wide as all sources:\ncheap to make again", NORMAL, colour=INK)
    page.text(right, 276, f"${bn_size}k$ wide, the same in each layer:\nkept", NORMAL, colour=INK)
    return page.figure


def folding(growth_rate: int = 32, *, bn_size: int = 4) -> Figure:
    """Which norm of a bottleneck layer goes into a convolution, and which has a ReLU in its way.

    Paper: section 3, "Bottleneck layers".

    Args:
        growth_rate: k, channels that the layer adds.
        bn_size: the 1x1 convolution gives ``bn_size * growth_rate`` channels.

    Raises:
        ValueError: if an argument is not a positive integer.
    """
    check_positive_int(growth_rate=growth_rate, bn_size=bn_size)
    page = Canvas(330)
    rows = (
        (112, _STEPS[1:], "trained"),
        (236, (_STEPS[1], _STEPS[2], ("conv", "1×1 + bias"), _STEPS[5], _STEPS[6]), "folded"),
    )
    for y, steps, name in rows:
        boxes = [(kind, words, 106 if "bias" in words else 76) for kind, words in steps]
        centres = page.chain(MARGIN + 92, WIDTH - MARGIN - 26, y, boxes, height=48, size=NORMAL)
        page.text(MARGIN + 48, y, name, LARGE, bold=True)
        if name == "trained":
            page.text(centres[0], y - 44, "norm1: a ReLU follows", colour=INK)
            page.text(
                (centres[2] + centres[3]) / 2, y - 44,
                "conv1, norm2: both linear, one step", colour=_MARK, bold=True,
            )  # fmt: skip
            page.text(centres[2], y + 40, f"{bn_size * growth_rate} channels", colour=MUTED)
        else:
            page.text(centres[0], y + 44, "stays", colour=INK)
            page.text(centres[2], y + 44, "same values", colour=_MARK, bold=True)
    return page.figure
