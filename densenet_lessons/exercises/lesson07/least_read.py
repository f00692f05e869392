"""Exercise 7.2: The source with the least weight."""

from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "7.2",
    "The source with the least weight",
    kind="predict",
    minutes=2,
    difficulty=1,
    importance=2,
    hints=(
        (
            "What could make a difference?",
            "One of the three was made by a transition, which mixes all that the block before "
            "had. The other two were made where they are read.",
        ),
        (
            "What does the paper say?",
            "The authors argue that transitions may keep half of the channels, since what they "
            "put out is read little.",
        ),
    ),
)
def least_read(answer):
    expect.one_of(answer, "input", ("input", "layer 1", "layer 2"))


least_read.solves("input", because="In both blocks: the top row of the map is its palest.")
least_read.rejects(
    "layer 1", says="It is older than layer 2, but it was made in this block and is read here."
)
least_read.rejects(
    "layer 2", says="The newest source is read with the most weight here, not with the least."
)
