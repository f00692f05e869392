"""Exercise 3.9: Four variants in order."""

from densenet_lessons.costs import count_parameters
from densenet_lessons.densenet import (
    CIFAR_NETS,
    cifar_spec,
)
from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "3.9",
    "Four variants in order",
    kind="predict",
    minutes=4,
    difficulty=3,
    importance=2,
    hints=(
        (
            "Which two are smallest?",
            "At equal depth, half of the convolutions of B are 1×1: half as many layers.",
        ),
        (
            "What makes C expensive?",
            "C alone keeps all 36 layers, each with its 3×3 convolution on a wide input.",
        ),
    ),
)
def variants(answer):
    counts = {
        "plain": count_parameters(CIFAR_NETS["DenseNet (L=40, k=12)"]),
        "B": count_parameters(cifar_spec(40, 12, compression=1.0)),
        "C": count_parameters(cifar_spec(40, 12, bottleneck=False)),
        "BC": count_parameters(cifar_spec(40, 12)),
    }
    expect.ordering(answer, sorted(counts, key=counts.get))


variants.solves(
    ["BC", "B", "C", "plain"], because="B saves most here; it also halves the number of layers."
)
variants.rejects(
    ["plain", "C", "B", "BC"], says="The question asks for the smallest net first; turn it round."
)
variants.rejects(
    ["BC", "C", "B", "plain"], says="Compare B and C again: C keeps all 36 of its 3×3 layers."
)
variants.rejects(
    ["B", "BC", "C", "plain"], says="BC is B with fewer channels carried on. Compare these two."
)
variants.rejects(
    ["BC", "B", "plain", "C"], says="C is plain with fewer channels carried on. Compare these two."
)
