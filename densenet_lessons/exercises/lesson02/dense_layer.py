"""Exercise 2.2: Write the dense layer."""

import torch
from torch import nn
from torch.nn import functional as F

from densenet_lessons.densenet import DenseLayer
from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "2.2",
    "Write the dense layer",
    kind="module",
    minutes=10,
    difficulty=2,
    importance=3,
    hints=(
        (
            "Where do I start?",
            "Three modules in this order: norm, ReLU, convolution.",
        ),
        (
            "I get a shape error",
            "The norm works on what comes in, so how many channels does it have?",
        ),
        (
            "The values differ from the package's",
            "The convolution needs `bias=False` and `padding=1`.",
        ),
    ),
)
def dense_layer(answer):
    for width, k in [(7, 5), (4, 3)]:
        with expect.case():
            reference = DenseLayer(width, k, bn_size=None)
            x = expect.noise(3, width, 6, 5)
            expect.same_module(answer(width, k), reference, x, given=f"{width} channels, k = {k}")


@dense_layer.solves
class MyDenseLayer(nn.Module):
    def __init__(self, num_input_features, growth_rate):
        super().__init__()
        self.norm = nn.BatchNorm2d(num_input_features)
        self.conv = nn.Conv2d(num_input_features, growth_rate, 3, padding=1, bias=False)

    def forward(self, x):
        return self.conv(F.relu(self.norm(x)))


@dense_layer.rejects(
    says="The convolution has a bias. The next batch norm shifts anyway; leave it out."
)
class HasBias(nn.Module):
    def __init__(self, num_input_features, growth_rate):
        super().__init__()
        self.norm = nn.BatchNorm2d(num_input_features)
        self.conv = nn.Conv2d(num_input_features, growth_rate, 3, padding=1)

    def forward(self, x):
        return self.conv(F.relu(self.norm(x)))


@dense_layer.rejects(says="No norm in this layer has a scale and a shift for each channel.")
class NoNorm(nn.Module):
    def __init__(self, num_input_features, growth_rate):
        super().__init__()
        self.conv = nn.Conv2d(num_input_features, growth_rate, 3, padding=1, bias=False)

    def forward(self, x):
        return self.conv(F.relu(x))


@dense_layer.rejects(
    says="The norm is made for the channels that go out. The paper norms what comes in."
)
class NormLast(nn.Module):
    def __init__(self, num_input_features, growth_rate):
        super().__init__()
        self.conv = nn.Conv2d(num_input_features, growth_rate, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(growth_rate)

    def forward(self, x):
        return F.relu(self.norm(self.conv(x)))


@dense_layer.rejects(says="The ReLU is missing between norm and convolution.")
class NoRelu(nn.Module):
    def __init__(self, num_input_features, growth_rate):
        super().__init__()
        self.norm = nn.BatchNorm2d(num_input_features)
        self.conv = nn.Conv2d(num_input_features, growth_rate, 3, padding=1, bias=False)

    def forward(self, x):
        return self.conv(self.norm(x))


@dense_layer.rejects(says="The ReLU comes before the norm. The order is norm, ReLU, convolution.")
class ReluFirst(nn.Module):
    def __init__(self, num_input_features, growth_rate):
        super().__init__()
        self.norm = nn.BatchNorm2d(num_input_features)
        self.conv = nn.Conv2d(num_input_features, growth_rate, 3, padding=1, bias=False)

    def forward(self, x):
        return self.conv(self.norm(F.relu(x)))


@dense_layer.rejects(says="The result is already joined with the input. That is the block's task.")
class Concatenates(nn.Module):
    def __init__(self, num_input_features, growth_rate):
        super().__init__()
        self.norm = nn.BatchNorm2d(num_input_features)
        self.conv = nn.Conv2d(num_input_features, growth_rate, 3, padding=1, bias=False)

    def forward(self, x):
        return torch.cat([x, self.conv(F.relu(self.norm(x)))], dim=1)


@dense_layer.rejects(says="Without padding the maps shrink by two pixels, and concat would fail.")
class NoPadding(nn.Module):
    def __init__(self, num_input_features, growth_rate):
        super().__init__()
        self.norm = nn.BatchNorm2d(num_input_features)
        self.conv = nn.Conv2d(num_input_features, growth_rate, 3, bias=False)

    def forward(self, x):
        return self.conv(F.relu(self.norm(x)))


@dense_layer.rejects(says="This overwrites its input, which later layers still have to read.")
class Overwrites(nn.Module):
    def __init__(self, num_input_features, growth_rate):
        super().__init__()
        self.norm = nn.BatchNorm2d(num_input_features)
        self.conv = nn.Conv2d(num_input_features, growth_rate, 3, padding=1, bias=False)

    def forward(self, x):
        new = self.conv(F.relu(self.norm(x)))
        with torch.no_grad():
            x.relu_()
        return new


@dense_layer.rejects(says="The batch norm is made, but `forward` doesn't use it.")
class NormUnused(nn.Module):
    def __init__(self, num_input_features, growth_rate):
        super().__init__()
        self.norm = nn.BatchNorm2d(num_input_features)
        self.conv = nn.Conv2d(num_input_features, growth_rate, 3, padding=1, bias=False)

    def forward(self, x):
        return self.conv(F.relu(x))


@dense_layer.rejects(says="The kernel is 1x1 and sees no neighbours; the layer needs a 3x3 one.")
class OneByOne(nn.Module):
    def __init__(self, num_input_features, growth_rate):
        super().__init__()
        self.norm = nn.BatchNorm2d(num_input_features)
        self.conv = nn.Conv2d(num_input_features, growth_rate, 1, bias=False)

    def forward(self, x):
        return self.conv(F.relu(self.norm(x)))


@dense_layer.rejects(
    says="This norm keeps no running mean and variance, which eval mode would need."
)
class OtherNorm(nn.Module):
    def __init__(self, num_input_features, growth_rate):
        super().__init__()
        self.norm = nn.GroupNorm(1, num_input_features)
        self.conv = nn.Conv2d(num_input_features, growth_rate, 3, padding=1, bias=False)

    def forward(self, x):
        return self.conv(F.relu(self.norm(x)))


@dense_layer.accepts
class AsSequential(nn.Sequential):
    def __init__(self, num_input_features, growth_rate):
        super().__init__(
            nn.BatchNorm2d(num_input_features),
            nn.ReLU(inplace=True),
            nn.Conv2d(num_input_features, growth_rate, kernel_size=3, padding=1, bias=False),
        )
