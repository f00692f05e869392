"""Exercise 6.7: Gradient norms in order."""

from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "6.7",
    "Gradient norms in order",
    kind="predict",
    minutes=2,
    difficulty=2,
    importance=2,
    hints=(
        (
            "Where do I start?",
            "You know the plain net from the last exercise. Which of the others lets sums pile up?",
        ),
        (
            "Residual or dense?",
            "In a residual net sums pile up through all three stages. In a dense net they pile up "
            "within a block, and a transition stands between two blocks.",
        ),
    ),
)
def most_even(answer):
    expect.ordering(answer, ["dense", "residual", "plain"])


most_even.solves(
    ["dense", "residual", "plain"],
    because="So it is before the first step. Section 4 tests whether short ways are the reason.",
)
most_even.rejects(
    ["plain", "residual", "dense"], says="The question asks for the most even net first."
)
most_even.rejects(
    ["residual", "dense", "plain"],
    says="The first two the other way round: in one of them, sums pile up over the whole depth.",
)
most_even.rejects(
    ["dense", "plain", "residual"],
    says="The first is right. Of the other two, one has a way past every convolution.",
)
