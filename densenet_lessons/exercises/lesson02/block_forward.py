"""Exercise 2.4: Two lines of a block."""

import torch
from torch.nn import functional as F

from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


def _layers(number, made):
    # Cut to the channels that come in, so that a wrong input gives a value and not an error.
    kernels = [expect.noise(made, 3 + made * number, 1, 1, seed=i) for i in range(number)]
    return [
        lambda x, kernel=kernel: F.conv2d(x, kernel[:, : x.shape[1]].to(x)).sigmoid()
        for kernel in kernels
    ]


@exercise(
    "2.4",
    "Two lines of a block",
    kind="function",
    minutes=4,
    difficulty=1,
    importance=3,
    hints=(
        ("What does a layer read?", "All of the list so far, joined into one tensor."),
        ("What leaves the block?", "The same as one more layer would read."),
        ("I get a shape error", "Channels are dimension 1 of (N, C, H, W)."),
    ),
)
def block_forward(answer):
    for number, made, sizes in [(3, 2, (2, 6, 5)), (1, 2, (1, 5, 4)), (4, 3, (3, 4, 4))]:
        given = f"{number} layers that make {made} channels each"
        x = expect.noise(sizes[0], 3, *sizes[1:])
        expect.same_function(answer, _read_all, x, _layers(number, made), given=given)


def _read_all(x, layers):
    for layer in layers:
        x = torch.cat([x, layer(x)], dim=1)
    return x


@block_forward.solves
def _(x, layers):
    features = [x]
    for layer in layers:
        joined = torch.cat(features, dim=1)
        features.append(layer(joined))
    return torch.cat(features, dim=1)


@block_forward.accepts
def one_tensor(x, layers):
    for layer in layers:
        x = torch.cat([x, layer(x)], dim=1)
    return x


@block_forward.rejects(says="Each layer reads the newest features alone: this is a plain chain.")
def plain(x, layers):
    features = [x]
    for layer in layers:
        features.append(layer(features[-1]))
    return torch.cat(features, dim=1)


@block_forward.rejects(says="The block hands on only what the last layer made. The list is lost.")
def only_the_last(x, layers):
    features = [x]
    for layer in layers:
        features.append(layer(torch.cat(features, dim=1)))
    return features[-1]


@block_forward.rejects(says="The block's input is missing in what leaves.")
def without_the_input(x, layers):
    features = [x]
    for layer in layers:
        features.append(layer(torch.cat(features, dim=1)))
    return torch.cat(features[1:], dim=1)


@block_forward.rejects(says="This is the list itself. The block returns one tensor.")
def a_list(x, layers):
    features = [x]
    for layer in layers:
        features.append(layer(torch.cat(features, dim=1)))
    return features
