"""Exercise 2.6: Read the plot: which line is k = 12?"""

from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "2.6",
    "Read the plot: which line is k = 12?",
    kind="plot",
    minutes=2,
    difficulty=1,
    importance=1,
    hints=(
        (
            "Where do I start?",
            "All three lines start at the same width. What is different is the step.",
        ),
        (
            "How do I read a step?",
            "Read the width after eight layers, take the start away, and divide by eight.",
        ),
    ),
)
def growth_line(answer):
    expect.one_of(answer, "A", ("A", "B", "C"))


growth_line.solves("A", because="From 16 to 112 in eight layers: 12 channels a layer.")
growth_line.rejects("B", says="Line B climbs to 208: 24 channels a layer.")
growth_line.rejects("C", says="Line C reaches 48: 4 channels a layer.")
