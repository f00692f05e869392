"""Exercise 6.5: Read the curves."""

from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "6.5",
    "Read the curves",
    kind="plot",
    minutes=4,
    difficulty=2,
    importance=3,
    hints=(
        (
            "Where do I start?",
            "Where do the two accuracies part, and where do they stay together?",
        ),
        (
            "Which curve learns slowly?",
            "A net with a rate that is too low still learns, only slowly. Which is that?",
        ),
        (
            "Which curve knows nothing?",
            "What can a net at best do with labels that have nothing to do with the images?",
        ),
    ),
)
def faults(answer):
    expect.ordering(answer, ["too few images", "labels shuffled", "rate too low"])


faults.solves(
    ["too few images", "labels shuffled", "rate too low"],
    because=(
        "A is right about most of its own images, and about fewer others; B learns nothing "
        "that helps; C is on its way."
    ),
)
faults.rejects(
    ["too few images", "rate too low", "labels shuffled"],
    says="A is right. Of B and C, one is at chance on the test images all the time. Which?",
)
faults.rejects(
    ["labels shuffled", "too few images", "rate too low"],
    says="C is right. One of A and B does well on test images that it has never seen. Which?",
)
faults.rejects(
    ["rate too low", "labels shuffled", "too few images"],
    says="B is right. One of A and C is right about most of its own images. Which?",
)
