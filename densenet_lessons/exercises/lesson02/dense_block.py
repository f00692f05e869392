"""Exercise 2.5: Write the dense block."""

from functools import partial

import torch
from torch import nn

from densenet_lessons.densenet import DenseBlock, DenseLayer
from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "2.5",
    "Write the dense block",
    kind="module",
    minutes=10,
    difficulty=3,
    importance=3,
    hints=(
        (
            "Which width has each layer?",
            "How many channels does the first layer read? And the second, after one more layer?",
        ),
        (
            "The parameters are not found",
            "Keep the layers in an `nn.ModuleList`, so that torch finds their weights.",
        ),
        (
            "Where do I keep the features?",
            "In `forward`, keep a list of all features so far. Each layer reads the list, joined.",
        ),
    ),
)
def dense_block(answer):
    for num_layers, width, k in [(3, 7, 5), (2, 4, 3), (1, 6, 4)]:
        with expect.case():
            reference = DenseBlock(num_layers, width, k, bn_size=None)
            made = answer(num_layers, width, k, partial(DenseLayer, growth_rate=k, bn_size=None))
            given = f"{num_layers} layers, {width} channels, k = {k}"
            expect.same_module(made, reference, expect.noise(2, width, 6, 5), given=given)
    for num_layers, width, k in [(4, 5, 3), (2, 3, 2)]:
        with expect.case():
            made = answer(num_layers, width, k, partial(_Other, k=k))
            given = f"`make_layer` of another kind, {num_layers} layers, {width} channels, k = {k}"
            reference = _Block(_Other(width + index * k, k) for index in range(num_layers))
            expect.same_module(made, reference, expect.noise(2, width, 5, 4), given=given)


class _Other(nn.Module):
    """A layer that only `make_layer` can make."""

    def __init__(self, width, k):
        super().__init__()
        self.mix = nn.Conv2d(width, k, 1)

    def forward(self, x):
        return self.mix(x).tanh()


class _Block(nn.ModuleList):
    def forward(self, x):
        for layer in self:
            x = torch.cat([x, layer(x)], dim=1)
        return x


@dense_block.solves(because="Values and gradients are those of the package's `DenseBlock`.")
class MyBlock(nn.Module):
    def __init__(self, num_layers, num_input_features, growth_rate, make_layer):
        super().__init__()
        widths = [num_input_features + i * growth_rate for i in range(num_layers)]
        self.layers = nn.ModuleList([make_layer(width) for width in widths])

    def forward(self, x):
        features = [x]
        for layer in self.layers:
            features.append(layer(torch.cat(features, dim=1)))
        return torch.cat(features, dim=1)


@dense_block.rejects(
    says="The layers' weights are hidden from torch: keep the layers in an `nn.ModuleList`."
)
class PlainList(nn.Module):
    def __init__(self, num_layers, num_input_features, growth_rate, make_layer):
        super().__init__()
        widths = [num_input_features + i * growth_rate for i in range(num_layers)]
        self.layers = list([make_layer(width) for width in widths])

    def forward(self, x):
        features = [x]
        for layer in self.layers:
            features.append(layer(torch.cat(features, dim=1)))
        return torch.cat(features, dim=1)


@dense_block.rejects(
    says="All layers are made for the block's input width, but each later layer reads more."
)
class SameWidth(nn.Module):
    def __init__(self, num_layers, num_input_features, growth_rate, make_layer):
        super().__init__()
        widths = [num_input_features] * num_layers
        self.layers = nn.ModuleList([make_layer(width) for width in widths])

    def forward(self, x):
        features = [x]
        for layer in self.layers:
            features.append(layer(torch.cat(features, dim=1)))
        return torch.cat(features, dim=1)


@dense_block.rejects(
    says="From layer 2 on, only the newest channels are read. A layer reads all so far."
)
class Chain(nn.Module):
    def __init__(self, num_layers, num_input_features, growth_rate, make_layer):
        super().__init__()
        widths = [num_input_features] + [growth_rate] * (num_layers - 1)
        self.layers = nn.ModuleList([make_layer(width) for width in widths])

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


@dense_block.rejects(
    says="The widths start one layer too late: layer 1 reads the block's input alone."
)
class OneStepEarly(nn.Module):
    def __init__(self, num_layers, num_input_features, growth_rate, make_layer):
        super().__init__()
        widths = [num_input_features + (i + 1) * growth_rate for i in range(num_layers)]
        self.layers = nn.ModuleList([make_layer(width) for width in widths])

    def forward(self, x):
        features = [x]
        for layer in self.layers:
            features.append(layer(torch.cat(features, dim=1)))
        return torch.cat(features, dim=1)


@dense_block.rejects(says="The newest channels come first here. The block keeps the oldest first.")
class NewestFirst(nn.Module):
    def __init__(self, num_layers, num_input_features, growth_rate, make_layer):
        super().__init__()
        widths = [num_input_features + i * growth_rate for i in range(num_layers)]
        self.layers = nn.ModuleList([make_layer(width) for width in widths])

    def forward(self, x):
        for layer in self.layers:
            x = torch.cat([layer(x), x], dim=1)
        return x


@dense_block.rejects(says="The block's own input is missing in what it returns.")
class ForgetsTheInput(nn.Module):
    def __init__(self, num_layers, num_input_features, growth_rate, make_layer):
        super().__init__()
        widths = [num_input_features + i * growth_rate for i in range(num_layers)]
        self.layers = nn.ModuleList([make_layer(width) for width in widths])

    def forward(self, x):
        features = [x]
        for layer in self.layers:
            features.append(layer(torch.cat(features, dim=1)))
        return torch.cat(features[1:], dim=1)


@dense_block.rejects(says="Only the last layer's channels come out. The block hands on everything.")
class LastLayerOnly(nn.Module):
    def __init__(self, num_layers, num_input_features, growth_rate, make_layer):
        super().__init__()
        widths = [num_input_features + i * growth_rate for i in range(num_layers)]
        self.layers = nn.ModuleList([make_layer(width) for width in widths])

    def forward(self, x):
        features = [x]
        for layer in self.layers:
            features.append(layer(torch.cat(features, dim=1)))
        return features[-1]


@dense_block.rejects(says="Gradients don't come back through the layers to the old features.")
class Cuts(nn.Module):
    def __init__(self, num_layers, num_input_features, growth_rate, make_layer):
        super().__init__()
        widths = [num_input_features + i * growth_rate for i in range(num_layers)]
        self.layers = nn.ModuleList([make_layer(width) for width in widths])

    def forward(self, x):
        features = [x]
        for layer in self.layers:
            features.append(layer(torch.cat(features, dim=1).detach()))
        return torch.cat(features, dim=1)


@dense_block.rejects(says="`make_layer` is handed in, but the layers here are of the block's own.")
class IgnoresMakeLayer(nn.Module):
    def __init__(self, num_layers, num_input_features, growth_rate, make_layer):
        super().__init__()
        self.layers = nn.ModuleList()
        for i in range(num_layers):
            width = num_input_features + i * growth_rate
            conv = nn.Conv2d(width, growth_rate, 3, padding=1, bias=False)
            self.layers.append(nn.Sequential(nn.BatchNorm2d(width), nn.ReLU(), conv))

    def forward(self, x):
        for layer in self.layers:
            x = torch.cat([x, layer(x)], dim=1)
        return x


@dense_block.rejects(says="The block works in eval mode only: `forward` changes the mode.")
class ChangesTheMode(nn.Module):
    def __init__(self, num_layers, num_input_features, growth_rate, make_layer):
        super().__init__()
        widths = [num_input_features + i * growth_rate for i in range(num_layers)]
        self.layers = nn.ModuleList([make_layer(width) for width in widths])

    def forward(self, x):
        for layer in self.layers:
            x = torch.cat([x, layer.eval()(x)], dim=1)
        return x


@dense_block.accepts
class Running(nn.Module):
    def __init__(self, num_layers, num_input_features, growth_rate, make_layer):
        super().__init__()
        layers = [
            make_layer(num_input_features + index * growth_rate) for index in range(num_layers)
        ]
        self.layers = nn.ModuleList(layers)

    def forward(self, x):
        for layer in self.layers:
            x = torch.cat([x, layer(x)], dim=1)
        return x
