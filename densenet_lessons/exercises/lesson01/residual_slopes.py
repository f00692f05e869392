"""Exercise 1.7: Thirty residual layers."""

import torch

from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "1.7",
    "Thirty residual layers",
    kind="predict",
    minutes=2,
    difficulty=2,
    importance=3,
    hints=(
        (
            "Where do I start?",
            "One residual step turns x into w * x + x. By which factor does that multiply x?",
        ),
        (
            "What do thirty steps do?",
            "The same factor stands there thirty times. Is it below 1, equal to 1, or above 1?",
        ),
    ),
)
def residual_slopes(answer):
    found = []
    for w in (0, 0.5, -0.5):
        x = torch.ones((), requires_grad=True)
        end = x
        for _ in range(30):
            end = end + w * end
        slope = torch.autograd.grad(end, x)[0].item()
        found.append("stays" if slope == 1 else "vanishes" if slope < 1 else "explodes")
    expect.guess(answer, tuple(found), words=("vanishes", "stays", "explodes"))


residual_slopes.solves(
    ("stays", "explodes", "vanishes"),
    because="Each step multiplies by 1 + w, so the slope is 1, 1.5 or 0.5, to the power of 30.",
)
residual_slopes.rejects(
    ("stays", "stays", "stays"),
    says="The way around the layers carries 1, but the ways through them are added to it.",
)
residual_slopes.rejects(
    ("vanishes", "vanishes", "vanishes"),
    says="This is the plain network. Here x is added to each layer's output.",
)
residual_slopes.rejects(
    ("vanishes", "explodes", "vanishes"),
    says="With w = 0, what is left of w * x + x?",
)
residual_slopes.rejects(
    ("stays", "explodes", "explodes"),
    says="A negative w works against x: what is x - 0.5 * x?",
)
residual_slopes.rejects(
    ("stays", "explodes", "stays"),
    says="With w = -0.5 each layer takes away half of what reaches it.",
)
residual_slopes.rejects(
    ("stays", "vanishes", "vanishes"),
    says="For w = 0.5 the sum w * x + x is more than x, not less.",
)
