"""Exercise 9.1: Numbers that learn."""

from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise

FEATURES, CLASSES = 23, 4


@exercise(
    "9.1",
    "Numbers that learn",
    kind="predict",
    minutes=2,
    difficulty=1,
    importance=2,
    hints=(
        ("Where do I start?", "The features are frozen. What is left, and what has it inside?"),
        ("My number is a little too small", "A linear layer has one more number for each class."),
    ),
)
def trained_numbers(answer):
    expect.guess(answer, FEATURES * CLASSES + CLASSES)


trained_numbers.solves(96, because="23 weights and one bias for each of 4 classes: 4 · 23 + 4.")
trained_numbers.rejects(92, says="Each class has a bias, too.")
trained_numbers.rejects(8570, says="This is the whole net; the features are frozen here.")
trained_numbers.rejects(240, says="This is the old classifier, for ten classes.")
trained_numbers.rejects(23, says="Each of the four classes has weights of its own.")
trained_numbers.rejects(
    115, says="The bias is one number for a class, not one more set of weights."
)
