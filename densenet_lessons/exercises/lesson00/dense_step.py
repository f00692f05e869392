"""Exercise 0.2: One line makes it dense."""

import torch
from torch.nn import functional as F

from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


def _layer(reads: int, makes: int):
    kernel = expect.noise(makes, reads, 1, 1, seed=makes)
    # Cut to the channels that come in, so that a wrong input gives a value and not an error.
    return lambda x: F.conv2d(x, kernel[:, : x.shape[1]].to(x)).sigmoid()


@exercise(
    "0.2",
    "One line makes it dense",
    kind="function",
    minutes=3,
    difficulty=1,
    importance=3,
    hints=(
        ("Where do I start?", "Find the word `cat` in the class `Layer` above."),
        (
            "I get a shape error",
            "Channels are dimension 1; left to itself, cat joins dimension 0, the images.",
        ),
    ),
)
def dense_step(answer):
    for images, reads, makes in [(2, 3, 3), (1, 4, 2), (3, 2, 5)]:
        x, layer = expect.noise(images, reads, 6, 5, seed=reads), _layer(reads, makes)
        given = f"{images} images, {reads} channels, and a layer that makes {makes}"
        expect.same_function(answer, _joined, x, layer, given=given)


def _joined(x, layer):
    return torch.cat([x, layer(x)], dim=1)


@dense_step.solves(because="The old channels stay as they are; the new ones stand behind them.")
def _(x, layer):
    return torch.cat([x, layer(x)], dim=1)


@dense_step.accepts
def with_a_name(x, layer):
    new = layer(x)
    return torch.concat((x, new), 1)


@dense_step.rejects(says="This is the residual net's line: it adds. Put the two side by side.")
def adds(x, layer):
    return x + layer(x)


@dense_step.rejects(says="This is the plain net's line: the old channels are gone.")
def forgets(x, layer):
    return layer(x)


@dense_step.rejects(says="This joins dimension 0, as if there were more images.")
def joins_the_images(x, layer):
    return torch.cat([x, layer(x)])


@dense_step.rejects(says="The new channels come first here. The oldest come first.")
def new_first(x, layer):
    return torch.cat([layer(x), x], dim=1)


@dense_step.rejects(says="`stack` puts a new dimension in; cat makes an existing one longer.")
def stacks(x, layer):
    return torch.stack([x, layer(x)], dim=1)
