"""The controls of a panel together: values that go with each other, or those from before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from densenet_lessons.panels.controls import Control
from densenet_lessons.panels.refusal import Refusal
from densenet_lessons.training import plain_tensors


class Rules(Protocol):
    """How the controls depend on each other; a ``Panel`` has these methods."""

    def offers(self, values: Mapping[str, Any]) -> dict[str, Sequence[Any]]: ...

    def brings(self, moved: Mapping[str, Any]) -> dict[str, Any]: ...

    def fallback(self, name: str, value: Any, allowed: Sequence[Any]) -> Any: ...


def values_of(controls: Mapping[str, Control]) -> dict[str, Any]:
    """The value of each control, by name."""
    return {name: control.value for name, control in controls.items()}


class Settings:
    """Moves controls to values that go together, and rolls back where there are none.

    Args:
        label: the panel's name, for errors.
        controls: by name.
        rules: how they depend on each other.
    """

    def __init__(self, label: str, controls: Mapping[str, Control], rules: Rules):
        self.label, self.controls, self.rules = label, controls, rules
        self.held = False  # while the controls are moved from here
        self._settled, self._offered = values_of(controls), {}

    def move(self, moved: Mapping[str, Any]) -> None:
        """Give all controls the values and offers that go with a move, or those from before.

        Raises:
            ValueError: for a value that is not on offer.
        """
        before = self._settled, self._offered
        self.held = True
        try:
            self._take(*self._settle(moved))
        except BaseException:
            self._take(*before)
            raise
        finally:
            self.held = False

    @plain_tensors()
    def _settle(self, moved: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Sequence[Any]]]:
        """Values that go together, and the offers that they go with."""
        moved = {
            name: value
            if name in self._offered
            else self.controls[name].checked(value, called=name)
            for name, value in moved.items()
        }
        values = {**self._settled, **self.rules.brings(moved), **moved}
        for _ in range(len(values) + 1):  # each round settles one more
            try:
                offered = self.rules.offers(values)
            except Refusal:  # the drawing tells why
                offered = self._offered
            lost = [name for name, allowed in offered.items() if values[name] not in allowed]
            if not lost:
                on_offer = {name: a[a.index(values[name])] for name, a in offered.items()}
                return {**values, **on_offer}, offered
            name = lost[0]
            if name in moved:
                self.controls[name].checked(values[name], called=name, allowed=offered[name])
            values[name] = self.rules.fallback(name, values[name], offered[name])
        raise RuntimeError(f"offers of {self.label} never hold all values, last {values}")

    def _take(self, values: dict[str, Any], offered: dict[str, Sequence[Any]]) -> None:
        for name, control in self.controls.items():
            control.offer(offered.get(name, control.allowed), values[name])
        self._settled, self._offered = values, offered
