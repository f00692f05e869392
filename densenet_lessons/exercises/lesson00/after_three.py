"""Exercise 0.1: Channels after three layers."""

from densenet_lessons.densenet import block_widths
from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "0.1",
    "Channels after three layers",
    kind="predict",
    minutes=2,
    difficulty=1,
    importance=3,
    hints=(
        ("Where do I start?", "How many channels does one layer put beside the old ones?"),
        ("My number is too small", "Nothing is taken away: what entered the block is still there."),
    ),
)
def after_three(answer):
    expect.guess(answer, block_widths(48, 3, 24)[-1])


after_three.solves(120, because="48 + 3 * 24: each layer adds 24, and the 48 stay.")
after_three.rejects(72, says="These two belong to one step: 48 + 24. The block has three layers.")
after_three.rejects(96, says="This is what two layers leave, and what the third one reads.")
after_three.rejects(24, says="That is what the last layer adds. The block hands on everything.")
after_three.rejects(48, says="Nothing is added here. Each layer puts 24 channels beside the old.")
