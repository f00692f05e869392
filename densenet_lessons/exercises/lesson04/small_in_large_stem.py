"""Exercise 4.5: A small image in the wrong stem."""

from densenet_lessons.densenet import IMAGENET_NETS, block_sides
from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "4.5",
    "A small image in the wrong stem",
    kind="predict",
    minutes=2,
    difficulty=1,
    importance=2,
    hints=(
        (
            "Where do I start?",
            "Count the steps with stride 2: two in the stem, then one in each transition.",
        ),
        (
            "How many halvings are there?",
            "How many transitions lie before the fourth block?",
        ),
    ),
)
def small_in_large_stem(answer):
    side = block_sides(IMAGENET_NETS["densenet121"], 32)[-1]
    expect.guess(answer, (side, side))


small_in_large_stem.solves((1, 1), because="32 is halved five times: 16, 8, 4, 2, 1.")
small_in_large_stem.rejects((7, 7), says="So it is with 224 pixels.")
small_in_large_stem.rejects((8, 8), says="These are the maps of block 1; block 4 is asked for.")
small_in_large_stem.rejects(
    (2, 2), says="One halving is missing: two steps of the stem and three transitions halve."
)
small_in_large_stem.rejects(
    (4, 4), says="So it is with three halvings. The stem halves twice, and transitions halve too."
)
small_in_large_stem.rejects(
    (0, 0), says="Halved once too often: no transition follows the last block."
)
