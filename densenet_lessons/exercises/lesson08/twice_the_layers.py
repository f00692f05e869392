"""Exercise 8.1: Twice the layers."""

from densenet_lessons.densenet import block_widths
from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "8.1",
    "Twice the layers",
    kind="predict",
    minutes=3,
    difficulty=2,
    importance=3,
    hints=(
        (
            "Where do I start?",
            "Write down the widths that the first few layers read, and add them up.",
        ),
        (
            "Is it not just twice as much?",
            "The second dozen of layers is as many as the first. Is each of them as wide?",
        ),
    ),
)
def twice_the_layers(answer):
    short, long = (sum(block_widths(64, layers, 32)[:-1]) for layers in (12, 24))
    factors = (2, 4, 8, 24)
    nearest = min(factors, key=lambda factor: abs(long / short - factor))
    expect.one_of(answer, nearest, factors)


twice_the_layers.solves(
    4, because="Twice as many layers, and on average almost twice as wide: 3.6 times the values."
)
twice_the_layers.rejects(2, says="Twice as many layers, yes. But the new ones read wider inputs.")
twice_the_layers.rejects(8, says="Two things double, the layers and their mean width. What is 2·2?")
twice_the_layers.rejects(24, says="That is the number of layers. By what factor does the sum grow?")
