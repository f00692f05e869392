"""Exercise 1.1: Plus, in plain Python."""

import torch

from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "1.1",
    "Plus, in plain Python",
    kind="predict",
    minutes=1,
    difficulty=1,
    importance=1,
    hints=(
        (
            "Where do I start?",
            "What are X and Y: tensors, arrays, lists? What does `[1] + [2]` give?",
        ),
        (
            "What does + do to lists?",
            "Python joins lists: first all elements of X, then all elements of Y.",
        ),
    ),
)
def list_sum(answer):
    first, second = [[1, 2], [3, 4]], [[5, 6], [7, 8]]
    if isinstance(answer, (str, torch.Tensor)):
        kind = "string" if isinstance(answer, str) else "tensor"
        expect.that(False, f"a {kind} is not it. Write a list of lists: `[[...], ...]`.")
    expect.guess(answer, first + second)


list_sum.solves(
    [[1, 2], [3, 4], [5, 6], [7, 8]],
    because="`+` joins Python lists. Only arrays and tensors add element by element.",
)
list_sum.rejects(
    [[6, 8], [10, 12]],
    says="So says the article, but + adds element by element on tensors, not on lists.",
)
list_sum.rejects(
    [[1, 2, 5, 6], [3, 4, 7, 8]],
    says="This joins row by row. + joins the outer lists and leaves the rows alone.",
)
list_sum.rejects(
    [[[1, 2], [3, 4]], [[5, 6], [7, 8]]],
    says="This is a list of the two lists. + makes one list of all their rows.",
)
list_sum.rejects(
    [1, 2, 3, 4, 5, 6, 7, 8],
    says="The rows stay lists: + joins only the outer level.",
)
