"""Exercise 8.5: Two largest batches."""

from densenet_lessons.costs import largest_batch
from densenet_lessons.densenet import IMAGENET_NETS
from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "8.5",
    "Two largest batches",
    kind="plot",
    minutes=4,
    difficulty=1,
    importance=2,
    hints=(
        (
            "Where do I start?",
            "Set the net, k, the pixels and the memory. The sentence below names the largest "
            "batch.",
        ),
        (
            "Where is the second number?",
            "Switch the mode to recompute, and read the sentence again.",
        ),
    ),
)
def largest_batches(answer):
    spec = IMAGENET_NETS["densenet121"]
    right = (largest_batch(spec, 224, 8 * 10**9, memory_efficient=mode) for mode in (False, True))
    expect.guess(answer, tuple(right))


largest_batches.solves(
    (60, 125),
    because="Recomputing drops concatenations and copies, more than half of all bytes. The "
    "bottlenecks stay, so it is not much more than half.",
)
largest_batches.rejects((125, 60), says="The right two, the other way round: keeping comes first.")
largest_batches.rejects((60, 60), says="The first is right. Switch the mode for the second.")
largest_batches.rejects((125, 125), says="The second is right. The first asks for keeping.")
