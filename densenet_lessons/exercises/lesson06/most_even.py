"""Exercise 6.9: Gradient norms in order."""

from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "6.9",
    "Gradient norms in order",
    kind="predict",
    minutes=2,
    difficulty=2,
    importance=2,
    hints=(
        (
            "Where do I start?",
            "In which of the nets does the first layer have a short way to the loss?",
        ),
        (
            "Does a concatenation add?",
            "A sum passes the gradient on whole, and each unit adds its own. Does a "
            "concatenation add?",
        ),
    ),
)
def most_even(answer):
    expect.ordering(answer, ["dense", "residual", "plain"])


most_even.solves(
    ["dense", "residual", "plain"],
    because="A short way for each layer, and nothing that is added up on the main path.",
)
most_even.rejects(
    ["plain", "residual", "dense"], says="The question asks for the most even net first."
)
most_even.rejects(
    ["residual", "dense", "plain"],
    says="The first two the other way round: sums of sums grow with depth.",
)
most_even.rejects(
    ["dense", "plain", "residual"],
    says="The first is right. Of the other two, one has a way past every convolution.",
)
