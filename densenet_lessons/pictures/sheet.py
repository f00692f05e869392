"""Pictures that follow a slider: drawn straight into an image, in a few milliseconds.

A matplotlib axes costs about as much as the whole of such a picture. matplotlib still lends
its font and its colour maps.
"""

from functools import lru_cache
from pathlib import Path

import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from densenet_lessons.pictures.palette import INK, PAPER

#: Device pixels to one CSS pixel: sharp text on a laptop's screen.
SCALE = 2


@lru_cache(maxsize=32)
def font(size: float, *, bold: bool = False) -> ImageFont.FreeTypeFont:
    """DejaVu Sans from matplotlib's own files, ``size`` CSS pixels high."""
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    path = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / name
    return ImageFont.truetype(str(path), round(size * SCALE))


@lru_cache(maxsize=8)
def _lookup(name: str) -> np.ndarray:
    return (matplotlib.colormaps[name](np.linspace(0, 1, 256))[:, :3] * 255).astype(np.uint8)


def colour_map(values: np.ndarray, *, name: str = "gray", low: float, high: float) -> np.ndarray:
    """Values (H, W) as colours (H, W, 3), uint8; ``low`` and below is the map's first colour."""
    span = high - low
    unit = (values - low) / span if span > 0 else np.full(values.shape, 0.5)
    return _lookup(name)[(np.clip(unit, 0, 1) * 255).astype(np.uint8)]


class Sheet:
    """A white sheet, measured in CSS pixels and drawn ``SCALE`` times as fine.

    ``image`` is what is drawn, a PIL image of ``SCALE`` pixels to one CSS pixel.
    """

    def __init__(self, width: int, height: int):
        self.image = Image.new("RGB", (width * SCALE, height * SCALE), PAPER)
        self._pen = ImageDraw.Draw(self.image)

    def text(
        self, x: float, y: float, text: str, *, size: float = 13, colour: str = INK,
        anchor: str = "lt", bold: bool = False,
    ) -> None:  # fmt: skip
        """Text with its ``anchor`` (PIL's two letters) at x, y."""
        place = (x * SCALE, y * SCALE)
        self._pen.text(place, text, fill=colour, font=font(size, bold=bold), anchor=anchor)

    def box(
        self, x: float, y: float, width: float, height: float, *, fill: str | None = None,
        edge: str | None = None, line: float = 2,
    ) -> None:  # fmt: skip
        """A rectangle, filled, framed (the frame lies inside) or both."""
        corners = [x * SCALE, y * SCALE, (x + width) * SCALE - 1, (y + height) * SCALE - 1]
        self._pen.rectangle(corners, fill=fill, outline=edge, width=round(line * SCALE))

    def line(self, points: list[tuple[float, float]], *, colour: str = INK, width: float = 1.5):
        """A line through the points."""
        scaled = [(x * SCALE, y * SCALE) for x, y in points]
        self._pen.line(scaled, fill=colour, width=round(width * SCALE), joint="curve")

    def picture(self, pixels: np.ndarray, x: float, y: float, width: float, height: float) -> None:
        """An image array (H, W) or (H, W, 3), uint8, in whole pixels rather than blurred."""
        size = (round(width * SCALE), round(height * SCALE))
        scaled = Image.fromarray(pixels).resize(size, Image.Resampling.NEAREST)
        self.image.paste(scaled.convert("RGB"), (round(x * SCALE), round(y * SCALE)))
