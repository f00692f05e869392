"""Exercise 6.1: Steps in an epoch."""

import math

from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "6.1",
    "Steps in an epoch",
    kind="predict",
    minutes=1,
    difficulty=1,
    importance=2,
    hints=(
        (
            "Where do I start?",
            "An epoch shows each training image once.",
        ),
        (
            "What about the remainder?",
            "The images that are left over after the last full batch are a batch too.",
        ),
    ),
)
def steps_per_epoch(answer):
    expect.guess(answer, math.ceil(10_000 / 64))


steps_per_epoch.solves(157, because="156 full batches hold 9,984 images; 16 images are left over.")
steps_per_epoch.rejects(156, says="The full batches are right; some images are still left over.")
steps_per_epoch.rejects(
    156.25, says="A quarter of a step doesn't exist: the images left over make a whole one."
)
steps_per_epoch.rejects(
    10_000, says="This would be a step for each image; a step takes a whole batch."
)
steps_per_epoch.rejects(
    188, says="The test images are counted too; no step may ever learn from them."
)
