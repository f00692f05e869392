"""Exercise 3.2: A 1×1 convolution by einsum."""

import torch
from torch import nn
from torch.nn import functional as F

from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "3.2",
    "A 1×1 convolution by einsum",
    difficulty=2,
    importance=3,
    hints=(
        (
            "Which letters do I write?",
            "Give each axis a letter. Which letters stand in the result?",
        ),
        (
            "Which letter is summed over?",
            "The letter that is in both inputs and not in the result is summed over: "
            "here that must be the input channel.",
        ),
    ),
)
def pointwise(answer):
    def convolve(x, weight):
        return F.conv2d(x, weight[:, :, None, None])

    sizes = [(2, 7, 6, 5, 3), (3, 4, 2, 3, 9), (1, 5, 4, 4, 5), (2, 3, 3, 3, 4), (4, 1, 3, 2, 2)]
    for n, c, h, w, o in sizes:
        x, weight = expect.noise(n, c, h, w), expect.noise(o, c, seed=1)
        expect.same_function(answer, convolve, x, weight, given=f"{n, c, h, w} and weights {o, c}")


@pointwise.solves(because="Each pixel's column of channels is multiplied by the same matrix.")
def _(x, weight):
    return torch.einsum("nchw,oc->nohw", x, weight)


@pointwise.rejects(says="The new channels stand last here; PyTorch keeps channels in dimension 1.")
def channels_last(x, weight):
    return torch.einsum("nchw,oc->nhwo", x, weight)


@pointwise.rejects(says="This sums over the pixels too; a 1×1 convolution keeps each pixel apart.")
def sums_pixels(x, weight):
    return torch.einsum("nchw,oc->no", x, weight)


@pointwise.rejects(says="This scales each channel by itself; each output must mix all channels.")
def scales_channels(x, weight):
    return torch.einsum("nchw,oc->nchw", x, weight)


@pointwise.rejects(says="This averages over the input channels; a convolution adds them up.")
def averages_channels(x, weight):
    return torch.einsum("nchw,oc->nohw", x, weight) / x.shape[1]


@pointwise.rejects(says="Batch and output channels have changed places: N comes first.")
def channels_before_batch(x, weight):
    return torch.tensordot(weight, x, dims=([1], [1]))


@pointwise.rejects(says="`weight` is (O, C): its first axis is the output channel.")
def weight_turned_round(x, weight):
    return torch.einsum("nchw,co->nohw", x, weight)


@pointwise.rejects(says="`@` takes the last two axes of `x`, height and width, not the channels.")
def matrix_times_image(x, weight):
    return weight @ x


@pointwise.rejects(says="This convolution has random weights of its own; `weight` is never used.")
def new_convolution(x, weight):
    return nn.Conv2d(x.shape[1], weight.shape[0], 1, bias=False)(x)


@pointwise.rejects(says="This convolution brings random weights and a bias; use `weight` alone.")
def new_convolution_with_bias(x, weight):
    return nn.Conv2d(x.shape[1], weight.shape[0], 1)(x)


@pointwise.accepts
def by_conv2d(x, weight):
    return F.conv2d(x, weight.unsqueeze(-1).unsqueeze(-1))


@pointwise.accepts
def by_matrix_product(x, weight):
    n, c, h, w = x.shape
    return (weight @ x.reshape(n, c, h * w)).reshape(n, -1, h, w)


@pointwise.accepts
def by_tensordot(x, weight):
    return torch.tensordot(x, weight, dims=([1], [1])).permute(0, 3, 1, 2)
