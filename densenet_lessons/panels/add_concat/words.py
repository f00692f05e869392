"""What the add-or-concat panel says: whole sentences about shapes, numbers and frames."""

from collections.abc import Sequence

from torch import Tensor

from densenet_lessons.panels.add_concat.picture import Frame

DIMENSIONS = ("batch", "channels", "height", "width")
_SIZES = ("number of pictures", "number of channels", "height", "width")
_PARTS = ("picture", "channel", "row", "column")


def names(tensor: Tensor) -> tuple[str, ...]:
    return ("red", "green", "blue") if tensor.shape[1] == 3 else ("grey",)


def call(dim: int | None) -> str:
    return "x + y" if dim is None else f"torch.cat([x, y], dim={dim})"


def refused(x: Tensor, y: Tensor, dim: int | None, clash: int) -> str:
    a, b = x.shape[clash], y.shape[clash]
    if dim is None:
        return (
            f"Not possible: {call(dim)} of {_shape(x)} and {_shape(y)}. To be added, both need "
            f"the same {_SIZES[clash]}: {a} and {b} differ."
        )
    return (
        f"Not possible: {call(dim)} of {_shape(x)} and {_shape(y)}. Along dimension {dim} "
        f"({DIMENSIONS[dim]}), both need the same {_SIZES[clash]}: {a} and {b} differ."
    )


def refused_alt(x: Tensor, y: Tensor, second: str, clash: int) -> str:
    a, b = x.shape[clash], y.shape[clash]
    return (
        f"{_above(x, y, second)} There is no result: both need the same {_SIZES[clash]}, and "
        f"{a} and {b} differ."
    )


def joined(x: Tensor, y: Tensor, result: Tensor, dim: int) -> str:
    return (
        f"{call(dim)}: {_shape(x)} and {_shape(y)} give {_shape(result)}. Only dimension {dim} "
        f"({DIMENSIONS[dim]}) grew; all numbers of x and y are there."
    )


def added(x: Tensor, y: Tensor, result: Tensor) -> str:
    given = f"x + y: {_shape(x)} and {_shape(y)} give {_shape(result)}."
    if x.shape == y.shape:
        return f"{given} The shape stays, and each number is the sum of one from x and one from y."
    axis = next(i for i, (a, b) in enumerate(zip(x.shape, y.shape, strict=True)) if a != b)
    repeated, other = ("y", "x") if y.shape[axis] == 1 else ("x", "y")
    count, part = max(x.shape[axis], y.shape[axis]), _PARTS[axis]
    return (
        f"{given} The shapes differ, and PyTorch did not object: it repeated the one {part} of "
        f"{repeated} for each of the {count} {part}s of {other}. This is called broadcasting."
    )


def joined_alt(x: Tensor, y: Tensor, second: str, result: Tensor, dim: int) -> str:
    pictures, channels, height, width = result.shape
    return (
        f"{_above(x, y, second)} To their right {call(dim)}: {pictures} by {channels} maps of "
        f"{height} by {width} pixels, framed by where they came from."
    )


def added_alt(x: Tensor, y: Tensor, second: str, result: Tensor) -> str:
    pictures, channels, height, width = result.shape
    return (
        f"{_above(x, y, second)} To their right x + y: {pictures} by {channels} maps of "
        f"{height} by {width} pixels, each from both x and y."
    )


def label(frame: Frame, x: Tensor, y: Tensor, result: Tensor | None, dim: int | None) -> str:
    """What hovering a frame tells: whose numbers it holds, and which."""
    n, c = frame.picture, frame.channel
    own = {"x": x, "y": y}.get(frame.batch, result)
    numbers = own[n, c, slice(*frame.rows), slice(*frame.columns)]
    low, high = numbers.min().item(), numbers.max().item()
    if frame.onto is not None:
        other = "y" if frame.batch == "x" else "x"
        return (
            f"{frame.batch}[{n}, {c}] is used again here, for {other}"
            f"[{frame.onto[0]}, {frame.onto[1]}]."
        )
    if frame.batch != "result":
        height, width = numbers.shape
        return (
            f"{frame.batch}[{n}, {c}], the {names(own)[c]} map of {frame.batch}: "
            f"{height}×{width} numbers from {low:.2f} to {high:.2f}."
        )
    if frame.owner == "both":
        (i, j), (k, m) = _place(x, n, c), _place(y, n, c)
        return (
            f"result[{n}, {c}] is x[{i}, {j}] + y[{k}, {m}], number by number: from {low:.2f} to "
            f"{high:.2f}."
        )
    return _joined_label(frame, x, y, dim, low, high)


def _joined_label(frame: Frame, x: Tensor, y: Tensor, dim: int, low: float, high: float) -> str:
    n, c, owner = frame.picture, frame.channel, frame.owner
    source = x if owner == "x" else y
    skipped = [x.shape[axis] if owner == "y" and axis == dim else 0 for axis in (0, 1)]
    i, j = n - skipped[0], c - skipped[1]
    of = f"{owner}[{i}, {j}], the {names(source)[j]} map of {owner}"
    if dim == 2:
        first, last = frame.rows[0], frame.rows[1] - 1
        return (
            f"Rows {first} to {last} of result[{n}, {c}] are {of}: numbers from {low:.2f} to "
            f"{high:.2f}."
        )
    if dim == 3:
        first, last = frame.columns[0], frame.columns[1] - 1
        return (
            f"Columns {first} to {last} of result[{n}, {c}] are {of}: numbers from {low:.2f} to "
            f"{high:.2f}."
        )
    return f"result[{n}, {c}] is {of}: numbers from {low:.2f} to {high:.2f}."


def _place(tensor: Tensor, *place: int) -> Sequence[int]:
    """Where a repeated tensor is read: its only entry stands at each place."""
    return [at if size > 1 else 0 for at, size in zip(place, tensor.shape[:2], strict=True)]


def _above(x: Tensor, y: Tensor, second: str) -> str:
    return f"The photo x, {_shape(x)}, above y ({second}), {_shape(y)}."


def _shape(tensor: Tensor) -> str:
    return str(tuple(tensor.shape))
