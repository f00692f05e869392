"""Drawings for the lesson on training: how a gradient comes back, and where equal nets work."""

from matplotlib.figure import Figure

from densenet_lessons.costs import operations
from densenet_lessons.densenet import check_positive_int, cifar_spec
from densenet_lessons.pictures.diagrams.canvas import (
    LARGE,
    MARGIN,
    NORMAL,
    WIDTH,
    Canvas,
    check_at_most,
)
from densenet_lessons.pictures.palette import ACCENT, INK, MUTED, source_colour, tint

_PARAMETERS, _WORK = source_colour(1), source_colour(2)


def gradient_sum(num_layers: int = 4) -> Figure:
    """A map that is read by many is concatenated on the way forward and summed on the way back.

    Paper: section 3, "Dense connectivity".

    Args:
        num_layers: layers of the block, from 1 to 6; the transition reads too.

    Raises:
        ValueError: if ``num_layers`` is not a positive integer, or more than fits the page.
    """
    check_positive_int(num_layers=num_layers)
    check_at_most("num_layers", num_layers, 6)
    page = Canvas(414)
    readers = [f"$H_{index}$" for index in range(1, num_layers + 1)] + ["transition"]
    y, first, last = 208, MARGIN + 58, WIDTH - MARGIN - 66
    step = (last - first) / len(readers)
    page.text(WIDTH / 2, 36, "Forward: one map, read by everyone behind it", NORMAL, bold=True)
    page.text(WIDTH / 2, 382, "Back: one gradient from each reader, added up", NORMAL, bold=True)
    page.box(first, y, 84, 46, "$x_0$", tint(source_colour(0), 0.78), size=LARGE)
    for index, name in enumerate(readers, 1):
        x, wide = first + index * step, 84 if index <= num_layers else 104
        page.box(x, y, wide, 46, name, tint(source_colour(index), 0.78), size=LARGE)
        lift = 26 + 17 * index
        out, into = first + 34 - 11 * (index - 1), x - 8
        page.arrow(
            [(out, y - 24), (out, y - 24 - lift), (into, y - 24 - lift), (into, y - 25)],
            colour=source_colour(0), width=2,
        )  # fmt: skip
        page.arrow(
            [(x + 8, y + 24), (x + 8, y + 34 + lift), (out, y + 34 + lift), (out, y + 54)],
            colour=ACCENT, width=2,
        )  # fmt: skip
    page.circle(first, y + 40, 11, "+", LARGE)
    return page.figure


def equal_parameters(
    plain_widths: tuple[int, ...] = (10, 20, 40), growth_rate: int = 16, depth: int = 16
) -> Figure:
    """Two nets with equal parameters, stage by stage: where the parameters are, and the work.

    The plain (or residual) net has two units of two 3x3 convolutions in each stage and doubles its
    width where the maps shrink; the DenseNet-BC adds k channels a layer on each side.

    Paper: section 5, "Parameter efficiency", compares such nets; these are the course's own.

    Args:
        plain_widths: channels of the plain net's three stages.
        growth_rate, depth: of the DenseNet-BC.

    Raises:
        ValueError: if there are not three widths, or no such DenseNet.
    """
    if len(plain_widths) != 3:
        raise ValueError(f"plain_widths must be three numbers, got {plain_widths!r}")
    spec = cifar_spec(depth, growth_rate, in_channels=1)
    sides = (28, 14, 7)
    weights = [4 * 9 * width**2 for width in plain_widths]
    plain = [(f"{width} channels", count, count * side**2)
             for width, count, side in zip(plain_widths, weights, sides, strict=True)]  # fmt: skip
    dense = []
    for index, (enters, leaves) in enumerate(spec.block_ends(), 1):
        steps = [step for step in operations(spec, 28) if f"denseblock{index}." in step.name]
        costs = (sum(s.parameters for s in steps), sum(s.macs for s in steps))
        dense.append((f"{enters} to {leaves} channels", *costs))
    page = Canvas(452)
    most = [max(row[number] for row in plain + dense) for number in (1, 2)]
    for column, side in enumerate(sides):
        page.text(310 + column * 228, 36, f"maps of {side}×{side}", NORMAL, bold=True)
    for top, name, rows in ((66, "plain,\nresidual", plain), (262, "dense", dense)):
        page.panel(MARGIN - 8, top - 8, WIDTH - 2 * MARGIN + 16, 180, "#f7f8fa", edge="#e3e7ec")
        page.text(MARGIN + 8, top + 46, name, LARGE, bold=True, align="left")
        page.text(MARGIN + 8, top + 108, "parameters", align="left", colour=INK)
        page.text(MARGIN + 8, top + 142, "multiply-adds", align="left", colour=INK)
        for column, ((words, *costs), side) in enumerate(zip(rows, sides, strict=True)):
            left, size = 216 + column * 228, 2.6 * side
            page.rectangle(left, top + 46 - size / 2, size, size, tint(source_colour(0), 0.5))
            page.text(left + 82, top + 46, words, align="left", colour=MUTED)
            for line, (cost, colour) in enumerate(zip(costs, (_PARAMETERS, _WORK), strict=True)):
                y, long = top + 108 + 34 * line, max(1.5, 132 * cost / most[line])
                page.rectangle(left, y - 9, long, 18, colour)
                told = f"{cost / 1e6:.1f} M" if line else f"{cost:,}"
                page.text(left + long + 8, y, told, align="left")
    return page.figure
