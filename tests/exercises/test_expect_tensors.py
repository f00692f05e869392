"""Tensors: no broadcasting, values, gradients, inputs left alone."""

import pytest
import torch
from exercise_samples import refusal

from densenet_lessons.exercises import expect


def test_same_shape_and_same_values_do_not_broadcast():
    right = expect.noise(2, 3, 4)
    expect.same_shape(right, (2, 3, 4))
    expect.same_values(right + 1e-7, right)
    message = refusal(expect.same_values, right[:1], right)
    assert message == "the result has shape (1, 3, 4), expected (2, 3, 4): dimension 0 differs."
    assert "has shape (3, 4), expected (2, 3, 4)." in refusal(expect.same_shape, right[0], right)
    ones = torch.ones(2, 3)
    assert "shape ()" in refusal(expect.same_values, torch.tensor(1.0), ones)
    assert "expected a tensor" in refusal(expect.same_values, 1.0, ones)
    assert "expected a tensor" in refusal(expect.same_values, [ones], ones)
    assert "is a `return` missing?" in refusal(expect.same_values, None, ones)


def test_same_values_says_where_and_how_far():
    right = torch.zeros(2, 3)
    wrong = right.clone()
    wrong[1, 2], wrong[0, 0] = 0.5, -0.25
    words = "the right shape but 2 of 6 values differ, most at [1, 2]: 0.5, expected 0.0."
    assert words in refusal(expect.same_values, wrong, right)
    wrong[0, 1] = float("nan")
    assert "[0, 1]: nan, expected 0" in refusal(expect.same_values, wrong, right)
    refusal(expect.same_values, torch.tensor(2.0), torch.tensor(1.0))


def test_tolerances_follow_the_dtype():
    right = expect.noise(50, dtype=torch.float64)
    expect.same_values(right.float(), right)
    expect.same_values(right.bfloat16(), right)
    refusal(expect.same_values, right * (1 + 1e-5), right)
    refusal(expect.same_values, right.float() * (1 + 1e-2), right)
    counts = torch.tensor([1, 2])
    expect.same_values(counts, counts.clone())
    refusal(expect.same_values, counts + 1, counts)
    assert "dtype torch.int64" in refusal(expect.same_values, counts, counts.float())


def test_a_tensor_that_lies_is_not_believed():
    class Lying(torch.Tensor):
        @classmethod
        def __torch_function__(cls, function, types, args=(), kwargs=None):
            if function in (torch.isclose, torch.allclose, torch.equal):
                return torch.tensor(True)
            return super().__torch_function__(function, types, args, kwargs or {})

    right = torch.ones(2, 3)
    refusal(expect.same_values, torch.zeros(2, 3).as_subclass(Lying), right)
    expect.same_values(right.as_subclass(Lying), right)

    class LyingNumber(torch.Tensor):
        def item(self):
            return 2

    refusal(expect.equal, torch.tensor(1).as_subclass(LyingNumber), 2)


def test_a_refusal_remembers_the_value_as_it_was():
    buffer = torch.zeros(2)
    with pytest.raises(expect.Refused) as caught:
        expect.same_values(buffer, torch.ones(2))
    buffer.fill_(1)
    assert torch.equal(caught.value.actual, torch.zeros(2))


def test_noise_is_the_same_whatever_was_drawn_before():
    first = expect.noise(2, 3, seed=4)
    torch.rand(5)
    assert torch.equal(expect.noise(2, 3, seed=4), first)
    assert not torch.equal(expect.noise(2, 3, seed=5), first)
    assert expect.noise(1, requires_grad=True).requires_grad


def test_unchanged_sees_values_shapes_and_lists():
    x = expect.noise(2, 3)
    copy = x.clone()
    expect.unchanged(x, copy)
    expect.unchanged([x], [copy])
    assert "list was changed: 1 entries before, 2 after" in refusal(
        expect.unchanged, [x, x], [copy]
    )
    x.relu_()
    assert refusal(expect.unchanged, x, copy) == "the input was changed in place."


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda x, y: x * y.detach(), "gradient of the y"),
        (lambda x, y: (x * y).detach(), "no gradient flows back"),
        (lambda x, y: x * y + (x - x.detach()), "gradient of the x"),
        (lambda x, y: in_place(x, y), "changed in place"),
    ],
)
def test_same_gradients_sees_what_equal_values_hide(function, words):
    def inputs():
        return [expect.noise(2, 3, seed=seed, requires_grad=True) for seed in (1, 2)]

    mine, right = inputs(), inputs()
    product = right[0] * right[1]
    expect.same_gradients(mine[0] * mine[1], product, mine, right)
    got = function(*mine)
    expect.same_values(got, product)
    message = refusal(expect.same_gradients, got, product, mine, right, names=["x", "y"])
    assert words in message


def in_place(x, y):
    square = x * 1
    result = square * y
    square.add_(1)
    return result
