"""What a forward pass moves: the bytes that each operation reads and writes.

Each operation runs by itself, as in a library that fuses nothing: it reads its inputs from memory
and writes its result there. Multiply-adds over these bytes are the arithmetic intensity.
"""

from dataclasses import dataclass

from densenet_lessons.costs.counting import operations
from densenet_lessons.densenet import DenseNetSpec, block_sides, check_positive_int

#: The kinds of operation that move bytes, in the order in which they are shown.
MOVED_KINDS = ("convolution", "batch norm", "ReLU", "concatenation", "pool", "linear")
_CONV, _NORM, _RELU, _CAT, _POOL, _LINEAR = MOVED_KINDS

_INDEX_BYTES = 8  # max pool writes down in 64-bit integers where each maximum stood


@dataclass(frozen=True)
class Movement:
    """One operation: its name, its kind, the bytes it moves, its multiply-adds in the batch."""

    name: str
    kind: str
    num_bytes: int
    macs: int = 0


def movements(
    spec: DenseNetSpec, image_size: int, *, batch_size: int = 1, bytes_per_value: int = 4
) -> list[Movement]:
    """What each operation of a forward pass in eval mode reads and writes.

    A batch norm is counted as one read and one write of its map; in training mode it reads the
    map twice. Max pool writes 64-bit indices as well.

    Args:
        spec: the net, without recomputation, which changes nothing in a forward pass.
        image_size: side of the square images, in pixels.
        batch_size: N, images in the batch.
        bytes_per_value: 4 for float32, 2 for bfloat16.

    Raises:
        ValueError: if a number is not a positive integer, or ``image_size`` is too small.
    """
    check_positive_int(batch_size=batch_size, bytes_per_value=bytes_per_value)
    sides, size = block_sides(spec, image_size), bytes_per_value
    moved: list[Movement] = []

    def move(name: str, kind: str, values: int, once: int = 0, macs: int = 0) -> None:
        """``values`` and ``macs`` are for each image, ``once`` is for the whole batch."""
        count = (batch_size * values + once) * size
        moved.append(Movement(name, kind, count, batch_size * macs))

    def pool(name: str, channels: int, side: int, out: int) -> None:
        move(name, _POOL, channels * (side**2 + out**2))

    image_side = image_size  # of the map that the next operation reads
    for step in operations(spec, image_size):
        pixels = step.side**2
        prefix, _, part = step.name.rpartition(".")
        if step.kind == "norm":
            if _reads_a_concatenation(step.name):
                move(f"{step.name} cat", _CAT, 2 * step.in_channels * pixels)
            move(step.name, _NORM, 2 * step.in_channels * pixels, 4 * step.in_channels)
            last = prefix == "features" and part != "norm0"
            relu = "relu" if last else step.name.replace("norm", "relu")
            move(relu, _RELU, 2 * step.in_channels * pixels)
        elif step.kind == "conv":
            read = step.in_channels * (image_side if part == "conv0" else step.side) ** 2
            values = read + step.out_channels * pixels
            move(step.name, _CONV, values, step.parameters, step.macs)
        else:
            pool("pool", step.in_channels, sides[-1], 1)
            values = step.in_channels + step.out_channels
            move(step.name, _LINEAR, values, step.parameters, step.macs)
        if part == "norm0":
            kept = step.in_channels * sides[0] ** 2
            count = batch_size * (size * (step.in_channels * pixels + kept) + _INDEX_BYTES * kept)
            moved.append(Movement("features.pool0", _POOL, count))
        elif part == "conv" and prefix.startswith("features.transition"):
            pool(f"{prefix}.pool", step.out_channels, step.side, step.side // 2)
    return moved


def bytes_moved(spec: DenseNetSpec, image_size: int, **how) -> int:
    """Bytes that a forward pass in eval mode reads and writes.

    Args:
        spec, image_size: as in ``movements``.
        how: batch_size, bytes_per_value, as there.

    Raises:
        ValueError: as ``movements``.
    """
    return sum(step.num_bytes for step in movements(spec, image_size, **how))


def _reads_a_concatenation(norm: str) -> bool:
    """Whether this norm is one of a dense layer from the second on, or follows a block."""
    *place, part = norm.removeprefix("features.").split(".")
    if not place:
        return part != "norm0"
    in_transition = place[-1].startswith("transition")
    return in_transition or (part == "norm1" and place[-1] != "denselayer1")
