"""Lesson 03: pointwise, bottleneck, smallest_width, kept_channels, transition."""

import math
from decimal import Decimal
from fractions import Fraction

import torch
from torch import nn
from torch.nn import functional as F

from .judged import right, wrong

# pointwise


def product(x, weight):
    return torch.einsum("ncij,oc->noij", x, weight)


@right("pointwise")
def _(x, weight):
    return torch.einsum("bchw, kc -> bkhw", x, weight)


@right("pointwise")
def _(x, weight):
    return torch.einsum("oc,nc...->no...", weight, x)


@right("pointwise")
def _(x, weight):
    return F.linear(x.permute(0, 2, 3, 1), weight).permute(0, 3, 1, 2)


@right("pointwise")
def _(x, weight):
    return (x[:, None] * weight[None, :, :, None, None]).sum(2)


@right("pointwise")
def _(x, weight):
    return torch.stack([(x * row[:, None, None]).sum(1) for row in weight], dim=1)


def own_layer(x, weight):
    conv = nn.Conv2d(x.shape[1], weight.shape[0], 1, bias=False)
    conv.weight = nn.Parameter(weight[:, :, None, None])
    return conv(x)


def changes_weight(x, weight):
    out = product(x, weight)
    with torch.no_grad():
        weight.div_(2)
    return out


for why, told, made in [
    ("height and width swapped", (), lambda x, w: torch.einsum("nchw,oc->nowh", x, w)),
    ("the channels' mean", ("averages_channels",), lambda x, w: product(x, w) / w.shape[1]),
    ("divided by the outputs", (), lambda x, w: product(x, w) / w.shape[0]),
    ("a matrix without place for the batch", (), lambda x, w: torch.einsum("nchw,oc->ohw", x, w)),
    ("channels last", ("channels_last",), lambda x, w: F.linear(x.permute(0, 2, 3, 1), w)),
    ("transposed", ("weight_turned_round",), lambda x, w: torch.einsum("nchw,co->nohw", x, w)),
    ("a ReLU", (), lambda x, w: product(x, w).relu()),
    ("a softmax over the weights", (), lambda x, w: product(x, w.softmax(1))),
    ("the weight is detached", (), lambda x, w: product(x, w.detach())),
    ("the input is detached", (), lambda x, w: product(x.detach(), w)),
    ("a layer cut off from the weight that was handed in", (), own_layer),
    ("the weight is changed", (), changes_weight),
    ("the first image alone", (), lambda x, w: product(x[:1], w)),
    ("reshaped as if channels stood last", (),
     lambda x, w: (x.reshape(-1, x.shape[1]) @ w.t()).reshape(x.shape[0], -1, *x.shape[2:])),
    ("float32 only", (), lambda x, w: product(x.float(), w.float())),
    ("numpy", (), lambda x, w: product(x, w).detach().numpy()),
    ("rounded", (), lambda x, w: product(x, w).round(decimals=2)),
    ("the sum over outputs", (), lambda x, w: torch.einsum("nchw,oc->nhw", x, w)),
    ("absolute weights", (), lambda x, w: product(x, w.abs())),
]:  # fmt: skip
    wrong("pointwise", why, *told)(made)

# bottleneck


def steps(c, k, b, *, inner=None, order="nrcnrc", bias=False, sizes=(1, 3), **conv):
    """The layer's steps, with something changed: n a norm, r a ReLU, c a convolution."""
    inner = b * k if inner is None else inner
    widths, kernels, made, width = [inner, k], list(sizes), [], c
    for step in order:
        if step == "n":
            made.append(nn.BatchNorm2d(width))
        elif step == "r":
            made.append(nn.ReLU())
        else:
            size = kernels.pop(0)
            made.append(nn.Conv2d(width, widths[0], size, padding=size // 2, bias=bias, **conv))
            width = widths.pop(0)
    return made


@right("bottleneck")
def _(num_input_features, growth_rate, bn_size):
    return nn.Sequential(*steps(num_input_features, growth_rate, bn_size))


@right("bottleneck")
class _(nn.Module):
    def __init__(self, c, k, b):
        super().__init__()
        self.conv3 = nn.Conv2d(b * k, k, (3, 3), padding=(1, 1), bias=False)
        self.second = nn.BatchNorm2d(b * k)
        self.squeeze = nn.Linear(c, b * k, bias=False)
        self.first = nn.BatchNorm2d(c)

    def forward(self, x):
        x = self.squeeze(self.first(x).relu().movedim(1, -1)).movedim(-1, 1)
        return self.conv3(torch.relu(self.second(x)))


@right("bottleneck")
class _(nn.Module):
    def __init__(self, num_input_features, growth_rate, bn_size):
        super().__init__()
        self.matrix = nn.Parameter(torch.randn(num_input_features, bn_size * growth_rate))
        self.norm1, self.norm2 = nn.LazyBatchNorm2d(), nn.LazyBatchNorm2d()
        self.conv = nn.LazyConv2d(growth_rate, 3, padding=1, bias=False)

    def forward(self, x):
        x = torch.einsum("nchw,co->nohw", F.relu(self.norm1(x)), self.matrix)
        return self.conv(F.relu(self.norm2(x)))


@right("bottleneck")
class _(nn.Sequential):
    def __init__(self, c, k, b):
        super().__init__(
            nn.Sequential(nn.BatchNorm2d(c), nn.ReLU(), nn.Conv2d(c, b * k, 1, bias=False)),
            nn.Sequential(
                nn.BatchNorm2d(b * k), nn.ReLU(), nn.Conv2d(b * k, k, 3, 1, 1, bias=False)
            ),
        )


def built(change=None, **options):
    class Layer(nn.Module):
        def __init__(self, c, k, b):
            super().__init__()
            self.steps = nn.Sequential(*steps(c, k, b, **options))
            self.k = k

        def forward(self, x):
            return self.steps(x) if change is None else change(self, x)

    return Layer


def halves(m, x):
    *first, last = m.steps
    with torch.no_grad():
        x = nn.Sequential(*first)(x)
    return last(x)


for why, told, made in [
    ("one bias for each convolution", ("WithBias",), built(bias=True)),
    ("the first ReLU is missing", (), built(order="ncnrc")),
    ("the first norm is missing", (), built(order="rcnrc")),
    ("a third norm", (), built(order="nrcnrcn")),
    ("ReLU at the end", (), built(order="nrcnrcr")),
    ("convolutions first", ("NormAfterConv",), built(order="cnrcnr")),
    ("ReLU before each norm", ("ReluFirst",), built(order="rncrnc")),
    ("two kernels of three", (), built(sizes=(3, 3))),
    ("two kernels of one", (), built(sizes=(1, 1))),
    ("3x3 first", ("WideKernelFirst",), built(sizes=(3, 1))),
    ("a kernel of five", (), built(sizes=(1, 5))),
    ("adds the mean of the input", (), built(lambda m, x: m.steps(x) + x.mean())),
    ("joins its input", ("ConcatenatesInside",), built(lambda m, x: torch.cat([x, m.steps(x)], 1))),
    ("joins its input behind", (), built(lambda m, x: torch.cat([m.steps(x), x], 1))),
    ("only the last convolution learns", (), built(halves)),
    ("no gradients", (), built(lambda m, x: torch.no_grad()(m.steps)(x))),
    ("changes its input", (), built(lambda m, x: m.steps(x.relu_()))),
    ("eval mode", (), built(lambda m, x: m.steps.eval()(x))),
    ("twice", (), built(lambda m, x: (m.steps(x), m.steps(x))[1])),
    ("float32", (), built(lambda m, x: m.steps.float()(x.float()))),
    ("a constant inner width", (), built(inner=16)),
    ("stride 2", (), built(stride=2)),
]:  # fmt: skip
    wrong("bottleneck", why, *told)(made)


@wrong("bottleneck", "the second norm has the input's width")
class _(nn.Module):
    def __init__(self, c, k, b):
        super().__init__()
        self.norm1, self.norm2 = nn.BatchNorm2d(c), nn.BatchNorm2d(c)
        self.conv1 = nn.Conv2d(c, b * k, 1, bias=False)
        self.conv2 = nn.Conv2d(b * k, k, 3, padding=1, bias=False)

    def forward(self, x):
        return self.conv2(F.relu(self.norm2(self.conv1(F.relu(self.norm1(x))))))


@wrong("bottleneck", "one norm used twice")
class _(nn.Module):
    def __init__(self, c, k, b):
        super().__init__()
        self.conv1, self.norm = nn.Conv2d(c, b * k, 1, bias=False), nn.BatchNorm2d(b * k)
        self.conv2 = nn.Conv2d(b * k, k, 3, padding=1, bias=False)

    def forward(self, x):
        return self.conv2(F.relu(self.norm(F.relu(self.norm(self.conv1(x))))))


@wrong("bottleneck", "inner width bn_size + growth_rate")
class _(nn.Sequential):
    def __init__(self, c, k, b):
        super().__init__(*steps(c, k, b, inner=b + k))


@wrong("bottleneck", "the steps are returned and not run")
class _(nn.Module):
    def __init__(self, c, k, b):
        super().__init__()
        self.steps = nn.Sequential(*steps(c, k, b))

    def forward(self, x):
        return self.steps


# smallest_width


def plain_cost(c, k):
    return 9 * c * k


def cost(c, k, b):
    return c * b * k + 9 * b * k * k


@right("smallest_width")
def _(growth_rate, bn_size):
    c = 0
    while cost(c, growth_rate, bn_size) >= plain_cost(c, growth_rate):
        c += 1
    return c


@right("smallest_width")
def _(k, b):
    return int(Fraction(9 * b * k, 9 - b)) + 1


@right("smallest_width")
def _(k, b):
    limit = 9 * b * k / (9 - b)
    return math.ceil(limit) if limit % 1 else int(limit) + 1


@right("smallest_width")
def _(growth_rate, bn_size):
    return next(c for c in range(1, 10**6) if cost(c, growth_rate, bn_size) < 9 * c * growth_rate)


for why, told, made in [
    ("rounded up where it is whole, too", ("counts_equality",),
     lambda k, b: math.ceil(9 * b * k / (9 - b))),
    ("rounded", (), lambda k, b: round(9 * b * k / (9 - b))),
    ("rounded, plus one", (), lambda k, b: round(9 * b * k / (9 - b)) + 1),
    ("the next multiple of k", (), lambda k, b: (9 * b // (9 - b) + 1) * k),
    ("for bn_size 4 in decimals", ("always_four",), lambda k, b: int(7.2 * k) + 1),
    ("eight instead of nine", (), lambda k, b: 8 * b * k // (8 - b) + 1 if b < 8 else 0),
    ("b k + 9 k", (), lambda k, b: b * k + 9 * k),
    ("9 k", (), lambda k, b: 9 * k),
    ("one too far", (), lambda k, b: 9 * b * k // (9 - b) + 2),
    ("counts one norm", ("counts_the_norms",), lambda k, b: (9 * b * k + 2 * b) // (9 - b) + 1),
    ("the plain layer is counted with a bias", ("counts_equality",),
     lambda k, b: next(c for c in range(1, 10**5) if cost(c, k, b) < 9 * c * k + k)),
    ("up to 500 alone", (), lambda k, b: next(
        (c for c in range(1, 500) if cost(c, k, b) < 9 * c * k), 0)),
    ("search in steps of k", (), lambda k, b: next(
        c for c in range(k, 10**5, k) if cost(c, k, b) < 9 * c * k)),
    ("the cost and not the width", (), lambda k, b: cost(9 * b * k // (9 - b) + 1, k, b)),
    ("a float limit", ("where_equal",), lambda k, b: 9 * b * k / (9 - b)),
    ("bn_size of the paper", ("always_four",), lambda k, b: 9 * 4 * k // 5 + 1),
    ("at equal weights", ("counts_equality", "as_wide_as_the_squeeze"), lambda k, b: next(
        c for c in range(1, 10**5) if cost(c, k, b) <= 9 * c * k)),
]:  # fmt: skip
    wrong("smallest_width", why, *told)(made)

# kept_channels


@right("kept_channels")
def _(num_input_features, num_layers, growth_rate, compression):
    for _ in range(num_layers):
        num_input_features += growth_rate
    return math.floor(Fraction(repr(compression)) * num_input_features)


@right("kept_channels")
def _(c, n, k, theta):
    return int(Fraction(str(theta)) * (c + n * k))


@right("kept_channels")
def _(c, n, k, theta):
    return int(Decimal(str(theta)) * (c + n * k))


@right("kept_channels")
def _(c, n, k, theta):
    out = c + n * k
    return nn.Conv2d(out, int(round(out * theta, 6)), 1).out_channels


@wrong(
    "kept_channels", "the floor of a float, one too small where it is a little below", "in_floats"
)
def _(c, n, k, theta):
    return math.floor((c + n * k) * theta)


@wrong("kept_channels", "the same in torch", "in_floats")
def _(c, n, k, theta):
    return torch.tensor(theta * (c + n * k), dtype=torch.float64).floor().to(torch.int64)


for why, told, made in [
    ("compression before the block", (), lambda c, n, k, t: int(t * c) + n * k),
    ("rounded up from a half", ("rounds",), lambda c, n, k, t: int(t * (c + n * k) + 0.5)),
    ("rounded up", ("rounds_up",), lambda c, n, k, t: -int(-t * (c + n * k) // 1)),
    ("one layer too many", (), lambda c, n, k, t: int(t * (c + (n + 1) * k))),
    ("the quotient", (), lambda c, n, k, t: int((c + n * k) / t)),
    ("a product", (), lambda c, n, k, t: int(t * c * n * k)),
    ("percents", (), lambda c, n, k, t: (c + n * k) * int(100 * t)),
    ("a float", ("floor_as_float",), lambda c, n, k, t: float(int(t * (c + n * k)))),
    ("a string", (), lambda c, n, k, t: f"{int(t * (c + n * k))}"),
    ("theta twice", (), lambda c, n, k, t: int(t * t * (c + n * k))),
    ("theta for each layer", (), lambda c, n, k, t: int(t**n * (c + n * k))),
    ("multiples of two", (), lambda c, n, k, t: int(t * (c + n * k)) // 2 * 2),
    ("quarters", (), lambda c, n, k, t: (c + n * k) * int(4 * t) // 4),
    ("at least a half", (), lambda c, n, k, t: max(int(t * (c + n * k)), (c + n * k) // 2)),
    ("one less where theta is one", (), lambda c, n, k, t: int(t * (c + n * k) - 1e-9)),
    ("what is dropped", ("drops_the_share",), lambda c, n, k, t: c + n * k - int(t * (c + n * k))),
    ("a tenth is cut from theta", (), lambda c, n, k, t: int(round(t, 1) * (c + n * k))),
]:  # fmt: skip
    wrong("kept_channels", why, *told)(made)

# transition


def passage(change=None, *, order="nrcp", kept=None, pool=None, norm=None, **conv):
    class Passage(nn.Module):
        def __init__(self, m, out):
            super().__init__()
            out = out if kept is None else kept(m, out)
            width, made = m, []
            for step in order:
                if step == "n":
                    made.append((norm or nn.BatchNorm2d)(width))
                elif step == "c":
                    made.append(nn.Conv2d(width, out, **({"kernel_size": 1, "bias": False} | conv)))
                    width = out
                else:
                    made.append(nn.ReLU() if step == "r" else pool or nn.AvgPool2d(2))
            self.steps = nn.Sequential(*made)

        def forward(self, x):
            return self.steps(x) if change is None else change(self, x)

    return Passage


@right("transition")
class _(nn.Module):
    def __init__(self, num_input_features, num_output_features):
        super().__init__()
        self.bn = nn.BatchNorm2d(num_input_features)
        self.weight = nn.Parameter(torch.randn(num_output_features, num_input_features))

    def forward(self, x):
        x = F.avg_pool2d(self.bn(x).relu(), kernel_size=2, stride=2)
        return torch.einsum("nchw,oc->nohw", x, self.weight)


right("transition")(passage(order="nrpc"))
right("transition")(passage(pool=nn.AvgPool2d(2, stride=2, ceil_mode=False)))


@right("transition")
class _(nn.Module):
    def __init__(self, m, out):
        super().__init__()
        self.norm, self.conv = nn.LazyBatchNorm2d(), nn.LazyConv2d(out, 1, bias=False)

    def forward(self, x):
        x = self.conv(F.relu(self.norm(x)))
        h, w = x.shape[2] // 2 * 2, x.shape[3] // 2 * 2
        x = x[..., :h, :w]
        return (x[..., ::2, ::2] + x[..., 1::2, ::2] + x[..., ::2, 1::2] + x[..., 1::2, 1::2]) / 4


@right("transition")
def _(m, out):
    conv = nn.Conv2d(m, out, kernel_size=1, stride=1, bias=False)
    return nn.Sequential(nn.BatchNorm2d(m), nn.ReLU(True), conv, nn.AvgPool2d((2, 2)))


for why, told, made in [
    ("maximum", ("PoolsByMaximum",), passage(pool=nn.MaxPool2d(2))),
    ("a pool of three", (), passage(pool=nn.AvgPool2d(3, 2, 1))),
    ("a pool of two with stride one", (), passage(pool=nn.AvgPool2d(2, 1))),
    ("global pool", (), passage(pool=nn.AdaptiveAvgPool2d(1))),
    ("a fixed side of three", (), passage(pool=nn.AdaptiveAvgPool2d(3))),
    ("sums of four pixels", (), passage(pool=nn.LPPool2d(1, 2))),
    ("adaptive pool, which shares odd rows", (), passage(
        lambda m, x: F.adaptive_avg_pool2d(m.steps(x), (x.shape[2] // 2, x.shape[3] // 2)),
        order="nrc")),
    ("a bias", ("BiasLeftOn",), passage(bias=True)),
    ("no norm", (), passage(order="rcp")),
    ("no ReLU", ("NoRelu",), passage(order="ncp")),
    ("ReLU first", ("NormAfterRelu",), passage(order="rncp")),
    ("pool first of all", ("PoolsBeforeRelu",), passage(order="pnrc")),
    ("pool before the ReLU", ("PoolsBeforeRelu",), passage(order="nprc")),
    ("another ReLU", (), passage(order="nrcrp")),
    ("the kernel has stride 2", ("StrideForPool",), passage(order="nrc", stride=2)),
    ("a kernel of two with stride 2", (), passage(order="nrc", kernel_size=2, stride=2)),
    ("a kernel of three", (), passage(kernel_size=3, padding=1)),
    ("one channel more", (), passage(kept=lambda m, out: out + 1)),
    ("a half", ("AlwaysHalf",), passage(kept=lambda m, out: m // 2)),
    ("the share that goes", (), passage(kept=lambda m, out: m - out)),
    ("channels as a float", (), passage(kept=lambda m, out: out / 2)),
    ("channels as a whole float", (), passage(kept=lambda m, out: float(out))),
    ("interpolation", (), passage(
        lambda m, x: F.interpolate(m.steps(x), scale_factor=0.5), order="nrc")),
    ("the input is changed", (), passage(lambda m, x: m.steps(x.relu_()))),
    ("no gradient for the input", (), passage(lambda m, x: m.steps(x.detach()))),
    ("eval mode", (), passage(lambda m, x: m.steps.eval()(x))),
    ("instance norm", (), passage(norm=lambda c: nn.InstanceNorm2d(c, affine=True))),
    ("another momentum", (), passage(norm=lambda c: nn.BatchNorm2d(c, momentum=0.2))),
]:  # fmt: skip
    wrong("transition", why, *told)(made)
