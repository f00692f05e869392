"""The exercises of lesson 03: bottleneck and transition layers."""

import math
from collections import OrderedDict

import torch
from torch import nn
from torch.nn import functional as F

from densenet_lessons.costs import count_parameters, layer_operations, operations
from densenet_lessons.densenet import (
    CIFAR_NETS,
    DenseNetSpec,
    block_widths,
    cifar_spec,
    compressed_width,
)
from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


def conv_weights(num_input_features: int, growth_rate: int, bn_size: int | None) -> int:
    """Weights in the convolutions of one dense layer."""
    steps = layer_operations(num_input_features, growth_rate, bn_size=bn_size)
    return sum(step.parameters for step in steps if step.kind == "conv")


@exercise(
    "3.1",
    "A wide input",
    kind="predict",
    minutes=2,
    hints=(
        "Each output channel has a filter of its own. How many values does one filter hold?",
        "A filter spans all input channels, and has nine values for each.",
    ),
)
def wide_conv(answer):
    expect.guess(answer, conv_weights(244, 12, None))


wide_conv.solves(26_352, because="244 inputs × 12 outputs × 9 positions in the kernel.")
wide_conv.rejects(26_364, says="A bias for each output is counted; these convolutions have none.")
wide_conv.rejects(2_196, says="This is one filter; the layer has one for each of its 12 outputs.")
wide_conv.rejects(2_928, says="This is a kernel of one pixel; a 3×3 kernel has nine positions.")
wide_conv.rejects(8_784, says="The kernel has 3 × 3 positions, not 3.")
wide_conv.rejects(108, says="These filters read a single channel; each must span all 244.")


@exercise(
    "3.2",
    "A 1×1 convolution by einsum",
    hints=(
        "Give each axis a letter. Which letters stand in the result?",
        "The letter that is in both inputs and not in the result is summed over: "
        "here that must be the input channel.",
    ),
)
def pointwise(answer):
    x, weight = expect.noise(2, 7, 6, 5), expect.noise(3, 7, seed=1)
    expect.same_values(answer(x, weight), F.conv2d(x, weight[:, :, None, None]))
    x, weight = expect.noise(3, 4, 2, 3, seed=2), expect.noise(9, 4, seed=3)
    expect.same_values(answer(x, weight), F.conv2d(x, weight[:, :, None, None]))


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


@exercise(
    "3.3",
    "The cheaper first layer",
    kind="predict",
    minutes=2,
    hints=(
        "Count both: one 3×3 convolution, against a 1×1 and a 3×3.",
        "The 3×3 convolution of the bottleneck reads 4 × 32 channels. How wide is the input?",
    ),
)
def cheaper(answer):
    plain, squeezed = conv_weights(64, 32, None), conv_weights(64, 32, 4)
    right = "plain" if plain < squeezed else "bottleneck"
    expect.one_of(answer, right, ("plain", "bottleneck", "equal"))


cheaper.solves(
    "plain", because="4k is 128 channels: this bottleneck widens its input of 64 before the 3×3."
)
cheaper.rejects("bottleneck", says="It squeezes wide inputs only. Is 64 wide, beside 4k?")
cheaper.rejects("equal", says="Multiply out both sides: they differ by more than a factor of two.")


@exercise(
    "3.4",
    "A bottleneck layer",
    kind="module",
    minutes=8,
    hints=(
        "It is the composite function of lesson 02 twice: norm, ReLU, convolution.",
        "The first convolution looks at single pixels; its output is `bn_size * growth_rate` wide.",
        "The block concatenates. What is left for the layer to return?",
    ),
)
def bottleneck(answer):
    expect.same_module(answer(7, 5, 2), _bottleneck(7, 5, 2), expect.noise(3, 7, 6, 4))
    expect.same_parameters(answer(9, 3, 4), _bottleneck(9, 3, 4))


def _bottleneck(c, k, bn_size):
    squeezed = bn_size * k
    return nn.Sequential(
        OrderedDict(
            norm1=nn.BatchNorm2d(c), relu1=nn.ReLU(),
            conv1=nn.Conv2d(c, squeezed, 1, bias=False),
            norm2=nn.BatchNorm2d(squeezed), relu2=nn.ReLU(),
            conv2=nn.Conv2d(squeezed, k, 3, padding=1, bias=False),
        )
    )  # fmt: skip


@bottleneck.solves(because="The wide input meets a 1×1 kernel only; the 3×3 one reads bn_size·k.")
class Bottleneck(nn.Module):
    def __init__(self, num_input_features, growth_rate, bn_size):
        super().__init__()
        squeezed = bn_size * growth_rate
        self.norm1 = nn.BatchNorm2d(num_input_features)
        self.conv1 = nn.Conv2d(num_input_features, squeezed, kernel_size=1, bias=False)
        self.norm2 = nn.BatchNorm2d(squeezed)
        self.conv2 = nn.Conv2d(squeezed, growth_rate, kernel_size=3, padding=1, bias=False)

    def forward(self, x):
        x = self.conv1(F.relu(self.norm1(x)))
        return self.conv2(F.relu(self.norm2(x)))


@bottleneck.rejects(says="This gives back the input too. The block concatenates; a layer adds k.")
class ConcatenatesInside(nn.Module):
    def __init__(self, c, k, b):
        super().__init__()
        self.steps = nn.Sequential(
            nn.BatchNorm2d(c), nn.ReLU(), nn.Conv2d(c, b * k, 1, bias=False),
            nn.BatchNorm2d(b * k), nn.ReLU(), nn.Conv2d(b * k, k, 3, padding=1, bias=False),
        )  # fmt: skip

    def forward(self, x):
        return torch.cat([x, self.steps(x)], 1)


@bottleneck.rejects(says="The ReLUs stand before the norms; DenseNet normalises first.")
class ReluFirst(nn.Sequential):
    def __init__(self, c, k, b):
        super().__init__(
            nn.ReLU(), nn.BatchNorm2d(c), nn.Conv2d(c, b * k, 1, bias=False),
            nn.ReLU(), nn.BatchNorm2d(b * k), nn.Conv2d(b * k, k, 3, padding=1, bias=False),
        )  # fmt: skip


@bottleneck.rejects(says="The second norm is missing: each convolution has a BN and a ReLU before.")
class NoSecondNorm(nn.Sequential):
    def __init__(self, c, k, b):
        super().__init__(
            nn.BatchNorm2d(c), nn.ReLU(), nn.Conv2d(c, b * k, 1, bias=False),
            nn.ReLU(), nn.Conv2d(b * k, k, 3, padding=1, bias=False),
        )  # fmt: skip


@bottleneck.rejects(says="The second ReLU is missing: each convolution has a BN and a ReLU before.")
class NoSecondRelu(nn.Sequential):
    def __init__(self, c, k, b):
        super().__init__(
            nn.BatchNorm2d(c), nn.ReLU(), nn.Conv2d(c, b * k, 1, bias=False),
            nn.BatchNorm2d(b * k), nn.Conv2d(b * k, k, 3, padding=1, bias=False),
        )  # fmt: skip


@bottleneck.rejects(says="k and the bottleneck's width are swapped: squeeze first, then give k.")
class Swapped(nn.Sequential):
    def __init__(self, c, k, b):
        super().__init__(
            nn.BatchNorm2d(c), nn.ReLU(), nn.Conv2d(c, k, 1, bias=False),
            nn.BatchNorm2d(k), nn.ReLU(), nn.Conv2d(k, b * k, 3, padding=1, bias=False),
        )  # fmt: skip


@bottleneck.rejects(
    says="The convolutions have a bias; DenseNet leaves it out, since a BN with a shift follows."
)
class WithBias(nn.Sequential):
    def __init__(self, c, k, b):
        super().__init__(
            nn.BatchNorm2d(c), nn.ReLU(), nn.Conv2d(c, b * k, 1),
            nn.BatchNorm2d(b * k), nn.ReLU(), nn.Conv2d(b * k, k, 3, padding=1),
        )  # fmt: skip


@bottleneck.rejects(says="The inner width is fixed at 4k here; it should follow `bn_size`.")
class AlwaysFour(nn.Sequential):
    def __init__(self, c, k, b):
        super().__init__(
            nn.BatchNorm2d(c), nn.ReLU(), nn.Conv2d(c, 4 * k, 1, bias=False),
            nn.BatchNorm2d(4 * k), nn.ReLU(), nn.Conv2d(4 * k, k, 3, padding=1, bias=False),
        )  # fmt: skip


@bottleneck.rejects(says="Without padding the maps shrink, and can't be concatenated any more.")
class NoPadding(nn.Sequential):
    def __init__(self, c, k, b):
        super().__init__(
            nn.BatchNorm2d(c), nn.ReLU(), nn.Conv2d(c, b * k, 1, bias=False),
            nn.BatchNorm2d(b * k), nn.ReLU(), nn.Conv2d(b * k, k, 3, bias=False),
        )  # fmt: skip


@bottleneck.rejects(says="Norm and ReLU follow the convolutions here; DenseNet puts them in front.")
class NormAfterConv(nn.Sequential):
    def __init__(self, c, k, b):
        super().__init__(
            nn.Conv2d(c, b * k, 1, bias=False), nn.BatchNorm2d(b * k), nn.ReLU(),
            nn.Conv2d(b * k, k, 3, padding=1, bias=False), nn.BatchNorm2d(k), nn.ReLU(),
        )  # fmt: skip


@bottleneck.rejects(says="The 3×3 convolution comes first and reads the full width: squeeze first.")
class WideKernelFirst(nn.Sequential):
    def __init__(self, c, k, b):
        super().__init__(
            nn.BatchNorm2d(c), nn.ReLU(), nn.Conv2d(c, b * k, 3, padding=1, bias=False),
            nn.BatchNorm2d(b * k), nn.ReLU(), nn.Conv2d(b * k, k, 1, bias=False),
        )  # fmt: skip


@bottleneck.rejects(says="The inner width grows with the input here; it should depend on k alone.")
class InnerWidthOfInput(nn.Sequential):
    def __init__(self, c, k, b):
        super().__init__(
            nn.BatchNorm2d(c), nn.ReLU(), nn.Conv2d(c, b * c, 1, bias=False),
            nn.BatchNorm2d(b * c), nn.ReLU(), nn.Conv2d(b * c, k, 3, padding=1, bias=False),
        )  # fmt: skip


@bottleneck.rejects(
    says="`bn_size` is a factor, not a width: the inner width is that many times k."
)
class InnerWidthOfBnSize(nn.Sequential):
    def __init__(self, c, k, b):
        super().__init__(
            nn.BatchNorm2d(c), nn.ReLU(), nn.Conv2d(c, b, 1, bias=False),
            nn.BatchNorm2d(b), nn.ReLU(), nn.Conv2d(b, k, 3, padding=1, bias=False),
        )  # fmt: skip


@bottleneck.rejects(says="There is no norm in this layer; each convolution has a BN in front.")
class NoNorms(nn.Sequential):
    def __init__(self, c, k, b):
        super().__init__(
            nn.ReLU(), nn.Conv2d(c, b * k, 1, bias=False),
            nn.ReLU(), nn.Conv2d(b * k, k, 3, padding=1, bias=False),
        )  # fmt: skip


@bottleneck.rejects(says="There is no ReLU in this layer; each norm is followed by one.")
class NoRelus(nn.Sequential):
    def __init__(self, c, k, b):
        super().__init__(
            nn.BatchNorm2d(c), nn.Conv2d(c, b * k, 1, bias=False),
            nn.BatchNorm2d(b * k), nn.Conv2d(b * k, k, 3, padding=1, bias=False),
        )  # fmt: skip


@bottleneck.accepts
class InOneSequence(nn.Sequential):
    def __init__(self, c, k, b):
        super().__init__(
            nn.BatchNorm2d(c), nn.ReLU(inplace=True), nn.Conv2d(c, b * k, 1, bias=False),
            nn.BatchNorm2d(b * k), nn.ReLU(inplace=True),
            nn.Conv2d(b * k, k, 3, padding="same", bias=False),
        )  # fmt: skip


@exercise(
    "3.5",
    "Where the bottleneck starts to pay",
    minutes=7,
    hints=(
        "Write down the weights of both layers for an input of width c.",
        "The 3×3 convolution after the squeeze costs the same for every c.",
        "At equal weights nothing is saved. A loop over c is a good answer too.",
    ),
)
def smallest_width(answer):
    for growth_rate, bn_size in [(32, 4), (5, 4), (12, 2), (24, 6), (32, 8)]:
        width = 1
        while conv_weights(width, growth_rate, bn_size) >= conv_weights(width, growth_rate, None):
            width += 1
        expect.equal(answer(growth_rate, bn_size), width)


@smallest_width.solves(because="b·k·c + 9·b·k² < 9·k·c gives c > 9·b·k / (9 − b): 7.2 k for b = 4.")
def _(growth_rate, bn_size):
    return 9 * bn_size * growth_rate // (9 - bn_size) + 1


@smallest_width.rejects(says="It squeezes from here on, but the second convolution has a cost too.")
def where_it_squeezes(growth_rate, bn_size):
    return bn_size * growth_rate + 1


@smallest_width.rejects(says="One short: at this width the bottleneck still costs a little more.")
def one_short(growth_rate, bn_size):
    return 9 * bn_size * growth_rate // (9 - bn_size)


@smallest_width.rejects(says="At this width the 1×1 neither squeezes nor widens, but it costs.")
def as_wide_as_the_squeeze(growth_rate, bn_size):
    return bn_size * growth_rate


@smallest_width.rejects(says="The norms are counted too; only convolution weights are asked for.")
def counts_the_norms(growth_rate, bn_size):
    extra = 9 * bn_size * growth_rate**2 + 2 * bn_size * growth_rate
    return extra // ((9 - bn_size) * growth_rate) + 1


@smallest_width.rejects(says="The search ends too early: with `bn_size` 8 the width lies far out.")
def ends_too_early(growth_rate, bn_size):
    for c in range(1, 1000):
        if bn_size * growth_rate * c + 9 * bn_size * growth_rate**2 < 9 * growth_rate * c:
            return c


@smallest_width.rejects(says="This is where both cost about the same, not yet a width that saves.")
def where_equal(growth_rate, bn_size):
    return 9 * bn_size * growth_rate / (9 - bn_size)


@smallest_width.rejects(says="At equal weights nothing is saved yet; smaller is asked for.")
def counts_equality(growth_rate, bn_size):
    c = 1
    while bn_size * growth_rate * c + 9 * bn_size * growth_rate**2 > 9 * growth_rate * c:
        c += 1
    return c


@smallest_width.rejects(says="This holds for `bn_size` 4 alone; another squeeze moves the limit.")
def always_four(growth_rate, bn_size):
    return 36 * growth_rate // 5 + 1


@smallest_width.rejects(says="The 3×3 convolution's nine positions are left out of the bottleneck.")
def forgets_the_kernel(growth_rate, bn_size):
    c = 1
    while bn_size * growth_rate * c + bn_size * growth_rate**2 >= 9 * growth_rate * c:
        c += 1
    return c


@smallest_width.accepts
def by_loop(growth_rate, bn_size):
    c = 1
    while bn_size * growth_rate * c + 9 * bn_size * growth_rate**2 >= 9 * growth_rate * c:
        c += 1
    return c


@smallest_width.accepts
def just_above(growth_rate, bn_size):
    return math.floor(9 * bn_size * growth_rate / (9 - bn_size)) + 1


@exercise(
    "3.6",
    "Width after a transition",
    hints=(
        "How many channels leave the block? Lesson 02 counted them.",
        "Compress all of them at once. Only then round, and once.",
    ),
    minutes=4,
)
def kept_channels(answer):
    for c0, n, k, theta in [
        (7, 2, 11, 0.25),
        (13, 2, 5, 0.75),
        (9, 2, 7, 0.25),
        (64, 6, 32, 0.5),
        (16, 12, 12, 1.0),
    ]:
        width, kept = block_widths(c0, n, k)[-1], answer(c0, n, k, theta)
        expect.equal(kept, compressed_width(width, theta))
        whole = not isinstance(kept, float)
        expect.that(whole, "the result is a float; channels are counted in an int.", actual=kept)


@kept_channels.solves(because="The transition reads all m channels of the block and keeps ⌊θm⌋.")
def _(num_input_features, num_layers, growth_rate, compression):
    width = num_input_features + num_layers * growth_rate
    return int(compression * width)


@kept_channels.rejects(says="θ is applied to k here. It compresses the block's whole output.")
def theta_on_k(c0, n, k, theta):
    return c0 + n * int(theta * k)


@kept_channels.rejects(says="Only the new channels are compressed here; the block's input is too.")
def theta_on_new_channels(c0, n, k, theta):
    return c0 + int(theta * n * k)


@kept_channels.rejects(says="This rounds to the nearest number; the paper takes the floor.")
def rounds(c0, n, k, theta):
    return round(theta * (c0 + n * k))


@kept_channels.rejects(says="This rounds up; the paper takes the floor.")
def rounds_up(c0, n, k, theta):
    return math.ceil(theta * (c0 + n * k))


@kept_channels.rejects(
    says="The sum is rounded once, not each part: halves can add up to one more."
)
def rounds_twice(c0, n, k, theta):
    return int(theta * c0) + int(theta * n * k)


@kept_channels.rejects(says="1 / θ is rounded here before the division; 0.75 has no whole inverse.")
def divides_by_whole_numbers(c0, n, k, theta):
    return (c0 + n * k) // int(1 / theta)


@kept_channels.rejects(says="This keeps half whatever θ is.")
def always_half(c0, n, k, theta):
    return (c0 + n * k) // 2


@kept_channels.rejects(says="The last layer's channels are missing; the transition reads them too.")
def one_layer_short(c0, n, k, theta):
    return int(theta * (c0 + (n - 1) * k))


@kept_channels.rejects(says="The block's own input is missing; it leaves the block as well.")
def new_channels_alone(c0, n, k, theta):
    return int(theta * n * k)


@kept_channels.rejects(says="θ is the share that is kept, not the share that goes.")
def drops_the_share(c0, n, k, theta):
    return int((1 - theta) * (c0 + n * k))


@kept_channels.rejects(says="`nn.Conv2d` refuses a float, even a whole one.")
def floor_as_float(c0, n, k, theta):
    return (c0 + n * k) * theta // 1


@kept_channels.rejects(says="Channels come in whole numbers; the floor is missing.")
def no_floor(c0, n, k, theta):
    return theta * (c0 + n * k)


@kept_channels.rejects(says="This is the block's output, before the transition compresses it.")
def no_compression(c0, n, k, theta):
    return c0 + n * k


@kept_channels.accepts
def by_floor_division(c0, n, k, theta):
    return int((c0 + n * k) * theta // 1)


@exercise(
    "3.7",
    "Pool first?",
    kind="predict",
    minutes=3,
    hints=(
        "A 1×1 convolution is a weighted sum over channels. What is each pooling over pixels?",
        "Take two channels of two pixels, (1, 0) and (0, 1), and weights of 1. Go both ways.",
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


@exercise(
    "3.8",
    "A transition layer",
    kind="module",
    minutes=6,
    hints=(
        "Four steps, and only two of them hold parameters. Which, and how wide is each?",
        "`nn.Conv2d` wants whole numbers, and θm may not be one.",
    ),
)
def transition(answer):
    expect.same_module(answer(7, 0.5), _transition(7, 3), expect.noise(3, 7, 6, 4))
    expect.same_module(answer(9, 0.75), _transition(9, 6), expect.noise(2, 9, 7, 5))


def _transition(m, kept):
    return nn.Sequential(
        OrderedDict(
            norm=nn.BatchNorm2d(m), relu=nn.ReLU(),
            conv=nn.Conv2d(m, kept, 1, bias=False), pool=nn.AvgPool2d(2),
        )
    )  # fmt: skip


@transition.solves(because="BN and ReLU, then two linear steps: fewer channels, and fewer pixels.")
class Transition(nn.Module):
    def __init__(self, num_input_features, compression):
        super().__init__()
        kept = int(compression * num_input_features)
        self.norm = nn.BatchNorm2d(num_input_features)
        self.conv = nn.Conv2d(num_input_features, kept, kernel_size=1, bias=False)

    def forward(self, x):
        x = self.conv(F.relu(self.norm(x)))
        return F.avg_pool2d(x, 2)


@transition.rejects(says="This pools by the maximum; DenseNet's transition averages.")
class PoolsByMaximum(nn.Sequential):
    def __init__(self, m, theta):
        kept = int(theta * m)
        super().__init__(
            nn.BatchNorm2d(m), nn.ReLU(), nn.Conv2d(m, kept, 1, bias=False), nn.MaxPool2d(2)
        )


@transition.rejects(
    says="This pools by the maximum, and before the convolution; it should average."
)
class PoolsByMaximumFirst(nn.Sequential):
    def __init__(self, m, theta):
        kept = int(theta * m)
        super().__init__(
            nn.BatchNorm2d(m), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(m, kept, 1, bias=False)
        )


@transition.rejects(says="The convolution comes first here; norm and ReLU stand in front of it.")
class ConvFirst(nn.Sequential):
    def __init__(self, m, theta):
        kept = int(theta * m)
        super().__init__(
            nn.Conv2d(m, kept, 1, bias=False), nn.BatchNorm2d(kept), nn.ReLU(), nn.AvgPool2d(2)
        )


@transition.rejects(says="The ReLU follows the convolution here; it stands between norm and conv.")
class ReluAfterConv(nn.Sequential):
    def __init__(self, m, theta):
        kept = int(theta * m)
        super().__init__(
            nn.BatchNorm2d(m), nn.Conv2d(m, kept, 1, bias=False), nn.ReLU(), nn.AvgPool2d(2)
        )


@transition.rejects(says="θ is ignored: this keeps half of the channels, whatever is asked for.")
class AlwaysHalf(nn.Sequential):
    def __init__(self, m, theta):
        super().__init__(
            nn.BatchNorm2d(m), nn.ReLU(), nn.Conv2d(m, m // 2, 1, bias=False), nn.AvgPool2d(2)
        )


@transition.rejects(says="θ is ignored: this keeps all channels.")
class KeepsAll(nn.Sequential):
    def __init__(self, m, theta):
        super().__init__(
            nn.BatchNorm2d(m), nn.ReLU(), nn.Conv2d(m, m, 1, bias=False), nn.AvgPool2d(2)
        )


@transition.rejects(says="An odd side is rounded up here; drop the last row or column.")
class RoundsSidesUp(nn.Sequential):
    def __init__(self, m, theta):
        kept = int(theta * m)
        super().__init__(
            nn.BatchNorm2d(m), nn.ReLU(), nn.Conv2d(m, kept, 1, bias=False),
            nn.AvgPool2d(2, ceil_mode=True),
        )  # fmt: skip


@transition.rejects(says="A stride of 2 keeps one pixel in four and drops three; average all four.")
class StrideForPool(nn.Sequential):
    def __init__(self, m, theta):
        kept = int(theta * m)
        super().__init__(nn.BatchNorm2d(m), nn.ReLU(), nn.Conv2d(m, kept, 1, stride=2, bias=False))


@transition.rejects(says="The ReLU is missing between norm and convolution.")
class NoRelu(nn.Sequential):
    def __init__(self, m, theta):
        kept = int(theta * m)
        super().__init__(nn.BatchNorm2d(m), nn.Conv2d(m, kept, 1, bias=False), nn.AvgPool2d(2))


@transition.rejects(says="The ReLU stands before the norm; DenseNet normalises first.")
class NormAfterRelu(nn.Sequential):
    def __init__(self, m, theta):
        kept = int(theta * m)
        super().__init__(
            nn.ReLU(), nn.BatchNorm2d(m), nn.Conv2d(m, kept, 1, bias=False), nn.AvgPool2d(2)
        )


@transition.rejects(says="Pooling may come before the convolution, but not before the ReLU.")
class PoolsBeforeRelu(nn.Sequential):
    def __init__(self, m, theta):
        kept = int(theta * m)
        super().__init__(
            nn.BatchNorm2d(m), nn.AvgPool2d(2), nn.ReLU(), nn.Conv2d(m, kept, 1, bias=False)
        )


@transition.rejects(says="This rounds θm; the paper takes the floor, so 7 channels become 3.")
class RoundsWidth(nn.Sequential):
    def __init__(self, m, theta):
        kept = round(theta * m)
        super().__init__(
            nn.BatchNorm2d(m), nn.ReLU(), nn.Conv2d(m, kept, 1, bias=False), nn.AvgPool2d(2)
        )


@transition.rejects(says="The convolution has a bias; the norms that follow shift anyway.")
class BiasLeftOn(nn.Sequential):
    def __init__(self, m, theta):
        kept = int(theta * m)
        super().__init__(nn.BatchNorm2d(m), nn.ReLU(), nn.Conv2d(m, kept, 1), nn.AvgPool2d(2))


@transition.rejects(says="Without pooling the next block works on maps as large as before.")
class NoPool(nn.Sequential):
    def __init__(self, m, theta):
        kept = int(theta * m)
        super().__init__(nn.BatchNorm2d(m), nn.ReLU(), nn.Conv2d(m, kept, 1, bias=False))


@transition.accepts
class PoolsFirst(nn.Sequential):
    def __init__(self, m, theta):
        kept = int(theta * m)
        super().__init__(
            nn.BatchNorm2d(m), nn.ReLU(), nn.AvgPool2d(2), nn.Conv2d(m, kept, 1, bias=False)
        )


@exercise(
    "3.9",
    "Find the bug: what the classifier reads",
    kind="bug",
    minutes=4,
    hints=(
        "Follow the loop on paper for two blocks of one layer each.",
        "Draw two blocks and the transitions around them. Does the loop go through each once?",
    ),
)
def output_width(answer):
    for c0, blocks, k, theta in [
        (13, (2, 4, 3, 1), 7, 0.75),
        (64, (6, 12, 32, 32), 32, 0.5),
        (7, (2, 3), 5, 0.5),
        (9, (4,), 3, 0.5),
        (16, (2, 2, 2), 4, 1.0),
    ]:
        spec = DenseNetSpec(k, blocks, c0, compression=theta)
        expect.equal(answer(c0, blocks, k, theta), spec.block_ends()[-1][1])


@output_width.solves(
    because="A transition stands between two blocks; after the last there is none."
)
def _(num_init_features, block_config, growth_rate, compression):
    width = num_init_features
    for index, num_layers in enumerate(block_config):
        if index > 0:
            width = int(compression * width)
        width = width + num_layers * growth_rate
    return width


@output_width.rejects(says="This is what the function with the bug computes.")
def unmended(c0, block_config, k, theta):
    width = c0
    for n in block_config:
        width = width + n * k
        width = int(theta * width)
    return width


@output_width.rejects(says="Now nothing is compressed; the transitions between blocks must stay.")
def never_compresses(c0, block_config, k, theta):
    return c0 + sum(block_config) * k


@output_width.rejects(says="Dividing by θ afterwards can't bring back what the floor has cut off.")
def undoes_it(c0, block_config, k, theta):
    width = c0
    for n in block_config:
        width = int(theta * (width + n * k))
    return int(width / theta)


@output_width.rejects(
    says="This compresses before the first block too; what the stem gives goes in whole."
)
def compresses_the_stem(c0, block_config, k, theta):
    width = c0
    for n in block_config:
        width = int(theta * width) + n * k
    return width


@output_width.rejects(says="This looks for the last block by its size; two blocks may be equal.")
def skips_blocks_of_the_last_size(c0, block_config, k, theta):
    width = c0
    for n in block_config:
        width = width + n * k
        if n != block_config[-1]:
            width = int(theta * width)
    return width


@output_width.rejects(says="`index` finds the first block of this size; two blocks may be equal.")
def finds_blocks_by_size(c0, block_config, k, theta):
    width = c0
    for n in block_config:
        width = width + n * k
        if block_config.index(n) < len(block_config) - 1:
            width = int(theta * width)
    return width


@output_width.rejects(says="This is right for four blocks only; other nets have two or three.")
def always_four_blocks(c0, block_config, k, theta):
    width = c0
    for index, n in enumerate(block_config):
        width = width + n * k
        if index < 3:
            width = int(theta * width)
    return width


@output_width.rejects(says="This is what enters the last block; its layers still add to it.")
def stops_before_the_last_block(c0, block_config, k, theta):
    width = c0
    for n in block_config[:-1]:
        width = int(theta * (width + n * k))
    return width


@output_width.rejects(says="This rounds to the nearest number; the paper takes the floor.")
def rounds_each_width(c0, block_config, k, theta):
    width = c0
    for n in block_config[:-1]:
        width = round(theta * (width + n * k))
    return width + block_config[-1] * k


@output_width.rejects(says="This halves whatever θ is.")
def halves(c0, block_config, k, theta):
    width = c0
    for n in block_config[:-1]:
        width = (width + n * k) // 2
    return width + block_config[-1] * k


@output_width.accepts
def last_block_apart(c0, block_config, k, theta):
    width = c0
    for n in block_config[:-1]:
        width = int(theta * (width + n * k))
    return width + block_config[-1] * k


@exercise(
    "3.10",
    "Four variants in order",
    kind="predict",
    minutes=4,
    hints=(
        "Equal depth: with B, half of the convolutions are 1×1, so there are half as many layers.",
        "C alone keeps all 36 layers, each with its 3×3 convolution on a wide input.",
    ),
)
def variants(answer):
    counts = {
        "plain": count_parameters(CIFAR_NETS["DenseNet (L=40, k=12)"]),
        "B": count_parameters(cifar_spec(40, 12, compression=1.0)),
        "C": count_parameters(cifar_spec(40, 12, bottleneck=False)),
        "BC": count_parameters(cifar_spec(40, 12)),
    }
    expect.ordering(answer, sorted(counts, key=counts.get))


variants.solves(
    ["BC", "B", "C", "plain"], because="B saves most here; it also halves the number of layers."
)
variants.rejects(
    ["plain", "C", "B", "BC"], says="The question asks for the smallest net first; turn it round."
)
variants.rejects(
    ["BC", "C", "B", "plain"], says="Compare B and C again: C keeps all 36 of its 3×3 layers."
)
variants.rejects(
    ["B", "BC", "C", "plain"], says="BC is B with fewer channels carried on. Compare these two."
)
variants.rejects(
    ["BC", "B", "plain", "C"], says="C is plain with fewer channels carried on. Compare these two."
)


@exercise(
    "3.11",
    "When the whole net gains",
    kind="plot",
    minutes=5,
    hints=(
        "Move the layers up one at a time and watch the two pairs of bars, not the crosses.",
        "The parameters change over first. Why would the multiply-adds need more layers?",
    ),
)
def whole_gain(answer):
    right = (_first_gain("parameters"), _first_gain("macs"))
    if type(answer) not in (tuple, list) or len(answer) != 2:
        expect.guess(answer, right)
    hits = [mine == number for mine, number in zip(answer, right, strict=True)]
    state = {
        (True, False): "the number for parameters is right, the one for multiply-adds is not.",
        (False, True): "the number for multiply-adds is right, the one for parameters is not.",
    }.get(tuple(hits), "neither number is right yet.")
    expect.that(all(hits), state, actual=answer)


def _first_gain(quantity: str) -> int:
    """Layers a block from which the panel's net with bottlenecks is the smaller one."""
    num_layers = 0
    totals = [1, 0]  # with the bottleneck, without
    while totals[0] >= totals[1]:
        num_layers += 1
        totals = []
        for bn_size in (4, None):
            spec = DenseNetSpec(32, (num_layers,) * 2, 64, bn_size, 0.5, small_inputs=True)
            steps = [
                step
                for step in operations(spec, 56)
                if "denseblock" in step.name or "transition" in step.name
            ]
            totals.append(sum(getattr(step, quantity) for step in steps))
    return num_layers


whole_gain.solves(
    (9, 10),
    because="Most layers that lose are in block 1, where each weight works on four times as many "
    "pixels; so the multiply-adds turn later.",
)
whole_gain.rejects((10, 9), says="The order is parameters, then multiply-adds.")
whole_gain.rejects(
    (5, 5), says="From here on one layer gains; what the others lose must be paid back first."
)
whole_gain.rejects(
    (7, 7), says="From here on a layer of block 1 gains too, but the sum over all layers loses."
)
