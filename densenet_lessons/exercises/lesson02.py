"""The exercises of lesson 02, "Dense layer and dense block"."""

from functools import partial

import torch
from torch import nn
from torch.nn import functional as F

from densenet_lessons.costs import layer_operations
from densenet_lessons.densenet import DenseBlock, DenseLayer, block_widths
from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "2.1",
    "What one layer returns",
    kind="predict",
    minutes=1,
    hints=(
        "The 3x3 convolution has padding 1. What does that do to height and width?",
        "Nothing is concatenated yet: how many filters does the convolution have?",
    ),
)
def layer_shape(answer):
    layer = DenseLayer(3, 2, bn_size=None)
    expect.guess(answer, tuple(layer(torch.zeros(1, 3, 8, 8)).shape))


layer_shape.solves((1, 2, 8, 8), because="k = 2 new channels; padding 1 keeps the 8x8 pixels.")
layer_shape.rejects(
    (1, 5, 8, 8), says="That is after the concatenation; the layer returns new channels."
)
layer_shape.rejects((2, 8, 8), says="The batch comes first: one picture is a batch of 1.")
layer_shape.rejects(
    (1, 2, 6, 6), says="Without padding the map would shrink to 6x6; here padding is 1."
)
layer_shape.rejects(
    (1, 3, 8, 8), says="The convolution decides the channels: it has k filters, not 3."
)


@exercise(
    "2.2",
    "Write the dense layer",
    kind="module",
    minutes=10,
    hints=(
        "Three modules in this order: norm, ReLU, convolution.",
        "The norm works on what comes in, so how many channels does it have?",
        "The convolution needs `bias=False` and `padding=1`.",
    ),
)
def dense_layer(answer):
    for width, k in [(7, 5), (4, 3)]:
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


@dense_layer.rejects(says="The batch norm is missing.")
class NoNorm(nn.Module):
    def __init__(self, num_input_features, growth_rate):
        super().__init__()
        self.conv = nn.Conv2d(num_input_features, growth_rate, 3, padding=1, bias=False)

    def forward(self, x):
        return self.conv(F.relu(x))


@dense_layer.rejects(
    says="The norm comes after the convolution here. The paper norms what comes in."
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
    says="This norm keeps no running mean of each channel. The layer needs a `BatchNorm2d`."
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


@exercise(
    "2.3",
    "Width after four layers",
    kind="predict",
    minutes=1,
    hints=(
        "How many channels does one layer add?",
        "Nothing is ever removed: the input's channels are still there at the end.",
    ),
)
def four_layers(answer):
    expect.guess(answer, block_widths(16, 4, 12)[-1])


four_layers.solves(64, because="16 + 4 * 12: each layer adds k, the input stays.")
four_layers.rejects(
    48, says="These are the new channels. The block's input stays in the concatenation."
)
four_layers.rejects(52, says="This is what the fourth layer reads. It adds its own channels, too.")
four_layers.rejects(12, says="That is what the last layer adds. The block hands on everything.")
four_layers.rejects(28, says="This is the width after one layer; the block has four.")
four_layers.rejects(256, says="This doubles the width at each layer. A layer only adds k channels.")
four_layers.rejects(112, says="The input is counted once for each layer here; it is kept once.")


@exercise(
    "2.4",
    "Write the dense block",
    kind="module",
    minutes=10,
    hints=(
        "How many channels does the first layer read? And the second, after one more layer?",
        "Keep the layers in an `nn.ModuleList`, so that torch finds their weights.",
        "In `forward`, keep a list of all features so far. Each layer reads the list, joined.",
    ),
)
def dense_block(answer):
    for num_layers, width, k in [(3, 7, 5), (2, 4, 3)]:
        reference = DenseBlock(num_layers, width, k, bn_size=None)
        made = answer(num_layers, width, k, partial(DenseLayer, growth_rate=k, bn_size=None))
        given = f"{num_layers} layers, {width} channels, k = {k}"
        expect.same_module(made, reference, expect.noise(2, width, 6, 5), given=given)


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
    says="In a plain list the layers' weights are hidden from torch. Use `nn.ModuleList`."
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


@dense_block.rejects(says="Gradients don't reach the old features: they are cut off with `detach`.")
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


@exercise(
    "2.5",
    "Read the plot: which line is k = 12?",
    kind="plot",
    minutes=2,
    hints=(
        "All three lines start at the same width. What is different is the step.",
        "Read the width after eight layers, take the start away, and divide by eight.",
    ),
)
def growth_line(answer):
    expect.one_of(answer, "A", ("A", "B", "C"))


growth_line.solves("A", because="From 16 to 112 in eight layers: 12 channels a layer.")
growth_line.rejects("B", says="Line B climbs to 208: 24 channels a layer.")
growth_line.rejects("C", says="Line C reaches 48: 4 channels a layer.")


@exercise(
    "2.6",
    "Find the bug: every shape fits",
    kind="bug",
    minutes=6,
    hints=(
        "Write down the list `features` after one layer, and after two.",
        "The norm of layer 3 expects the input's channels first, then layer 1's, then layer 2's.",
    ),
)
def run_block(answer):
    block = expect.randomise(DenseBlock(3, 5, 3, bn_size=None)).eval()
    x = expect.noise(2, 5, 6, 7)
    before = x.clone()
    with torch.no_grad():
        expect.same_values(answer(x, list(block)), block(x), given="3 layers, k = 3, 5 channels in")
    expect.unchanged(x, before)


@run_block.solves
def _(x, layers):
    features = [x]
    for layer in layers:
        new = layer(torch.cat(features, dim=1))
        features.append(new)
    return torch.cat(features, dim=1)


@run_block.rejects(says="The bug is still there: the newest channels come first in the list.")
def unmended(x, layers):
    features = [x]
    for layer in layers:
        new = layer(torch.cat(features, dim=1))
        features = [new, *features]
    return torch.cat(features, dim=1)


@run_block.rejects(says="The layers read in order now, but the result is still newest first.")
def mended_inside_only(x, layers):
    features = [x]
    for layer in layers:
        new = layer(torch.cat(features, dim=1))
        features.append(new)
    return torch.cat(features[::-1], dim=1)


@run_block.rejects(says="The result is in order, but each layer still reads newest first.")
def mended_outside_only(x, layers):
    features = [x]
    for layer in layers:
        new = layer(torch.cat(features, dim=1))
        features = [new, *features]
    return torch.cat(features[::-1], dim=1)


@run_block.rejects(says="The input itself must come out again, ahead of the new channels.")
def forgets_the_block_input(x, layers):
    features = [x]
    for layer in layers:
        features.append(layer(torch.cat(features, dim=1)))
    return torch.cat(features[1:], dim=1)


@run_block.rejects(says="This joins the batch, dimension 0. Channels are dimension 1.")
def joins_the_batch(x, layers):
    features = [x]
    for layer in layers:
        features.append(layer(torch.cat(features, dim=0)))
    return torch.cat(features, dim=1)


@run_block.accepts
def running(x, layers):
    for layer in layers:
        x = torch.cat([x, layer(x)], dim=1)
    return x


@exercise(
    "2.7",
    "Norms for one channel",
    kind="predict",
    minutes=2,
    hints=(
        "A norm stands in front of each layer. Which layers read this channel?",
        "Count the norms that this channel passes through, not the channels of a norm.",
    ),
)
def readers(answer):
    first, *_ = block = DenseBlock(4, 16, 12, bn_size=None)
    before = first.norm1.num_features
    expect.guess(answer, sum(layer.norm1.num_features > before for layer in block))


readers.solves(3, because="Layers 2, 3 and 4 read it, each through a norm of its own.")
readers.rejects(4, says="Layer 1 makes the channel; its own norm stands before that.")
readers.rejects(1, says="A norm belongs to a reader, not to the channel: count the readers.")
readers.rejects(2, says="One reader is missing. The last layer reads it as well.")
readers.rejects(10, says="This counts all links of the block. The question is about one channel.")
readers.rejects(12, says="These are all channels of layer 1. The question is about one of them.")
readers.rejects(0, says="Later layers read this channel, and each has a norm in front.")


@exercise(
    "2.8",
    "Weights of a block",
    kind="function",
    minutes=6,
    hints=(
        "One 3x3 kernel for each pair of an input channel and an output channel.",
        "Layer l reads num_input_features + (l - 1) * growth_rate channels. Add up the layers.",
    ),
)
def block_weights(answer):
    for case in [(16, 1, 12), (16, 4, 12), (5, 3, 2), (24, 6, 12)]:
        widths = block_widths(*case)[:-1]
        steps = [step for w in widths for step in layer_operations(w, case[2], bn_size=None)]
        expect.equal(answer(*case), sum(step.parameters for step in steps if step.kind == "conv"))


@block_weights.solves
def _(num_input_features, num_layers, growth_rate):
    total, width = 0, num_input_features
    for _ in range(num_layers):
        total += 9 * width * growth_rate
        width += growth_rate
    return total


@block_weights.rejects(says="Each layer reads more than the one before: the width grows by k.")
def constant_width(num_input_features, num_layers, growth_rate):
    return num_layers * 9 * num_input_features * growth_rate


@block_weights.rejects(
    says="This is the plain chain: each layer makes the whole next width, not k."
)
def plain_chain(num_input_features, num_layers, growth_rate):
    widths = [num_input_features + i * growth_rate for i in range(num_layers)]
    return sum(9 * width * (width + growth_rate) for width in widths)


@block_weights.rejects(says="A 3x3 kernel has nine weights, not three.")
def side_of_the_kernel(num_input_features, num_layers, growth_rate):
    widths = [num_input_features + i * growth_rate for i in range(num_layers)]
    return sum(3 * width * growth_rate for width in widths)


@block_weights.rejects(says="Biases are counted too, one for each filter. There are none.")
def counts_biases(num_input_features, num_layers, growth_rate):
    widths = [num_input_features + i * growth_rate for i in range(num_layers)]
    return sum(9 * width * growth_rate + growth_rate for width in widths)


@block_weights.rejects(says="From layer 2 on only the newest channels are read; a layer reads all.")
def reads_the_newest(num_input_features, num_layers, growth_rate):
    first = 9 * num_input_features * growth_rate
    return first + (num_layers - 1) * 9 * growth_rate * growth_rate


@block_weights.rejects(says="A 3x3 kernel has nine weights, not one.")
def forgets_the_kernel(num_input_features, num_layers, growth_rate):
    widths = [num_input_features + i * growth_rate for i in range(num_layers)]
    return sum(width * growth_rate for width in widths)


@block_weights.rejects(says="The batch norms are counted too. The question is about convolutions.")
def counts_the_norms(num_input_features, num_layers, growth_rate):
    widths = [num_input_features + i * growth_rate for i in range(num_layers)]
    return sum(9 * width * growth_rate + 2 * width for width in widths)


@block_weights.rejects(
    says="The width is raised before the layer reads it; layer 1 reads the input."
)
def one_step_early(num_input_features, num_layers, growth_rate):
    widths = [num_input_features + (i + 1) * growth_rate for i in range(num_layers)]
    return sum(9 * width * growth_rate for width in widths)


@block_weights.accepts
def closed_form(num_input_features, num_layers, growth_rate):
    pairs = num_layers * (num_layers - 1) // 2
    return 9 * growth_rate * (num_layers * num_input_features + pairs * growth_rate)


@exercise(
    "2.9",
    "Two doublings",
    kind="predict",
    minutes=2,
    hints=(
        "Think of a net that is far too small for its task, and of one that does it well.",
        "The better a net is, the fewer of its mistakes are easy ones.",
    ),
)
def doublings(answer):
    expect.one_of(answer, "2 to 4", ("2 to 4", "12 to 24", "the same"))


doublings.solves("2 to 4", because="The smallest net misses most; the panel has the shares.")
doublings.rejects(
    "12 to 24", says="This step adds far more parameters. Compare the shares in the panel, though."
)
doublings.rejects(
    "the same", says="Compare the shares of right answers in the panel: the two steps differ."
)


@exercise(
    "2.10",
    "Which maps are like the picture?",
    kind="plot",
    minutes=4,
    hints=(
        "Set the panel to block 1, then walk through the maps of each row with the arrow keys.",
        "One map proves nothing. Note five values of each row, and compare the means.",
    ),
)
def like_the_picture(answer):
    expect.one_of(answer, "input", ("input", "layers", "no rule"))


like_the_picture.solves(
    "input", because="In all six nets, on the mean. The cell with `mean_likeness` has the numbers."
)
like_the_picture.rejects(
    "layers", says="Some maps of the layers come close. But take the mean over a whole row."
)
like_the_picture.rejects(
    "no rule", says="Single maps follow none. For the mean of the rows there is one."
)
