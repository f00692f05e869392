"""Exercise 5.5: The net below the line."""

from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "5.5",
    "The net below the line",
    kind="plot",
    minutes=3,
    difficulty=1,
    importance=2,
    hints=(
        ("Which of the plots?", "By parameters and by file size no dense net lies below. Go on."),
        ("The lines cross, but where?", "Follow the dense line to its right end, plot by plot."),
    ),
)
def below_the_line(answer):
    expect.guess(answer, 161)


below_the_line.solves(
    161,
    because="By multiply-adds it stands beside ResNet-101, and a quarter of a point lower.",
)
below_the_line.rejects(101, says="This is the ResNet beside it; a dense net is asked for.")
below_the_line.rejects(201, says="It lies above: compare it with the line just beyond ResNet-50.")
below_the_line.rejects(169, says="It lies above the line from ResNet-34 to ResNet-50.")
below_the_line.rejects(121, says="It lies above the line, at fewer multiply-adds than ResNet-34.")
