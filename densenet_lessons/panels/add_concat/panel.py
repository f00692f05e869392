"""Two small pictures, added or concatenated: which shapes fit, and what comes out."""

from functools import lru_cache

import torch
from torch import Tensor

from densenet_lessons.data import load_photo
from densenet_lessons.panels.add_concat.picture import Maps, plot_combination
from densenet_lessons.panels.base import Panel
from densenet_lessons.panels.controls import choice, slider

DIMENSIONS = ("batch", "channels", "height", "width")
SIZES = ("number of pictures", "number of channels", "height", "width")
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
    return Panel("Add or concat", controls, _draw, scale=2)


def _draw(operation: str, dim: int, second: str):
    x, y = _photo(), _partners()[second]
    adds = operation == "add"
    call = "x + y" if adds else f"torch.cat([x, y], dim={dim})"
    shapes = f"{_shape(x)} and {_shape(y)}"
    above = f"The photo x, {_shape(x)}, above y ({second}), {_shape(y)}."
    # The same operation on maps of ownership tells which pixel of the result came from where.
    from_x = [torch.ones_like(x), torch.zeros_like(y)]
    from_y = [torch.zeros_like(x), torch.ones_like(y)]
    parts = [
        Maps(name, tensor.numpy(), _names(tensor), [from_x[i].numpy(), from_y[i].numpy()])
        for i, (name, tensor) in enumerate([("x", x), ("y", y)])
    ]
    clash = _clash(x, y, None if adds else dim)
    if clash is not None:
        picture = plot_combination(*parts, None, call=call, clash=clash)
        rule = f"both need the same {SIZES[clash]}"
        where = "To be added" if adds else f"Along dimension {dim} ({DIMENSIONS[dim]})"
        differ = f"{x.shape[clash]} and {y.shape[clash]} differ"
        sentence = f"Not possible: {call} of {shapes}. {where}, {rule}: {differ}."
        return picture, f"{above} There is no result: {rule}, and {differ}.", sentence
    if adds:
        result, owners = x + y, [sum(from_x), sum(from_y)]
        names, repeated_to = _names(x), result.shape[:2]
    else:
        result, owners = torch.cat([x, y], dim), [torch.cat(from_x, dim), torch.cat(from_y, dim)]
        names, repeated_to = _names(x) + (_names(y) if dim == 1 else ()), (0, 0)
    out = Maps(
        f"{call}  ", result.numpy(), names, [owner.numpy() for owner in owners], white=1 + adds
    )
    picture = plot_combination(*parts, out, repeated_to=repeated_to)
    pictures, channels, height, width = result.shape
    alt = (
        f"{above} To their right {call}: {pictures} by {channels} maps of {height} by {width} "
        f"pixels, {'each from both x and y' if adds else 'framed by where they came from'}."
    )
    if not adds:
        finding = (
            f"Only dimension {dim} ({DIMENSIONS[dim]}) grew; all numbers of x and y are there."
        )
    elif x.shape == y.shape:
        finding = "The shape stays, and each number is the sum of one from x and one from y."
    else:
        finding = _broadcasting(x, y)
    return picture, alt, f"{call}: {shapes} give {_shape(result)}. {finding}"


def _clash(x: Tensor, y: Tensor, joined: int | None) -> int | None:
    """The first dimension that forbids to add, or to join along ``joined``."""
    for axis, (a, b) in enumerate(zip(x.shape, y.shape, strict=True)):
        if a != b and axis != joined and (joined is not None or 1 not in (a, b)):
            return axis
    return None


def _broadcasting(x: Tensor, y: Tensor) -> str:
    axis = next(i for i, (a, b) in enumerate(zip(x.shape, y.shape, strict=True)) if a != b)
    part = ("picture", "channel", "row", "column")[axis]
    repeated, other = ("y", "x") if y.shape[axis] == 1 else ("x", "y")
    count = max(x.shape[axis], y.shape[axis])
    return (
        f"The shapes differ, and PyTorch did not object: it repeated the one {part} of {repeated} "
        f"for each of the {count} {part}s of {other}. This is called broadcasting."
    )


def _names(tensor: Tensor) -> tuple[str, ...]:
    return ("red", "green", "blue") if tensor.shape[1] == 3 else ("grey",)


def _shape(tensor: Tensor) -> str:
    return str(tuple(tensor.shape))


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
