"""The panel of lesson 01: what torch says about each setting, in the picture and in words."""

import functools
import io
import itertools
import re

import numpy as np
import pytest
import torch
from PIL import Image, ImageColor

from densenet_lessons.data.small import load_photo
from densenet_lessons.panels import add_concat_panel
from densenet_lessons.panels import base as panel_base
from densenet_lessons.panels.add_concat import picture as combination
from densenet_lessons.pictures.palette import ACCENT, source_colour
from densenet_lessons.pictures.sheet import SCALE

PARTNERS = ("upside down", "in grey, one channel", "wider", "a batch of two")
SETTINGS = [
    *itertools.product(("concat",), range(4), PARTNERS),
    *itertools.product(("add",), (1,), PARTNERS),
]


@pytest.fixture(autouse=True)
def strict(monkeypatch):
    monkeypatch.setattr(panel_base, "STRICT", True)


@pytest.fixture(scope="module")
def panel():
    return add_concat_panel()


@functools.cache
def pair(second):
    """x and y, made anew."""
    x = load_photo(size=56)[None]
    y = {
        "upside down": torch.flip(x, [2]),
        "in grey, one channel": (x[:, :1] + x[:, 1:2] + x[:, 2:]) / 3,
        "wider": load_photo(size=84)[None, :, :56],
        "a batch of two": torch.stack([torch.flip(x[0], [1]), torch.flip(x[0], [2])]),
    }[second]
    return x, y


def combined(operation, dim, second):
    """What torch makes of it, or None where it refuses."""
    x, y = pair(second)
    try:
        return x + y if operation == "add" else torch.cat([x, y], dim)
    except RuntimeError:
        return None


def pixels(panel):
    return np.asarray(Image.open(io.BytesIO(panel.png)).convert("RGB")).astype(int)


def tiles(picture, left, top, shape):
    """The grey of each map, read back from the middle of its pixels."""
    pictures, channels, height, width = shape
    found = np.zeros(shape)
    for row, column in np.ndindex(pictures, channels):
        y = top + 40 + row * (height + combination.GAP) + 0.5
        x = left + column * (width + combination.GAP) + 0.5
        rows = ((y + np.arange(height)) * SCALE).astype(int)
        columns = ((x + np.arange(width)) * SCALE).astype(int)
        found[row, column] = picture[np.ix_(rows, columns)][..., 0]
    return found


def share_of(picture, colour):
    return (picture == ImageColor.getrgb(colour)).all(-1).mean()


@pytest.mark.parametrize(("operation", "dim", "second"), SETTINGS)
def test_the_result_drawn_is_the_result_of_torch(panel, operation, dim, second):
    panel.set(operation=operation, dim=dim, second=second)
    picture, (x, y) = pixels(panel), pair(second)
    for edge in (picture[0], picture[-1], picture[:, 0], picture[:, -1]):
        assert (edge == 255).all(), "cut off"
    assert np.abs(tiles(picture, combination.MARGIN, 4, x.shape) - 255 * x.numpy()).max() <= 2
    repeated = operation == "add" and second == "a batch of two"
    below = 4 + 40 + (2 if repeated else 1) * 66 - 10 + 10
    shown = tiles(picture, combination.MARGIN, below, y.shape)
    assert np.abs(shown - 255 * y.numpy()).max() <= 2
    assert all(str(tuple(tensor.shape)) in panel.sentence for tensor in (x, y))
    result, right = combined(operation, dim, second), combination.RESULT_X * SCALE
    if result is None:
        assert panel.sentence.startswith("Not possible: ")
        assert share_of(picture[:, right:], ACCENT) > 0, "no result, in words"
        for source in (1, 2):
            assert share_of(picture[:, right:], source_colour(source)) == 0
        return
    assert str(tuple(result.shape)) in panel.sentence
    assert share_of(picture, ACCENT) == 0
    values = (result / 2 if operation == "add" else result).numpy() * 255
    close = np.abs(tiles(picture, combination.RESULT_X, 4, result.shape) - values) <= 2
    assert close.mean() > 0.9  # the frames meet where two parts are joined


@pytest.mark.parametrize(
    ("second", "words"),
    [
        ("in grey, one channel", "the one channel of y for each of the 3 channels of x"),
        ("a batch of two", "the one picture of x for each of the 2 pictures of y"),
    ],
)
def test_broadcasting_names_what_is_repeated(panel, second, words):
    panel.set(operation="add", second=second)
    assert f"it repeated {words}." in panel.sentence
    x, y = pair(second)
    sizes = [size for size in zip(x.shape, y.shape, strict=True) if size[0] != size[1]]
    assert [min(size) for size in sizes] == [1]
    assert str(max(sizes[0])) in words


def test_a_refusal_names_the_sizes_that_differ(panel):
    panel.set(operation="concat", dim=1, second="wider")
    assert panel.sentence.endswith(
        "Along dimension 1 (channels), both need the same width: 56 and 84 differ."
    )
    panel.set(second="a batch of two")
    assert panel.sentence.endswith("both need the same number of pictures: 1 and 2 differ.")
    panel.set(operation="add", second="wider")
    assert panel.sentence.endswith("To be added, both need the same width: 56 and 84 differ.")


def test_the_dimension_is_asked_for_only_where_it_matters(panel):
    panel.set(operation="add")
    assert panel.controls["dim"].layout.visibility == "hidden"
    panel.set(operation="concat")
    assert panel.controls["dim"].layout.visibility == "visible"


@pytest.mark.parametrize(("operation", "dim", "second"), SETTINGS)
def test_every_frame_tells_whose_numbers_it_holds_and_which(panel, operation, dim, second):
    panel.set(operation=operation, dim=dim, second=second)
    (x, y), result = pair(second), combined(operation, dim, second)
    labels = [region.label for region in panel.scene.regions]
    counted = 0 if result is None else result.shape[0] * result.shape[1]
    told = [label for label in labels if "result[" in label]
    assert len(told) == counted * (2 if operation == "concat" and dim > 1 else 1)
    for label in told:
        of, is_ = [re.findall(r"[a-z]+\[\d, \d\]", part) for part in re.split(" is | are ", label)]
        spans = {"Rows": slice(None), "Columns": slice(None)}
        if label.split()[0] in spans:
            first, last = map(int, re.findall(r"(\d+) to (\d+) of", label)[0])
            spans[label.split()[0]] = slice(first, last + 1)
        place = {"x": x, "y": y, "result": result}
        whole = eval(of[0], {}, place)[spans["Rows"], spans["Columns"]]
        assert torch.equal(whole, sum(eval(one, {}, place) for one in is_))
        assert label.endswith(f"from {whole.min().item():.2f} to {whole.max().item():.2f}.")
