"""Panel: controls, one picture and one sentence that says what is to be seen.

A panel is a folder of three modules, and one function that ``panels/__init__.py`` names:

- ``picture.py`` draws a setting on a ``Canvas`` and says where its parts lie;
- ``words.py`` holds the sentence, the text alternative and the labels, as whole sentences;
- ``panel.py`` has the controls, and puts both together in one ``Scene``::

    def two_squares() -> Panel:
        return Panel("Two squares", {"side": slider("side", 10, 90, 40)}, _scene, scale=2)

    def _scene(side: int) -> Scene:
        image, boxes = picture.squares(side)  # boxes: x, y, width, height in CSS pixels
        regions = [Region(*box, words.about(n), sets={"side": n}) for n, box in boxes.items()]
        return Scene(image, words.alt(side), words.sentence(side), regions)

Hovering a region shows its label, a click or an arrow key moves the controls in ``sets``, a
double click or Enter those in ``opens``; the region whose ``sets`` are the panel's values is the
chosen one. A region without ``sets`` only tells. Controls that depend on others: write a
subclass with ``draw`` and ``offers``; Escape in the picture brings what ``leaves`` returns.
``film`` gives the scene a Play button: each ``FilmStep`` uncovers the regions it makes, or lights
paths. Say in the panel's test what is to be read where; ``tests/panels/test_hot_picture.py`` and
the browser tests find the panel by themselves.
"""

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
from densenet_lessons.panels.hot_picture import FilmStep, HotPicture, Region, Scene
from densenet_lessons.panels.refusal import Refusal, refusal_card, refusing
from densenet_lessons.panels.settings import Settings, values_of
from densenet_lessons.panels.still import status_html, still_html
from densenet_lessons.pictures import PADDING, check_alt, img_tag, png_bytes
from densenet_lessons.training import plain_tensors

__all__ = [
    "Control",
    "FilmStep",
    "Panel",
    "Refusal",
    "Region",
    "Scene",
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
        draw: called with the value of each control by name; returns a ``Scene``, or for a
            picture without regions just the picture, its text alternative and the sentence.
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
        draw: Callable[..., Scene | tuple[Any, str, str]] | None = None,
        *,
        scale: float = 1,
    ):
        self.label, self.controls = label, dict(controls)
        self._draw = draw or self.draw
        self._scale, self._height = scale, 0
        self.png, self.alt, self.sentence = b"", "", ""
        self._drawn: Image.Image | None = None  # the newest picture of a possible setting
        head = W.HTML(f"<b>{html.escape(label)}</b>")
        row = W.Box(list(self.controls.values()), layout=W.Layout(flex_flow="row wrap"))
        row.layout.grid_gap = "2px 28px"
        self._hot, self._still, self._status = HotPicture(self._touched), W.HTML(), W.HTML()
        self._hot.observe(lambda _: self._show_still(), "live")
        self._hot.add_class("densenet-picture")
        self._still.add_class("densenet-still")
        super().__init__([head, row, self._hot, self._still, self._status])
        self.add_class("densenet-panel")
        for part in self.children:  # never squeezed, so never cut
            part.layout.flex, part.layout.margin = "0 0 auto", "2px 0"
        self._settings = Settings(label, self.controls, self)
        for name, control in self.controls.items():
            control.observe(lambda change, name=name: self._moved(name, change["new"]), "value")
        self._settings.move({})
        self._redraw()

    def draw(self, **values: Any) -> Scene | tuple[Any, str, str]:
        """What is to be seen for one setting."""
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

    def leaves(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The values that Escape brings, pressed in the picture; where one may zoom out."""
        return {}

    @property
    def values(self) -> dict[str, Any]:
        """The value of each control, by name."""
        return values_of(self.controls)

    def set(self, **values: Any) -> None:
        """Move controls from code, with one redraw; values may be those that a move brings.

        Raises:
            ValueError: for a control that isn't there or a value that it doesn't offer;
                the panel then stays as it was.
        """
        for name in values:
            if name not in self.controls:
                raise ValueError(f"control must be one of {', '.join(self.controls)}, got {name!r}")
        self._settings.move(values)
        self._redraw()

    def _moved(self, name: str, value: Any) -> None:
        """A control was moved by hand."""
        if not self._settings.held:
            self._move_by_hand({name: value})

    def _touched(self, event: str, index: int) -> None:
        """A region of the picture was chosen or opened, or the learner leaves what was opened."""
        region = self.scene.regions[index] if self.scene.regions else None
        if event == "leave":
            moved = self.leaves(self.values)
        else:
            moved = (event == "open" and region.opens) or region.sets
        if moved:
            self._move_by_hand(moved)

    def _move_by_hand(self, moved: Mapping[str, Any]) -> None:
        try:
            self._settings.move(moved)
        except Exception as error:
            self._fail(error)
        else:
            self._redraw()

    @plain_tensors()
    def _redraw(self) -> None:
        try:
            try:
                drawn = self._draw(**self.values)
            except Refusal as error:
                told = f"Not possible: {error}"
                card = refusal_card(self._drawn, str(error), self._scale)
                self._present(Scene(card, told, told))
            else:
                scene = drawn if isinstance(drawn, Scene) else Scene(*drawn)
                check_alt(scene.alt)
                self._present(scene)
                self._drawn = Image.open(io.BytesIO(self.png))
        except Exception as error:
            self._fail(error)

    def _fail(self, error: Exception) -> None:
        """Tell a mistake in the panel in words, and raise it under test."""
        self.sentence = f"Error in this panel: {type(error).__name__}: {error}"
        self._status.value = status_html(self.sentence, self.sentence_lines, failed=True)
        if STRICT:
            raise error

    def _present(self, scene: Scene) -> None:
        if not (isinstance(scene.sentence, str) and scene.sentence.strip()):
            raise TypeError(f"sentence must be a non-empty text, got {scene.sentence!r}")
        drawn = scene.picture
        png = drawn if isinstance(drawn, bytes) else png_bytes(drawn, quick=True)
        self.scene, self.png, self.alt, self.sentence = scene, png, scene.alt, scene.sentence
        width, height = Image.open(io.BytesIO(png)).size
        self._size = round(width / self._scale), round(height / self._scale)
        # The place kept for the picture only ever grows, so the page below never jumps.
        self._height = max(self._height, self._size[1] + 2 * PADDING)
        self._hot.present(png, scene, self.values, self._size, self._height)
        self._show_still()
        self._status.value = status_html(scene.sentence, self.sentence_lines)

    def _show_still(self) -> None:
        """The picture for a front end that can't load the one that can be touched."""
        if self._hot.live or not self.png:
            self._still.value = ""
        else:
            self._still.value = still_html(self.png, self.alt, self._size[0], self._height)

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        bundle = super()._repr_mimebundle_(**kwargs)
        data = dict(bundle[0] if isinstance(bundle, tuple) else bundle)
        data["text/plain"] = f"{self.label}: {self.sentence}"
        if self.png:  # what is seen where no kernel runs
            small = png_bytes(Image.open(io.BytesIO(self.png)))
            data["text/html"] = img_tag(small, alt=self.alt, width=self._size[0])
            data["image/png"] = base64.b64encode(small).decode("ascii")
        return data
