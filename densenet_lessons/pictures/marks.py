"""Marks of a scatter plot on a sheet, smooth at the edge and drawn once for each look."""

from __future__ import annotations

from functools import lru_cache

from PIL import Image, ImageDraw

from densenet_lessons.pictures.palette import PAPER, ink_on
from densenet_lessons.pictures.sheet import SCALE, Sheet, font

#: Width of a mark with a letter, in CSS pixels.
MARK = 17
_FINE = 4  # drawn so many times finer, then reduced


def draw_mark(
    sheet: Sheet, shape: str, x: float, y: float, colour: str, *, size: float = MARK,
    letter: str = "", filled: bool = True,
) -> None:  # fmt: skip
    """A mark with its middle at x, y.

    Args:
        shape: "s" square, "^" triangle, "o" disc, "D" diamond, as in matplotlib.
        colour: of the shape, or of its outline where it isn't filled.
        size: width in CSS pixels.
        letter: written inside.
        filled: otherwise paper inside.
    """
    mark = _mark(shape, colour, size, letter, filled)
    place = (round(x * SCALE - mark.width / 2), round(y * SCALE - mark.height / 2))
    sheet.image.paste(mark, place, mark)


@lru_cache(maxsize=128)
def _mark(shape: str, colour: str, size: float, letter: str, filled: bool) -> Image.Image:
    side = round((size + 8) * SCALE)
    big = Image.new("RGBA", (side * _FINE, side * _FINE))
    middle, unit = side * _FINE / 2, size * SCALE * _FINE / 2
    layers = [(colour, 1.0)] if filled else [(colour, 1.0), (PAPER, 1 - 3.4 / size)]
    if filled and letter:  # a rim of paper keeps a mark apart from what lies below it
        layers.insert(0, (PAPER, 1 + 2.4 / size))
    pen = ImageDraw.Draw(big)
    for fill, factor in layers:
        _shape(pen, shape, middle, unit * factor, fill)
    small = big.resize((side, side), Image.Resampling.LANCZOS)
    if letter:
        ink = ink_on(colour) if filled else colour
        low = 0.14 * size * SCALE if shape == "^" else 0
        look = {"fill": ink, "font": font(10, bold=True), "anchor": "mm"}
        ImageDraw.Draw(small).text((side / 2, side / 2 + low), letter, **look)
    return small


def _shape(pen: ImageDraw.ImageDraw, shape: str, middle: float, unit: float, fill: str) -> None:
    if shape == "o":
        pen.ellipse([middle - unit, middle - unit, middle + unit, middle + unit], fill=fill)
        return
    corners = {
        "s": [(-0.88, -0.88), (0.88, -0.88), (0.88, 0.88), (-0.88, 0.88)],
        "^": [(0, -1.2), (1.2, 0.9), (-1.2, 0.9)],
        "D": [(0, -1), (1, 0), (0, 1), (-1, 0)],
    }[shape]
    pen.polygon([(middle + a * unit, middle + b * unit) for a, b in corners], fill=fill)
