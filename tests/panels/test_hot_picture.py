"""The picture that can be touched: what reaches the page, and what a touch does in Python."""

import io

import numpy as np
import pytest
from panels.every import EVERY
from PIL import Image

from densenet_lessons.panels import base
from densenet_lessons.panels.base import FilmStep, Panel, Region, Scene, number, slider

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(autouse=True)
def _strict(monkeypatch):
    monkeypatch.setattr(base, "STRICT", True)


class Squares(Panel):
    """As many squares as ``count``, the one at ``at`` chosen; opening one leaves it alone."""

    def __init__(self):
        super().__init__(
            "Squares", {"count": slider("count", 1, 9, 4), "at": number("at", 0, 8, 1)}
        )

    def offers(self, values):
        return {"at": range(values["count"])}

    def leaves(self, values):
        return {"count": 9}

    def draw(self, count, at):
        regions = [
            Region(
                20 * n, 5, 15.04, 15, f"Square {n} of {count}.", {"at": n}, {"count": 1, "at": 0}
            )
            for n in range(count)
        ]
        regions.append(Region(0, 30, 50, 9, "Only tells."))
        film = [FilmStep(f"Square {n} comes.", [n], [("M 0 0 L 5 5", "red")]) for n in range(count)]
        picture = np.full((80, 400), 200, np.uint8)
        return Scene(picture, "Some squares in a row", f"{at} of {count}.", regions, film)


def touch(panel, event, region, drawing=None):
    """As ``hot_picture.js`` tells it."""
    hot = panel._hot
    drawing = hot.drawing if drawing is None else drawing
    message = {"event": event, "region": region, "number": hot.answered + 1, "drawing": drawing}
    hot._handle_custom_msg(message, [])


def test_the_page_gets_all_that_it_shows():
    panel = Squares()
    hot = panel._hot
    assert hot.png == panel.png
    assert (hot.alt, hot.width, hot.height) == ("Some squares in a row", 400, 80)
    assert hot.regions[1] == [20, 5, 15.0, 15, "Square 1 of 4.", '{"at": 1}']
    assert hot.regions[4] == [0, 30, 50, 9, "Only tells.", ""]
    assert hot.chosen == 1
    assert hot.film[2] == {
        "words": "Square 2 comes.",
        "shows": [2],
        "lights": [["M 0 0 L 5 5", "red"]],
    }


def test_a_click_moves_the_controls_and_an_open_and_a_leave_too():
    panel = Squares()
    touch(panel, "choose", 3)
    assert (panel.values, panel._hot.chosen) == ({"count": 4, "at": 3}, 3)
    touch(panel, "choose", 4)  # only tells
    assert panel.values == {"count": 4, "at": 3}
    touch(panel, "open", 2)
    assert panel.values == {"count": 1, "at": 0}
    touch(panel, "leave", 0)
    assert panel.values == {"count": 9, "at": 0}
    assert panel._hot.answered == 4


def test_of_two_regions_for_one_setting_the_touched_one_is_chosen():
    def draw(n):
        regions = [Region(20 * i, 0, 9, 9, f"Place {i} of four.", {"n": i % 2}) for i in range(4)]
        return Scene(np.zeros((80, 400), np.uint8), "Four places, two settings", f"{n}.", regions)

    panel = Panel("Twice", {"n": number("n", 0, 1, 0)}, draw)
    assert panel._hot.chosen == 0
    for index, chosen in [(3, 3), (1, 1), (2, 2)]:
        touch(panel, "choose", index)
        assert (panel.values["n"], panel._hot.chosen) == (index % 2, chosen)
    panel.set(n=1)
    assert panel._hot.chosen == 1


def test_a_touch_on_an_older_drawing_is_answered_and_not_obeyed():
    panel = Squares()
    touch(panel, "choose", 3, drawing=panel._hot.drawing - 1)
    assert panel.values == {"count": 4, "at": 1}
    assert panel._hot.answered == 1


def test_a_touch_that_fails_is_told_and_answered(monkeypatch):
    panel = Squares()
    monkeypatch.setattr(base, "STRICT", False)
    monkeypatch.setattr(panel, "_draw", lambda **values: 1 / 0)
    touch(panel, "choose", 3)
    assert panel.sentence.startswith("Error in this panel: ZeroDivisionError")
    assert panel._hot.answered == 1


def test_a_refused_setting_has_no_regions_and_can_be_left():
    class Odd(Squares):
        def draw(self, count, at):
            if count == 4:
                raise base.Refusal("count must be odd, got 4")
            return super().draw(count, at)

    panel = Odd()
    assert panel._hot.regions == panel._hot.film == []
    touch(panel, "leave", 0)
    assert len(panel._hot.regions) == 10


def test_without_a_loader_the_picture_is_there_and_says_what_is_missing():
    panel = Squares()
    for count in (4, 5):
        panel.set(count=count)
        assert 'alt="Some squares in a row"' in panel._still.value
        assert "no loader for anywidget" in panel._still.value
    panel._hot.live = True  # the page's half has come
    assert panel._still.value == ""
    panel.set(count=6)
    assert panel._still.value == ""


def test_a_stored_panel_has_its_alternative_text_in_every_viewer():
    data = Squares()._repr_mimebundle_()
    assert '<img alt="Some squares in a row"' in data["text/html"]
    assert {"text/plain", "image/png"} <= set(data)


@pytest.fixture(scope="module", params=EVERY, ids=lambda make: make.__name__)
def panel(request):
    return request.param()


def test_every_region_lies_in_the_picture_and_says_something_of_its_own(panel):
    width, height = (side / panel._scale for side in Image.open(io.BytesIO(panel.png)).size)
    regions = panel.scene.regions
    labels = [region.label for region in regions]
    assert len(set(labels)) == len(labels)
    for region in regions:
        assert 0 <= region.x <= region.x + region.width <= width, region
        assert 0 <= region.y <= region.y + region.height <= height, region
        assert min(region.width, region.height) >= 1, region
        assert len(region.label) >= 8, region


def test_every_region_may_be_touched(panel):
    start = panel.values
    for index in range(len(panel.scene.regions)):
        for event in ("choose", "open", "leave"):
            panel.set(**start)
            wanted = panel.scene.regions[index].sets if event == "choose" else {}
            touch(panel, event, index)
            assert wanted.items() <= panel.values.items()
    panel.set(**start)


def test_every_step_of_a_film_says_what_it_shows(panel):
    shown = [index for step in panel.scene.film for index in step.shows]
    assert len(shown) == len(set(shown))
    assert set(shown) <= set(range(len(panel.scene.regions)))
    for step in panel.scene.film:
        assert step.words.endswith(".")
        assert step.shows or step.lights
