"""Exercise 2.1: What one layer returns."""

import torch

from densenet_lessons.densenet import DenseLayer
from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "2.1",
    "What one layer returns",
    kind="predict",
    minutes=1,
    difficulty=1,
    importance=3,
    hints=(
        (
            "What happens to height and width?",
            "The 3x3 convolution has padding 1. What does that do to height and width?",
        ),
        (
            "How many channels come out?",
            "Nothing is concatenated yet: how many filters does the convolution have?",
        ),
    ),
)
def layer_shape(answer):
    layer = DenseLayer(3, 2, bn_size=None)
    expect.guess(answer, tuple(layer(torch.zeros(1, 3, 8, 8)).shape))


layer_shape.solves((1, 2, 8, 8), because="k = 2 new channels; padding 1 keeps the 8x8 pixels.")
layer_shape.rejects(
    (1, 5, 8, 8), says="That is after the concatenation; the layer returns new channels."
)
layer_shape.rejects((2, 8, 8), says="The batch comes first: one picture is a batch of 1.")
layer_shape.rejects(
    (1, 2, 6, 6), says="Without padding the map would shrink to 6x6; here padding is 1."
)
layer_shape.rejects(
    (1, 3, 8, 8), says="The convolution decides the channels: it has k filters, not 3."
)
