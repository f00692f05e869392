"""Two batches of maps and what an operation makes of them, framed in their owners' colours."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL.Image import Image

from densenet_lessons.pictures import (
    ACCENT,
    INK,
    MUTED,
    SCALE,
    Sheet,
    colour_map,
    font,
    source_colour,
)

WIDTH, LOWEST = 784, 278
MARGIN, GAP, RESULT_X = 8, 10, 330
_HEAD = 40  # the title and the names of the channels, above the maps
_X, _Y = 1, 2  # frames are in the colours of sources 1 and 2


@dataclass(frozen=True)
class Maps:
    """A batch of maps to be drawn: a row for each picture, a tile for each channel.

    Args:
        title: stands before the shape.
        values: array (N, C, H, W); 0 is black.
        names: of the channels.
        owners: two arrays of the shape of ``values``, above 0 where x, and where y, had a part.
        white: the value that is drawn white.
    """

    title: str
    values: np.ndarray
    names: Sequence[str]
    owners: Sequence[np.ndarray]
    white: float = 1


@dataclass(frozen=True)
class Frame:
    """What one frame of the picture is around: rows and columns of one map that one owner made.

    Args:
        batch: "x", "y" or "result".
        picture, channel: of the map, in its batch.
        owner: "x", "y", or "both" where the numbers are sums.
        rows, columns: first and one past the last.
        box: x, y, width and height in CSS pixels.
        onto: picture and channel of the other batch, where the map is repeated there.
    """

    batch: str
    picture: int
    channel: int
    owner: str
    rows: tuple[int, int]
    columns: tuple[int, int]
    box: tuple[float, float, float, float]
    onto: tuple[int, int] | None = None


def plot_combination(
    x: Maps,
    y: Maps,
    result: Maps | None,
    *,
    call: str = "",
    clash: int | None = None,
    repeated_to: Sequence[int] = (0, 0),
) -> tuple[Image, list[Frame]]:
    """x above y, and to their right the result, or the words "no result".

    Args:
        x, y: what is combined.
        result: what came out; None where the two can't be combined.
        call: the operation, shown where there is no result.
        clash: the dimension in which x and y may not differ; its sizes are marked.
        repeated_to: pictures and channels up to which addition repeats x and y; the repeated
            maps are drawn pale.

    Returns:
        The picture, and its frames from x to the result.
    """
    tops = [4, 4 + _height(x, repeated_to) + 10]
    height = max(LOWEST, tops[1] + _height(y, repeated_to) + 6)
    sheet = Sheet(WIDTH, height)
    frames = []
    for name, maps, top in zip("xy", (x, y), tops, strict=True):
        frames += _batch(sheet, MARGIN, top, name, maps, repeated_to=repeated_to, clash=clash)
    if result is None:
        sheet.text(RESULT_X, 16, call, bold=True, anchor="ls")
        sheet.text(RESULT_X, 4 + _HEAD, "no result", size=15, colour=ACCENT, bold=True)
        return sheet.image, frames
    sheet.text(RESULT_X - 29, tops[1] - 5, "\N{RIGHTWARDS ARROW}", size=24, anchor="mm")
    frames += _batch(sheet, RESULT_X, 4, "result", result)
    if result.white != 1:
        scale = f"White is {result.white:g} here, and 1 in x and y."
        sheet.text(RESULT_X, 4 + _height(result) + 8, scale, size=12, colour=MUTED)
    return sheet.image, frames


def _height(maps: Maps, repeated_to: Sequence[int] = (0, 0)) -> float:
    rows = max(len(maps.values), repeated_to[0])
    return _HEAD + rows * (maps.values.shape[2] + GAP) - GAP


def _batch(
    sheet: Sheet,
    left: float,
    top: float,
    batch: str,
    maps: Maps,
    *,
    repeated_to: Sequence[int] = (0, 0),
    clash: int | None = None,
) -> list[Frame]:
    _title(sheet, left, top, maps, clash)
    frames = []
    pictures, channels, height, width = maps.values.shape
    for row in range(max(pictures, repeated_to[0])):
        for column in range(max(channels, repeated_to[1])):
            x, y = left + column * (width + GAP), top + _HEAD + row * (height + GAP)
            # A dimension of size 1 is repeated: its only entry stands at each place.
            place = row % pictures, column % channels
            pale = (row, column) != place
            pixels = colour_map(maps.values[place], low=0, high=maps.white)
            sheet.picture(255 - (255 - pixels) // 3 if pale else pixels, x, y, width, height)
            owners = [owner[place] for owner in maps.owners]
            if not pale:
                _frames(sheet, x, y, owners)
            onto = (row, column) if pale else None
            frames += _framed(batch, place, owners, (x, y), onto)
            if row == 0:
                name = "again" if pale else maps.names[column]
                sheet.text(x + width / 2, y - 8, name, size=11, colour=MUTED, anchor="ms")
            elif pale and column == channels - 1:
                sheet.text(x + width + 8, y + height / 2, "again", size=11, colour=MUTED)
    return frames


def _framed(
    batch: str,
    place: tuple[int, int],
    owners: Sequence[np.ndarray],
    corner: tuple[float, float],
    onto: tuple[int, int] | None,
) -> list[Frame]:
    """What each owner has of a map; all of it together where both had a part."""
    if (owners[0] * owners[1]).any():
        parts = {"both": owners[0] * owners[1]}
    else:
        parts = dict(zip("xy", owners, strict=True))
    frames = []
    for owner, part in parts.items():
        rows, columns = np.nonzero(part)
        if len(rows):
            first, height = int(rows.min()), int(np.ptp(rows)) + 1
            left, width = int(columns.min()), int(np.ptp(columns)) + 1
            box = (corner[0] + left, corner[1] + first, width, height)
            spans = (first, first + height), (left, left + width)
            frames.append(Frame(batch, *place, owner, *spans, box, onto))
    return frames


def _title(sheet: Sheet, left: float, top: float, maps: Maps, clash: int | None) -> None:
    """The name and the shape; the size of the dimension that clashes is framed."""
    sizes = [str(size) for size in maps.values.shape]
    pieces = [(f"{maps.title}  (", False)]
    for axis, size in enumerate(sizes):
        pieces += [(size, axis == clash), (", " if axis < 3 else ")", False)]
    x = left
    for text, marked in pieces:
        wide = font(13, bold=True).getlength(text) / SCALE
        if marked:
            sheet.box(x, top - 2, wide + 8, 18, edge=ACCENT, line=1.5)
            x += 4
        colour = ACCENT if marked else INK
        sheet.text(x, top + 12, text, bold=True, colour=colour, anchor="ls")
        x += wide + 4 * marked


def _frames(sheet: Sheet, x: float, y: float, owners: Sequence[np.ndarray]) -> None:
    """Around what each source owns; around both frames where both had a part."""
    shared = (owners[0] * owners[1]).any()
    for source, owner in zip((_X, _Y), owners, strict=True):
        rows, columns = np.nonzero(owner)
        if not len(rows):
            continue
        edge = 4 if shared and source == _Y else 2  # outside, so that no pixel is covered
        sheet.box(
            x + columns.min() - edge,
            y + rows.min() - edge,
            np.ptp(columns) + 1 + 2 * edge,
            np.ptp(rows) + 1 + 2 * edge,
            edge=source_colour(source),
            line=2,
        )
