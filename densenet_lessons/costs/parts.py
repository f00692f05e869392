"""A net as its parts, from the paper's formulas."""

from dataclasses import dataclass

from densenet_lessons.costs.counting import Operation, operations
from densenet_lessons.densenet import DenseNetSpec, block_sides


@dataclass(frozen=True)
class Map:
    """Feature maps at one place of a net.

    ``sources`` holds (channels, source) as a dense block orders them: source 0 is the block's
    input, then its layers. ``made_by`` says in words what made the maps, line by line.
    """

    sources: tuple[tuple[int, int], ...]
    side: int
    made_by: str = ""

    @property
    def channels(self) -> int:
        return sum(channels for channels, _ in self.sources)


@dataclass(frozen=True)
class Part:
    """A part of a net: the stem, a dense block, a transition or the head.

    ``maps`` leads from what enters to what leaves; a block has just these two. ``steps`` are
    the operations with weights, and ``layers`` a block's steps, apart by layer.
    """

    name: str
    maps: tuple[Map, ...]
    steps: tuple[Operation, ...]
    layers: tuple[tuple[Operation, ...], ...] = ()

    @property
    def parameters(self) -> int:
        return sum(step.parameters for step in self.steps)

    @property
    def macs(self) -> int:
        return sum(step.macs for step in self.steps)


def parts_of(spec: DenseNetSpec, image_size: int) -> list[Part]:
    """The parts of a net in the order in which an image passes them.

    Raises:
        ValueError: if ``image_size`` is too small for the net.
    """
    steps: dict[str, list[Operation]] = {}
    for step in operations(spec, image_size):
        steps.setdefault(_part_name(step.name), []).append(step)
    sides = block_sides(spec, image_size)
    parts = [Part("stem", _stem_maps(spec, image_size, sides[0]), tuple(steps["stem"]))]
    for block, ((width, end), side) in enumerate(zip(spec.block_ends(), sides, strict=True), 1):
        mine = steps[f"block {block}"]
        count = len(mine) // spec.block_config[block - 1]
        layers = tuple(tuple(mine[i : i + count]) for i in range(0, len(mine), count))
        entering = Map(((width, 0),), side)
        leaving = Map(_sources(width, spec.growth_rate, len(layers)), side, f"{len(layers)} layers")
        parts.append(Part(f"block {block}", (entering, leaving), tuple(mine), layers))
        if block < len(sides):
            name = f"transition {block}"
            kept = ((steps[name][-1].out_channels, 0),)
            maps = (
                Map(((end, 0),), side),
                Map(kept, side, "BN, ReLU\n1×1 conv"),
                Map(kept, sides[block], "2×2\naverage pool"),
            )
            parts.append(Part(name, maps, tuple(steps[name])))
    maps = (
        Map(((end, 0),), sides[-1]),
        Map(((end, 0),), 1, "BN, ReLU\nglobal average\npool"),
        Map(((spec.num_classes, 0),), 1, "linear"),
    )
    return [*parts, Part("head", maps, tuple(steps["head"]))]


def layer_maps(part: Part, layer: int) -> tuple[Map, ...]:
    """The maps inside one layer of a block, from what it reads to what the next layer reads.

    Raises:
        ValueError: if ``part`` is not a dense block with such a layer.
    """
    if not 1 <= layer <= len(part.layers):
        raise ValueError(f"layer must be from 1 to {len(part.layers)} in {part.name}, got {layer}")
    side, convs = part.maps[0].side, [s for s in part.layers[layer - 1] if s.kind == "conv"]
    width, grown = part.maps[0].channels, convs[-1].out_channels
    maps = [Map(_sources(width, grown, layer - 1), side)]
    for conv in convs[:-1]:
        words = f"BN, ReLU\n{conv.kernel_size}×{conv.kernel_size} conv"
        maps.append(Map(((conv.out_channels, 0),), side, words))
    kernel = convs[-1].kernel_size
    maps.append(Map(((grown, layer),), side, f"BN, ReLU\n{kernel}×{kernel} conv"))
    maps.append(Map(_sources(width, grown, layer), side, "concat with\nall before"))
    return tuple(maps)


def _part_name(operation: str) -> str:
    """The part that an operation belongs to, by its name in the state dict."""
    name = operation.removeprefix("features.").split(".")[0]
    for prefix, words in (("denseblock", "block"), ("transition", "transition")):
        if name.startswith(prefix):
            return f"{words} {name.removeprefix(prefix)}"
    return "stem" if name in ("conv0", "norm0") else "head"


def _sources(width: int, growth_rate: int, num_layers: int) -> tuple[tuple[int, int], ...]:
    return ((width, 0), *((growth_rate, layer) for layer in range(1, num_layers + 1)))


def _stem_maps(spec: DenseNetSpec, image_size: int, side: int) -> tuple[Map, ...]:
    image, width = (
        Map(((spec.in_channels, 0),), image_size, "image"),
        ((spec.num_init_features, 0),),
    )
    if spec.small_inputs:
        return (image, Map(width, side, "3×3 conv"))
    return (
        image,
        Map(width, (image_size + 1) // 2, "7×7 conv\nstride 2"),
        Map(width, side, "BN, ReLU\n3×3 max pool\nstride 2"),
    )
