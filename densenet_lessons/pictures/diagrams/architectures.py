"""Drawings that compare nets: the table of the ImageNet nets, and the two stems."""

from collections.abc import Mapping

from matplotlib.figure import Figure

from densenet_lessons.costs import Operation, operations
from densenet_lessons.densenet import CIFAR_NETS, IMAGENET_NETS, DenseNetSpec, block_sides
from densenet_lessons.pictures.diagrams.canvas import LARGE, MARGIN, NORMAL, WIDTH, Canvas
from densenet_lessons.pictures.diagrams.maps import grid
from densenet_lessons.pictures.palette import ACCENT, MUTED, source_colour, tint

TABLE_1 = {name: IMAGENET_NETS[name] for name in IMAGENET_NETS if name != "densenet161"}

_SIDE_COLUMN, _FIRST_NET = 196, 232
_ROW, _BLOCK_ROW = 29, 41
_IMAGE = "#cfe3f3"


def architecture_table(nets: Mapping[str, DenseNetSpec] = TABLE_1, image_size: int = 224) -> Figure:
    """The nets of the paper's Table 1, part by part, computed from their block_config.

    Paper: Table 1.

    Args:
        nets: name and spec of one to four ImageNet nets with the same number of blocks.
        image_size: height and width of the image, in pixels.

    Raises:
        ValueError: if the nets don't fit one table, or ``image_size`` is too small for them.
    """
    specs = list(nets.values())
    if not 1 <= len(specs) <= 4:
        raise ValueError(f"nets must hold one to four nets, got {len(specs)}")
    counts = sorted({len(spec.block_config) for spec in specs})
    if len(counts) > 1:
        raise ValueError(f"nets must have the same number of blocks, got {counts}")
    if any(spec.small_inputs for spec in specs):
        raise ValueError("nets must have the ImageNet stem, got one with small_inputs=True")
    blocks = counts[0]
    page = Canvas(58 + _ROW * (2 + blocks) + _BLOCK_ROW * blocks + 22)
    table = _Table(page, len(specs))
    table.header(nets)
    steps = [{step.name: step for step in operations(spec, image_size)} for spec in specs]
    sides = block_sides(specs[0], image_size)
    stems = [step["features.conv0"] for step in steps]
    words = [f"7×7 conv to {stem.out_channels} channels, stride 2" for stem in stems]
    table.row("convolution", stems[0].side, words)
    table.row("pooling", sides[0], ["3×3 max pool, stride 2"] * len(specs))
    most = max(max(spec.block_config) for spec in specs)
    for block in range(blocks):
        layers = [spec.block_config[block] for spec in specs]
        widths = [spec.block_ends()[block][1] for spec in specs]
        table.block(f"dense block {block + 1}", sides[block], layers, widths, most)
        if block + 1 < blocks:
            convs = [step[f"features.transition{block + 1}.conv"] for step in steps]
            halving = f"{sides[block]} → {sides[block + 1]}"
            table.row(f"transition {block + 1}", halving, _transition_words(convs))
    heads = [f"{spec.block_ends()[-1][1]} → {spec.num_classes}" for spec in specs]
    table.row("head", f"{sides[-1]} → 1", heads)
    return page.figure


def _transition_words(convs: list[Operation]) -> list[str]:
    if len({conv.out_channels for conv in convs}) == 1:
        return [f"1×1 conv to {convs[0].out_channels}, 2×2 average pool"] * len(convs)
    return [f"1×1 to {conv.out_channels}, pool" for conv in convs]


class _Table:
    """Rows from top to bottom; equal cells of a row are written once, across all columns."""

    def __init__(self, page: Canvas, columns: int) -> None:
        self.page, self.columns, self.y = page, columns, 22
        self.width = (WIDTH - MARGIN - _FIRST_NET) / columns

    def header(self, nets: Mapping[str, DenseNetSpec]) -> None:
        for index, name in enumerate(nets):
            self.page.text(self._centre(index), self.y + 16, _title(name), NORMAL, bold=True)
        self.page.text(_SIDE_COLUMN, self.y + 16, "map side", colour=MUTED)
        self.y += 36
        self.rule()

    def row(self, part: str, side: int | str, cells: list[str]) -> None:
        middle = self._begin(part, side, _ROW)
        if len(set(cells)) == 1:
            self.page.text(_FIRST_NET + self.columns * self.width / 2, middle, cells[0])
        else:
            for index, words in enumerate(cells):
                self.page.text(self._centre(index), middle, words)
        self.y += _ROW

    def block(self, part: str, side: int, layers: list[int], widths: list[int], most: int) -> None:
        """Layers as number and as bar, and the channels that leave the block."""
        self.page.rectangle(
            MARGIN - 8, self.y + 1, WIDTH - 2 * MARGIN + 16, _BLOCK_ROW - 2, "#f1f4f8", order=0.8
        )
        middle = self._begin(part, side, _BLOCK_ROW, bold=True)
        room = self.width - 24
        for index, (count, width) in enumerate(zip(layers, widths, strict=True)):
            left = _FIRST_NET + index * self.width + 12
            self.page.text(left, middle - 5, f"{count} layers", bold=True, align="left")
            self.page.text(left + room, middle - 5, f"to {width}", align="right")
            self.page.rectangle(left, middle + 8, room, 5, "#dde3ea", edge="none")
            self.page.rectangle(left, middle + 8, room * count / most, 5, ACCENT, edge="none")
        self.y += _BLOCK_ROW

    def _begin(self, part: str, side: int | str, height: float, *, bold: bool = False) -> float:
        middle = self.y + height / 2
        self.page.text(MARGIN, middle, part, align="left", bold=bold)
        self.page.text(_SIDE_COLUMN, middle, f"{side}", bold=bold)
        return middle

    def _centre(self, index: int) -> float:
        return _FIRST_NET + (index + 0.5) * self.width

    def rule(self) -> None:
        ends = [(MARGIN - 8, self.y), (WIDTH - MARGIN + 8, self.y)]
        self.page.line(ends, colour="#c3cad3", width=1)


def _title(name: str) -> str:
    """densenet121 as the paper writes it; any other name as it is."""
    number = name.removeprefix("densenet")
    return f"DenseNet-{number}" if number.isdigit() else name


def two_stems(image_size: int = 32) -> Figure:
    """One small image in two stems: ImageNet's leaves few positions, CIFAR's keeps them all.

    Paper: section 3, "Implementation Details".

    Args:
        image_size: height and width of the image, in pixels.

    Raises:
        ValueError: if ``image_size`` is too small for the ImageNet net.
    """
    page = Canvas(466)
    nets = (
        ("ImageNet stem", IMAGENET_NETS["densenet121"]),
        ("CIFAR stem", CIFAR_NETS["DenseNet-BC (L=100, k=12)"]),
    )
    for index, (title, spec) in enumerate(nets):
        _stem_row(page, 24 + index * 216, title, spec, image_size)
    legend = (
        "Orange: one position of block 1,\nand the pixels that it stands for.\n"
        "Frame: the pixels that it sees.\nLast arrows: transitions."
    )
    page.text(WIDTH - MARGIN - 208, 338, legend, colour=MUTED, align="left")
    return page.figure


def _stem_row(page: Canvas, top: float, title: str, spec: DenseNetSpec, image_size: int) -> None:
    stem = operations(spec, image_size)[0]
    sides = block_sides(spec, image_size)
    page.text(MARGIN + 6, top + 16, title, LARGE, bold=True, align="left")
    last = sides[-1] ** 2
    finding = (
        f"{sides[0] ** 2:,} positions reach block 1, "
        f"{last:,} {'reaches' if last == 1 else 'reach'} block {len(sides)}."
    )
    page.text(MARGIN + 176, top + 16, finding, NORMAL, align="left")
    scale, y = 124 / image_size, top + 36 + 62
    kernel = f"{stem.kernel_size}×{stem.kernel_size} conv"
    maps = [(image_size, "image")]
    if spec.small_inputs:
        arrows, seen = [("conv", kernel)], [stem.kernel_size]
    else:
        arrows = [("conv", f"{kernel},\nstride 2"), ("pool", "3×3 max pool,\nstride 2")]
        maps.append((stem.side, ""))
        # A position of the pool sees 3 of the convolution's, which lie 2 pixels apart.
        seen = [stem.kernel_size + 2 * 2, 3]
    maps += [(side, f"block {number}") for number, side in enumerate(sides, 1)]
    x, first_block = MARGIN + 6, len(arrows)
    for index, (side, role) in enumerate(maps):
        size = side * scale
        room = max(size, 44)
        left = x + (room - size) / 2 if index else x
        face = _IMAGE if index == 0 else tint(source_colour(0), 0.6)
        grid(page, left, y - size / 2, size, side, face)
        if index <= first_block:
            around = seen[index] if index < first_block else 0
            _mark(page, left, y - size / 2, size, sides[0], side, around)
        middle = left + size / 2
        page.text(middle, y + 62 + 17, f"{side}×{side}", bold=index >= first_block)
        if role:
            page.text(middle, y + 62 + 36, role, colour=MUTED)
        x = left + (size + room) / 2
        if index < first_block:
            kind, words = arrows[index]
            page.chain(x + 5, x + 173, y, [(kind, words, 118)])
            x += 177
        elif index + 1 < len(maps):
            page.arrow([(x + 4, y), (x + 34, y)])
            x += 38


def _mark(
    page: Canvas, x: float, y: float, size: float, positions: int, side: int, seen: int
) -> None:
    """One of ``positions`` in a map of ``side``: what it stands for, and in a frame what it sees.

    The convolution and the pool of a stem are centred on the first pixel that a position
    stands for.
    """
    cell = size / positions
    place = positions * 3 // 8
    page.rectangle(x + place * cell, y + place * cell, cell, cell, ACCENT, edge=ACCENT)
    if seen:
        pixel = size / side
        start = place * side / positions - seen // 2
        corner, long = start * pixel, seen * pixel
        page.rectangle(x + corner, y + corner, long, long, "none", edge=ACCENT, line=1.4, order=4)
