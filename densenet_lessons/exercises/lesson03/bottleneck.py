"""Exercise 3.4: A bottleneck layer."""

from collections import OrderedDict

import torch
from torch import nn
from torch.nn import functional as F

from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


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


@exercise(
    "3.4",
    "A bottleneck layer",
    kind="module",
    minutes=8,
    difficulty=2,
    importance=3,
    hints=(
        (
            "Where do I start?",
            "It is the composite function of lesson 02 twice: norm, ReLU, convolution.",
        ),
        (
            "I get a shape error",
            "The first convolution sees single pixels; its output is `bn_size * growth_rate` wide.",
        ),
        (
            "Too many channels come out",
            "The block concatenates. What is left for the layer to return?",
        ),
    ),
)
def bottleneck(answer):
    for c, k, bn_size, sizes in [(7, 5, 2, (3, 6, 4)), (9, 4, 3, (2, 5, 7)), (11, 3, 4, (2, 4, 5))]:
        with expect.case():
            given = f"{c} channels, k = {k}, bn_size = {bn_size}"
            x = expect.noise(sizes[0], c, *sizes[1:])
            expect.same_module(answer(c, k, bn_size), _bottleneck(c, k, bn_size), x, given=given)


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
