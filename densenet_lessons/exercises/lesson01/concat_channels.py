"""Exercise 1.3: Shape of a concatenation."""

import torch

from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "1.3",
    "Shape of a concatenation",
    kind="predict",
    minutes=1,
    difficulty=1,
    importance=3,
    hints=(
        (
            "Where do I start?",
            "Three of the four sizes stay as they are.",
        ),
        (
            "Which size changes?",
            "Dimension 1 holds the channels: how many do both tensors have together?",
        ),
    ),
)
def concat_channels(answer):
    expect.guess(
        answer, tuple(torch.cat([torch.zeros(2, 3, 4, 5), torch.zeros(2, 6, 4, 5)], 1).shape)
    )


concat_channels.solves((2, 9, 4, 5), because="3 + 6 channels; batch, height and width are shared.")
concat_channels.rejects(
    (4, 9, 8, 10), says="Only the joined dimension grows; the others must agree."
)
concat_channels.rejects((4, 3, 4, 5), says="Dimension 0 is the batch; dimension 1 was asked for.")
concat_channels.rejects((4, 9, 4, 5), says="Only one dimension grows; the batch stays at 2.")
concat_channels.rejects((2, 3, 4, 5), says="These are a's channels alone; b's stand beside them.")
concat_channels.rejects((2, 6, 4, 5), says="These are b's channels alone; a's stand beside them.")
concat_channels.rejects((2, 9, 4), says="The result has four dimensions, as a and b have.")
concat_channels.rejects((2, 18, 4, 5), says="The channels stand one after the other: 3 and 6 more.")
