"""Exercise 5.1: The stem behind 27.2M."""

from densenet_lessons.costs import count_parameters
from densenet_lessons.densenet import DenseNetSpec
from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "5.1",
    "The stem behind 27.2M",
    kind="predict",
    minutes=4,
    difficulty=2,
    importance=1,
    hints=(
        (
            "Where do I start?",
            "Three calls of `count_parameters`, one for each stem; the rest of the spec stays.",
        ),
        (
            "Which count is the paper's?",
            "Round each count to 0.1 million, as the paper does, and compare.",
        ),
    ),
)
def stem_width(answer):
    counts = {
        width: count_parameters(
            DenseNetSpec(
                growth_rate=24,
                block_config=(32, 32, 32),
                num_init_features=width,
                bn_size=None,
                compression=1.0,
                num_classes=10,
                small_inputs=True,
            )
        )
        for width in (16, 24, 48)
    }
    right = [width for width, count in counts.items() if f"{count / 1e6:.1f}" == "27.2"]
    expect.guess(answer, right[0])


stem_width.solves(
    16,
    because="27,249,082 parameters, with 16 as the paper's text has it; k gives 27.5M, 2k 28.1M.",
)
stem_width.rejects(48, says="2k channels, as in the authors' code, give 28.1M and not 27.2M.")
stem_width.rejects(24, says="A stem of k channels gives 27.5M.")
