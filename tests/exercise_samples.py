"""Small exercises, and a helper, for the tests of how exercises work."""

import pytest
from torch import nn
from torch.nn import functional as F

from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


def make_width():
    hints = (("Start?", "Count."), ("And cat?", "What does `cat` keep?"))

    @exercise("2.1", "Width", kind="predict", difficulty=1, importance=3, hints=hints)
    def width(answer):
        expect.guess(answer, 16 + 2 * 12)

    width.solves(40, because="16 + 2 * 12.")
    width.rejects(24, says="These are the new channels only.")
    width.rejects(28, says="This is one layer.")
    return width


def make_block_width():
    @exercise("2.3", "Width of a block", hints=(("Start?", "Write three by hand."),))
    def block_width(answer):
        for case in [(16, 1, 12), (16, 4, 12), (7, 3, 5)]:
            with expect.case():
                expect.equal(answer(*case), sum([case[0]] + [case[2]] * case[1]))

    @block_width.solves
    def _(num_input_features, num_layers, growth_rate):
        # each layer adds k
        return num_input_features + num_layers * growth_rate

    @block_width.rejects(says="This leaves out the block's own input.")
    def forgets_input(c0, n, k):
        return n * k

    @block_width.rejects(says="Only the first layer counts here.")
    def first_layer_only(c0, n, k):
        return c0 + k

    @block_width.rejects(says="One of the arguments is used as a list.")
    def crashes(c0, n, k):
        return len(n)

    @block_width.accepts
    def by_recursion(c0, n, k):
        return c0 if n == 0 else k + by_recursion(c0, n - 1, k)

    return block_width


def make_dense_layer():
    @exercise("2.4", "A dense layer", kind="module", hints=(("Start?", "Which order?"),))
    def dense_layer(answer):
        for width, k in [(7, 5), (4, 3)]:
            reference = nn.Sequential(
                nn.BatchNorm2d(width), nn.ReLU(), nn.Conv2d(width, k, 3, padding=1, bias=False)
            )
            expect.same_module(answer(width, k), reference, expect.noise(3, width, 6, 5))

    @dense_layer.solves
    class DenseLayer(nn.Module):
        def __init__(self, num_input_features, growth_rate):
            super().__init__()
            self.norm = nn.BatchNorm2d(num_input_features)
            self.conv = nn.Conv2d(num_input_features, growth_rate, 3, padding=1, bias=False)

        def forward(self, x):
            return self.conv(F.relu(self.norm(x)))

    @dense_layer.rejects(says="The ReLU stands before the norm.")
    class ReluFirst(nn.Module):
        def __init__(self, num_input_features, growth_rate):
            super().__init__()
            self.norm = nn.BatchNorm2d(num_input_features)
            self.conv = nn.Conv2d(num_input_features, growth_rate, 3, padding=1, bias=False)

        def forward(self, x):
            return self.conv(self.norm(F.relu(x)))

    return dense_layer


def checking(body, solution=None, **options):
    """An exercise around a check, with a solution that is handed in nowhere."""

    def solved(*args):
        return None

    made = exercise("9.1", "Sample", **options)(body)
    made.solves(solved if solution is None else solution)
    return made


def identity(n):
    return n


def refusal(compare, *args, **kwargs) -> str:
    """The message with which a comparison turns its arguments down."""
    with pytest.raises(expect.Refused) as caught:
        compare(*args, **kwargs)
    return caught.value.message
