"""Exercise 2.11: Which row is like the picture?"""

from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise

ROWS = ("input", "layer 1", "layer 2", "layer 3")


@exercise(
    "2.11",
    "Which row is like the picture?",
    kind="plot",
    minutes=3,
    difficulty=1,
    importance=1,
    hints=(
        (
            "How do I use the panel?",
            "Click a map of each row: the last sentence below the picture speaks of its row.",
        ),
        (
            "My row is refused",
            "Is the panel at k = 12, block 1, ankle boot, and does it show three layers?",
        ),
    ),
)
def like_the_picture(answer):
    expect.one_of(answer, "input", ROWS)


like_the_picture.solves(
    "input", because="About 0.53, against 0.29 to 0.33 for the rows of the layers."
)
like_the_picture.rejects(
    "layer 1", says="Its closest map comes halfway. Compare the means of the rows."
)
like_the_picture.rejects(
    "layer 2", says="One clear map does not make a row. Read the mean of each row."
)
like_the_picture.rejects("layer 3", says="This is the row with the lowest mean of the four.")
