"""The reuse explorer's picture: the map of links, a source's maps, a reader's filters, bars."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from PIL.Image import Image

from densenet_lessons.panels.growth_rate.picture import Box, map_pixels
from densenet_lessons.pictures import ACCENT, INK, MUTED, Sheet, colour_map, source_colour, tint

WIDTH, HEIGHT = 836, 400
#: Corner, width and height of the cells of the map of links.
CELLS_X, CELLS_Y, CELL_W, CELL_H = 64, 38, 66, 42
FILTERS_X, FILTERS_Y, FILTERS = 352, 38, 168
BARS_X, BARS_Y, BAR_STEP, BAR_LENGTH = 652, 42, 16.4, 120
MAPS_Y = 250
_NAMES_X = 544
_BAR_HEIGHT = 10
_PALE = "#b3b9c2"


def plot_links(
    values: Mapping[tuple[int, int], float],
    readers: Sequence[str],
    chosen: tuple[int, int],
    *,
    digits: int,
    silent: Sequence[tuple[int, int]],
    maps: np.ndarray,
    weights: np.ndarray,
    image: np.ndarray,
    before: Mapping[str, float],
    now: Mapping[str, float],
    right: str,
) -> tuple[Image, dict[Any, Box]]:
    """The map of a block's links, one of them framed, and what it connects.

    Args:
        values: of each link, by source and reader.
        readers: names of the four readers.
        chosen: the link to show.
        digits: of the numbers, behind the point.
        silent: links that are crossed out.
        maps: of the chosen source, (channels, H, W).
        weights: of the chosen link, (filters, channels).
        image: what the net looks at, (H, W) from 0 to 1.
        before, now: what the net gives each class, with nothing silent and as things are.
        right: the class that the image is of.

    Returns:
        The picture, and the places of the links by (source, reader), of the sources by
        ("source", number), of "maps", "filters" and "image", and of the classes by name.
    """
    sheet = Sheet(WIDTH, HEIGHT)
    boxes = _draw_cells(sheet, values, readers, chosen, digits, silent)
    boxes["filters"] = _draw_filters(sheet, weights, chosen[0], readers[chosen[1] - 1])
    boxes["maps"] = _draw_maps(sheet, maps, chosen[0])
    boxes["image"] = _draw_image(sheet, image)
    boxes |= _draw_bars(sheet, before, now, right)
    return sheet.image, boxes


def _draw_cells(sheet, values, readers, chosen, digits, silent) -> dict[Any, Box]:
    boxes: dict[Any, Box] = {}
    sources = {}
    top = max(values.values())
    sheet.text(0, 2, "source", size=11, colour=MUTED)
    for reader, name in enumerate(readers, 1):
        x = CELLS_X + (reader - 1) * CELL_W + CELL_W / 2
        look = {"bold": reader == chosen[1], "size": 11, "anchor": "mb"}
        sheet.text(x, CELLS_Y - 5, name, **look)
    sheet.text(CELLS_X + 2 * CELL_W, 2, "reader", size=11, colour=MUTED, anchor="mt")
    for source in range(4):
        y = CELLS_Y + source * CELL_H
        name = f"layer {source}" if source else "input"
        look = {"colour": source_colour(source), "bold": True, "size": 12, "anchor": "lm"}
        sheet.text(0, y + CELL_H / 2, name, **look)
        sources["source", source] = (0, y, CELLS_X - 4, CELL_H)
    for (source, reader), value in values.items():
        x, y = CELLS_X + (reader - 1) * CELL_W, CELLS_Y + source * CELL_H
        share = max(value, 0) / top if top > 0 else 0
        shade = tint(source_colour(1), 1 - 0.8 * share)
        sheet.box(x, y, CELL_W - 2, CELL_H - 2, fill=shade, edge=_PALE, line=1)
        text = f"{value:.{digits}f}".replace("-", "−")
        ink = INK if share < 0.75 else "#ffffff"
        sheet.text(x + CELL_W / 2 - 1, y + CELL_H / 2, text, size=12, anchor="mm", colour=ink)
        if (source, reader) in silent:
            ends = [(x + 4, y + CELL_H - 8), (x + CELL_W - 6, y + 6)]
            sheet.line(ends, colour=ACCENT, width=3)
        boxes[source, reader] = (x, y, CELL_W - 2, CELL_H - 2)
    x, y, width, height = boxes[chosen]
    sheet.box(x - 2, y - 2, width + 4, height + 4, edge=INK, line=3)
    return boxes | sources


def _draw_filters(sheet: Sheet, weights: np.ndarray, source: int, reader: str) -> Box:
    """The weights as pixels, their signs as colours."""
    filters, channels = weights.shape
    side = min(FILTERS / filters, FILTERS / channels)
    width, height = channels * side, filters * side
    sheet.text(FILTERS_X, 2, f"weights of the {reader}" if reader[-1].isalpha() else
               f"weights of {reader}", bold=True, size=12)  # fmt: skip
    sheet.text(FILTERS_X, 18, f"{filters} filters × {channels} channels", size=11, colour=MUTED)
    most = float(np.abs(weights).max())
    pixels = colour_map(weights, name="PuOr", low=-most, high=most)
    sheet.picture(pixels, FILTERS_X, FILTERS_Y, width, height)
    sheet.box(FILTERS_X, FILTERS_Y, width, height, edge=source_colour(source), line=2)
    return (FILTERS_X, FILTERS_Y, width, height)


def _draw_maps(sheet: Sheet, maps: np.ndarray, source: int) -> Box:
    name = f"layer {source}" if source else "the input"
    sheet.text(0, MAPS_Y - 22, f"{len(maps)} maps of {name}", bold=True, size=12)
    space, height = _NAMES_X - 24, HEIGHT - MAPS_Y
    tile = next(
        side
        for side in range(72, 7, -1)
        if -(-len(maps) // (space // (side + 3))) * (side + 3) <= height
    )
    wrap = space // (tile + 3)
    for index, values in enumerate(maps):
        x, y = (index % wrap) * (tile + 3), MAPS_Y + (index // wrap) * (tile + 3)
        sheet.picture(map_pixels(values), x, y, tile, tile)
        sheet.box(x, y, tile, tile, edge=source_colour(source), line=1)
    rows = -(-len(maps) // wrap)
    return (0, MAPS_Y, min(wrap, len(maps)) * (tile + 3), rows * (tile + 3))


def _draw_image(sheet: Sheet, image: np.ndarray) -> Box:
    box = (_NAMES_X, MAPS_Y, 112, 112)
    sheet.text(_NAMES_X, MAPS_Y - 22, "the picture", bold=True, size=12)
    sheet.picture(colour_map(image, low=0, high=1), *box)
    return box


def _draw_bars(sheet, before, now, right) -> dict[str, Box]:
    """What the net says, a bar a class; a line marks what it said with nothing silent."""
    sheet.text(_NAMES_X, 2, "The net says", bold=True, size=12)
    sheet.text(_NAMES_X, 18, "✓ true class   | nothing silent", size=11, colour=MUTED)
    first, boxes = max(now, key=now.get), {}
    for row, (name, share) in enumerate(now.items()):
        y, length = BARS_Y + row * BAR_STEP, BAR_LENGTH * share
        middle = y + _BAR_HEIGHT / 2
        if name == right:
            sheet.text(_NAMES_X, middle, "✓", size=13, bold=True, anchor="lm")
        sheet.text(BARS_X - 6, middle, name, size=11, bold=name == right, anchor="rm")
        sheet.box(BARS_X, y, max(length, 0.5), _BAR_HEIGHT, fill=INK if name == first else _PALE)
        mark = BARS_X + BAR_LENGTH * before[name]
        sheet.line([(mark, y - 2), (mark, y + _BAR_HEIGHT + 2)], colour=ACCENT, width=2)
        beside = max(length, BAR_LENGTH * before[name]) + 6
        percent = {"text": f"{share:.0%}", "colour": INK if share >= 0.005 else MUTED}
        sheet.text(BARS_X + beside, middle, size=11, anchor="lm", **percent)
        boxes[name] = (_NAMES_X, y - 3, WIDTH - _NAMES_X - 10, BAR_STEP - 1)
    return boxes
