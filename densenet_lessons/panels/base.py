"""Panel: controls, one picture and one sentence that says what is to be seen."""

from __future__ import annotations

import base64
import html
import io
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ipywidgets as W
from PIL import Image

from densenet_lessons.panels.controls import Control, choice, number, slider, steps, toggle
from densenet_lessons.panels.refusal import Refusal, refusal_card, refusing
from densenet_lessons.pictures import ACCENT, PADDING, check_alt, img_tag, png_bytes

__all__ = [
    "Control",
    "Panel",
    "Refusal",
    "choice",
    "number",
    "refusing",
    "slider",
    "steps",
    "toggle",
]

#: Raise what a panel's drawing raises, besides showing it. Tests set it, here or by the variable.
STRICT = os.environ.get("DENSENET_LESSONS_STRICT", "0") not in ("", "0")


class Panel(W.VBox):
    """Controls, a picture and a sentence, redrawn at each move of a control.

    Give ``draw`` here, or write it as a method of a subclass. A subclass whose controls depend
    on each other says so in ``offers``, ``brings`` and ``fallback``; at each move the panel
    finds the values that go together, or leaves everything as it was.

    Args:
        label: the panel's name, shown above it.
        controls: the settings by the name that ``draw`` knows them by.
        draw: called with the value of each control by name; returns the picture (a uint8
            array, a Figure, a PIL image or PNG bytes), its text alternative and the sentence.
            A ``Refusal`` that it raises means a setting that is not possible, and is shown
            in words; any other error is a mistake in the panel.
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
        self._settled, self._offered = self.values, {}
        for name, control in self.controls.items():
            control.observe(lambda change, name=name: self._moved(name, change["new"]), "value")
        self._move({})
        self._redraw()

    def draw(self, **values: Any) -> tuple[Any, str, str]:
        """The picture, its text alternative and the sentence, for one setting."""
        raise NotImplementedError("give Panel a draw function, or write the method draw")

    def offers(self, values: Mapping[str, Any]) -> dict[str, Sequence[Any]]:
        """What is on offer in the controls that depend on others, by name.

        Asked again until every value is on offer, so ``values`` may hold one that is not.

        Raises:
            Refusal: if there is no such thing as ``values``; the offers then stay.
        """
        return {}

    def brings(self, moved: Mapping[str, Any]) -> dict[str, Any]:
        """The values of other controls that come along with a move."""
        return {}

    def fallback(self, name: str, value: Any, allowed: Sequence[Any]) -> Any:
        """What a control falls to when its value is no longer on offer: the nearest number."""
        return min(allowed, key=lambda option: abs(option - value))

    @property
    def values(self) -> dict[str, Any]:
        """The value of each control, by name."""
        return {name: control.value for name, control in self.controls.items()}

    def set(self, **values: Any) -> None:
        """Move controls from code, with one redraw; values may be those that a move brings.

        Raises:
            ValueError: for a control that isn't there or a value that it doesn't offer;
                the panel then stays as it was.
        """
        for name in values:
            if name not in self.controls:
                raise ValueError(f"control must be one of {', '.join(self.controls)}, got {name!r}")
        self._move(values)
        self._redraw()

    def _moved(self, name: str, value: Any) -> None:
        """A control was moved by hand."""
        if self._held:
            return
        try:
            self._move({name: value})
        except Exception as error:
            self._fail(error)
        else:
            self._redraw()

    def _move(self, moved: Mapping[str, Any]) -> None:
        """Give all controls the values and offers that go with a move, or those from before."""
        before = self._settled, self._offered
        self._held = True
        try:
            self._take(*self._settle(moved))
        except BaseException:
            self._take(*before)
            raise
        finally:
            self._held = False

    def _settle(self, moved: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Sequence[Any]]]:
        """Values that go together, and the offers that they go with."""
        moved = {
            name: value
            if name in self._offered
            else self.controls[name].checked(value, called=name)
            for name, value in moved.items()
        }
        values = {**self._settled, **self.brings(moved), **moved}
        for _ in range(len(values) + 1):  # each round settles one more
            try:
                offered = self.offers(values)
            except Refusal:  # the drawing tells why
                offered = self._offered
            lost = [name for name, allowed in offered.items() if values[name] not in allowed]
            if not lost:
                on_offer = {name: a[a.index(values[name])] for name, a in offered.items()}
                return {**values, **on_offer}, offered
            name = lost[0]
            if name in moved:
                self.controls[name].checked(values[name], called=name, allowed=offered[name])
            values[name] = self.fallback(name, values[name], offered[name])
        raise RuntimeError(f"offers of {self.label} never hold all values, last {values}")

    def _take(self, values: dict[str, Any], offered: dict[str, Sequence[Any]]) -> None:
        for name, control in self.controls.items():
            control.offer(offered.get(name, control.allowed), values[name])
        self._settled, self._offered = values, offered

    def _redraw(self) -> None:
        try:
            try:
                picture, alt, sentence = self._draw(**self.values)
            except Refusal as error:
                sentence = alt = f"Not possible: {error}"
                self._present(refusal_card(self._drawn, str(error), self._scale), alt, sentence)
            else:
                png = picture if isinstance(picture, bytes) else png_bytes(picture, quick=True)
                self._drawn = Image.open(io.BytesIO(png))
                self._present(png, check_alt(alt), sentence)
        except Exception as error:
            self._fail(error)

    def _fail(self, error: Exception) -> None:
        """Tell a mistake in the panel in words, and raise it under test."""
        self.sentence = f"Error in this panel: {type(error).__name__}: {error}"
        self._status.value = _status(self.sentence, self.sentence_lines, failed=True)
        if STRICT:
            raise error

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
