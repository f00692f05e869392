"""Feature maps and small pictures as one image: tiles, framed in the colour of their source."""

from collections.abc import Sequence

import numpy as np
from PIL.Image import Image

from densenet_lessons.palette import INK, MUTED, source_colour
from densenet_lessons.plots.pixels import Canvas, colour_map

_GAP = 3
_LABEL_WIDTH = 96
_ZOOM = 180


def plot_images(
    images: Sequence[np.ndarray], titles: Sequence[str], *, size: int = 110, columns: int = 10
) -> Image:
    """Pictures side by side, each with its title below.

    Args:
        images: arrays (H, W) or (H, W, 3), uint8 or floats from 0 to 1.
        titles: one for each image.
        size: height of a picture in CSS pixels.
        columns: pictures in a row.
    """
    if len(images) != len(titles):
        raise ValueError(f"titles must be one an image, got {len(titles)} for {len(images)}")
    cell_height, gap = size + 22, 12
    widths = [round(size * image.shape[1] / image.shape[0]) for image in images]
    cell = max([*widths, *(9 * len(title) for title in titles)]) + gap
    rows = -(-len(images) // columns)
    canvas = Canvas(cell * min(columns, len(images)), rows * cell_height)
    for index, (image, title, width) in enumerate(zip(images, titles, widths, strict=True)):
        x, y = cell * (index % columns), cell_height * (index // columns)
        canvas.picture(_as_bytes(image), x + (cell - width) / 2, y, width, size)
        canvas.text(x + cell / 2, y + size + 5, title, anchor="mt", size=12)
    return canvas.image


def plot_sources(
    sources: Sequence[np.ndarray],
    *,
    chosen: int | None = None,
    width: int = 836,
    height: int = 330,
    totals: Sequence[int] | None = None,
) -> Image:
    """The maps of each source in a row of its own, and one of them enlarged.

    Args:
        sources: for the block's input and then for each layer an array (channels, H, W).
        chosen: the channel to enlarge, counted from 0 through all sources.
        width, height: of the picture, in CSS pixels.
        totals: channels that each source has, where not all are given.

    Raises:
        ValueError: if ``chosen`` is not a channel of these sources.
    """
    counts = [len(maps) for maps in sources]
    totals = list(totals or counts)
    if chosen is not None and not 0 <= chosen < sum(counts):
        raise ValueError(f"map must be from 0 to {sum(counts) - 1} here, got {chosen}")
    canvas = Canvas(width, height)
    space = width - _LABEL_WIDTH - (_ZOOM + 24 if chosen is not None else 0)
    tile, wrap = _tile_size(counts, space, height)
    y, index = 4, 0
    for source, maps in enumerate(sources):
        colour = source_colour(source)
        rows = -(-len(maps) // wrap)
        canvas.box(0, y, 6, rows * (tile + _GAP) - _GAP, fill=colour)
        canvas.text(13, y + 1, f"layer {source}" if source else "input", bold=True, size=12)
        canvas.text(13, y + 16, f"{totals[source]} channels", size=11, colour=MUTED)
        for position, values in enumerate(maps):
            x = _LABEL_WIDTH + (position % wrap) * (tile + _GAP)
            top = y + (position // wrap) * (tile + _GAP)
            line = 2.5 if index == chosen else 1
            canvas.picture(_map_pixels(values), x, top, tile, tile)
            canvas.box(x, top, tile, tile, edge=INK if index == chosen else colour, line=line)
            if index == chosen:
                _enlarge(canvas, values, index, source, width)
            index += 1
        y += _row_height(rows, tile)
    return canvas.image


def _enlarge(canvas: Canvas, values: np.ndarray, index: int, source: int, width: int) -> None:
    x, colour = width - _ZOOM, source_colour(source)
    canvas.picture(_map_pixels(values), x, 4, _ZOOM, _ZOOM)
    canvas.box(x, 4, _ZOOM, _ZOOM, edge=colour, line=3)
    origin = f"layer {source}" if source else "the input"
    canvas.text(x, _ZOOM + 14, f"Map {index}, from {origin}", bold=True, size=13)
    low, high = float(values.min()), float(values.max())
    canvas.text(x, _ZOOM + 34, f"black {low:.2f}, white {high:.2f}", size=12, colour=MUTED)


def _tile_size(counts: Sequence[int], space: int, height: int) -> tuple[int, int]:
    """The largest tile, and tiles in a row, with which all rows fit into space and height."""
    for tile in range(64, 11, -1):
        wrap = max(1, space // (tile + _GAP))
        if 4 + sum(_row_height(-(-count // wrap), tile) for count in counts) <= height:
            return tile, wrap
    raise ValueError(f"height must leave room for {sum(counts)} maps, got {height}")


def _row_height(rows: int, tile: int) -> int:
    return max(rows * (tile + _GAP), 33) + 5  # a label of two lines needs 33


def _map_pixels(values: np.ndarray) -> np.ndarray:
    return colour_map(values, low=float(values.min()), high=float(values.max()))


def _as_bytes(image: np.ndarray) -> np.ndarray:
    return (
        image if image.dtype == np.uint8 else (np.clip(image, 0, 1) * 255).round().astype(np.uint8)
    )


def plot_combination(
    x: np.ndarray, y: np.ndarray, result: np.ndarray, owners: Sequence[np.ndarray]
) -> Image:
    """Two batches of maps above what an operation made of them.

    Args:
        x, y, result: arrays (N, C, H, W) with values from 0 to 1: a row for each picture of
            the batch, a tile for each channel.
        owners: two arrays of the result's shape, above 0 where x, and where y, had a part.
            Tiles are framed in the colours of their owners.
    """
    ones, zeros = [np.ones_like(x), np.ones_like(y)], [np.zeros_like(x), np.zeros_like(y)]
    canvas = Canvas(800, 256)
    _tiles(canvas, 0, 4, f"x  {x.shape}", x, [ones[0], zeros[0]])
    _tiles(canvas, 0, 104, f"y  {y.shape}", y, [zeros[1], ones[1]])
    _tiles(canvas, 340, 4, f"result  {result.shape}", result, owners)
    return canvas.image


def _tiles(canvas: Canvas, left: float, top: float, title: str, maps: np.ndarray, owners) -> None:
    pixel = 15 / 16  # CSS pixels to one pixel of a map
    canvas.text(left, top, title, bold=True)
    height, width = (side * pixel for side in maps.shape[2:])
    for row, picture in enumerate(maps):
        for column, values in enumerate(picture):
            x, y = left + column * (width + 7), top + 20 + row * (height + 7)
            canvas.picture(colour_map(values, low=0, high=1), x, y, width, height)
            shared = (owners[0][row, column] * owners[1][row, column]).any()
            for source, owner in enumerate(owners, 1):
                rows, columns = np.nonzero(owner[row, column])
                if len(rows):
                    part = (columns.min(), rows.min(), np.ptp(columns) + 1, np.ptp(rows) + 1)
                    px, py, pw, ph = (pixel * edge for edge in part)
                    inset = 3 if shared and source == 2 else 0  # both frames stay visible
                    frame = (x + px + inset, y + py + inset, pw - 2 * inset, ph - 2 * inset)
                    canvas.box(*frame, edge=source_colour(source), line=3)
