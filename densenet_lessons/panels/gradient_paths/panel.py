"""The gradient's paths in lesson 01: one after another they light up, and add up."""

from typing import Any

from densenet_lessons.panels.base import FilmStep, Panel, Region, Scene
from densenet_lessons.panels.controls import choice, slider, steps
from densenet_lessons.panels.gradient_paths import words
from densenet_lessons.panels.gradient_paths.paths import NETS, paths_of, slopes
from densenet_lessons.panels.gradient_paths.picture import draw_paths, way
from densenet_lessons.pictures import ACCENT, source_colour

_WEIGHTS = (-1.0, -0.5, 0.0, 0.5, 1.0)


def gradient_paths(net: str = "residual") -> Panel:
    """All ways of a gradient back to the input, in nets whose layers multiply by w.

    Controls: ``net`` (plain, residual, dense), ``layers`` (1 to 3), ``w`` (-1 to 1). ``Play``
    lights the paths one after another, each with what it brings to the slope.

    Raises:
        ValueError: if ``net`` is not one of these.
    """
    if net not in NETS:
        raise ValueError(f"net must be one of {', '.join(NETS)}, got {net!r}")
    controls = {
        "net": choice("net", NETS, net),
        "layers": slider("layers", 1, 3, 2),
        "w": steps("w", _WEIGHTS, 0.5),
    }
    return Panel("Paths of the gradient", controls, _scene, scale=2)


def _scene(net: str, layers: int, w: float) -> Scene:
    paths, found = paths_of(net, layers), slopes(net, layers, w)
    picture, boxes = draw_paths(net, layers, found)
    regions = [Region(*box, _label(name, net, layers, w)) for name, box in boxes.items()]
    lights = [
        (way(net, layers, path), source_colour(path.entry + 1) if net == "dense" else ACCENT)
        for path in paths
    ]
    film = [
        FilmStep(words.step(path, number, len(paths), w), lights=[light])
        for number, (path, light) in enumerate(zip(paths, lights, strict=True), 1)
    ]
    entries = [index for index, name in enumerate(boxes) if name[0] == "entry"]
    film.append(FilmStep(words.ending(net, found), entries, lights))  # till then they are covered
    told = words.sentence(net, w, found, paths)
    return Scene(picture, words.alt(net, layers, told), told, regions, film)


def _label(name: Any, net: str, layers: int, w: float) -> str:
    if name == "x":
        return words.input_label()
    kind, number = name
    if kind == "layer":
        return words.layer_label(net, number, w)
    if kind == "add":
        return words.add_label(number, w)
    count = sum(path.entry == number for path in paths_of(net, layers))
    return words.entry_label(net, number, slopes(net, layers, w)[number], count)
