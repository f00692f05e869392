"""Exercise 2.10: Two doublings."""

from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "2.10",
    "Two doublings",
    kind="predict",
    minutes=2,
    difficulty=1,
    importance=1,
    hints=(
        (
            "Where do I start?",
            "Think of a net that is far too small for its task, and of one that does it well.",
        ),
        (
            "Why should the steps differ?",
            "How many wrong answers are left to be put right, for k = 2 and for k = 12?",
        ),
    ),
)
def doublings(answer):
    expect.one_of(answer, "2 to 4", ("2 to 4", "12 to 24", "the same"))


doublings.solves("2 to 4", because="The smallest net misses most; the panel has the shares.")
doublings.rejects(
    "12 to 24", says="This step adds far more parameters. Compare the shares in the panel, though."
)
doublings.rejects(
    "the same", says="Compare the shares of right answers in the panel: the two steps differ."
)
