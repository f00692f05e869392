"""Exercise 1.8: Slopes in a list."""

import torch

from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "1.8",
    "Slopes in a list",
    kind="predict",
    minutes=2,
    difficulty=2,
    importance=2,
    hints=(
        (
            "Where do I start?",
            "Write x_1 and x_2 as multiples of x. What does layer 2 read?",
        ),
        (
            "What does layer 2 give?",
            "With w = 1, layer 2 adds up x_0 and x_1.",
        ),
    ),
)
def list_slopes(answer):
    x = torch.ones((), requires_grad=True)
    entries = [x]
    for _ in range(2):
        entries.append(torch.stack(entries).sum())
    slopes = [torch.autograd.grad(entry, x, retain_graph=True)[0].item() for entry in entries]
    expect.guess(answer, tuple(slopes))


list_slopes.solves(
    (1, 1, 2),
    because="Two paths lead from x_2 back to x: through layer 2 alone, and through layers 2 and 1.",
)
list_slopes.rejects((1, 1, 1), says="Layer 2 reads x_1 and x_0, so x reaches it in two ways.")
list_slopes.rejects((1, 2, 4), says="These are the running sums. Each entry is one layer's output.")
list_slopes.rejects((1, 2, 3), says="Layer 1 reads x_0 alone, so x_1 is just w * x.")
list_slopes.rejects((1, 2, 2), says="The sum x_0 + x_1 is right for x_2; x_1 itself is w * x_0.")
list_slopes.rejects((0, 1, 2), says="The first entry is x itself. How much does x change with x?")
list_slopes.rejects((1, 1, 0), says="Layer 2 reads x_0 and x_1, and both depend on x.")
list_slopes.rejects((0, 0, 1), says="All three entries depend on x; the first one is x itself.")
