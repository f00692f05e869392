"""Exercise 3.7: Pool first?"""

import torch
from torch.nn import functional as F

from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "3.7",
    "Pool first?",
    kind="predict",
    minutes=3,
    difficulty=2,
    importance=1,
    hints=(
        (
            "Where do I start?",
            "A 1×1 convolution is a weighted sum over channels. What is each pooling over pixels?",
        ),
        (
            "Is there a small case to try?",
            "Take two channels of two pixels, (1, 0) and (0, 1), and weights of 1. Go both ways.",
        ),
    ),
)
def swap(answer):
    x, weight = expect.noise(2, 3, 4, 6), expect.noise(5, 3, 1, 1, seed=1)
    same = {
        name: torch.allclose(
            pool(F.conv2d(x, weight), 2), F.conv2d(pool(x, 2), weight), rtol=1e-4, atol=1e-5
        )
        for name, pool in (("average", F.avg_pool2d), ("max", F.max_pool2d))
    }
    names = {(True, True): "both", (True, False): "average", (False, True): "max"}
    right = names.get((same["average"], same["max"]), "neither")
    expect.one_of(answer, right, ("average", "max", "both", "neither"))


swap.solves("average", because="Two weighted sums, one over pixels and one over channels, commute.")
swap.rejects(
    "both", says="Try channels (1, 0) and (0, 1) with weights of 1: the order matters for one."
)
swap.rejects("max", says="Try channels (1, 0) and (0, 1) with weights of 1, in both orders.")
swap.rejects("neither", says="One of them is a weighted sum itself; sums may change their order.")
