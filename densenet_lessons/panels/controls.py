"""The settings of a panel: each has a name, a value, and a way for mouse, keyboard and reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

import ipywidgets as W
import traitlets as T

_MOST_BUTTONS = 4
_BOX = {"description_width": "initial"}  # otherwise long names are cut


class Control(W.HBox):
    """One named setting: a slider with its number box, a list, a tick box.

    Every part shows the same ``value``, one of ``allowed``.
    """

    value = T.Any()

    def __init__(self, parts: Sequence[W.Widget], allowed: Sequence[Any], value: Any, name: str):
        super().__init__(list(parts), layout=W.Layout(align_items="center", overflow="visible"))
        self.name, self.allowed, self._held = name, allowed, False
        self.value = self.checked(value)
        self._spread()
        self.observe(self._spread, "value")
        for part in parts:
            part.observe(self._follow, "value")

    def checked(
        self, value: Any, *, called: str | None = None, allowed: Sequence[Any] | None = None
    ) -> Any:
        """``value`` as it stands in ``allowed``; ValueError where it doesn't.

        Args:
            value: what is asked for.
            called: the name that the error uses; by default the one on the page.
            allowed: what is on offer; by default what is on offer now.
        """
        allowed = self.allowed if allowed is None else allowed
        if value not in allowed:
            raise ValueError(f"{called or self.name} must be {_rule(allowed)}, got {value!r}")
        return allowed[allowed.index(value)]

    def offer(self, allowed: Sequence[Any], value: Any) -> None:
        """Change what is on offer, and the value with it; a part with one option is dimmed."""
        value = self.checked(value, allowed=allowed)
        if list(allowed) != list(self.allowed):
            self._held = True  # a part that falls to another option on the way doesn't count
            try:
                self.allowed = allowed
                for part in self.children:
                    _fit(part, allowed, value)
            finally:
                self._held = False
        self.value = value
        self._spread()

    def _follow(self, change: Any) -> None:
        if self._held:
            return
        self.value = self._nearest(change["new"], change["owner"])
        self._spread()

    def _nearest(self, typed: Any, part: W.Widget) -> Any:
        """What a part means by ``typed``: itself, one option further, or the nearest option."""
        if typed in self.allowed:
            return typed
        options = list(self.allowed)
        at = options.index(self.value)
        if abs(abs(typed - self.value) - part.step) < 1e-9:  # an arrow of the number box
            at += 1 if typed > self.value else -1
            return options[min(max(at, 0), len(options) - 1)]
        return min(options, key=lambda option: abs(option - typed))

    def _spread(self, *_: Any) -> None:
        for part in self.children:
            part.value = self.value


def _rule(allowed: Sequence[Any]) -> str:
    if isinstance(allowed, range):
        low, high, step = allowed[0], allowed[-1], allowed.step
        return f"from {low} to {high}" + (f" in steps of {step}" if step > 1 else "")
    return "one of " + ", ".join(repr(option) for option in allowed)


def _fit(part: W.Widget, allowed: Sequence[Any], value: Any) -> None:
    """Let one part of a control show what is on offer now."""
    if part.has_trait("options"):
        # Names of all options ever shown: one that comes back is called what it was called.
        names = part.__dict__.setdefault("densenet_names", {})
        names |= {option: text for text, option in part._options_full}
        part.options = [(names.get(option, str(option)), option) for option in allowed]
        part.value = value
    elif part.has_trait("max"):
        # Wide enough for both ranges first: a bound may not pass the value, nor the other bound.
        part.min, part.max = min(chain([part.min], allowed)), max(chain([part.max], allowed))
        part.value = value
        part.min, part.max = min(allowed), max(allowed)
    part.disabled = len(allowed) == 1


def slider(name: str, low: int, high: int, value: int, step: int = 1) -> Control:
    """A slider over whole numbers from ``low`` to ``high``, with a number box named ``name``."""
    bounds = {"min": low, "max": high, "step": step, "value": value}
    box = W.BoundedIntText(**bounds, description=name, style=_BOX, layout=_width(name, 72))
    bar = W.IntSlider(**bounds, readout=False, layout=W.Layout(width="180px"))
    return Control([box, bar], range(low, high + 1, step), value, name)


def steps(name: str, options: Sequence[float], value: float) -> Control:
    """A slider over the numbers of a rising list, with a number box named ``name``.

    An arrow key in the box goes one option further; a number typed between two options
    goes to the nearest.
    """
    whole = all(isinstance(option, int) for option in options)
    box = (W.BoundedIntText if whole else W.BoundedFloatText)(
        min=min(options), max=max(options), step=1 if whole else 0.01, value=value,
        description=name, style=_BOX, layout=_width(name, 72),
    )  # fmt: skip
    return Control([box, _bar(list(options), value)], list(options), value, name)


def _bar(options: Sequence[Any], value: Any) -> W.SelectionSlider:
    layout = W.Layout(width="180px")
    return W.SelectionSlider(options=options, value=value, readout=False, layout=layout)


def number(name: str, low: int, high: int, value: int, step: int = 1) -> Control:
    """A number box from ``low`` to ``high``."""
    box = W.BoundedIntText(
        min=low, max=high, step=step, value=value,
        description=name, style=_BOX, layout=_width(name, 72),
    )  # fmt: skip
    return Control([box], range(low, high + 1, step), value, name)


def choice(name: str, options: Sequence[Any] | Mapping[str, Any], value: Any) -> Control:
    """A few buttons, or for more options a list with a slider; the arrow keys work on the slider.

    JupyterLab takes the arrow keys away from a list that is not unfolded (Space unfolds it).

    Args:
        name: shown before the buttons or the list.
        options: the values, or a mapping from what is shown to the value.
        value: the one chosen first.
    """
    shown = dict(options) if isinstance(options, Mapping) else {str(o): o for o in options}
    given = {"options": list(shown.items()), "value": value, "description": name, "style": _BOX}
    longest = max(map(len, shown))
    if len(shown) <= _MOST_BUTTONS:
        style = {**_BOX, "button_width": f"{longest * 8 + 24}px"}
        # Where fewer are on offer their place stays, so that no row breaks anew.
        room = f"{len(shown) * (longest * 8 + 30)}px"
        fitting = W.Layout(width="max-content", min_width=room)
        parts = [W.ToggleButtons(**{**given, "style": style}, layout=fitting)]
    else:
        listed = W.Dropdown(**given, layout=_width(name, longest * 8 + 40))
        parts = [listed, _bar(given["options"], value)]
    return Control(parts, list(shown.values()), value, name)


def toggle(name: str, value: bool = False) -> Control:
    """A tick box."""
    box = W.Checkbox(value=value, description=name, indent=False, layout=_width(name, 40))
    return Control([box], [False, True], value, name)


def _width(name: str, room: int) -> W.Layout:
    return W.Layout(width=f"{len(name) * 8 + room}px")
