"""Exercise 1.2: Find the bug: a stray 0."""

import torch

from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "1.2",
    "Find the bug: a stray 0",
    kind="bug",
    minutes=2,
    difficulty=1,
    importance=2,
    hints=(
        (
            "What is wrong here?",
            "What does the function return, one thing or two?",
        ),
        (
            "Where does the number go?",
            "Which call should get the number of the dimension: cat, or the one around it?",
        ),
    ),
)
def join(answer):
    def cat(x, y, dim):
        return torch.cat([x, y], dim)

    for sizes in [(2, 3, 3, 5), (1, 4, 6, 6)]:
        for dim in (1, 0, 3, 2):
            x, y = expect.noise(*sizes), expect.noise(*sizes, seed=1)
            expect.same_function(answer, cat, x, y, dim, given=f"{sizes} twice, dim={dim}")
    x, y = expect.noise(2, 3, 4, 5), expect.noise(2, 6, 4, 5, seed=1)
    expect.same_function(answer, cat, x, y, 1, given="3 and 6 channels, dim=1")


@join.solves
def _(x, y, dim):
    return torch.cat([x, y], dim=dim)


@join.rejects(says="This is still a pair: the tensor and, beside it, a number that cat never saw.")
def unmended(x, y, dim):
    return torch.cat([x, y]), dim


@join.rejects(says="This is a pair: a bracket closes before the number, so cat never saw it.")
def still_a_pair(x, y, dim):
    return torch.cat([x, y]), 0


@join.rejects(says="This joins dimension 0 whatever was asked for; `dim` is not used.")
def ignores_the_dimension(x, y, dim):
    return torch.cat([x, y])


@join.rejects(says="This joins dimension 1 whatever was asked for; `dim` is not used.")
def joins_the_channels(x, y, dim):
    return torch.cat([x, y], dim=1)


@join.rejects(says="`cat` wants its tensors in one list or tuple: `[x, y]`.")
def without_a_list(x, y, dim):
    return torch.cat(x, y, dim)


@join.rejects(says="This adds. The two were to be joined.")
def adds(x, y, dim):
    return x + y


@join.rejects(says="`stack` puts a new dimension in; cat makes an existing one longer.")
def stacks(x, y, dim):
    return torch.stack([x, y], dim=dim)


@join.rejects(says="`y` comes first here. The order of the list is the order of the result.")
def wrong_order(x, y, dim):
    return torch.cat([y, x], dim=dim)
