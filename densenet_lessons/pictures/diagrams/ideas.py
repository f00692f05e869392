"""Drawings of the idea: an edge on its way, three update rules, who is connected to whom."""

from matplotlib.figure import Figure

from densenet_lessons.densenet import block_widths, check_positive_int
from densenet_lessons.pictures.diagrams.canvas import (
    LARGE,
    MARGIN,
    NORMAL,
    SMALL,
    WIDTH,
    Canvas,
    check_at_most,
)
from densenet_lessons.pictures.palette import INK, MUTED, OPERATIONS, source_colour, tint

_CELL = 16
_STEP = 147


def early_edge(num_layers: int = 4) -> Figure:
    """What becomes of an edge that the first layer finds, in a plain, a residual and a dense net.

    Paper: section 3, "ResNets" and "Dense connectivity".

    Args:
        num_layers: layers before the late one that wants the edge, from 2 to 4.

    Raises:
        ValueError: if ``num_layers`` is not a positive integer, or more than fits the page.
    """
    check_positive_int(num_layers=num_layers)
    check_at_most("num_layers", num_layers, 4)
    page = Canvas(470)
    steps = range(1, num_layers + 1)
    first, step = 150, 153
    rows = (
        ("Plain", "Each layer has to copy the edge, or it is gone.", "copy"),
        ("ResNet", "The edge is in the sum, and no longer apart from the rest.", "a sum of {}"),
        ("DenseNet", "The edge lies where it was found, and is read from there.", "a list of {}"),
    )
    for row, (name, finding, what) in enumerate(rows):
        y = 86 + row * 146
        page.panel(22, y - 62, WIDTH - 44, 134, "#f7f8fa", edge="#e3e7ec", radius=10)
        page.text(MARGIN + 10, y, name, LARGE, bold=True, align="left")
        page.text(WIDTH / 2, y + 56, finding, NORMAL)
        states = {
            "Plain": [[[1]] if n == 1 else [[1], [n]] for n in steps],
            "ResNet": [[list(range(1, n + 1))] * min(n, 2) for n in steps],
            "DenseNet": [[[source] for source in range(1, n + 1)] for n in steps],
        }[name]
        for n, cells in enumerate(states, 1):
            x = first + (n - 1) * step
            _cells(page, x, y, cells)
            page.text(x, y + 25, "edge" if n == 1 else what.format(n), SMALL, colour=MUTED)
            edge = x + len(cells) * _CELL / 2
            layer = x + step / 2 + 6
            page.arrow([(edge + 3, y), (layer - 22, y)])
            late = n == num_layers
            words = f"$H_{n + 1}$"
            page.box(layer, y, 40, 26, words, OPERATIONS["conv"], size=NORMAL)
            if not late:
                end = x + step - len(states[n]) * _CELL / 2
                page.arrow([(layer + 22, y), (end - 3, y)])
            else:
                page.text(layer + 28, y, "a late layer", SMALL, align="left")
                if name == "DenseNet":
                    arc = [(first, y - 11), (first + 60, y - 56), (layer - 90, y - 56)]
                    page.arrow(
                        [*arc, (layer, y - 14)], colour=source_colour(1), width=2, curve=True
                    )
    return page.figure


def add_vs_concat(num_channels: int = 4, growth_rate: int = 2) -> Figure:
    """Three update rules side by side: plain H(x), residual H(x) + x, dense H([x0, x1, ...]).

    Paper: section 3, "ResNets" and "Dense connectivity", equations 1 and 2.

    Args:
        num_channels: channels that enter, and stay in the plain and the residual net; at most 5.
        growth_rate: k, channels that each dense layer adds; at most 2.

    Raises:
        ValueError: if an argument is not a positive integer, or more than fits the page.
    """
    check_positive_int(num_channels=num_channels, growth_rate=growth_rate)
    check_at_most("num_channels", num_channels, 5)
    check_at_most("growth_rate", growth_rate, 2)
    page = Canvas(480)
    widths = block_widths(num_channels, 2, growth_rate)
    kept = [f"{num_channels}"] * 3
    panels = (
        ("Plain", r"$x_l = H_l(x_{l-1})$", kept, "The old features are replaced."),
        ("ResNet", r"$x_l = H_l(x_{l-1}) + x_{l-1}$", kept, "Old and new are mixed."),
        (
            "DenseNet",
            r"$x_l = H_l([x_0, x_1, \ldots, x_{l-1}])$",
            [str(width) for width in widths],
            "Old and new are kept apart.",
        ),
    )
    for index, (title, rule, counts, finding) in enumerate(panels):
        left = 22 + index * 292
        page.panel(left, 20, 272, 440, "#f7f8fa", edge="#e3e7ec", radius=10)
        middle = left + 136
        page.text(middle, 43, title, LARGE, bold=True)
        page.text(middle, 71, rule, NORMAL)
        page.text(middle, 436, finding, NORMAL)
        _flow(page, left + 112, title, num_channels, growth_rate, counts)
    return page.figure


def _flow(
    page: Canvas, x: float, rule: str, num_channels: int, growth_rate: int, counts: list[str]
) -> None:
    """Two layers from top to bottom; ``rule`` says what happens to the old features."""
    states = {
        "Plain": [[[layer]] * num_channels for layer in range(3)],
        "ResNet": [[list(range(layer + 1))] * num_channels for layer in range(3)],
        "DenseNet": [
            [[0]] * num_channels + [[i + 1] for i in range(layer) for _ in range(growth_rate)]
            for layer in range(3)
        ],
    }[rule]
    new = num_channels if rule != "DenseNet" else growth_rate
    for layer, cells in enumerate(states):
        y = 108 + layer * _STEP
        _cells(page, x, y, cells)
        edge = x + len(cells) * _CELL / 2
        if rule == "DenseNet" and layer:
            joined = ", ".join(f"x_{source}" for source in range(layer + 1))
            page.text(edge + 9, y - 10, f"$[{joined}]$:", align="left")
            page.text(edge + 9, y + 9, f"{counts[layer]} channels", align="left")
        else:
            page.text(edge + 9, y, f"$x_{layer}$:  {counts[layer]} channels", align="left")
        if layer == 2:
            break
        page.arrow([(x, y + 11), (x, y + 31)])
        page.box(x, y + 45, 46, 26, f"$H_{layer + 1}$", OPERATIONS["conv"], size=NORMAL)
        if rule == "Plain":
            page.arrow([(x, y + 59), (x, y + _STEP - 11)])
            continue
        page.arrow([(x, y + 59), (x, y + 69)])
        _cells(page, x, y + 79, [[layer + 1]] * new)
        if rule == "DenseNet":
            page.text(x + new * _CELL / 2 + 9, y + 79, f"$x_{layer + 1}$:  +{new}", align="left")
        node = y + 114
        page.arrow([(x, y + 89), (x, node - 12)])
        skip = x - 88
        start = x - len(cells) * _CELL / 2 - 3
        if rule == "ResNet":
            page.arrow([(start, y), (skip, y), (skip, node), (x - 12, node)])
            page.circle(x, node, 11, "+")
        else:
            page.arrow([(start, y), (skip, y), (skip, node), (x - 32, node)])
            page.box(x, node, 62, 21, "concat", OPERATIONS["join"], edge=INK, bold=True)
        page.arrow([(x, node + 12), (x, y + _STEP - 11)])


def _cells(page: Canvas, x: float, y: float, cells: list[list[int]]) -> None:
    """A row of channels centred on (x, y); a channel that mixes sources is striped with them."""
    left = x - len(cells) * _CELL / 2
    for index, sources in enumerate(cells):
        start, slice_width = left + index * _CELL, _CELL / len(sources)
        for part, source in enumerate(sources):
            # Slanted stripes: the sources overlap in place and can't be cut apart again.
            lean = 0 if len(sources) == 1 else slice_width * 0.8
            a, b = start + part * slice_width, start + (part + 1) * slice_width
            tl, tr = (a + lean if part else a), (b + lean if part < len(sources) - 1 else b)
            bl, br = (a - lean if part else a), (b - lean if part < len(sources) - 1 else b)
            points = [(tl, y - 9), (tr, y - 9), (br, y + 9), (bl, y + 9)]
            page.polygon(points, source_colour(source), order=3)
        page.rectangle(start, y - 9, _CELL, 18, "none", line=1.6, order=3.2)


def connections(num_layers: int = 5) -> Figure:
    """Each layer reads all layers before it: L(L+1)/2 connections in a dense block.

    Paper: section 3, "Dense connectivity", and Figure 1.

    Args:
        num_layers: L, from 1 to 7.

    Raises:
        ValueError: if ``num_layers`` is not a positive integer, or more than fits the page.
    """
    check_positive_int(num_layers=num_layers)
    check_at_most("num_layers", num_layers, 7)
    page = Canvas(420)
    y, half = 272, 40
    first, last = MARGIN + 54, WIDTH - MARGIN - 50
    step = (last - first) / num_layers
    places = [first + index * step for index in range(num_layers + 1)]
    for source in range(num_layers + 1):
        for reader in range(source + 1, num_layers + 1):
            colour = source_colour(source)
            if reader == source + 1:
                ends = [(places[source] + half, y), (places[reader] - half - 1, y)]
                page.arrow(ends, colour=colour, width=2)
                continue
            start = places[source] + _port(num_layers, source, reader, half)
            end = places[reader] + _port(num_layers, reader, source, half)
            top, height = y - 24, 0.375 * (end - start)
            arc = [(start, top), (start, top - height), (end, top - height), (end, top - 1)]
            page.arrow(arc, colour=colour, width=2, curve=True)
    for index, x in enumerate(places):
        colour = source_colour(index)
        name = "$x_0$" if index == 0 else f"$H_{index}$"
        page.box(x, y, 2 * half, 46, name, tint(colour, 0.78), edge=colour, size=LARGE)
        made = "input" if index == 0 else f"makes $x_{index}$"
        page.text(x, y + 39, made)
        if index:
            page.text(x, y + 72, f"{index}", LARGE, bold=True)
    page.text(first, y + 72, "sources read", colour=MUTED)
    terms = " + ".join(str(index) for index in range(1, num_layers + 1))
    total = num_layers * (num_layers + 1) // 2
    sums = f"{terms} = {total}" if num_layers > 1 else f"{total}"
    page.text(WIDTH / 2, 384, rf"{sums} connections,   $L(L+1)/2$ for $L$ = {num_layers}", NORMAL)
    return page.figure


def _port(num_layers: int, node: int, other: int, half: int) -> float:
    """Where on a node's top the arc to or from ``other`` ends, against the node's middle.

    Arcs land on the left, the oldest source last, and leave on the right, the furthest
    reader first: so arcs that share a node don't cross.
    """
    order = [*range(node - 2, -1, -1), *range(num_layers, node + 1, -1)]
    step = min(14, (2 * half - 12) / len(order))
    return (order.index(other) - (len(order) - 1) / 2) * step
