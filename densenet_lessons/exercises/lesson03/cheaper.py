"""Exercise 3.3: The cheaper first layer."""

from densenet_lessons.costs import conv_weights
from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "3.3",
    "The cheaper first layer",
    kind="predict",
    minutes=2,
    difficulty=2,
    importance=2,
    hints=(
        (
            "Where do I start?",
            "Count both: one 3×3 convolution, against a 1×1 and a 3×3.",
        ),
        (
            "How wide is the middle?",
            "The 3×3 convolution of the bottleneck reads 4 × 32 channels. How wide is the input?",
        ),
    ),
)
def cheaper(answer):
    plain, squeezed = conv_weights(64, 32, None), conv_weights(64, 32, 4)
    right = "plain" if plain < squeezed else "bottleneck"
    expect.one_of(answer, right, ("plain", "bottleneck", "equal"))


cheaper.solves(
    "plain", because="4k is 128 channels: this bottleneck widens its input of 64 before the 3×3."
)
cheaper.rejects("bottleneck", says="It squeezes wide inputs only. Is 64 wide, beside 4k?")
cheaper.rejects("equal", says="Multiply out both sides: they differ by more than a factor of two.")
