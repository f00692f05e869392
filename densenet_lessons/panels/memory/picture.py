"""The picture of the memory explorer: a stacked bar a mode, and where the kept bytes lie."""

from __future__ import annotations

from collections.abc import Mapping

from PIL import Image

from densenet_lessons.costs import KEPT_KINDS
from densenet_lessons.panels.memory.words import IMAGES, STATE, in_gb
from densenet_lessons.pictures import ACCENT, INK, MUTED, Sheet

Box = tuple[float, float, float, float]

WIDTH, HEIGHT = 836, 370
LEFT, RIGHT, ROW = 96, 736, 34
TOPS = {"keep": 54, "recompute": 106}
_PLACES = 250

#: Kinds of bytes, not sources: none has a source's colour.
COLOURS = dict(
    zip(
        (*KEPT_KINDS, STATE, IMAGES),
        ("#b5532d", "#e0a27f", "#33475b", "#8fa6bd", "#c9b8a0", "#7a3b3b", "#b9a7d3", "#6b7280"),
        strict=True,
    )
)


def memory_image(
    bars: Mapping[str, Mapping[str, int]], places: Mapping[str, int], memory: int, mode: str
) -> tuple[Image.Image, dict[tuple[str, str], Box], dict[str, Box]]:
    """Bytes of a step in both modes, the given memory as a line, and the kept bytes by place.

    Args:
        bars: mode -> kind -> bytes, kinds as in ``COLOURS``.
        places: part of the net -> kept bytes in the chosen mode.
        memory: bytes.
        mode: the chosen one.

    Returns:
        The image, and where its pieces lie in CSS pixels: by (mode, kind), and by place.
    """
    sheet = Sheet(WIDTH, HEIGHT)
    sheet.text(12, 10, "Memory of one training step", size=14, bold=True)
    needs = {name: sum(parts.values()) for name, parts in bars.items()}
    scale = (RIGHT - LEFT) / max(*needs.values(), 1.04 * memory)
    pieces: dict[tuple[str, str], Box] = {}
    for name, parts in bars.items():
        x, y = float(LEFT), TOPS[name]
        sheet.text(LEFT - 10, y + ROW / 2, name, anchor="rm", bold=name == mode)
        for part, count in parts.items():
            width = count * scale
            if count:
                sheet.box(x, y, max(width - 0.5, 0.5), ROW, fill=COLOURS[part])
                pieces[name, part] = (x, y, max(width, 4), ROW)
            x += width
        if name == mode:
            sheet.box(LEFT - 3, y - 3, x - LEFT + 6, ROW + 6, edge=INK, line=2)
        sheet.text(x + 8, y + ROW / 2, in_gb(needs[name]), anchor="lm", bold=name == mode)
    at = LEFT + memory * scale
    for y in range(44, 154, 9):
        sheet.line([(at, y), (at, y + 5)], colour=ACCENT, width=2)
    side = "rb" if at > (LEFT + RIGHT) / 2 else "lb"
    sheet.text(at, 41, f"memory: {memory / 1e9:g} GB", size=12, anchor=side)
    _legend(sheet, bars)
    return sheet.image, pieces, _by_place(sheet, places, mode)


def _legend(sheet: Sheet, bars: Mapping[str, Mapping[str, int]]) -> None:
    x, y = float(LEFT), 160.0
    for part, colour in COLOURS.items():
        wide = 34 + 7.4 * len(part)
        if x + wide > WIDTH:
            x, y = float(LEFT), y + 22
        sheet.box(x, y, 14, 14, fill=colour)
        sheet.text(x + 19, y + 7, part, size=12, anchor="lm")
        x += wide


def _by_place(sheet: Sheet, places: Mapping[str, int], mode: str) -> dict[str, Box]:
    sheet.text(12, _PLACES - 24, f"Where the kept bytes lie ({mode})", size=14, bold=True)
    scale = 520 / max(places.values())
    boxes: dict[str, Box] = {}
    pitch = min(22.0, (HEIGHT - _PLACES - 4) / len(places))
    for row, (place, count) in enumerate(places.items()):
        y = _PLACES + row * pitch
        sheet.text(LEFT - 10, y + pitch / 2, place, size=12, anchor="rm")
        sheet.box(LEFT, y + 2, max(count * scale, 0.5), pitch - 4, fill="#5b6b7c")
        sheet.text(
            LEFT + count * scale + 8, y + pitch / 2, in_gb(count), size=12, colour=MUTED,
            anchor="lm",
        )  # fmt: skip
        boxes[place] = (LEFT, y, max(count * scale, 4), pitch)
    return boxes
