"""Exercise 2.3: Width after four layers."""

from densenet_lessons.densenet import block_widths
from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "2.3",
    "Width after four layers",
    kind="predict",
    minutes=1,
    difficulty=1,
    importance=3,
    hints=(
        (
            "Where do I start?",
            "How many channels does one layer add?",
        ),
        (
            "My number is too small",
            "Nothing is ever removed: the input's channels are still there at the end.",
        ),
    ),
)
def four_layers(answer):
    expect.guess(answer, block_widths(16, 4, 12)[-1])


four_layers.solves(64, because="16 + 4 * 12: each layer adds k, the input stays.")
four_layers.rejects(
    48, says="These are the new channels. The block's input stays in the concatenation."
)
four_layers.rejects(52, says="This is what the fourth layer reads. It adds its own channels, too.")
four_layers.rejects(12, says="That is what the last layer adds. The block hands on everything.")
four_layers.rejects(28, says="This is the width after one layer; the block has four.")
four_layers.rejects(256, says="This doubles the width at each layer. A layer only adds k channels.")
four_layers.rejects(112, says="The input is counted once for each layer here; it is kept once.")
