"""A picture with regions that answer to mouse, finger, keyboard and screen reader, and a film."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anywidget
import traitlets as T

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Region:
    """A rectangle of the picture that has something to say.

    Args:
        x, y, width, height: in CSS pixels from the picture's upper left corner.
        label: what hovering shows and a screen reader reads, a whole sentence or a name.
        sets: the values of controls that a click or an arrow key brings.
        opens: those that a double click, or Enter, brings; by default ``sets``.
    """

    x: float
    y: float
    width: float
    height: float
    label: str
    sets: Mapping[str, Any] = field(default_factory=dict)
    opens: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class FilmStep:
    """One step of a film.

    Args:
        words: what happens, a whole sentence.
        shows: indices of the regions that this step makes; before it they are covered.
        lights: paths that light up, each an SVG path in CSS pixels with its colour.
    """

    words: str
    shows: Sequence[int] = ()
    lights: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class Scene:
    """What a panel shows for one setting.

    Args:
        picture: a uint8 array, a Figure, a PIL image or PNG bytes.
        alt: its text alternative, the finding.
        sentence: what is to be seen, below the picture.
        regions: the parts that answer, in the order in which the arrow keys go through them.
        film: the steps in which the picture comes to be, if it has a film.
    """

    picture: Any
    alt: str
    sentence: str
    regions: Sequence[Region] = ()
    film: Sequence[FilmStep] = ()


class HotPicture(anywidget.AnyWidget):
    """The picture in the page; ``hot_picture.js`` is its other half.

    Args:
        touched: called with "choose", "open" or "leave", and the index of a region.
    """

    _esm = (_HERE / "hot_picture.js").read_text(encoding="utf8")
    _css = (_HERE / "hot_picture.css").read_text(encoding="utf8")

    png = T.Bytes(b"").tag(sync=True)  # sent as it is, not as text
    alt = T.Unicode("").tag(sync=True)
    width = T.Int(1).tag(sync=True)
    height = T.Int(1).tag(sync=True)
    kept = T.Int(0).tag(sync=True)  # height of the place that is kept for pictures to come
    regions = T.List().tag(sync=True)  # the last entry tells what a region is for
    chosen = T.Int(-1).tag(sync=True)  # the region that the setting stands for
    film = T.List().tag(sync=True)
    drawing = T.Int(0).tag(sync=True)  # an event of an older drawing may mean another region
    answered = T.Int(0).tag(sync=True)  # the number of the newest event that is dealt with
    live = T.Bool(False).tag(sync=True)  # set by the page: the loader is there

    def __init__(self, touched: Callable[[str, int], None]) -> None:
        super().__init__()
        self._touched, self._last = touched, -1
        self.on_msg(self._hear)

    def present(
        self, png: bytes, scene: Scene, values: Mapping[str, Any], size: tuple[int, int], kept: int
    ) -> None:
        """Show a scene, in one message to the page.

        Args:
            png: the scene's picture.
            scene: what to show.
            values: of the panel's controls; they say which region is the chosen one.
            size: width and height of the picture in CSS pixels.
            kept: height of the place for the picture in CSS pixels.
        """
        regions = scene.regions
        with self.hold_sync():
            self.png, self.alt, self.kept = png, scene.alt, kept
            self.width, self.height = size
            self.regions = [
                [round(side, 1) for side in (one.x, one.y, one.width, one.height)]
                + [one.label, json.dumps(dict(one.sets), default=str) if one.sets else ""]
                for one in regions
            ]
            stand = [index for index, one in enumerate(regions) if _is_set(one, values)]
            # Of several regions for one setting it is the one that was touched.
            self.chosen = self._last if self._last in stand else next(iter(stand), -1)
            self.film = [
                {"words": step.words, "shows": [*step.shows], "lights": [*map(list, step.lights)]}
                for step in scene.film
            ]
            self.drawing += 1

    def _hear(self, _: Any, content: Mapping[str, Any], buffers: Any) -> None:
        try:
            if content["drawing"] == self.drawing:
                self._last = content["region"]
                self._touched(content["event"], content["region"])
        finally:
            self.answered = content["number"]


def _is_set(region: Region, values: Mapping[str, Any]) -> bool:
    return bool(region.sets) and region.sets.items() <= dict(values).items()
