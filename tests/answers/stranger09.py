"""Answers to lesson 09 by a stranger who knew the notebook alone.

Right or wrong was judged before any verdict; what a verdict may lead with was filled in after.
"""

import copy

import torch
import torch.utils.checkpoint
from torch import nn
from torch.nn import functional as F

from .judged import right, wrong

# ---------------------------------------------------------------- few_of_each


@wrong("few_of_each", "groups the positions by class instead of in rising order", "class_by_class")
def _(labels, per_class):
    found = []
    for label in labels.unique():
        found += (labels == label).nonzero()[:, 0][:per_class].tolist()
    return found


@wrong("few_of_each", "has ten classes hard-coded; other labels are missed", "ten_classes")
def _(labels, per_class):
    found = []
    for label in range(10):
        found += (labels == label).nonzero().flatten().tolist()[:per_class]
    return sorted(found)


@wrong("few_of_each", "counts by tensors as keys, which never match, so every position is returned")
def _(labels, per_class):
    seen, found = {}, []
    for position, label in enumerate(labels):
        if seen.get(label, 0) < per_class:
            seen[label] = seen.get(label, 0) + 1
            found.append(position)
    return found


@wrong("few_of_each", "crosses out used labels in the caller's tensor")
def _(labels, per_class):
    found = []
    for label in labels.unique().tolist():
        for _ in range(per_class):
            where = (labels == label).nonzero().flatten()
            if len(where) == 0:
                break
            found.append(where[0].item())
            labels[where[0]] = -1 - abs(labels).max()
    return sorted(found)


@wrong(
    "few_of_each", "gives every class only as many as the rarest class has", "as_many_as_the_rarest"
)
def _(labels, per_class):
    classes, counts = labels.unique(return_counts=True)
    per_class = min(per_class, counts.min().item())
    found = []
    for label in classes:
        found += (labels == label).nonzero().flatten()[:per_class].tolist()
    return sorted(found)


@wrong("few_of_each", "takes the last images of each class instead of the first", "the_last_ones")
def _(labels, per_class):
    found = []
    for label in labels.unique():
        found += (labels == label).nonzero().flatten()[-per_class:].tolist()
    return sorted(found)


@right("few_of_each")
def _(labels, per_class):
    values = labels.tolist()
    return [i for i, value in enumerate(values) if values[:i].count(value) < per_class]


@right("few_of_each")
def _(labels, per_class):
    _, numbers = labels.unique(return_inverse=True)
    hot = F.one_hot(numbers)
    place = (hot.cumsum(0) * hot).sum(1)  # 1 for the first of its class
    return (place <= per_class).nonzero().flatten().tolist()


@right("few_of_each")
def _(labels, per_class):
    left, found = {}, set()
    for position in range(len(labels)):
        label = int(labels[position])
        left[label] = left.get(label, per_class) - 1
        if left[label] >= 0:
            found |= {position}
    return sorted(found)


# ---------------------------------------------------------------- learning_head


@wrong(
    "learning_head",
    "freezes after the swap, so the new classifier is frozen and never moves",
    "freezes_last",
)
def _(net, num_classes, learning_rate):
    net.classifier = nn.Linear(net.classifier.in_features, num_classes)
    net.requires_grad_(False)
    return torch.optim.SGD(net.classifier.parameters(), lr=learning_rate)


@wrong("learning_head", "doesn't freeze the features", "freezes_nothing")
def _(net, num_classes, learning_rate):
    net.classifier = nn.Linear(net.classifier.in_features, num_classes)
    return torch.optim.SGD(net.classifier.parameters(), lr=learning_rate)


@wrong(
    "learning_head",
    "gives the optimiser the classifier's weight alone; its bias never moves",
    "the_weight_alone",
)
def _(net, num_classes, learning_rate):
    net.requires_grad_(False)
    net.classifier = nn.Linear(net.classifier.in_features, num_classes)
    return torch.optim.SGD([net.classifier.weight], lr=learning_rate)


@wrong(
    "learning_head",
    "works on a copy: the caller's net keeps its old classifier and is not frozen",
    "keeps_the_old_one",
)
def _(net, num_classes, learning_rate):
    net = copy.deepcopy(net)
    net.requires_grad_(False)
    net.classifier = nn.Linear(net.classifier.in_features, num_classes)
    return torch.optim.SGD(net.classifier.parameters(), lr=learning_rate)


@wrong("learning_head", "has the learning rate 0.1 hard-coded")
def _(net, num_classes, learning_rate):
    net.requires_grad_(False)
    net.classifier = nn.Linear(net.classifier.in_features, num_classes)
    return torch.optim.SGD(net.classifier.parameters(), lr=0.1)


@wrong(
    "learning_head",
    "thaws the old classifier instead of putting in a new one for num_classes",
    "keeps_the_old_one",
)
def _(net, num_classes, learning_rate):
    net.requires_grad_(False)
    net.classifier.requires_grad_(True)
    net.classifier.out_features = num_classes
    return torch.optim.SGD(net.classifier.parameters(), lr=learning_rate)


@right("learning_head")
def _(net, num_classes, learning_rate):
    head = nn.Linear(net.classifier.weight.size(1), num_classes)
    optimizer = torch.optim.SGD(list(head.parameters()), lr=learning_rate)
    net.requires_grad_(False)
    net.classifier = head
    return optimizer


@right("learning_head")
def _(net, num_classes, learning_rate):
    net.classifier = nn.Linear(net.classifier.in_features, num_classes)
    for name, parameter in net.named_parameters():
        parameter.requires_grad_(name.startswith("classifier."))
    return torch.optim.SGD((p for p in net.parameters() if p.requires_grad), lr=learning_rate)


@right("learning_head")
def _(net, num_classes, learning_rate):
    for parameter in net.features.parameters():
        parameter.requires_grad = False
    net.classifier = nn.Linear(net.classifier.in_features, num_classes)
    one, two = net.classifier.weight, net.classifier.bias
    optimizer = torch.optim.SGD([{"params": [one], "lr": learning_rate}])
    optimizer.add_param_group({"params": [two], "lr": learning_rate})
    return optimizer


# ---------------------------------------------------------------- channels_read


@wrong(
    "channels_read", "forgets the 1x1 convolution at the one-shot block's end", "forgets_the_join"
)
def _(num_input_features, num_layers, growth_rate, one_shot):
    if one_shot:
        return num_input_features + (num_layers - 1) * growth_rate
    return sum(num_input_features + i * growth_rate for i in range(num_layers))


@wrong("channels_read", "forgets that the chain's first layer reads the block's input")
def _(num_input_features, num_layers, growth_rate, one_shot):
    if one_shot:
        return num_layers * growth_rate + num_input_features + num_layers * growth_rate
    return sum(num_input_features + i * growth_rate for i in range(num_layers))


@wrong(
    "channels_read",
    "counts dense layers from 1, so each reads its own output as well",
    "reads_itself",
)
def _(num_input_features, num_layers, growth_rate, one_shot):
    if one_shot:
        return 2 * num_input_features + (2 * num_layers - 1) * growth_rate
    return sum(num_input_features + i * growth_rate for i in range(1, num_layers + 1))


@wrong(
    "channels_read",
    "adds the bottlenecks' 4k channels, though the dense block counts first convolutions alone",
)
def _(num_input_features, num_layers, growth_rate, one_shot):
    if one_shot:
        return 2 * num_input_features + (2 * num_layers - 1) * growth_rate
    return sum(num_input_features + (i + 4) * growth_rate for i in range(num_layers))


@wrong("channels_read", "the 1x1 convolution reads the layers but not the block's input")
def _(num_input_features, num_layers, growth_rate, one_shot):
    if one_shot:
        chain = num_input_features + (num_layers - 1) * growth_rate
        return chain + num_layers * growth_rate
    return sum(num_input_features + i * growth_rate for i in range(num_layers))


@wrong("channels_read", "has the two blocks the wrong way round")
def _(num_input_features, num_layers, growth_rate, one_shot):
    if not one_shot:
        return 2 * num_input_features + (2 * num_layers - 1) * growth_rate
    return sum(num_input_features + i * growth_rate for i in range(num_layers))


@right("channels_read")
def _(num_input_features, num_layers, growth_rate, one_shot):
    sources, read = [num_input_features], 0
    for _ in range(num_layers):
        read += sources[-1] if one_shot else sum(sources)
        sources.append(growth_rate)
    return read + one_shot * sum(sources)


@right("channels_read")
def _(num_input_features, num_layers, growth_rate, one_shot):
    k0, n, k = num_input_features, num_layers, growth_rate
    return (k0 + n * k) + k0 + (n - 1) * k if one_shot else n * k0 + k * (n * (n - 1) // 2)


@right("channels_read")
def _(num_input_features, num_layers, growth_rate, one_shot):
    with torch.device("meta"):
        if one_shot:
            widths = [num_input_features] + [growth_rate] * (num_layers - 1)
            convs = [nn.Conv2d(width, growth_rate, 3) for width in widths]
            convs.append(nn.Conv2d(num_input_features + num_layers * growth_rate, 1, 1))
        else:
            stop = num_input_features + num_layers * growth_rate
            convs = [nn.Conv2d(w, 1, 1) for w in range(num_input_features, stop, growth_rate)]
    return sum(conv.in_channels for conv in convs)


# ---------------------------------------------------------------- one_shot


def unit(inputs, outputs, kernel):
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(),
    )


def before(inputs, outputs, kernel):
    return nn.Sequential(
        nn.BatchNorm2d(inputs),
        nn.ReLU(),
        nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, bias=False),
    )


@wrong("one_shot", "pre-activation as in DenseNet; VoVNet's order is convolution, norm, ReLU")
class _(nn.Module):
    def __init__(self, num_input_features, num_layers, growth_rate, num_output_features):
        super().__init__()
        widths = [num_input_features] + [growth_rate] * (num_layers - 1)
        self.layers = nn.ModuleList(before(width, growth_rate, 3) for width in widths)
        self.mix = before(num_input_features + num_layers * growth_rate, num_output_features, 1)

    def forward(self, x):
        sources = [x]
        for layer in self.layers:
            sources.append(layer(sources[-1]))
        return self.mix(torch.cat(sources, dim=1))


@wrong("one_shot", "leaves the block's input out of the concatenation", "ForgetsTheInput")
class _(nn.Module):
    def __init__(self, num_input_features, num_layers, growth_rate, num_output_features):
        super().__init__()
        widths = [num_input_features] + [growth_rate] * (num_layers - 1)
        self.layers = nn.ModuleList(unit(width, growth_rate, 3) for width in widths)
        self.mix = unit(num_layers * growth_rate, num_output_features, 1)

    def forward(self, x):
        found = []
        for layer in self.layers:
            x = layer(x)
            found.append(x)
        return self.mix(torch.cat(found, dim=1))


@wrong("one_shot", "joins newest first instead of the input first", "NewestFirst")
class _(nn.Module):
    def __init__(self, num_input_features, num_layers, growth_rate, num_output_features):
        super().__init__()
        widths = [num_input_features] + [growth_rate] * (num_layers - 1)
        self.layers = nn.ModuleList(unit(width, growth_rate, 3) for width in widths)
        self.mix = unit(num_input_features + num_layers * growth_rate, num_output_features, 1)

    def forward(self, x):
        joined = x
        for layer in self.layers:
            x = layer(x)
            joined = torch.cat([x, joined], dim=1)
        return self.mix(joined)


@wrong(
    "one_shot",
    "keeps the chain in a plain list, so its parameters are not registered and never learn",
)
class _(nn.Module):
    def __init__(self, num_input_features, num_layers, growth_rate, num_output_features):
        super().__init__()
        widths = [num_input_features] + [growth_rate] * (num_layers - 1)
        self.layers = [unit(width, growth_rate, 3) for width in widths]
        self.mix = unit(num_input_features + num_layers * growth_rate, num_output_features, 1)

    def forward(self, x):
        sources = [x]
        for layer in self.layers:
            sources.append(layer(sources[-1]))
        return self.mix(torch.cat(sources, dim=1))


@wrong("one_shot", "the last ReLU, behind the 1x1 convolution and its norm, is missing")
class _(nn.Module):
    def __init__(self, num_input_features, num_layers, growth_rate, num_output_features):
        super().__init__()
        widths = [num_input_features] + [growth_rate] * (num_layers - 1)
        self.layers = nn.ModuleList(unit(width, growth_rate, 3) for width in widths)
        joined = num_input_features + num_layers * growth_rate
        self.mix = nn.Conv2d(joined, num_output_features, 1, bias=False)
        self.norm = nn.BatchNorm2d(num_output_features)

    def forward(self, x):
        sources = [x]
        for layer in self.layers:
            sources.append(layer(sources[-1]))
        return self.norm(self.mix(torch.cat(sources, dim=1)))


@wrong(
    "one_shot", "[layer] * n repeats one module, so all layers after the first share their weights"
)
class _(nn.Module):
    def __init__(self, num_input_features, num_layers, growth_rate, num_output_features):
        super().__init__()
        first = unit(num_input_features, growth_rate, 3)
        self.layers = nn.ModuleList(
            [first] + [unit(growth_rate, growth_rate, 3)] * (num_layers - 1)
        )
        self.mix = unit(num_input_features + num_layers * growth_rate, num_output_features, 1)

    def forward(self, x):
        sources = [x]
        for layer in self.layers:
            sources.append(layer(sources[-1]))
        return self.mix(torch.cat(sources, dim=1))


@right("one_shot")
class _(nn.Module):
    """The end is made first."""

    def __init__(self, num_input_features, num_layers, growth_rate, num_output_features):
        super().__init__()
        self.end = unit(num_input_features + num_layers * growth_rate, num_output_features, 1)
        self.chain = nn.ModuleDict()
        width = num_input_features
        for number in range(num_layers):
            self.chain[f"layer{number}"] = unit(width, growth_rate, 3)
            width = growth_rate

    def forward(self, x):
        joined = newest = x
        for layer in self.chain.values():
            newest = layer(newest)
            joined = torch.cat((joined, newest), 1)
        return self.end(joined)


@right("one_shot")
class _(nn.Module):
    """All convolutions in one list, all norms in another."""

    def __init__(self, num_input_features, num_layers, growth_rate, num_output_features):
        super().__init__()
        ins = [num_input_features, *[growth_rate] * (num_layers - 1)]
        joined = num_input_features + growth_rate * num_layers
        convs = [nn.Conv2d(i, growth_rate, 3, 1, 1, bias=False) for i in ins]
        self.convs = nn.ModuleList([*convs, nn.Conv2d(joined, num_output_features, 1, bias=False)])
        self.norms = nn.ModuleList(nn.BatchNorm2d(conv.out_channels) for conv in self.convs)

    def forward(self, x):
        pairs = list(zip(self.convs, self.norms, strict=False))
        sources = [x]
        for conv, norm in pairs[:-1]:
            sources += [norm(conv(sources[-1])).relu_()]
        conv, norm = pairs[-1]
        return F.relu(norm(conv(torch.cat(sources, 1))))


@right("one_shot")
class _(nn.Module):
    """Recursion: each link hands on what it has joined."""

    def __init__(self, num_input_features, num_layers, growth_rate, num_output_features):
        super().__init__()
        self.width = growth_rate
        self.first = unit(num_input_features, growth_rate, 3)
        self.others = nn.Sequential(
            *(unit(growth_rate, growth_rate, 3) for _ in range(num_layers - 1))
        )
        self.mix = unit(num_input_features + num_layers * growth_rate, num_output_features, 1)

    def forward(self, x):
        joined = torch.cat([x, self.first(x)], dim=1)
        for layer in self.others:
            joined = torch.cat([joined, layer(joined[:, -self.width :])], dim=1)
        return self.mix(joined)


# ---------------------------------------------------------------- harmonic_sources


@wrong(
    "harmonic_sources",
    "takes every power of two up to the layer, whether it divides the layer or not",
    "every_power",
)
def _(layer):
    return [layer - 2**n for n in range(layer.bit_length()) if 2**n <= layer]


@wrong(
    "harmonic_sources",
    "stops before 2**n == layer, so layers that are powers of two miss the input",
)
def _(layer):
    found, power = [], 1
    while power < layer and layer % power == 0:
        found.append(layer - power)
        power *= 2
    return found


@wrong("harmonic_sources", "gives the farthest source first", "farthest_first")
def _(layer):
    return sorted(layer - 2**n for n in range(layer.bit_length()) if layer % 2**n == 0)


@wrong("harmonic_sources", "tries n up to 4 only, so layer 32 misses the input")
def _(layer):
    return [layer - 2**n for n in range(5) if layer % 2**n == 0]


@wrong(
    "harmonic_sources",
    "takes every divisor, not powers of two alone (layer 6 gets 3 and 0)",
    "all_divisors",
)
def _(layer):
    return [layer - step for step in range(1, layer + 1) if layer % step == 0]


@wrong(
    "harmonic_sources",
    "begins with n = 1, so the layer just before is never read",
    "leaves_out_the_nearest",
)
def _(layer):
    return [layer - 2**n for n in range(1, layer.bit_length()) if layer % 2**n == 0]


@right("harmonic_sources")
def _(layer):
    lowest = layer & -layer  # the largest power of two that divides it
    return [layer - (1 << n) for n in range(lowest.bit_length())]


@right("harmonic_sources")
def _(layer):
    if layer % 2:
        return [layer - 1]
    return [layer - 1, *(2 * source for source in _harmonic(layer // 2))]


def _harmonic(layer):
    return [layer - 1] + ([] if layer % 2 else [2 * s for s in _harmonic(layer // 2)])


@right("harmonic_sources")
def _(layer):
    digits = bin(layer)[2:]
    zeros = len(digits) - len(digits.rstrip("0"))
    return sorted({layer - 2**n for n in range(zeros + 1)}, reverse=True)
