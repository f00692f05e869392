"""Exercise 2.3: Width after six layers."""

from densenet_lessons.densenet import block_widths
from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "2.3",
    "Width after six layers",
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
def six_layers(answer):
    expect.guess(answer, block_widths(64, 6, 32)[-1])


six_layers.solves(256, because="64 + 6 * 32: each layer adds k, the input stays.")
six_layers.rejects(
    192, says="These are the new channels. The block's input stays in the concatenation."
)
six_layers.rejects(224, says="This is what the sixth layer reads. It adds its own channels, too.")
six_layers.rejects(32, says="That is what the last layer adds. The block hands on everything.")
six_layers.rejects(96, says="This is the width after one layer; the block has six.")
six_layers.rejects(4096, says="This doubles the width at each layer. A layer only adds k channels.")
six_layers.rejects(576, says="The input is counted once for each layer here; it is kept once.")
