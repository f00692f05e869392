"""Every panel: controls keep to what is on offer, and a refused move leaves no trace.

The walks are random, with fixed seeds: moves by hand (of any part of any control), moves from
code (of several controls, with values on offer and not), in any order.
"""

import random

import pytest
from panels.every import EVERY

from densenet_lessons.panels import base
from densenet_lessons.panels.base import Panel, Refusal, choice, slider

NOT_ON_OFFER = (-1, 2.5, 10**9, "nothing of this name", None)


pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(autouse=True)
def _strict(monkeypatch):
    monkeypatch.setattr(base, "STRICT", True)


def everything(panel) -> dict:
    """All that a learner sees or can reach."""
    return {
        "values": panel.values,
        "allowed": {name: list(control.allowed) for name, control in panel.controls.items()},
        "parts": {
            name: [
                [
                    [getattr(part, trait, None) for trait in ("value", "min", "max", "disabled")],
                    list(getattr(part, "_options_full", [])),
                ]
                for part in control.children
            ]
            for name, control in panel.controls.items()
        },
        "words": (panel.sentence, panel.alt),
        "png": panel.png,
    }


def assert_consistent(panel) -> None:
    for name, control in panel.controls.items():
        assert control.value in control.allowed, name
        for part in control.children:
            assert part.value == control.value, name
            if part.has_trait("max"):
                assert (part.min, part.max) == (min(control.allowed), max(control.allowed)), name
            if part.has_trait("options"):
                assert [value for _, value in part._options_full] == list(control.allowed), name
    assert not panel.sentence.startswith("Error")
    for name, allowed in _offers(panel).items():
        assert list(panel.controls[name].allowed) == list(allowed), name


def _offers(panel) -> dict:
    try:
        return panel.offers(panel.values)
    except Refusal:
        return {}


def by_hand(panel, dice) -> None:
    part = dice.choice(dice.choice(list(panel.controls.values())).children)
    if part.has_trait("options"):
        part.value = dice.choice([value for _, value in part._options_full])
    elif part.has_trait("max"):
        part.value = type(part.value)(dice.uniform(part.min, part.max))
    else:
        part.value = not part.value


def from_code(panel, dice) -> None:
    names = dice.sample(list(panel.controls), dice.randint(1, len(panel.controls)))
    wanted = {name: dice.choice(list(panel.controls[name].allowed)) for name in names}
    if dice.random() < 0.3:
        wanted[dice.choice(names)] = dice.choice(NOT_ON_OFFER)
    before, refused = everything(panel), ""
    try:
        panel.set(**wanted)
    except ValueError as error:
        refused = str(error)
    if refused:
        assert " must be " in refused
        assert everything(panel) == before
    else:
        assert {name: panel.values[name] for name in wanted} == wanted


@pytest.mark.parametrize("make", EVERY, ids=lambda make: make.__name__)
@pytest.mark.parametrize("seed", [0, 1])
def test_a_random_walk_never_leaves_what_is_on_offer(make, seed):
    dice, panel = random.Random(seed), make()
    assert_consistent(panel)
    for _ in range(40):
        dice.choice((by_hand, from_code))(panel, dice)
        assert_consistent(panel)


@pytest.mark.parametrize("make", EVERY, ids=lambda make: make.__name__)
def test_the_way_back_shows_the_same(make):
    """The picture and the words belong to the setting, not to the way it was reached."""
    dice, panel = random.Random(2), make()
    for _ in range(5):
        start, before = panel.values, everything(panel)
        from_code(panel, dice)
        panel.set(**start)
        assert everything(panel) == before


class Chain(Panel):
    """b is below a, and c is below b; what ``offers`` and ``draw`` do can be exchanged."""

    def __init__(self):
        self.fault, self.drawn = None, []
        controls = {"kind": choice("kind", ["own", "other"], "other")}
        controls |= {name: slider(name, 0, 9, 9) for name in "abc"}
        super().__init__("Chain", controls)

    def brings(self, moved):
        return {"kind": "own"} if "a" in moved else {}

    def offers(self, values):
        if self.fault:
            raise self.fault
        return {"b": range(values["a"] + 1), "c": range(values["b"] + 1)}

    def draw(self, **values):
        self.drawn.append(values)
        return base.png_bytes(base.Image.new("L", (9, 9))), f"The values are {values}", f"{values}"


def test_a_move_settles_all_that_hang_on_it_with_one_redraw():
    panel = Chain()
    panel.controls["a"].children[1].value = 4
    settled = {"kind": "own", "a": 4, "b": 4, "c": 4}
    assert panel.values == panel.drawn[-1] == settled
    assert len(panel.drawn) == 2
    panel.set(a=7, c=6, b=6)
    assert panel.values == {"kind": "own", "a": 7, "b": 6, "c": 6}
    assert len(panel.drawn) == 3


@pytest.mark.parametrize("hand", [True, False])
def test_offers_that_fail_leave_all_as_it_was_and_are_told(monkeypatch, hand):
    panel = Chain()
    before = everything(panel)
    panel.fault = KeyError("offers")
    if hand:
        with pytest.raises(KeyError):
            panel.controls["a"].children[1].value = 4
        assert panel.sentence == "Error in this panel: KeyError: 'offers'"
        monkeypatch.setattr(base, "STRICT", False)
        panel.controls["a"].children[0].value = 4
        assert {**everything(panel), "words": before["words"]} == before
    else:
        with pytest.raises(KeyError):
            panel.set(a=4)
        assert everything(panel) == before
    panel.fault = None
    panel.controls["a"].children[1].value = 4
    assert panel.values["c"] == 4


def test_where_there_is_no_such_thing_the_offers_stay():
    panel = Chain()
    panel.set(a=4)
    panel.fault = Refusal("no such thing")
    panel.set(a=2)
    assert panel.values == {"kind": "own", "a": 2, "b": 4, "c": 4}
    with pytest.raises(ValueError, match="b must be from 0 to 4, got 5"):
        panel.set(b=5)
    panel.fault = None
    panel.set(kind="other")
    assert panel.values == {"kind": "other", "a": 2, "b": 2, "c": 2}


def test_offers_that_never_hold_are_a_mistake():
    panel = Chain()
    panel.fallback = lambda name, value, allowed: value
    with pytest.raises(RuntimeError, match="offers of Chain never hold"):
        panel.set(a=3)
    assert panel.values["a"] == 9
