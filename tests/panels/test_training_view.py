"""The live view: a bar, curves and a sentence that follow a training."""

import base64
import io
import re

import pytest
from PIL import Image

from densenet_lessons.panels import TrainingView
from densenet_lessons.panels.training_view import panel as training_view
from densenet_lessons.pictures.display import PADDING
from densenet_lessons.training.history import History, Progress

AFTER_ONE = History((1.2,), (0.5,), (), (0.1,), (3.0,))


@pytest.fixture
def clock(monkeypatch):
    """A clock that the test moves."""
    now = [100.0]
    monkeypatch.setattr(training_view.time, "monotonic", lambda: now[0])
    return now


def picture(view):
    return view.children[1].value


def test_it_follows_a_training(clock):
    view = TrainingView()
    assert view.sentence == "Training has not begun yet."
    view(Progress(1, 2, 1, 2, 2.0, History()))
    assert view.sentence == "Epoch 1 of 2, step 1 of 2: loss 2.000."
    assert view.children[0].value == 0.25
    first = picture(view)
    assert re.search('<img alt="Loss and accuracy after 0 epochs and 1 steps"', first)
    view(Progress(1, 2, 2, 2, 1.0, AFTER_ONE))
    assert view.sentence.endswith("loss 1.000; training accuracy 0.500 after 1 whole epoch.")
    assert picture(view) != first
    assert view.steps == [(0.5, 2.0), (1.0, 1.0)]


def test_test_accuracy_is_told_where_there_is_one(clock):
    view = TrainingView()
    view(Progress(1, 2, 2, 2, 1.0, History((1.2,), (0.5,), (0.75,), (0.1,), (3.0,))))
    assert "test accuracy 0.750" in view.sentence


def test_it_is_redrawn_no_oftener_than_needed(clock):
    view = TrainingView()
    view(Progress(1, 1, 1, 100, 2.0, History()))
    first, sentence = picture(view), view.sentence
    clock[0] += 0.05
    view(Progress(1, 1, 2, 100, 2.0, History()))
    assert (picture(view), view.sentence) == (first, sentence)
    clock[0] += 0.1
    view(Progress(1, 1, 3, 100, 2.0, History()))
    assert picture(view) == first
    assert view.sentence != sentence
    clock[0] += 1
    view(Progress(1, 1, 4, 100, 2.0, History()))
    assert picture(view) != first
    assert len(view.steps) == 4


def test_slow_drawing_leaves_the_training_its_time(clock, monkeypatch):
    view, drawn = TrainingView(), []

    def slow(history, epochs):
        drawn.append(clock[0])
        clock[0] += 0.5

    monkeypatch.setattr(view, "_draw", slow)
    start = clock[0]
    for step in range(1, 3000):
        clock[0] += 0.03
        view(Progress(1, 1, step, 3000, 2.0, History()))
    share = len(drawn) * 0.5 / (clock[0] - start)
    assert len(drawn) > 5
    assert share < 0.06


def test_the_end_is_told(clock):
    view = TrainingView()
    view(Progress(2, 2, 1, 2, 2.0, AFTER_ONE))
    assert view.children[0].bar_style == ""
    history = History((1.2, 1.0), (0.5, 0.6), (0.75, 0.8), (0.1, 0.0), (3.0, 4.0))
    view(Progress(2, 2, 2, 2, 1.0, history))
    assert view.sentence == "Done: 2 epochs in 7 s, test accuracy 0.800."
    assert view.children[0].value == 1
    assert view.children[0].bar_style == "success"


def test_the_page_below_does_not_jump(clock):
    view = TrainingView()
    kept = view.children[1].layout.min_height
    view(Progress(1, 2, 1, 2, 2.0, History()))
    png = base64.b64decode(re.search('base64,([^"]+)', picture(view))[1])
    width, height = Image.open(io.BytesIO(png)).size
    shown = int(re.search('width="([0-9]+)"', picture(view))[1]) - 2 * PADDING
    assert kept == f"{height * shown // width + 2 * PADDING}px"


def test_what_is_stored_in_a_notebook_never_changes():
    view = TrainingView()
    view(Progress(1, 1, 1, 1, 2.0, AFTER_ONE))
    assert view._repr_mimebundle_()["text/plain"] == "Training view"
