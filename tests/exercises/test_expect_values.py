"""Numbers, words and sequences: what is right passes, what is wrong is told in words."""

import numpy
import pytest
import torch
from exercise_samples import refusal
from torch import nn

from densenet_lessons.exercises import expect
from densenet_lessons.exercises.engine.values import brief


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        (40, 40),
        (40.0, 40),
        (numpy.int64(40), 40),
        (torch.tensor(40), 40),
        (True, True),
        ("dense", "dense"),
        ([" Dense", "ADD "], ("dense", "add")),
        (numpy.array([[1, 2], [3, 4]]), [[1, 2], [3, 4]]),
        (torch.tensor([1, 2]), [1, 2]),
        ((1, 2), [1, 2]),
        (torch.Size([2, 3]), (2, 3)),
        ([[1, 2], (3,)], [[1, 2], [3]]),
        ({"a": (1, 2)}, {"a": [1, 2]}),
        (torch.float32, torch.float32),
    ],
)
def test_equal_and_guess_accept_other_spellings_of_the_same_value(actual, expected):
    expect.equal(actual, expected)
    expect.guess(actual, expected)


@pytest.mark.parametrize(
    ("actual", "expected", "words"),
    [
        (41, 40, "the result is 41, expected 40."),
        (True, 1, "the result is True, expected 1."),
        (1, True, "the result is 1, expected True."),
        ("40", 40, "the result is '40', expected 40."),
        (40.5, 40, "the result is 40.5, expected 40."),
        ([1, 2], [1, 3], "the result is [1, 2], expected [1, 3] (entry 1 differs)."),
        ([1], [1, 3], "(its length is 1 and not 2)."),
        ([True], [1], "entry 0 differs"),
        ({"a": 1}, {"a": 2}, "the result is {'a': 1}, expected {'a': 2}."),
        (None, 1, "the result is None: is a `return` missing?"),
        (range(3), [0, 1, 2], "an object of type range"),
        (nn.ReLU(), nn.ReLU(), "a module of class ReLU"),
        (len, sum, "a function"),
    ],
)
def test_equal_refuses_in_words(actual, expected, words):
    assert words in refusal(expect.equal, actual, expected)


def test_an_ellipsis_is_not_an_answer():
    for compare in (expect.equal, expect.guess, expect.close, expect.same_shape):
        with pytest.raises(expect.NotAttempted):
            compare(..., 1.0)


@pytest.mark.parametrize(
    ("actual", "expected", "advice"),
    [
        (41, 40, ""),
        ((1, 2), (1, 3), ""),
        ((1, 2, 3), (1, 3), " 2 entries are asked for, not 3."),
        (40, (1, 3), " Write a tuple, with a comma between its entries: (1, 2)."),
        ((1, 2), 40, " One value is asked for, not several."),
        ("41", 40, " Write a number, without quotes."),
        (40, "cat", ' Write a word in quotes: "word".'),
        (1, True, " Write True or False, without quotes."),
    ],
)
def test_guess_never_shows_what_is_right(actual, expected, advice):
    message = refusal(expect.guess, actual, expected)
    assert message.endswith(f" is not it.{advice}")
    assert brief(expected) not in message.removesuffix(advice)


def test_guess_and_close_allow_for_rounding():
    expect.guess(0.3, 0.1 + 0.2)
    expect.guess(0.33, 1 / 3, rel=0.02)
    expect.guess(8_000_000, 7_978_856, rel=0.01)
    refusal(expect.guess, 7_978_857, 7_978_856)
    refusal(expect.guess, 10**400, 1.5, rel=0.01)
    expect.close(torch.tensor(1 / 3), 1 / 3)
    expect.close(numpy.float32(1 / 3), torch.tensor(1 / 3))
    expect.close(0.3331, 1 / 3, rel=1e-3)
    assert refusal(expect.close, 0.33333, 1 / 3) == "the result is 0.33333, expected 0.333333."
    assert "0.33333331, expected 0.333333333" in refusal(expect.close, 0.33333331, 1 / 3, rel=1e-9)
    refusal(expect.guess, 157.0001, 157)
    assert refusal(expect.close, "a", 0.5) == "the result is 'a', expected a number."
    assert "nan" in refusal(expect.close, float("nan"), 0.5)
    refusal(expect.close, True, 1.0)


def test_ordering_says_how_many_places_are_right():
    right = ["stem", "block", "head"]
    expect.ordering(("stem", "block", "head"), right)
    assert refusal(expect.ordering, ["head", "block", "stem"], right).startswith("1 of the 3 names")
    each_once = "each of these once: 'block', 'head', 'stem'"
    assert each_once in refusal(expect.ordering, ["stem", "stem", "head"], right)
    assert each_once in refusal(expect.ordering, ["stem", "block"], right)
    assert "write a list" in refusal(expect.ordering, "stem", right)


def test_one_of_is_a_choice():
    options = ("batch", "channels")
    expect.one_of(" Channels ", "channels", options)
    assert refusal(expect.one_of, "batch", "channels", options) == "'batch' is not it."
    assert "choose one of these: 'batch', 'channels'" in refusal(
        expect.one_of, "height", "channels", options
    )
    with pytest.raises(ValueError, match="expected must be one of the options"):
        expect.one_of("batch", "height", options)


def test_that_refuses_with_its_own_words():
    expect.that(True, "never")
    assert refusal(expect.that, False, "two lists are one object.") == "two lists are one object."


def raises(error):
    def function(*args, **kwargs):
        if error:
            raise error

    return function


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (None, "no error was raised; `k` is invalid"),
        (ValueError("bad"), "text must name `k`"),
        (TypeError("k"), "TypeError was raised; raise a ValueError"),
    ],
)
def test_raises_value_error_refuses_anything_else(error, words):
    assert words in refusal(expect.raises_value_error, raises(error), 0, naming="k")
    expect.raises_value_error(raises(ValueError("k must be positive")), k=0, naming="k")
    with pytest.raises(NotImplementedError):
        expect.raises_value_error(raises(NotImplementedError()), naming="k")
