"""A setting that is not possible: how a panel's drawing says so, and the picture that tells it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image, ImageDraw, ImageFont

from densenet_lessons.pictures import ACCENT, INK, PAPER, png_bytes


class Refusal(ValueError):
    """A setting that is not possible: no mistake in the panel, and told to the learner in words."""


@contextmanager
def refusing(kinds: type[Exception] | tuple[type[Exception], ...] = ValueError) -> Iterator[None]:
    """Around one of the course's functions, called for a setting: its errors refuse the setting.

    Args:
        kinds: the errors by which it refuses.
    """
    try:
        yield
    except kinds as error:
        raise Refusal(str(error)) from error


def refusal_card(last: Image.Image | None, why: str, scale: float) -> bytes:
    """The last picture, faded, with the reason why there is no new one.

    Lengths are in CSS pixels, of ``scale`` pixels each.
    """
    size = last.size if last else (round(520 * scale), round(220 * scale))
    paper = Image.new("RGB", size, PAPER)
    card = Image.blend(last.convert("RGB"), paper, 0.85) if last else paper
    font_size = 16
    wide = max(12, int((size[0] / scale - 60) / (font_size / 2 + 1)))
    # Hyphens are parts of paths and commands, not places to break a line.
    text = "\n".join(["Not possible", *textwrap.wrap(why, wide, break_on_hyphens=False)])
    pen, font = ImageDraw.Draw(card), ImageFont.load_default(font_size * scale)
    place = {"xy": (size[0] / 2, size[1] / 2), "anchor": "mm", "align": "center", "font": font}
    place["spacing"] = 4 * scale
    left, top, right, bottom = pen.multiline_textbbox(text=text, **place)
    across, down = 14 * scale, 12 * scale
    frame = (left - across, top - down, right + across, bottom + down)
    pen.rounded_rectangle(frame, 6 * scale, fill=PAPER, outline=ACCENT, width=round(2 * scale))
    pen.multiline_text(text=text, fill=INK, **place)
    return png_bytes(card, quick=True)
