"""Exercise 2.10: Which maps are like the picture?."""

from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "2.10",
    "Which maps are like the picture?",
    kind="plot",
    minutes=4,
    difficulty=2,
    importance=1,
    hints=(
        (
            "How do I use the panel?",
            "Set the panel to block 1, then walk through the maps of each row with the arrow keys.",
        ),
        (
            "The maps disagree",
            "One map proves nothing. Note five values of each row, and compare the means.",
        ),
    ),
)
def like_the_picture(answer):
    expect.one_of(answer, "input", ("input", "layers", "no rule"))


like_the_picture.solves(
    "input", because="In all six nets, on the mean. The cell with `mean_likeness` has the numbers."
)
like_the_picture.rejects(
    "layers", says="Some maps of the layers come close. But take the mean over a whole row."
)
like_the_picture.rejects(
    "no rule", says="Single maps follow none. For the mean of the rows there is one."
)
