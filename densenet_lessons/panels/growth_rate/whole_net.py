"""The whole net in one picture: every map of its three blocks, the image, and the answer."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from PIL.Image import Image

from densenet_lessons.panels.growth_rate.picture import (
    HEIGHT,
    WIDTH,
    ZOOM_X,
    Box,
    draw_bars,
    map_pixels,
)
from densenet_lessons.pictures import INK, MUTED, Sheet, colour_map, source_colour

#: Height of a block's row, with its heading.
_ROW, _HEAD = 122, 34
_LEFT, _RIGHT = 66, ZOOM_X - 18
_IMAGE = 112
_GAP, _APART = 1, 12
_LEAST_COLUMN = 52  # so wide is a heading


def plot_whole_net(
    blocks: Sequence[Sequence[np.ndarray]],
    image: np.ndarray,
    *,
    shares: Mapping[str, float],
    right: str | None,
) -> tuple[Image, dict[Any, Box]]:
    """A row for each block: its input, then what each of its layers adds.

    Args:
        blocks: for each block the maps by source, each an array (channels, H, W).
        image: what the net looks at, (H, W) from 0 to 1.
        shares: what the net gives each class.
        right: the class that the image is of; None if it has no class.

    Returns:
        The picture, and the places of "image", of the classes by their names, and of the maps by
        (block, number).
    """
    sheet = Sheet(WIDTH, HEIGHT)
    sheet.text(ZOOM_X, 3, "the picture", bold=True, size=12)
    sheet.picture(colour_map(image, low=0, high=1), ZOOM_X, 20, _IMAGE, _IMAGE)
    boxes: dict[Any, Box] = {"image": (ZOOM_X, 20, _IMAGE, _IMAGE)}
    for row, sources in enumerate(blocks):
        top = 4 + row * _ROW
        side = sources[0].shape[1]
        sheet.text(0, top, f"block {row + 1}", bold=True, size=12)
        sheet.text(0, top + 16, f"{side}×{side}", size=11, colour=MUTED)
        places = _draw_block(sheet, sources, row + 1, top)
        boxes |= {(row + 1, index): box for index, box in enumerate(places)}
    return sheet.image, boxes | draw_bars(sheet, shares, right)


def _draw_block(
    sheet: Sheet, sources: Sequence[np.ndarray], block: int, top: float
) -> list[Box]:  # fmt: skip
    tile, rows = _tile_size([len(maps) for maps in sources])
    x, boxes = float(_LEFT), []
    for source, maps in enumerate(sources):
        columns = -(-len(maps) // rows)
        colour = source_colour(source)
        enters = "stem" if block == 1 else f"trans. {block - 1}"
        heading = f"layer {source}" if source else enters
        sheet.text(x, top, heading, size=11, bold=True)
        sheet.text(x, top + 14, f"{len(maps)}", size=11, colour=MUTED)
        sheet.box(x, top + 28, columns * (tile + _GAP) - _GAP, 3, fill=colour)
        for position, values in enumerate(maps):
            left = x + (position % columns) * (tile + _GAP)
            y = top + _HEAD + (position // columns) * (tile + _GAP)
            sheet.picture(map_pixels(values), left, y, tile, tile)
            sheet.box(left, y, tile, tile, edge=INK, line=0.5)
            boxes.append((left, y, tile, tile))
        x += max(columns * (tile + _GAP), _LEAST_COLUMN) + _APART
    return boxes


def _tile_size(counts: Sequence[int]) -> tuple[int, int]:
    """The largest tile, and the rows of tiles, with which all sources fit beside each other."""
    for tile in range(_ROW - _HEAD - 8, 6, -1):
        rows = (_ROW - _HEAD - 6) // (tile + _GAP)
        spans = [max(-(-count // rows) * (tile + _GAP), _LEAST_COLUMN) for count in counts]
        if sum(spans) + _APART * (len(counts) - 1) <= _RIGHT - _LEFT:
            return tile, rows
    raise ValueError(f"sources must have few enough maps to fit, got {sum(counts)}")
