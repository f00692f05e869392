"""Drawings of lesson 09: what successors link, and what is trained on a new task."""

from collections.abc import Callable

from matplotlib.figure import Figure

from densenet_lessons.densenet import check_positive_int
from densenet_lessons.pictures.diagrams.canvas import (
    LARGE,
    MARGIN,
    NORMAL,
    WIDTH,
    Canvas,
    check_at_most,
)
from densenet_lessons.pictures.palette import MUTED, OPERATIONS, source_colour, tint

#: Middle of each row's boxes, and how far above them its title stands.
_ROWS = ((138, 106), (232, 42), (396, 96))


def links(num_layers: int = 7) -> Figure:
    """Which earlier layers each layer of a block reads: in DenseNet, VoVNet and HarDNet.

    Paper: section 3, "Dense connectivity"; Lee et al., arXiv 1904.09730; Chao et al., arXiv
    1909.00948.

    Args:
        num_layers: from 1 to 8.

    Raises:
        ValueError: if ``num_layers`` is not a positive integer, or more than fits the page.
    """
    check_positive_int(num_layers=num_layers)
    check_at_most("num_layers", num_layers, 8)
    rows: tuple[tuple[str, str, Callable[[int], list[int]]], ...] = (
        ("DenseNet", "every layer reads all before it", lambda layer: list(range(layer))),
        ("VoVNet", "a chain; all is joined once, at the end", lambda layer: [layer - 1]),
        ("HarDNet", "distances are powers of two that divide the layer", _harmonic),
    )
    page = Canvas(436)
    first, step = MARGIN + 40, (WIDTH - 2 * MARGIN - 150) / 8
    for (y, above), (name, words, sources) in zip(_ROWS, rows, strict=True):
        found = {layer: sources(layer) for layer in range(1, num_layers + 1)}
        count = sum(map(len, found.values()))
        page.text(MARGIN, y - above, name, LARGE, bold=True, align="left")
        told = f"{words}: {count} links" if name != "VoVNet" else f"{words}: {count} links and one"
        page.text(MARGIN + 112, y - above, told, NORMAL, align="left")
        for layer, reads in found.items():
            for source in reads:
                _link(page, first + source * step, first + layer * step, y, source)
        if name == "VoVNet":
            end = first + num_layers * step + 62
            page.line([(first, y + 20), (first, y + 30), (end, y + 30)], colour=MUTED, width=1.3)
            for node in range(1, num_layers + 1):
                x = first + node * step
                page.line([(x, y + 20), (x, y + 30)], colour=MUTED, width=1.3)
            page.box(end, y, 52, 30, "concat", OPERATIONS["join"], edge=MUTED)
            page.arrow([(end, y + 30), (end, y + 17)], colour=MUTED)
        for node in range(num_layers + 1):
            face = tint(source_colour(node), 0.6)
            page.box(first + node * step, y, 34, 30, f"$x_{node}$", face, size=NORMAL)
    return page.figure


def _harmonic(layer: int) -> list[int]:
    return [layer - 2**n for n in range(layer.bit_length()) if layer % 2**n == 0]


def _link(page: Canvas, start: float, end: float, y: float, source: int) -> None:
    """An arc over the nodes in between; neighbours are joined straight."""
    colour = source_colour(source)
    if end - start < 100:
        page.arrow([(start + 18, y), (end - 19, y)], colour=colour, width=1.6)
        return
    top = y - 22 - 0.12 * (end - start)
    points = [(start + 6, y - 16), (start + 20, top), (end - 20, top), (end - 4, y - 17)]
    page.arrow(points, colour=colour, width=1.1, head=6, curve=True)


def transfer_ways() -> Figure:
    """Three ways to a new task: what is taken over, and what learns.

    Paper: section 5, where features are said to be good for transfer.
    """
    page = Canvas(256)
    ways = (
        ("frozen", "trained, kept", True, False),
        ("full", "trained, learns on", True, True),
        ("scratch", "fresh, learns", False, True),
    )
    for index, (name, words, trained, learns) in enumerate(ways):
        left = 22 + index * 292
        page.panel(left, 20, 272, 216, "#f7f8fa", edge="#e3e7ec", radius=10)
        middle = left + 136
        page.text(middle, 44, name, LARGE, bold=True)
        face = tint(source_colour(1), 0.35) if trained else OPERATIONS["join"]
        page.box(middle, 104, 210, 56, f"features\n{words}", face, size=NORMAL)
        page.arrow([(middle, 134), (middle, 156)])
        head = tint(source_colour(2), 0.35)
        page.box(middle, 178, 210, 40, "new classifier, learns", head, size=NORMAL)
        said = "all weights learn" if learns else "only the classifier learns"
        page.text(middle, 218, said, NORMAL)
    return page.figure
