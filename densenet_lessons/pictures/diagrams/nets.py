"""The drawing of a whole net at a glance, to scale."""

from dataclasses import dataclass
from math import cos, fsum, pi, sin

from matplotlib.figure import Figure

from densenet_lessons.costs import operations
from densenet_lessons.densenet import IMAGENET_NETS, DenseNetSpec, block_sides
from densenet_lessons.pictures.diagrams.canvas import MARGIN, NORMAL, WIDTH, Canvas
from densenet_lessons.pictures.diagrams.maps import cuboid
from densenet_lessons.pictures.palette import INK, MUTED, ink_on, source_colour

_GREY = source_colour(0)
_BASE = 270
_ROWS = (300, 318, 346, 370)
_TINY = 9
_CIRCLE = [index * 2 * pi / 40 for index in range(40)]


@dataclass(frozen=True)
class _Stage:
    """Feature maps on their way through the net, and what made them."""

    name: str
    detail: str
    side: int
    sources: tuple[tuple[int, int], ...]  # (channels, source), the oldest first

    @property
    def channels(self) -> int:
        return sum(channels for channels, _ in self.sources)


def _stages(spec: DenseNetSpec, image_size: int) -> list[_Stage]:
    """All maps from the image to the last block, read off the net's operations."""
    steps = {step.name: step for step in operations(spec, image_size)}
    sides = block_sides(spec, image_size)
    stem = steps["features.conv0"]
    stride = "" if spec.small_inputs else " / 2"
    detail = f"{stem.kernel_size}×{stem.kernel_size}{stride}"
    stages = [_Stage("image", "", image_size, ((stem.in_channels, 0),))]
    stages.append(_Stage("conv", detail, stem.side, ((stem.out_channels, 0),)))
    if not spec.small_inputs:
        stages.append(_Stage("pool", "3×3 / 2", sides[0], ((stem.out_channels, 0),)))
    for block, (num_layers, side) in enumerate(zip(spec.block_config, sides, strict=True), 1):
        sources = [(stages[-1].channels, 0)]
        sources += [(spec.growth_rate, layer) for layer in range(1, num_layers + 1)]
        stages.append(_Stage(f"block {block}", f"{num_layers} layers", side, tuple(sources)))
        if block < len(sides):
            conv = steps[f"features.transition{block}.conv"]
            kept = ((conv.out_channels, 0),)
            stages.append(_Stage("transition", "1×1, pool", sides[block], kept))
    return stages


def whole_net(spec: DenseNetSpec = IMAGENET_NETS["densenet121"], image_size: int = 224) -> Figure:
    """A whole DenseNet at a glance, to scale: maps shrink from part to part as widths grow.

    Paper: Figure 2 and Table 1.

    Args:
        spec: the net.
        image_size: height and width of the image, in pixels.

    Raises:
        ValueError: if ``image_size`` is too small for the net.
    """
    stages = _stages(spec, image_size)
    page = Canvas(430)
    high, most = 196 / image_size, max(*(stage.channels for stage in stages), spec.num_classes)
    thick = 82 / most
    spans = [
        max(stage.channels * thick + 0.2 * stage.side * high, _label_width(stage))
        for stage in stages
    ]
    left, head = MARGIN + 70, 88
    gap = (WIDTH - MARGIN - left - head - fsum(spans)) / len(stages)
    for y, words in ((_ROWS[2], "channels"), (_ROWS[3], "map side")):
        page.text(MARGIN, y, words, _TINY, colour=MUTED, align="left")
    page.arrow([(left, _BASE + 8), (WIDTH - MARGIN, _BASE + 8)], colour="#aab2bd", width=1, head=5)
    x = left
    for index, (stage, span) in enumerate(zip(stages, spans, strict=True)):
        segments = [(n * thick, source_colour(source)) for n, source in stage.sources]
        if index == 0:
            segments = [(max(2, stage.channels * thick), "#9fb4c7")]
        front, side = fsum(length for length, _ in segments), stage.side * high
        start = x + (span - front - 0.2 * side) / 2
        dx, dy = cuboid(page, start, _BASE, segments, side)
        if index == 0:
            _picture(page, start + front, side, dx, dy)
        _column(page, x + span / 2, stage.name, stage.detail, stage.channels, stage.side)
        if stage.name == "block 1":
            _zoom(page, stage, start, front, _BASE - side - dy)
        x += span + gap
    # One number a class is left, after global average pooling and the linear layer.
    middle, wide = x + head / 2, spec.num_classes * thick
    page.rectangle(middle - wide / 2, _BASE - high, wide, high, INK, edge=INK)
    _column(page, middle, "head", "classes", spec.num_classes, 1)
    page.text(
        WIDTH / 2,
        402,
        "Height: map side.   Thickness: channels.   Grey enters a block; each layer adds a colour.",
        _TINY,
        colour=MUTED,
    )
    return page.figure


def _label_width(stage: _Stage) -> float:
    return 7.3 * max(len(stage.name), len(stage.detail))


def _column(page: Canvas, x: float, name: str, detail: str, channels: int, side: int) -> None:
    """What stands below a part: its name, its channels, the side of its maps."""
    bold = name.startswith("block")
    page.text(x, _ROWS[0], name, _TINY, bold=bold)
    page.text(x, _ROWS[1], detail, _TINY, colour=MUTED)
    page.text(x, _ROWS[2], f"{channels}", NORMAL, bold=bold)
    page.text(x, _ROWS[3], f"{side}", NORMAL)


def _picture(page: Canvas, x: float, side: float, dx: float, dy: float) -> None:
    """A small landscape on the image's face, seen at an angle."""

    def seen(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
        return [(x + dx * u, _BASE - side * v - dy * u) for u, v in points]

    page.polygon(seen([(0, 0), (1, 0), (1, 1), (0, 1)]), "#cfe3f3", order=2.1)
    page.polygon(seen([(0, 0.23), (0.4, 0.66), (0.8, 0.23)]), "#7d93a8", order=2.2)
    page.polygon(seen([(0.35, 0.23), (0.75, 0.52), (1, 0.3), (1, 0.23)]), "#5f778e", order=2.3)
    page.polygon(seen([(0, 0), (1, 0), (1, 0.24), (0, 0.24)]), "#8fb08c", order=2.4)
    sun = [(0.72 + 0.13 * cos(turn), 0.8 + 0.055 * sin(turn)) for turn in _CIRCLE]
    page.polygon(seen(sun), "#f3c969", order=2.2)


def _zoom(page: Canvas, stage: _Stage, x: float, front: float, top: float) -> None:
    """Block 1 once more, in the free space above the late blocks, with its widths."""
    left, right, y, tall = 440, WIDTH - MARGIN - 16, 84, 34
    scale = (right - left) / stage.channels
    beam = [(left, y + tall), (right, y + tall), (x + front, top), (x, top)]
    page.polygon(beam, "#eef1f5", order=1)
    start = left
    for channels, source in stage.sources:
        colour, width = source_colour(source), channels * scale
        page.rectangle(start, y, width, tall, colour)
        words = f"+{channels}" if source else f"{channels}"
        if width >= 8 * len(words) + 6:
            page.text(start + width / 2, y + tall / 2, words, colour=ink_on(colour), bold=True)
        start += width
    entered, added = stage.sources[0][0], [channels for channels, _ in stage.sources[1:]]
    words = f"block 1: {entered} + {len(added)}·{added[0]} = {stage.channels} channels"
    page.text((left + right) / 2, y - 24, words, NORMAL)
