"""The pencil of the drawings: one page, its boxes, arrows, texts and stacks of channels.

A page is measured in units of 1/100 inch from its top left corner, which is one pixel
where a drawing is shown at its natural width of 900 pixels. The page is a white rounded
sheet on transparent ground, so that it reads in a light and in a dark theme.
"""

from collections.abc import Sequence
from math import ceil, fsum

from matplotlib.figure import Figure
from matplotlib.patches import (
    Circle,
    FancyArrowPatch,
    FancyBboxPatch,
    Patch,
    PathPatch,
    Polygon,
    Rectangle,
)
from matplotlib.path import Path

from densenet_lessons.pictures.palette import INK, MUTED, OPERATIONS, PAPER, blend, ink_on

WIDTH = 900
MARGIN = 26
FONT = "DejaVu Sans"

#: Smallest letters, in points: still easy to read where the page is 900 pixels wide.
SMALL = 9.5
NORMAL = 10.5
LARGE = 12.5

Point = tuple[float, float]


def check_at_most(name: str, value: int, largest: int) -> None:
    """Refuse a value for which the page has no room."""
    if value > largest:
        raise ValueError(f"{name} must be at most {largest} to fit the page, got {value}")


class Canvas:
    """One page, ``WIDTH`` units wide and ``height`` units high, with y pointing down."""

    def __init__(self, height: float) -> None:
        self.height = height = ceil(height)
        # A hair more than the height: matplotlib versions round 459.99 pixels up or down.
        self.figure = Figure(figsize=(WIDTH / 100, height / 100 + 1e-9), dpi=100)
        self.figure.patch.set_alpha(0)
        self.axes = self.figure.add_axes((0, 0, 1, 1))
        self.axes.set(xlim=(0, WIDTH), ylim=(height, 0))
        self.axes.set_axis_off()
        self.sheet = self.panel(4, 4, WIDTH - 8, height - 8, PAPER, edge="#d5dae1", radius=14)

    def add(self, patch: Patch, order: float) -> None:
        """Put a shape on the page; a higher ``order`` lies above a lower one."""
        patch.set_clip_on(False)
        patch.set_zorder(order)
        self.axes.add_patch(patch)

    def text(
        self,
        x: float,
        y: float,
        words: str,
        size: float = SMALL,
        *,
        colour: str = INK,
        bold: bool = False,
        align: str = "center",
        turn: float = 0,
    ) -> None:
        """Write ``words`` centred on height ``y``; formulas stand between dollar signs."""
        pixels = size * 100 / 72
        lines = words.split("\n")
        for index, line in enumerate(lines):
            # The baseline is set by hand: capitals are centred, with or without descenders.
            middle = y + (index - (len(lines) - 1) / 2) * 1.35 * pixels
            self.axes.text(
                x,
                middle if turn else middle + 0.35 * pixels,
                line,
                fontsize=size,
                color=colour,
                fontweight="bold" if bold else "normal",
                fontfamily=FONT,
                math_fontfamily="dejavusans",
                ha=align,
                va="center" if turn else "baseline",
                rotation=turn,
                zorder=10,
            )

    def panel(
        self, x: float, y: float, w: float, h: float, face: str, *, edge: str, radius: float = 6
    ) -> FancyBboxPatch:
        """A rounded rectangle."""
        style = f"round,pad=0,rounding_size={radius}"
        shape = FancyBboxPatch((x, y), w, h, style, facecolor=face, edgecolor=edge, linewidth=1)
        return self.add(shape, 0 if face == PAPER else 0.5)

    def box(
        self,
        x: float,
        y: float,
        w: float,
        h: float,
        words: str,
        face: str,
        *,
        edge: str | None = None,
        size: float = SMALL,
        bold: bool = False,
        turn: float = 0,
    ) -> None:
        """A rounded box centred on (x, y) with ``words`` in it."""
        style = f"round,pad=0,rounding_size={min(5, h / 3)}"
        edge = edge or blend(face, INK, 0.45)
        shape = FancyBboxPatch(
            (x - w / 2, y - h / 2), w, h, style, facecolor=face, edgecolor=edge, linewidth=1.1
        )
        self.add(shape, 4)
        if words:
            self.text(x, y, words, size, colour=ink_on(face), bold=bold, turn=turn)

    def chain(
        self,
        start: float,
        end: float,
        y: float,
        boxes: Sequence[tuple[str, str, float]],
        *,
        height: float = 42,
        size: float = SMALL,
    ) -> list[float]:
        """Operations in a row from ``start`` to ``end``, arrows before, between and after them.

        Each box is (kind of operation, words, width). Returns the boxes' centres.
        """
        gap = (end - start - fsum(width for _, _, width in boxes)) / (len(boxes) + 1)
        x, centres = start, []
        for kind, words, width in boxes:
            self.arrow([(x + 2, y), (x + gap - 2, y)])
            x += gap
            self.box(x + width / 2, y, width, height, words, OPERATIONS[kind], size=size, bold=True)
            centres.append(x + width / 2)
            x += width
        self.arrow([(x + 2, y), (end - 2, y)])
        return centres

    def circle(self, x: float, y: float, radius: float, words: str, size: float = NORMAL) -> None:
        """A white node with a sign in it."""
        self.add(Circle((x, y), radius, facecolor=PAPER, edgecolor=INK, linewidth=1.2), 4)
        self.text(x, y, words, size, bold=True)

    def rectangle(
        self,
        x: float,
        y: float,
        w: float,
        h: float,
        face: str,
        *,
        edge: str = PAPER,
        line: float = 0.8,
        order: float = 3,
    ) -> Rectangle:
        """A rectangle with its top left corner at (x, y)."""
        shape = Rectangle((x, y), w, h, facecolor=face, edgecolor=edge, linewidth=line)
        return self.add(shape, order)

    def polygon(
        self,
        points: Sequence[Point],
        face: str,
        *,
        edge: str = "none",
        line: float = 0.8,
        alpha: float | None = None,
        order: float = 2,
    ) -> Polygon:
        """A filled polygon."""
        shape = Polygon(
            points, closed=True, facecolor=face, edgecolor=edge, linewidth=line, alpha=alpha
        )
        return self.add(shape, order)

    def line(
        self,
        points: Sequence[Point],
        *,
        colour: str = MUTED,
        width: float = 1,
        dashed: bool = False,
        order: float = 2,
    ) -> None:
        """Straight strokes through ``points``."""
        style = (0, (4, 3)) if dashed else "solid"
        path = Path(points)
        shape = PathPatch(
            path, facecolor="none", edgecolor=colour, linewidth=width, linestyle=style
        )
        self.add(shape, order)

    def arrow(
        self,
        points: Sequence[Point],
        *,
        colour: str = INK,
        width: float = 1.3,
        head: float = 7,
        curve: bool = False,
        radius: float = 8,
    ) -> None:
        """An arrow along ``points``: corners rounded, or with ``curve`` one cubic Bezier arc."""
        if curve:
            path = Path(points, [Path.MOVETO, Path.CURVE4, Path.CURVE4, Path.CURVE4])
        else:
            path = rounded_path(points, radius)
        shape = FancyArrowPatch(
            path=path,
            arrowstyle=f"-|>,head_length={head / 20},head_width={head / 45}",
            mutation_scale=20,
            color=colour,
            linewidth=width,
            shrinkA=0,
            shrinkB=0,
            joinstyle="miter",
            capstyle="butt",
        )
        self.add(shape, 3.5)


def rounded_path(points: Sequence[Point], radius: float) -> Path:
    """A path through ``points`` that rounds each corner with a quarter of a curve."""
    vertices, codes = [points[0]], [Path.MOVETO]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        vertices += [_towards(corner, before, radius), corner, _towards(corner, after, radius)]
        codes += [Path.LINETO, Path.CURVE3, Path.CURVE3]
    return Path([*vertices, points[-1]], [*codes, Path.LINETO])


def _towards(start: Point, end: Point, distance: float) -> Point:
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = (dx**2 + dy**2) ** 0.5
    share = min(0.5, distance / length) if length else 0
    return start[0] + share * dx, start[1] + share * dy
