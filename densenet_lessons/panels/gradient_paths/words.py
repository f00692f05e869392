"""What the panel says of slopes, layers and paths."""

from collections.abc import Mapping, Sequence

from densenet_lessons.panels.gradient_paths.paths import Path

_POWERS = {0: "1", 1: "w", 2: "w²", 3: "w³"}


def sentence(net: str, w: float, slopes: Mapping[int, float], paths: Sequence[Path]) -> str:
    total = sum(slopes.values())
    if net == "plain":
        return (
            f"The plain net has one path, through every layer. With w = {w:g} the reader's number "
            f"has the slope {total:.4g}."
        )
    if net == "residual":
        return (
            f"The residual net has {len(paths)} paths, and the reader gets one number, the sum of "
            f"them all. With w = {w:g} its slope is {total:.4g}."
        )
    listed = ", ".join(f"{slope:.4g}" for slope in slopes.values())
    return (
        f"The dense net has {len(paths)} paths, sorted into the {len(slopes)} numbers that the "
        f"reader gets. With w = {w:g} their slopes are {listed}: together {total:.4g}."
    )


def alt(net: str, num_layers: int, told: str) -> str:
    return f"A {net} net of depth {num_layers}, from the input x to its reader. {told}"


def input_label() -> str:
    return "The input x: every path ends here, and here the slope is 1."


def layer_label(net: str, layer: int, w: float) -> str:
    if net == "dense" and layer > 1:
        return f"Layer {layer} adds up the {layer} numbers before it and multiplies by w = {w:g}."
    return f"Layer {layer} multiplies what it reads by w = {w:g}."


def add_label(layer: int, w: float) -> str:
    slope = (1 + w) ** layer
    return (
        f"Addition {layer} mixes the way through layer {layer} with the way around it: behind it "
        f"the slope is {slope:.4g}."
    )


def entry_label(net: str, entry: int, slope: float, count: int) -> str:
    if count == 1:
        return f"The reader gets x{entry}: its slope is {slope:.4g}, from one path."
    return f"The reader gets x{entry}: its slope is {slope:.4g}, the sum of {count} paths."


def step(path: Path, number: int, count: int, w: float) -> str:
    power, slope = _POWERS[len(path.layers)], path.slope(w)
    if not path.layers:
        return f"Path {number} of {count} goes around all layers: it brings 1."
    if len(path.layers) == 1:
        return (
            f"Path {number} of {count} goes through layer {path.layers[0]}: it brings {power} = "
            f"{slope:.4g}."
        )
    *first, last = path.layers
    listed = ", ".join(map(str, first))
    return (
        f"Path {number} of {count} goes through layers {listed} and {last}: it brings {power} = "
        f"{slope:.4g}."
    )


def ending(net: str, slopes: Mapping[int, float]) -> str:
    total = sum(slopes.values())
    if net == "dense":
        return (
            f"The reader has a number for each row, and weighs them itself: together {total:.4g}."
        )
    return f"The reader has one number, and its slope is the sum: {total:.4g}."
