"""The planner's picture: two stacked bars, each against its budget."""

from __future__ import annotations

from collections.abc import Mapping

from PIL import Image

from densenet_lessons.pictures import ACCENT, INK, MUTED, Sheet, source_colour, tint

Box = tuple[float, float, float, float]

WIDTH, HEIGHT = 836, 226
LEFT, LENGTH, BAR = 24, 780, 34
_TITLES = {"parameters": "Parameters", "macs": "Multiply-adds for an image"}


def budget_bars(
    costs: Mapping[str, Mapping[str, int]], limits: Mapping[str, int]
) -> tuple[Image.Image, dict[tuple[str, str], Box]]:
    """For each quantity a bar of its parts, and a line at the budget.

    Args:
        costs: for "parameters" and "macs" the cost of each part, in the net's order.
        limits: the budget of each.

    Returns:
        The picture, and the place of each piece by quantity and part.
    """
    sheet, boxes = Sheet(WIDTH, HEIGHT), {}
    for row, (quantity, parts) in enumerate(costs.items()):
        y = 12 + row * 110
        total, limit = sum(parts.values()), limits[quantity]
        unit = LENGTH / max(total, 1.15 * limit)
        fits = total <= limit
        sheet.text(LEFT, y, f"{_TITLES[quantity]}: {total:,}", size=14, bold=True)
        verdict = "fits" if fits else "over the budget"
        sheet.text(LEFT + LENGTH, y + 2, verdict, size=13, anchor="rt", bold=not fits)
        x, blocks = float(LEFT), 0
        for name, cost in parts.items():
            blocks += name.startswith("block")
            length = cost * unit
            sheet.box(x, y + 28, max(length - 0.5, 0.5), BAR, fill=_fill(name, blocks))
            boxes[quantity, name] = (x, y + 28, max(length - 0.5, 2), BAR)
            if length > 8 * len(name):
                place = (x + length / 2, y + 28 + BAR / 2)
                sheet.text(*place, name, size=11, anchor="mm")
            x += length
        edge = LEFT + limit * unit
        sheet.line([(edge, y + 22), (edge, y + 68)], colour=INK if fits else ACCENT, width=2.5)
        sheet.text(edge, y + 72, f"budget {limit:,}", size=12, colour=MUTED, anchor="mt")
    return sheet.image, boxes


def _fill(name: str, block: int) -> str:
    """Blocks in the colours of layers, what stands between them in grey."""
    if name.startswith("block"):
        return tint(source_colour(block), 0.45)
    return tint(source_colour(0), 0.2 if name.startswith("transition") else 0.55)
