"""Two small pictures, added or concatenated: which shapes fit, and what comes out."""

from collections.abc import Sequence
from functools import lru_cache

import torch
from torch import Tensor

from densenet_lessons.data import load_photo
from densenet_lessons.panels.add_concat import words
from densenet_lessons.panels.add_concat.picture import Maps, plot_combination
from densenet_lessons.panels.base import Panel, Region, Scene
from densenet_lessons.panels.controls import choice, slider

_SIDE = 56


def add_concat_panel() -> Panel:
    """Add or concatenate a photo with one of four partners, along any dimension.

    Controls: ``operation`` (add or concat), ``dim`` (0 to 3, for concat), ``second`` (the
    partner). For a combination that does not fit, x and y are shown without a result, and the
    sentence says why.
    """
    controls = {
        "operation": choice("operation", ("concat", "add"), "concat"),
        "dim": slider("dimension of concat", 0, 3, 1),
        "second": choice("second picture", tuple(_partners()), "upside down"),
    }

    def show_only_for_concat(change):
        # Hidden in its place, so that the page doesn't move.
        controls["dim"].layout.visibility = "visible" if change["new"] == "concat" else "hidden"

    controls["operation"].observe(show_only_for_concat, "value")
    return Panel("Add or concat", controls, _scene, scale=2)


def _scene(operation: str, dim: int, second: str) -> Scene:
    x, y = _photo(), _partners()[second]
    along = None if operation == "add" else dim
    # The same operation on maps of ownership tells which pixel of the result came from where.
    from_x = [torch.ones_like(x), torch.zeros_like(y)]
    from_y = [torch.zeros_like(x), torch.ones_like(y)]
    parts = [
        Maps(name, tensor.numpy(), words.names(tensor), [from_x[i].numpy(), from_y[i].numpy()])
        for i, (name, tensor) in enumerate([("x", x), ("y", y)])
    ]
    clash, result = _clash(x, y, along), None
    if clash is not None:
        picture, frames = plot_combination(*parts, None, call=words.call(along), clash=clash)
        alt, sentence = words.refused_alt(x, y, second, clash), words.refused(x, y, along, clash)
    elif along is None:
        result = x + y
        out = _result("x + y", result, words.names(x), [sum(from_x), sum(from_y)], white=2)
        picture, frames = plot_combination(*parts, out, repeated_to=result.shape[:2])
        alt, sentence = words.added_alt(x, y, second, result), words.added(x, y, result)
    else:
        result = torch.cat([x, y], dim)
        names = words.names(x) + (words.names(y) if dim == 1 else ())
        owners = [torch.cat(from_x, dim), torch.cat(from_y, dim)]
        out = _result(words.call(dim), result, names, owners, white=1)
        picture, frames = plot_combination(*parts, out)
        alt = words.joined_alt(x, y, second, result, dim)
        sentence = words.joined(x, y, result, dim)
    regions = [Region(*one.box, words.label(one, x, y, result, along)) for one in frames]
    return Scene(picture, alt, sentence, regions)


def _result(
    call: str, result: Tensor, names: Sequence[str], owners: Sequence[Tensor], *, white: float
) -> Maps:
    return Maps(f"{call}  ", result.numpy(), names, [one.numpy() for one in owners], white=white)


def _clash(x: Tensor, y: Tensor, joined: int | None) -> int | None:
    """The first dimension that forbids to add, or to join along ``joined``."""
    for axis, (a, b) in enumerate(zip(x.shape, y.shape, strict=True)):
        if a != b and axis != joined and (joined is not None or 1 not in (a, b)):
            return axis
    return None


@lru_cache(maxsize=1)
def _photo() -> Tensor:
    return load_photo(size=_SIDE).unsqueeze(0)


@lru_cache(maxsize=1)
def _partners() -> dict[str, Tensor]:
    photo = _photo()
    wide = load_photo(size=3 * _SIDE // 2)[:, :_SIDE]
    return {
        "upside down": photo.flip(2),
        "in grey, one channel": photo.mean(1, keepdim=True),
        "wider": wide.unsqueeze(0),
        "a batch of two": torch.cat([photo.flip(2), photo.flip(3)]),
    }
