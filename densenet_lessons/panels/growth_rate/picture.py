"""The growth rate explorer's picture: a block's maps by source, one of them large, and bars."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from PIL.Image import Image

from densenet_lessons.pictures import INK, MUTED, Sheet, colour_map, source_colour

#: x, y, width and height in CSS pixels.
Box = tuple[float, float, float, float]

WIDTH, HEIGHT = 836, 370
#: What stays free at the right and at the bottom.
_MARGIN = 10
#: Corner and side of the enlarged map.
ZOOM_X, ZOOM_Y, ZOOM = 566, 20, 168
#: Where the bars start, from one row to the next, and the length of a bar for 100%.
BARS_X, BARS_Y, BAR_STEP, BAR_LENGTH = 666, 222, 14.2, 122
_BAR_HEIGHT = 10
_LABELS = 90
_GAP = 3
_LARGEST_TILE = 80
_PALE = "#b3b9c2"


def plot_explorer(
    sources: Sequence[np.ndarray],
    image: np.ndarray,
    chosen: int,
    *,
    likeness: float,
    shares: Mapping[str, float],
    right: str | None,
) -> tuple[Image, dict[Any, Box]]:
    """Every map in its source's row; beside them one enlarged, the image, and the net's answer.

    Args:
        sources: for the block's input and then for each layer an array (channels, H, W).
        image: what the net looks at, (H, W) from 0 to 1.
        chosen: the channel to enlarge, counted from 0 through all sources.
        likeness: of the chosen map and the image, from 0 to 1.
        shares: what the net gives each class; they add up to 1. The largest has a dark bar.
        right: the class that the image is of, marked with a tick; None if it has no class.

    Returns:
        The picture, and the places of the maps by their number, of "enlarged", of "image", and
        of the classes by their names.

    Raises:
        ValueError: if ``chosen`` is not a channel of these sources.
    """
    count = sum(map(len, sources))
    if not 0 <= chosen < count:
        raise ValueError(f"map must be from 0 to {count - 1} here, got {chosen}")
    sheet = Sheet(WIDTH, HEIGHT)
    boxes: dict[Any, Box] = dict(enumerate(_draw_sources(sheet, sources, chosen)))
    source = next(s for s in range(len(sources)) if chosen < sum(map(len, sources[: s + 1])))
    values = sources[source][chosen - sum(map(len, sources[:source]))]
    _draw_enlarged(sheet, values, chosen, source)
    _draw_image(sheet, image, values, likeness)
    boxes["enlarged"] = (ZOOM_X, ZOOM_Y, ZOOM, ZOOM)
    boxes["image"] = (ZOOM_X + ZOOM + 8, ZOOM_Y, ZOOM / 2, ZOOM / 2)
    boxes |= draw_bars(sheet, shares, right)
    return sheet.image, boxes


def _draw_sources(sheet: Sheet, sources: Sequence[np.ndarray], chosen: int) -> list[Box]:
    tile, wrap = _tile_size([len(maps) for maps in sources], ZOOM_X - 16 - _LABELS, HEIGHT)
    y, boxes = 4, []
    for source, maps in enumerate(sources):
        colour = source_colour(source)
        rows = -(-len(maps) // wrap)
        sheet.box(0, y, 6, rows * (tile + _GAP) - _GAP, fill=colour)
        sheet.text(13, y + 1, f"layer {source}" if source else "input", bold=True, size=12)
        sheet.text(13, y + 16, f"{len(maps)} channels", size=11, colour=MUTED)
        for position, values in enumerate(maps):
            x = _LABELS + (position % wrap) * (tile + _GAP)
            top = y + (position // wrap) * (tile + _GAP)
            sheet.picture(map_pixels(values), x, top, tile, tile)
            edge, line = (INK, 2.5) if len(boxes) == chosen else (colour, 1)
            sheet.box(x, top, tile, tile, edge=edge, line=line)
            boxes.append((x, top, tile, tile))
        y += _row_height(rows, tile)
    return boxes


def _draw_enlarged(sheet: Sheet, values: np.ndarray, index: int, source: int) -> None:
    where = f"layer {source}" if source else "input"
    sheet.text(ZOOM_X, 3, f"Map {index}, {where}", bold=True, size=12)
    sheet.picture(map_pixels(values), ZOOM_X, ZOOM_Y, ZOOM, ZOOM)
    sheet.box(ZOOM_X, ZOOM_Y, ZOOM, ZOOM, edge=source_colour(source), line=3)


def _draw_image(sheet: Sheet, image: np.ndarray, values: np.ndarray, likeness: float) -> None:
    """The image at half the size of the enlarged map, and the map's numbers below it."""
    x = ZOOM_X + ZOOM + 8
    sheet.text(x, 3, "the picture", bold=True, size=12)
    sheet.picture(colour_map(image, low=0, high=1), x, ZOOM_Y, ZOOM / 2, ZOOM / 2)
    low, high = float(values.min()), float(values.max())
    for y, text in [(112, f"black {low:.2f}"), (128, f"white {high:.2f}"), (150, "likeness")]:
        sheet.text(x, y, text, size=11, colour=MUTED)
    sheet.text(x, 166, f"{likeness:.2f}", bold=True, size=17)


def draw_bars(sheet: Sheet, shares: Mapping[str, float], right: str | None) -> dict[str, Box]:
    """What the net says, a bar a class, and the place of each class's row."""
    boxes = {}
    first = max(shares, key=shares.get)
    marked = "✓ is the true class" if right else "no ✓: it has no class"
    sheet.text(ZOOM_X, BARS_Y - 22, "The net says", bold=True, size=12)
    sheet.text(WIDTH - _MARGIN, BARS_Y - 21, marked, size=11, colour=MUTED, anchor="rt")
    for row, (name, share) in enumerate(shares.items()):
        y, length = BARS_Y + row * BAR_STEP, BAR_LENGTH * share
        middle = y + _BAR_HEIGHT / 2
        if name == right:
            sheet.text(ZOOM_X, middle, "✓", size=13, bold=True, anchor="lm")
        sheet.text(BARS_X - 6, middle, name, size=11, bold=name == right, anchor="rm")
        sheet.box(BARS_X, y, max(length, 0.5), _BAR_HEIGHT, fill=INK if name == first else _PALE)
        percent = {"text": f"{share:.0%}", "colour": INK if share >= 0.005 else MUTED}
        sheet.text(BARS_X + length + 5, middle, size=11, anchor="lm", **percent)
        boxes[name] = (ZOOM_X, y - 2, WIDTH - _MARGIN - ZOOM_X, BAR_STEP)
    return boxes


def _tile_size(counts: Sequence[int], space: int, height: int) -> tuple[int, int]:
    """The largest tile, and tiles in a row, with which all rows fit into space and height."""
    for tile in range(_LARGEST_TILE, 11, -1):
        wrap = max(1, space // (tile + _GAP))
        if 4 + sum(_row_height(-(-count // wrap), tile) for count in counts) <= height:
            return tile, wrap
    raise ValueError(f"sources must have few enough maps to fit, got {sum(counts)}")


def _row_height(rows: int, tile: int) -> int:
    return max(rows * (tile + _GAP), 33) + 5  # a label of two lines needs 33


def map_pixels(values: np.ndarray) -> np.ndarray:
    """A map in grey, its lowest value black and its highest white."""
    return colour_map(values, low=float(values.min()), high=float(values.max()))
