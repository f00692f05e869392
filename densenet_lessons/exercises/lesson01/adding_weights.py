"""Exercise 1.9: Concat that imitates add."""

import torch
from torch import nn
from torch.nn import functional as F

from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "1.9",
    "Concat that imitates add",
    kind="function",
    minutes=6,
    difficulty=3,
    importance=2,
    hints=(
        (
            "Which shape has the weight?",
            "Weights have shape (out, in, 1, 1). How many channels come in, how many go out?",
        ),
        (
            "Which entries are 1?",
            "Output channel i must read channel i of x and channel i of y, both with weight 1.",
        ),
        (
            "Is there a function for it?",
            "`torch.eye` gives one identity; two of them side by side are needed.",
        ),
    ),
)
def adding_weights(answer):
    for channels, batch, height, width in [(3, 2, 4, 6), (5, 1, 3, 5), (1, 2, 4, 5), (4, 3, 5, 2)]:
        with expect.case():
            weight = answer(channels)
            expect.is_tensor(weight)
            expect.same_shape(weight, (channels, 2 * channels, 1, 1))
            kind = str(weight.dtype)
            expect.that(kind == "torch.float32", f"the dtype is {kind}, not float32.", actual=kind)
            sizes = (batch, channels, height, width)
            x, y = expect.noise(*sizes), expect.noise(*sizes, seed=1)
            got = F.conv2d(torch.cat([x, y], 1), weight)
            expect.same_values(got, x + y, what="1x1 convolution of [x, y]")


@adding_weights.solves
def _(channels):
    identity = torch.eye(channels)
    return torch.cat([identity, identity], dim=1)[:, :, None, None]


@adding_weights.rejects(says="These weights copy x and ignore y.")
def copies_x(channels):
    identity = torch.eye(channels)
    return torch.cat([identity, torch.zeros(channels, channels)], dim=1)[:, :, None, None]


@adding_weights.rejects(says="These weights copy y and ignore x.")
def copies_y(channels):
    identity = torch.eye(channels)
    return torch.cat([torch.zeros(channels, channels), identity], dim=1)[:, :, None, None]


@adding_weights.rejects(says="This is x - y: the weights of y have the wrong sign.")
def subtracts(channels):
    identity = torch.eye(channels)
    return torch.cat([identity, -identity], dim=1)[:, :, None, None]


@adding_weights.rejects(says="Channel i of x meets the opposite channel of y here.")
def mirrored(channels):
    identity = torch.eye(channels)
    return torch.cat([identity, identity.flip(0)], dim=1)[:, :, None, None]


@adding_weights.rejects(
    says="`conv2d` wants weights of its input's dtype, float32; these are integers."
)
def whole_numbers(channels):
    identity = torch.eye(channels, dtype=torch.int64)
    return torch.cat([identity, identity], dim=1)[:, :, None, None]


@adding_weights.rejects(
    says="`stack` adds a dimension; the two belong side by side in dimension 1."
)
def stacks_identities(channels):
    identity = torch.eye(channels)
    return torch.stack([identity, identity], dim=1)[:, :, None, None]


@adding_weights.rejects(says="This is a layer. Its weights alone were asked for, as a tensor.")
def returns_a_layer(channels):
    return nn.Conv2d(2 * channels, channels, kernel_size=1, bias=False)


@adding_weights.rejects(says="This is the mean of x and y, half of their sum.")
def averages(channels):
    half = torch.eye(channels) / 2
    return torch.cat([half, half], dim=1)[:, :, None, None]


@adding_weights.rejects(says="Weights are (out, in, 1, 1): here 2C come in and C go out.")
def transposed(channels):
    identity = torch.eye(channels)
    return torch.cat([identity, identity], dim=0)[:, :, None, None]


@adding_weights.rejects(says="Each output reads every channel here, so all outputs are alike.")
def all_ones(channels):
    return torch.ones(channels, 2 * channels, 1, 1)


@adding_weights.rejects(says="Neighbours are added here. y's channel i stands C places after x's.")
def interleaved(channels):
    return torch.eye(channels).repeat_interleave(2, dim=1)[:, :, None, None]


@adding_weights.rejects(
    says="The shape lacks the 1x1 kernel: (C, 2C) is a matrix, conv2d wants four."
)
def forgets_the_kernel(channels):
    identity = torch.eye(channels)
    return torch.cat([identity, identity], dim=1)


@adding_weights.accepts
def entry_by_entry(channels):
    weight = torch.zeros(channels, 2 * channels, 1, 1)
    for channel in range(channels):
        weight[channel, channel] = 1
        weight[channel, channels + channel] = 1
    return weight
