"""Three zoom levels of a net, drawn to scale: the whole net, one block, one layer or other part.

Channels are drawn as width, in one scale over the picture, and the map side as height: each
halving is one step down. Colours are the course's: grey enters a block, each layer has its own.
"""

from collections.abc import Sequence
from math import log2

from PIL import Image

from densenet_lessons.costs import Map, Operation, Part
from densenet_lessons.pictures import ACCENT, INK, MUTED, Sheet, source_colour

#: x, y, width and height in CSS pixels.
Box = tuple[float, float, float, float]
Drawn = tuple[Image.Image, list[Box]]

WIDTH, HEIGHT = 836, 368
_EDGE = 14
_WORK = 604  # where the bars of a block's multiply-adds begin
_SOFT, _SQUEEZED, _ONE, _THREE = "#eef1f5", "#b9c4d0", "#5b7a99", ACCENT


def draw_net(parts: Sequence[Part], title: str, *, part: int, layer: int = 1) -> Drawn:
    """The whole net, with each part's share of parameters and multiply-adds below it.

    Args:
        parts: from ``parts_of``.
        title: the first line of the picture; a second one may follow after a line break.
        part: index of the part to mark, from 0 on.
        layer: the layer to mark if that part is a block, from 1 on.

    Returns:
        The picture, and the place of each part.
    """
    page = Sheet(WIDTH, HEIGHT)
    title, _, below = title.partition("\n")
    page.text(_EDGE, 6, title, size=14, bold=True)
    page.text(_EDGE, 27, below, size=12)
    rows = {"channels": 218, "map side": 236, "parameters": 288, "multiply-adds": 346}
    for words, y in rows.items():
        page.text(_EDGE, y + 1, words, size=11, colour=MUTED, anchor="la")
    left, base = 106, 196
    room = WIDTH - _EDGE - left
    shown = [_drawn(one) for one in parts]
    scale = _fit([sum(m.channels for m in maps) for maps in shown], room - 10 * len(parts), 60)
    tall = 130 / (log2(max(m.side for maps in shown for m in maps)) + 1)
    most = [max(one.parameters for one in parts), max(one.macs for one in parts)]
    whole = [sum(one.parameters for one in parts), sum(one.macs for one in parts)]
    spans = [max(60, scale * sum(m.channels for m in maps) + 4 * (len(maps) - 1)) for maps in shown]
    boxes = []
    x, gap = left, (room - sum(spans)) / max(1, len(parts) - 1)
    for index, (one, maps, span) in enumerate(zip(parts, shown, spans, strict=True)):
        chosen, middle = index == part, x + span / 2
        boxes.append((x - 4, 58, span + 8, HEIGHT - 62))
        if chosen:
            page.box(x - 4, 58, span + 8, HEIGHT - 62, fill="#fff4ea", edge=ACCENT, line=1.5)
        start = middle - (scale * sum(m.channels for m in maps) + 4 * (len(maps) - 1)) / 2
        for m in maps:
            high = tall * (log2(m.side) + 1)
            _stripes(page, m, start, base - high, high, scale)
            if chosen and one.layers and m is maps[-1]:
                _mark_layer(page, m, start, base, scale, layer)
            start += scale * m.channels + 4
        last = maps[-1]
        page.text(middle, base + 8, _short(one.name), size=11, anchor="ma", bold=chosen)
        page.text(middle, rows["channels"], f"{last.channels:,}", size=12, anchor="ma")
        page.text(middle, rows["map side"], f"{last.side}", size=12, anchor="ma")
        for row, value in enumerate((one.parameters, one.macs)):
            _bar(page, middle, (300, 358)[row], value / most[row], 100 * value / whole[row])
        x += span + gap
    _scale_bar(page, scale)
    return page.image, boxes


def draw_block(part: Part, title: str, *, layer: int) -> Drawn:
    """A dense block layer by layer: what each reads, what it adds, and its multiply-adds.

    Args:
        part: a dense block.
        title: the first line of the picture.
        layer: the layer to mark, from 1 on.

    Returns:
        The picture, and the place of each layer.
    """
    page = Sheet(WIDTH, HEIGHT)
    page.text(_EDGE, 6, title, size=14, bold=True)
    page.text(84, 28, "reads, and adds in its own colour", size=11, colour=MUTED)
    page.text(_WORK, 28, "multiply-adds", size=11, colour=MUTED)
    _legend(page, _WORK + 92, 28, part.layers[0])
    total, last = len(part.layers), part.maps[-1]
    scale = (_WORK - 84 - 32) / last.channels
    row = min(26.0, 286 / total)
    every = next(n for n in (1, 2, 4, 8, 16) if n * row >= 13)
    most = max(sum(step.macs for step in steps) for steps in part.layers)
    boxes = []
    for number, steps in enumerate(part.layers, 1):
        y = 48 + (number - 1) * row
        high = max(1.0, row - (2 if row > 8 else 1 if row > 4.5 else 0.5))
        read = last.sources[:number]
        _stripes(page, Map(read, last.side), 84, y, high, scale)
        width = scale * sum(channels for channels, _ in read)
        k = last.sources[number][0]
        page.box(84 + width + 8, y, scale * k, high, fill=source_colour(number))
        x = float(_WORK)
        for step in steps:
            if step.kind == "conv":
                long = (WIDTH - _EDGE - _WORK) * step.macs / most
                page.box(x, y, long, high, fill=_ONE if step.kernel_size == 1 else _THREE)
                x += long
        boxes.append((40, y, WIDTH - _EDGE - 40, row))
        if number == layer:
            frame = width + 16 + scale * k
            page.box(80, y - 2, frame, high + 4, edge=INK, line=1.5)
            page.text(74, y + high / 2, f"layer {number}", size=12, anchor="rm", bold=True)
            page.box(_WORK - 4, y - 2, 8 + x - _WORK, high + 4, edge=INK, line=1.5)
        elif number % every == 0 and abs(number - layer) * row >= 13:
            page.text(74, y + high / 2, f"{number}", size=11, anchor="rm", colour=MUTED)
    page.text(
        84, HEIGHT - 8,
        f"Width: channels, to scale ({last.channels:,} leave the block). "
        f"All maps have {last.side}×{last.side} positions.",
        size=11, colour=MUTED, anchor="ls",
    )  # fmt: skip
    return page.image, boxes


def draw_chain(maps: Sequence[Map], steps: Sequence[Operation], title: str) -> Drawn:
    """A layer, stem, transition or head: its maps one after the other, and a table of its steps.

    Args:
        maps: from what enters to what leaves.
        steps: the operations with weights.
        title: the first line of the picture.

    Returns:
        The picture, and the places of the maps, then of the steps.
    """
    page = Sheet(WIDTH, HEIGHT)
    page.text(_EDGE, 6, title, size=14, bold=True)
    arrow, base = 112, 162
    scale = (WIDTH - 2 * _EDGE - arrow * (len(maps) - 1) - 60) / sum(m.channels for m in maps)
    tall = 92 / (log2(max(m.side for m in maps)) + 1)
    spans = [max(44, scale * m.channels) for m in maps]
    x, boxes = (WIDTH - sum(spans) - arrow * (len(maps) - 1)) / 2, []
    for index, (m, span) in enumerate(zip(maps, spans, strict=True)):
        if index:
            lines = m.made_by.split("\n")
            page.line([(x + 8, base - 20), (x + arrow - 10, base - 20)], colour=INK)
            tip = x + arrow - 8
            page.line([(tip - 7, base - 25), (tip, base - 20), (tip - 7, base - 15)], colour=INK)
            for number, words in enumerate(reversed(lines)):
                y = base - 38 - 15 * number
                page.text(x + arrow / 2, y, words, size=11, anchor="mm")
            x += arrow
        high = tall * (log2(m.side) + 1)
        plain = 0 < index < len(maps) - 1 and m.sources[0][1] == 0
        place = x + (span - scale * m.channels) / 2
        _stripes(page, m, place, base - high, high, scale, grey=_SQUEEZED if plain else None)
        boxes.append((x, base - high, span, high + 42))
        page.text(x + span / 2, base + 7, f"{m.channels:,}", size=13, anchor="ma", bold=True)
        size = f"{m.side}×{m.side}"
        page.text(x + span / 2, base + 25, size, size=11, anchor="ma", colour=MUTED)
        x += span
    return page.image, boxes + _table(page, steps, 218)


def _table(page: Sheet, steps: Sequence[Operation], y: float) -> list[Box]:
    boxes = []
    ends = {"channels": 400, "kernel": 500, "parameters": 640, "multiply-adds": WIDTH - 2 * _EDGE}
    page.text(_EDGE + 10, y, "step", size=11, colour=MUTED, anchor="la")
    for words, x in ends.items():
        page.text(x, y, words, size=11, colour=MUTED, anchor="ra")
    for number, step in enumerate([*steps, None]):
        y += 24
        if step is None:
            page.line([(_EDGE, y - 3), (WIDTH - _EDGE, y - 3)], colour="#c3cad3", width=1)
            name, cells = "together", ["", ""]
            counts = [sum(s.parameters for s in steps), sum(s.macs for s in steps)]
        else:
            if number % 2 == 0:
                page.box(_EDGE, y - 4, WIDTH - 2 * _EDGE, 23, fill=_SOFT)
            arrow = f"{step.in_channels:,} → {step.out_channels:,}"
            kernel = f"{step.kernel_size}×{step.kernel_size}" if step.kind == "conv" else ""
            name = step.name.removeprefix("features.")
            cells, counts = [arrow, kernel], [step.parameters, step.macs]
            boxes.append((_EDGE, y - 4, WIDTH - 2 * _EDGE, 23))
        page.text(_EDGE + 10, y, name, size=13, anchor="la", bold=step is None)
        cells += [f"{count:,}" if count else "0" for count in counts]
        for words, x in zip(cells, ends.values(), strict=True):
            page.text(x, y, words, size=13, anchor="ra", bold=step is None)
    return boxes


def _drawn(part: Part) -> tuple[Map, ...]:
    """What the whole net shows of a part: all maps of the stem, what leaves the others."""
    return part.maps if part.name == "stem" else part.maps[-1:]


def _short(name: str) -> str:
    return name.replace("transition", "trans.")


def _fit(widths: Sequence[int], room: float, least: float) -> float:
    """CSS pixels a channel, so that all parts fill the room; none takes less than ``least``."""
    low, high = 0.0, room / max(widths)
    for _ in range(40):
        middle = (low + high) / 2
        used = sum(max(least, middle * width + 8) for width in widths)
        low, high = (middle, high) if used <= room else (low, middle)
    return low


def _stripes(
    page: Sheet, m: Map, x: float, y: float, high: float, scale: float, *, grey: str | None = None
) -> None:
    """One rectangle a source, side by side."""
    for channels, source in m.sources:
        colour = grey if grey and source == 0 else source_colour(source)
        page.box(x, y, max(0.5, scale * channels), high, fill=colour)
        x += scale * channels


def _mark_layer(page: Sheet, m: Map, x: float, base: float, scale: float, layer: int) -> None:
    """A dark tooth under the stripe of one layer."""
    before = sum(channels for channels, _ in m.sources[:layer])
    width = max(2.0, scale * m.sources[layer][0])
    page.box(x + scale * before - 0.5, base + 1, width + 1, 5, fill=INK)


def _bar(page: Sheet, middle: float, base: float, length: float, percent: float) -> None:
    high = 34 * length
    page.box(middle - 16, base - high, 32, max(0.5, high), fill=_ONE)
    label = f"{percent:.1f}%" if percent == 0 or percent >= 0.05 else "<0.1%"
    page.text(middle, base - high - 4, label, size=10, anchor="ms")


def _legend(page: Sheet, x: float, y: float, steps: Sequence[Operation]) -> None:
    for step in steps:
        if step.kind == "conv":
            one = step.kernel_size == 1
            page.box(x, y + 2, 9, 9, fill=_ONE if one else _THREE)
            page.text(x + 13, y, f"{step.kernel_size}×{step.kernel_size}", size=11)
            x += 56


def _scale_bar(page: Sheet, scale: float) -> None:
    """A ruler for channels at the right, and how to read heights and marks."""
    count = next(n for n in (1024, 512, 256, 128, 64, 32, 16) if n * scale < 130 or n == 16)
    x, y = WIDTH - _EDGE - scale * count, 49
    page.line([(x, y), (WIDTH - _EDGE, y)], colour=MUTED, width=2)
    page.text(x - 8, y, f"{count} channels", size=10, colour=MUTED, anchor="rm")
    words = (
        "height: map side, one step down a halving (log scale); dark tooth below a block: the layer"
    )
    page.text(_EDGE, y, words, size=10, colour=MUTED, anchor="lm")
