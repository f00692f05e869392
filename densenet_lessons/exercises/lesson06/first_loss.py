"""Exercise 6.2: The loss of a net that knows nothing."""

import math

from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "6.2",
    "The loss of a net that knows nothing",
    kind="predict",
    minutes=3,
    difficulty=1,
    importance=2,
    hints=(
        (
            "Where do I start?",
            "Which probability does such a net give to the right class?",
        ),
        (
            "How do I get a loss from it?",
            "Cross-entropy is minus the natural logarithm of that probability.",
        ),
    ),
)
def first_loss(answer):
    expect.guess(answer, math.log(10), rel=0.003)


first_loss.solves(2.303, because="Each class gets probability 1/10, and −ln(1/10) = ln 10.")
first_loss.accepts(2.3)
first_loss.rejects(0.1, says="This is the probability of the right class; take its logarithm.")
first_loss.rejects(1.0, says="This is the logarithm to base 10; here it is the natural one.")
first_loss.rejects(-2.303, says="Cross-entropy is *minus* the logarithm, and never below zero.")
first_loss.rejects(-2.3, says="Mind the sign: −ln p is positive where p is below 1.")
first_loss.rejects(3.322, says="This counts in bits, to base 2; here it is the natural one.")
