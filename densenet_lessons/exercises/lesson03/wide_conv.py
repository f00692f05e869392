"""Exercise 3.1: A wide input."""

from densenet_lessons.costs import conv_weights
from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "3.1",
    "A wide input",
    kind="predict",
    minutes=2,
    difficulty=1,
    importance=3,
    hints=(
        (
            "Where do I start?",
            "Each output channel has a filter of its own. How many values does one filter hold?",
        ),
        (
            "How large is one filter?",
            "A filter spans all input channels, and has nine values for each.",
        ),
    ),
)
def wide_conv(answer):
    expect.guess(answer, conv_weights(992, 32, None))


wide_conv.solves(285_696, because="992 inputs × 32 outputs × 9 positions in the kernel.")
wide_conv.rejects(285_728, says="A bias for each output is counted; these convolutions have none.")
wide_conv.rejects(8_928, says="This is one filter; the layer has one for each of its 32 outputs.")
wide_conv.rejects(31_744, says="This is a kernel of one pixel; a 3×3 kernel has nine positions.")
wide_conv.rejects(95_232, says="The kernel has 3 × 3 positions, not 3.")
wide_conv.rejects(288, says="These filters read a single channel; each must span all 992.")
