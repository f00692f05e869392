"""Two small pictures, added or concatenated: which shapes fit, and what comes out."""

from functools import lru_cache

import torch
from torch import Tensor

from densenet_lessons.datasets import load_photo
from densenet_lessons.panels.base import Panel
from densenet_lessons.panels.controls import choice, slider
from densenet_lessons.plots import plot_combination

DIMENSIONS = ("batch", "channels", "height", "width")
_SIDE = 64


def add_concat_panel() -> Panel:
    """Add or concatenate a photo with one of four partners, along any dimension.

    Controls: ``operation`` (add or concat), ``dim`` (0 to 3, for concat), ``second`` (the
    partner). A combination that does not fit is refused in words.
    """
    controls = {
        "operation": choice("operation", ("concat", "add"), "concat"),
        "dim": slider("dimension of concat", 0, 3, 1),
        "second": choice("second picture", tuple(_partners()), "upside down"),
    }
    return Panel("Add or concat", controls, _draw, scale=2)


def _draw(operation: str, dim: int, second: str):
    x, y = _photo(), _partners()[second]
    # The same operation on maps of ownership tells which pixel of the result came from where.
    from_x = [torch.ones_like(x), torch.zeros_like(y)]
    from_y = [torch.zeros_like(x), torch.ones_like(y)]
    if operation == "add":
        _check_add(x, y)
        result, owners = x + y, [sum(from_x), sum(from_y)]
    else:
        _check_concat(x, y, dim)
        result, owners = torch.cat([x, y], dim), [torch.cat(from_x, dim), torch.cat(from_y, dim)]
    picture = plot_combination(
        x.numpy(), y.numpy(), (result / result.max()).numpy(), [owner.numpy() for owner in owners]
    )
    call = "x + y" if operation == "add" else f"torch.cat([x, y], dim={dim})"
    sentence = f"{call}: {_shape(x)} and {_shape(y)} give {_shape(result)}. "
    if operation == "concat":
        sentence += (
            f"Only the {DIMENSIONS[dim]} dimension grew; all numbers of x and y are still there."
        )
    elif x.shape == y.shape:
        sentence += (
            "The shape stays, and each number is a sum: x and y can't be told apart any more."
        )
    else:
        sentence += (
            "The shapes differ, and PyTorch did not object: it repeated the one channel of y for "
            "each channel of x. This is called broadcasting, and it can hide a mistake."
        )
    alt = (
        f"Channels of the photo and of the second picture ({second}), and below them the result "
        f"of {operation}: {len(result)} by {result.shape[1]} maps of "
        f"{result.shape[2]} by {result.shape[3]} pixels."
    )
    return picture, alt, sentence


def _check_add(x: Tensor, y: Tensor) -> None:
    for name, a, b in zip(DIMENSIONS, x.shape, y.shape, strict=True):
        if a != b and 1 not in (a, b):
            raise ValueError(f"add needs the same {name} in both pictures, got {a} and {b}")


def _check_concat(x: Tensor, y: Tensor, dim: int) -> None:
    for axis, (name, a, b) in enumerate(zip(DIMENSIONS, x.shape, y.shape, strict=True)):
        if axis != dim and a != b:
            raise ValueError(
                f"concat along dimension {dim} ({DIMENSIONS[dim]}) needs the same {name} "
                f"in both pictures, got {a} and {b}"
            )


def _shape(tensor: Tensor) -> str:
    return str(tuple(tensor.shape))


@lru_cache(maxsize=1)
def _photo() -> Tensor:
    return load_photo(size=_SIDE).unsqueeze(0)


@lru_cache(maxsize=1)
def _partners() -> dict[str, Tensor]:
    photo = _photo()
    wide = torch.nn.functional.interpolate(photo, size=(_SIDE, 3 * _SIDE // 2), mode="bilinear")
    return {
        "upside down": photo.flip(2),
        "in grey, one channel": photo.mean(1, keepdim=True),
        "wider": wide,
        "a batch of two": torch.cat([photo.flip(2), photo.flip(3)]),
    }
