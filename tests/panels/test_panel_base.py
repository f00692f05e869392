"""Panel: one redraw a move, errors in words, a stored picture, controls that agree."""

import base64
import io

import numpy as np
import pytest
from PIL import Image, ImageColor

from densenet_lessons.panels import base
from densenet_lessons.panels.base import (
    Panel,
    Refusal,
    choice,
    number,
    refusing,
    slider,
    steps,
    toggle,
)
from densenet_lessons.pictures import ACCENT

ALT = "A grey square that gets lighter with k"


@pytest.fixture(autouse=True)
def _strict(monkeypatch):
    monkeypatch.setattr(base, "STRICT", True)


class Grey(Panel):
    """A square whose grey is k; k = 5 is refused, k = 6 is a mistake in the drawing."""

    def __init__(self, **options):
        self.calls = []
        controls = {"k": slider("growth rate k", 1, 9, 3), "dim": choice("dimension", [0, 1], 1)}
        super().__init__("Grey", controls, **options)

    def draw(self, k, dim):
        self.calls.append((k, dim))
        if k == 5:
            raise Refusal("k must not be 5 here, got 5")
        if k == 6:
            raise KeyError("k")
        if k == 7:
            np.zeros(2) + np.zeros(3)
        if k == 8:
            return np.full((80, 300), 8.0), ALT, "Floats."
        return np.full((80 + 10 * k, 300), 20 * k, np.uint8), ALT, f"Grey {k}, dimension {dim}."


def pixel(png):
    return Image.open(io.BytesIO(png)).convert("RGB").getpixel((2, 2))


def test_the_first_picture_is_drawn_at_once():
    panel = Grey()
    assert panel.values == {"k": 3, "dim": 1}
    assert (panel.sentence, panel.alt, panel.calls) == ("Grey 3, dimension 1.", ALT, [(3, 1)])
    assert pixel(panel.png) == (60, 60, 60)


def test_set_moves_several_controls_with_one_redraw():
    panel = Grey()
    panel.set(k=4, dim=0)
    assert panel.calls == [(3, 1), (4, 0)]
    assert panel.sentence == "Grey 4, dimension 0."
    assert pixel(panel.png) == (80, 80, 80)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"n": 1}, "control must be one of k, dim, got 'n'"),
        ({"k": 10}, "k must be from 1 to 9, got 10"),
        ({"k": 2.5}, "k must be from 1 to 9, got 2.5"),
        ({"dim": 2}, "dim must be one of 0, 1, got 2"),
    ],
)
def test_set_refuses_and_leaves_the_panel_alone(values, message):
    panel = Grey()
    with pytest.raises(ValueError, match=f"^{message}$"):
        panel.set(**{"k": 4, **values})
    assert panel.values == {"k": 3, "dim": 1}
    assert panel.calls == [(3, 1)]


@pytest.mark.parametrize("part", [0, 1])
def test_either_part_of_a_slider_moves_the_other_with_one_redraw(part):
    panel = Grey()
    panel.controls["k"].children[part].value = 4
    assert [child.value for child in panel.controls["k"].children] == [4, 4]
    assert panel.calls == [(3, 1), (4, 1)]


def test_a_number_typed_between_two_steps_goes_to_the_nearest():
    control = slider("n", 0, 12, 4, step=4)
    box, bar = control.children
    for typed, expected in [(7, 8), (7, 8), (1, 0)]:
        box.value = typed
        assert (control.value, box.value, bar.value) == (expected,) * 3


def test_every_control_has_a_name_that_a_screen_reader_finds():
    for control in [
        slider("growth rate k", 1, 9, 3),
        steps("growth rate k", [2, 4, 8], 4),
        number("growth rate k", 1, 9, 3),
        choice("growth rate k", ["a", "b"], "a"),
        choice("growth rate k", "abcdef", "a"),
        toggle("growth rate k"),
    ]:
        assert control.children[0].description == "growth rate k"


def test_steps_offer_just_their_values():
    control = steps("growth rate k", [2, 4, 8], 4)
    box, bar = control.children
    bar.index = 2
    assert (control.value, box.value) == (8, 8)
    with pytest.raises(ValueError, match="growth rate k must be one of 2, 4, 8, got 3"):
        control.checked(3)


@pytest.mark.parametrize(
    ("options", "start", "typed", "expected"),
    [
        ([2, 4, 8, 16], 4, 5, 8),  # arrow up
        ([2, 4, 8, 16], 8, 7, 4),  # arrow down
        ([2, 4, 8, 16], 2, 13, 16),
        ([2, 4, 8, 16], 2, 11, 8),
        ([0.1, 0.5, 1.0], 0.5, 0.51, 1.0),
        ([0.1, 0.5, 1.0], 0.5, 0.49, 0.1),
        ([0.1, 0.5, 1.0], 1.0, 0.2, 0.1),
    ],
)
def test_a_number_box_over_steps_goes_to_an_option(options, start, typed, expected):
    control = steps("n", options, start)
    box, bar = control.children
    box.value = typed
    assert (control.value, box.value, bar.value) == (expected,) * 3


def test_choice_may_show_other_words_than_its_values():
    control = choice("image", {"a coat": 4, "a bag": 8}, 8)
    assert control.children[0].label == "a bag"
    many = choice("image", [str(n) for n in range(11)], "3")
    many.children[1].index = 10
    assert (many.value, many.children[0].value) == ("10", "10")
    assert toggle("BC", True).value is True


def test_a_refused_setting_is_told_in_words_on_a_card():
    panel = Grey()
    panel.set(k=5)
    assert panel.sentence == panel.alt == "Not possible: k must not be 5 here, got 5"
    card = Image.open(io.BytesIO(panel.png))
    assert card.size == (300, 110)  # the last picture's place
    assert pixel(panel.png)[0] > 200  # which is faded
    assert "Traceback" not in panel._status.value
    panel.set(k=4)
    assert pixel(panel.png) == (80, 80, 80)


def bounds(png, colour=ACCENT):
    """Left, top, right and bottom of what has just this colour."""
    wanted = np.array(ImageColor.getrgb(colour))
    rows, columns = np.nonzero((np.asarray(Image.open(io.BytesIO(png))) == wanted).all(2))
    return np.array([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1])


@pytest.mark.parametrize("drawn_before", [True, False])
def test_the_card_is_as_large_at_any_scale(drawn_before):
    def draw(n):
        if n == 2:
            raise Refusal(
                "n must be odd here, and this text is long enough to go over more than one "
                "line of the card, got 2"
            )
        return np.zeros((120 * scale, 400 * scale), np.uint8), ALT, "Odd."

    frames = []
    for scale in (1, 2):
        controls = {"n": number("n", 1, 3, 1 if drawn_before else 2)}
        panel = Panel("Odd", controls, draw, scale=scale)
        panel.set(n=2)
        frames.append(bounds(panel.png) / scale)
        width, _ = Image.open(io.BytesIO(panel.png)).size
        assert width == scale * (400 if drawn_before else 520)
    assert frames[1] == pytest.approx(frames[0], abs=6)
    assert frames[0][3] - frames[0][1] > 60


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (Refusal("values must be two, got 1"), "Not possible: values must be two, got 1"),
        (ValueError("values must be two"), "Error in this panel: ValueError: values must be two"),
    ],
)
def test_a_refusal_is_told_from_a_mistake_by_its_type(monkeypatch, error, says):
    def draw():
        raise error

    monkeypatch.setattr(base, "STRICT", False)
    assert Panel("Two", {}, draw).sentence == says


def test_an_error_of_the_courses_own_function_refuses_where_that_is_said():
    with pytest.raises(Refusal, match="depth is odd"), refusing():
        raise ValueError("depth is odd")
    with pytest.raises(KeyError), refusing():
        raise KeyError("depth")
    with pytest.raises(Refusal, match="no file"), refusing(FileNotFoundError):
        raise FileNotFoundError("no file")


@pytest.mark.parametrize(
    ("k", "kind", "error"),
    [
        (6, KeyError, "KeyError: 'k'"),
        (7, ValueError, "ValueError: operands could not be broadcast"),
        (8, ValueError, "ValueError: picture must be"),
    ],
)
def test_a_mistake_in_the_drawing_shows_and_raises_under_test(monkeypatch, k, kind, error):
    panel = Grey()
    with pytest.raises(kind, match=error.split(": ")[1]):
        panel.set(k=k)
    assert panel.sentence.startswith(f"Error in this panel: {error}")
    assert "densenet-error" in panel._status.value
    monkeypatch.setattr(base, "STRICT", False)
    panel.set(k=k)
    assert panel.sentence.startswith(f"Error in this panel: {error}")
    panel.set(k=2)
    assert "densenet-error" not in panel._status.value


@pytest.mark.parametrize(("alt", "sentence"), [("a plot", "Fine."), (ALT, " "), (ALT, None)])
def test_a_picture_without_words_is_a_mistake(alt, sentence):
    with pytest.raises((ValueError, TypeError), match=r"alt must say|sentence must be"):
        Panel("Bare", {}, lambda: (np.zeros((9, 9), np.uint8), alt, sentence))


def test_draw_may_be_a_function_and_return_png_bytes():
    drawn = base.png_bytes(np.zeros((9, 9), np.uint8))
    panel = Panel("Plain", {"n": number("n", 1, 3, 2)}, lambda n: (drawn, ALT, f"n is {n}."))
    assert (panel.png, panel.sentence) == (drawn, "n is 2.")
    with pytest.raises(NotImplementedError, match="give Panel a draw function"):
        Panel("Nothing", {})


def test_the_page_under_a_panel_never_moves_up():
    panel = Grey()
    heights = []
    for k in (3, 9, 1):
        panel.set(k=k)
        heights.append(panel._hot.kept)
        assert f"min-height:{heights[-1]}px" in panel._still.value
    assert heights == [122, 182, 182]


def test_a_stored_panel_keeps_its_sentence_and_its_picture():
    panel = Grey()
    data = panel._repr_mimebundle_()
    assert data["text/plain"] == "Grey: Grey 3, dimension 1."
    assert pixel(base64.b64decode(data["image/png"])) == (60, 60, 60)
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == panel.model_id


def test_the_page_finds_what_the_course_promises():
    panel = Grey(scale=2)
    assert "densenet-panel" in panel._dom_classes
    assert "densenet-picture" in panel._hot._dom_classes
    assert f'<img alt="{ALT}" width="162"' in panel._still.value
    assert '<p role="status"' in panel._status.value
