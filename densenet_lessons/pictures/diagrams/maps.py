"""Feature maps on a page: as a solid of channels, or flat, cut into positions."""

from collections.abc import Sequence

from matplotlib.patches import PathPatch
from matplotlib.path import Path

from densenet_lessons.pictures.diagrams.canvas import Canvas
from densenet_lessons.pictures.palette import INK, PAPER, blend, tint

Segment = tuple[float, str]  # (length, colour)


def grid(page: Canvas, x: float, y: float, size: float, cells: int, face: str) -> None:
    """A square map with its top left corner at (x, y), cut into cells x cells positions."""
    page.rectangle(x, y, size, size, face, edge="none", order=2.5)
    points = []
    for index in range(cells + 1):
        cut = index * size / cells
        points += [(x + cut, y), (x + cut, y + size), (x, y + cut), (x + size, y + cut)]
    path = Path(points, [Path.MOVETO, Path.LINETO] * (len(points) // 2))
    edge = blend(face, INK, 0.3)
    page.add(PathPatch(path, facecolor="none", edgecolor=edge, linewidth=0.5), 2.8)


def cuboid(
    page: Canvas, x: float, base: float, segments: Sequence[Segment], side: float
) -> tuple[float, float]:
    """Feature maps as a solid that stands on ``base``, the front's left edge at ``x``.

    Its height is the map's side, its thickness the channels, one segment a source.
    Returns the offset of the back edge against the front edge.
    """
    dx, dy = 0.2 * side, 0.13 * side
    top, left = base - side, x
    for length, colour in segments:
        right = left + length
        # Narrow channels lose their white edge, or only edges would be left of them.
        line = 0.6 if length >= 3 else 0
        edge = PAPER if line else colour
        page.rectangle(left, top, length, side, colour, edge=edge, line=line)
        roof = [(left, top), (right, top), (right + dx, top - dy), (left + dx, top - dy)]
        page.polygon(roof, tint(colour, 0.45), edge=PAPER if line else "none", line=0.4)
        left = right
    wall = [(left, top), (left + dx, top - dy), (left + dx, base - dy), (left, base)]
    page.polygon(wall, blend(segments[-1][1], INK, 0.25), edge=PAPER, line=0.4)
    return dx, dy
