"""Exercise 5.2: What a convolution costs."""

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "5.2",
    "What a convolution costs",
    kind="function",
    minutes=5,
    difficulty=1,
    importance=3,
    hints=(
        ("Where do I start?", "Count the weights first: each output channel has its own kernel."),
        (
            "And the multiply-adds?",
            "A weight is used once at each position of the *output*. How many positions are there?",
        ),
        (
            "My side is off by one",
            "With this padding, an odd side is rounded up: stride 2 takes 7 to 4, and 8 to 4 too.",
        ),
    ),
)
def conv_cost(answer):
    cases = [
        (64, 128, 1, 56, 1),
        (3, 64, 7, 224, 2),
        (128, 32, 3, 14, 1),
        (5, 7, 3, 9, 2),
        (6, 4, 5, 7, 1),
        (4, 3, 3, 15, 2),
    ]
    expect.same_results(answer, _counted, cases, whole=True)


def _counted(in_channels, out_channels, kernel_size, side, stride):
    with torch.device("meta"):  # shapes alone
        conv = nn.Conv2d(in_channels, out_channels, kernel_size, stride, kernel_size // 2)
        image = torch.zeros(1, in_channels, side, side)
    with FlopCounterMode(display=False) as counter:
        conv(image)
    return conv.weight.numel(), counter.get_total_flops() // 2


@conv_cost.solves(because="Each weight is used once at each position of the output.")
def _(in_channels, out_channels, kernel_size, side, stride):
    weights = in_channels * out_channels * kernel_size**2
    positions = ((side - 1) // stride + 1) ** 2
    return weights, weights * positions


@conv_cost.rejects(says="A weight is used at each position of the *output*; stride 2 leaves fewer.")
def input_positions(c_in, c_out, kernel, side, stride):
    weights = c_in * c_out * kernel**2
    return weights, weights * side**2


@conv_cost.rejects(says="The kernel has a height and a width: count both.")
def flat_kernel(c_in, c_out, kernel, side, stride):
    weights = c_in * c_out * kernel
    return weights, weights * ((side - 1) // stride + 1) ** 2


@conv_cost.rejects(says="A map has a height and a width: the positions are the side squared.")
def one_row(c_in, c_out, kernel, side, stride):
    weights = c_in * c_out * kernel**2
    return weights, weights * ((side - 1) // stride + 1)


@conv_cost.rejects(says="These are FLOPs, twice the multiply-adds that are asked for.")
def flops(c_in, c_out, kernel, side, stride):
    weights = c_in * c_out * kernel**2
    return weights, 2 * weights * ((side - 1) // stride + 1) ** 2


@conv_cost.rejects(says="DenseNet's convolutions have no bias; this counts one.")
def with_bias(c_in, c_out, kernel, side, stride):
    weights = c_in * c_out * kernel**2
    return weights + c_out, weights * ((side - 1) // stride + 1) ** 2


@conv_cost.rejects(says="An odd side is rounded up here, because of the padding; this rounds down.")
def rounds_down(c_in, c_out, kernel, side, stride):
    weights = c_in * c_out * kernel**2
    return weights, weights * (side // stride) ** 2


@conv_cost.rejects(says="Each output channel reads all input channels; this counts one of them.")
def depthwise(c_in, c_out, kernel, side, stride):
    weights = c_out * kernel**2
    return weights, weights * ((side - 1) // stride + 1) ** 2


@conv_cost.accepts
def by_torch(c_in, c_out, kernel, side, stride):
    with torch.device("meta"):
        conv = nn.Conv2d(c_in, c_out, kernel, stride, kernel // 2, bias=False)
        height, width = conv(torch.zeros(1, c_in, side, side)).shape[2:]
    return conv.weight.numel(), conv.weight.numel() * height * width
