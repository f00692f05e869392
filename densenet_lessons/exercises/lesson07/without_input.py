"""Exercise 7.5: A block whose input is silent."""

from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "7.5",
    "A block whose input is silent",
    kind="predict",
    minutes=3,
    difficulty=2,
    importance=3,
    hints=(
        (
            "What does layer 1 still hear?",
            "Layer 1 reads the input alone. If that is the same for every image, what can layer 1 "
            "put out? And what can layer 2?",
        ),
        (
            "What does the classifier do then?",
            "It sees the same for each of the 2,000 images, so it names one class for all. How "
            "many images have that class?",
        ),
    ),
)
def without_input(answer):
    expect.guess(answer, 0.1)


without_input.solves(
    0.1, because="No way leads around the input, so each image gets the same class: one in ten."
)
without_input.rejects(0.0, says="A net that always names one class is right for that class.")
without_input.rejects(
    0.9295, says="That would mean that the block needs no input: where else could the image enter?"
)
without_input.rejects(0.5, says="Half of the images right, with nothing known about any of them?")
without_input.rejects(10, says="Give it as a fraction, between 0 and 1.")
without_input.rejects(200, says="That many images may be right; give their share of all 2,000.")
