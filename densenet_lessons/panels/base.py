"""Panel: controls, one picture and one sentence that says what is to be seen."""

from __future__ import annotations

import base64
import html
import io
import linecache
import os
import textwrap
import traceback
from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets as W
from PIL import Image, ImageDraw, ImageFont

from densenet_lessons.panels.controls import Control, choice, number, slider, steps, toggle
from densenet_lessons.pictures import ACCENT, INK, PADDING, PAPER, check_alt, img_tag, png_bytes

__all__ = ["Control", "Panel", "choice", "number", "slider", "steps", "toggle"]

#: Raise what a panel's drawing raises, besides showing it. Tests set it, here or by the variable.
STRICT = os.environ.get("DENSENET_LESSONS_STRICT", "0") not in ("", "0")


class Panel(W.VBox):
    """Controls, a picture and a sentence, redrawn at each move of a control.

    Give ``draw`` here, or write it as a method of a subclass.

    Args:
        label: the panel's name, shown above it.
        controls: the settings by the name that ``draw`` knows them by.
        draw: called with the value of each control by name; returns the picture (a uint8
            array, a Figure, a PIL image or PNG bytes), its text alternative and the sentence.
            A ``ValueError`` that it raises means a setting that is not possible, and is
            shown in words.
        scale: pixels of the picture to one CSS pixel, 2 for pictures drawn sharper.
    """

    #: Lines kept free for the sentence, so that a shorter one doesn't lift the page below.
    sentence_lines = 2

    def __init__(
        self,
        label: str,
        controls: Mapping[str, Control],
        draw: Callable[..., tuple[Any, str, str]] | None = None,
        *,
        scale: float = 1,
    ):
        self.label, self.controls = label, dict(controls)
        self._draw = draw or self.draw
        self._scale, self._held, self._height = scale, False, 0
        self.png, self.alt, self.sentence = b"", "", ""
        self._drawn: Image.Image | None = None  # the newest picture of a possible setting
        head = W.HTML(f"<b>{html.escape(label)}</b>")
        row = W.Box(list(self.controls.values()), layout=W.Layout(flex_flow="row wrap"))
        row.layout.grid_gap = "2px 28px"
        self._picture, self._status = W.HTML(), W.HTML()
        self._picture.add_class("densenet-picture")
        super().__init__([head, row, self._picture, self._status])
        self.add_class("densenet-panel")
        for part in self.children:  # never squeezed, so never cut
            part.layout.flex, part.layout.margin = "0 0 auto", "2px 0"
        for control in self.controls.values():
            control.observe(self._redraw, "value")
        self._redraw()

    def draw(self, **values: Any) -> tuple[Any, str, str]:
        """The picture, its text alternative and the sentence, for one setting."""
        raise NotImplementedError("give Panel a draw function, or write the method draw")

    @property
    def values(self) -> dict[str, Any]:
        """The value of each control, by name."""
        return {name: control.value for name, control in self.controls.items()}

    def set(self, **values: Any) -> None:
        """Move controls from code, with one redraw.

        Raises:
            ValueError: for a control that isn't there or a value that it doesn't offer;
                the panel then stays as it was.
        """
        for name, value in values.items():
            if name not in self.controls:
                raise ValueError(f"control must be one of {', '.join(self.controls)}, got {name!r}")
            values[name] = self.controls[name].checked(value, called=name)
        self._held = True
        try:
            for name, value in values.items():
                self.controls[name].value = value
        finally:
            self._held = False
        self._redraw()

    def _redraw(self, *_: Any) -> None:
        if self._held:
            return
        try:
            try:
                picture, alt, sentence = self._draw(**self.values)
            except ValueError as error:
                if not _meant(error, self._draw):
                    raise
                sentence = alt = f"Not possible: {error}"
                self._present(_card(self._drawn, str(error), self._scale), alt, sentence)
            else:
                png = picture if isinstance(picture, bytes) else png_bytes(picture, quick=True)
                self._drawn = Image.open(io.BytesIO(png))
                self._present(png, check_alt(alt), sentence)
        except Exception as error:
            self.sentence = f"Error in this panel: {type(error).__name__}: {error}"
            self._status.value = _status(self.sentence, self.sentence_lines, failed=True)
            if STRICT:
                raise

    def _present(self, png: bytes, alt: str, sentence: str) -> None:
        if not (isinstance(sentence, str) and sentence.strip()):
            raise TypeError(f"sentence must be a non-empty text, got {sentence!r}")
        self.png, self.alt, self.sentence = png, alt, sentence
        width, height = (round(side / self._scale) for side in Image.open(io.BytesIO(png)).size)
        # The place kept for the picture only ever grows, so the page below never jumps.
        self._height = max(self._height, height + 2 * PADDING)
        self._picture.layout.min_height = f"{self._height}px"
        self._picture.value = img_tag(png, alt=alt, width=width, style="display:block")
        self._status.value = _status(sentence, self.sentence_lines)

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        bundle = super()._repr_mimebundle_(**kwargs)
        data = dict(bundle[0] if isinstance(bundle, tuple) else bundle)
        data["text/plain"] = f"{self.label}: {self.sentence}"
        if self.png:  # what is seen where no kernel runs
            small = png_bytes(Image.open(io.BytesIO(self.png)))
            data["image/png"] = base64.b64encode(small).decode("ascii")
        return data


def _status(sentence: str, lines: int, *, failed: bool = False) -> str:
    look = f"border-left:4px solid {ACCENT};padding-left:8px" if failed else ""
    return (
        f'<p role="status" class="{"densenet-error" if failed else ""}" '
        f'style="margin:0;min-height:{1.5 * lines}em;line-height:1.5;max-width:70em;{look}">'
        f"{html.escape(sentence)}</p>"
    )


def _meant(error: ValueError, draw: Callable[..., Any]) -> bool:
    """Whether the course's own code raised this on purpose, to refuse a setting."""
    *_, (frame, number) = traceback.walk_tb(error.__traceback__)
    module = frame.f_globals.get("__name__", "")
    if module.split(".")[0] != "densenet_lessons" and module != getattr(draw, "__module__", None):
        return False
    # C code has no frame of its own: an error of numpy's ends here at a line that calls it.
    line = linecache.getline(frame.f_code.co_filename, number, frame.f_globals)
    return line.lstrip().startswith("raise ")


def _card(last: Image.Image | None, why: str, scale: float) -> bytes:
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
