"""Every way from the reader back to the input, in a net of layers that multiply by w."""

from dataclasses import dataclass
from itertools import combinations

NETS = ("plain", "residual", "dense")


@dataclass(frozen=True)
class Path:
    """One way back: the number of the reader's that it starts from, and the layers it passes.

    ``entry`` is l for x_l. The path contributes w to the power of the layers passed.
    """

    entry: int
    layers: tuple[int, ...]

    def slope(self, w: float) -> float:
        return w ** len(self.layers)


def paths_of(net: str, num_layers: int) -> list[Path]:
    """All paths of a net, those past fewer layers first.

    A residual layer may be passed or gone around. In a dense net the same choices end in
    different numbers of the reader's: x_l is made by layer l, the last that its paths pass.
    """
    every = tuple(range(1, num_layers + 1))
    if net == "plain":
        return [Path(num_layers, every)]
    chosen = [some for count in range(num_layers + 1) for some in combinations(every, count)]
    if net == "residual":
        return [Path(num_layers, some) for some in chosen]
    return sorted(
        (Path(some[-1] if some else 0, some) for some in chosen), key=lambda path: path.entry
    )


def slopes(net: str, num_layers: int, w: float) -> dict[int, float]:
    """The slope of each number that the reader gets: the sum over its paths."""
    found: dict[int, float] = {}
    for path in paths_of(net, num_layers):
        found[path.entry] = found.get(path.entry, 0.0) + path.slope(w)
    return found
