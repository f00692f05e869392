"""A net of a few layers as lines and boxes, and the way of each path through it."""

from typing import Any

from PIL.Image import Image

from densenet_lessons.panels.gradient_paths.paths import Path
from densenet_lessons.pictures import INK, MUTED, Sheet, draw_mark, source_colour, tint

#: x, y, width and height in CSS pixels.
Box = tuple[float, float, float, float]

WIDTH, HEIGHT = 760, 250
_INPUT, _READER = 56, 640
_TOP, _STEP, _DOWN = 66, 44, 86
_FORK, _HALF, _TALL = 52, 30, 30
_LINE = "#9aa3af"


def draw_paths(net: str, num_layers: int, slopes: dict[int, float]) -> tuple[Image, dict[Any, Box]]:
    """The net, pale, with the slope of each number that the reader gets.

    Returns:
        The picture, and the places of "x", of ("layer", l), of ("add", l) and ("entry", l).
    """
    sheet, boxes = Sheet(WIDTH, HEIGHT), {}
    sheet.text(_INPUT, 10, "gradients run from right to left", size=12, colour=MUTED)
    lines = range(num_layers + 1) if net == "dense" else (0,)
    for line in lines:
        start = _layer(line, num_layers) if net == "dense" and line else _INPUT
        sheet.line([(start, _height(line)), (_READER, _height(line))], colour=_LINE, width=2)
    for layer in range(1, num_layers + 1):
        x, y = _layer(layer, num_layers), _layer_height(net, layer)
        if net != "plain":
            sheet.line([(x - _FORK, _TOP), (x - _FORK, y), (x, y)], colour=_LINE, width=2)
            for line in range(layer if net == "dense" else 1):
                draw_mark(sheet, "o", x - _FORK, _height(line), _LINE, size=8)
        if net == "residual":
            sheet.line([(x, y), (x + _FORK, y), (x + _FORK, _TOP)], colour=_LINE, width=2)
            draw_mark(sheet, "o", x + _FORK, _TOP, INK, size=20)
            sheet.text(x + _FORK, _TOP, "+", size=15, colour="#ffffff", anchor="mm", bold=True)
            boxes["add", layer] = (x + _FORK - 11, _TOP - 11, 22, 22)
        box = (x - _HALF, y - _TALL / 2, 2 * _HALF, _TALL)
        sheet.box(*box, fill=tint(source_colour(layer)), edge=source_colour(layer))
        sheet.text(x, y, f"{layer}: × w", size=12, anchor="mm", bold=True)
        boxes["layer", layer] = box
    draw_mark(sheet, "o", _INPUT, _TOP, INK, size=26)
    sheet.text(_INPUT, _TOP, "x", size=14, colour="#ffffff", anchor="mm", bold=True)
    boxes["x"] = (_INPUT - 13, _TOP - 13, 26, 26)
    low = _height(lines[-1])
    sheet.box(_READER, _TOP - 20, 96, low - _TOP + 40, fill="#ffffff", edge=INK, line=1.5)
    sheet.text(_READER + 48, _TOP - 26, "the reader", size=12, anchor="ms", bold=True)
    for entry, slope in slopes.items():
        y = _height(entry if net == "dense" else 0)
        sheet.text(_READER + 48, y, f"{slope:.4g}", size=14, anchor="mm", bold=True)
        boxes["entry", entry] = (_READER + 2, y - 18, 92, 36)
    return sheet.image, boxes


def way(net: str, num_layers: int, path: Path) -> str:
    """The path as an SVG path, from the reader to the input."""
    line = path.entry if net == "dense" else 0
    points = [(_READER, _height(line))]
    for layer in reversed(path.layers):
        x, y = _layer(layer, num_layers), _layer_height(net, layer)
        if net == "residual":
            points += [(x + _FORK, _TOP), (x + _FORK, y), (x - _FORK, y), (x - _FORK, _TOP)]
        if net == "dense":
            before = max((one for one in path.layers if one < layer), default=0)
            points += [(x - _FORK, y), (x - _FORK, _height(before))]
    points.append((_INPUT, _TOP))
    return "M " + " L ".join(f"{x:g} {y:g}" for x, y in points)


def _layer(layer: int, num_layers: int) -> float:
    return _INPUT + layer * (_READER - _INPUT) / (num_layers + 0.55) - 30


def _layer_height(net: str, layer: int) -> float:
    return {"plain": _TOP, "residual": _TOP + _DOWN, "dense": _height(layer)}[net]


def _height(line: int) -> float:
    return _TOP + line * _STEP
