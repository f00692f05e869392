"""Answers to lesson 04 by a stranger who knew the notebook alone.

Right or wrong was judged before any verdict; what a verdict may lead with was filled in after.
"""

import math

import torch
from torch import nn
from torch.nn import functional as F

from .judged import right, wrong

# ---------------------------------------------------------------- table_column


@wrong("table_column", "gives the channels behind the transition, not what leaves the block")
def _(image_size, num_init_features, block_config, growth_rate, compression):
    column, width, side = [], num_init_features, image_size // 4
    for index, num_layers in enumerate(block_config, 1):
        width += num_layers * growth_rate
        if index < len(block_config):
            width = int(width * compression)
        column.append((width, side))
        side //= 2
    return column


@wrong("table_column", "always halves, whatever the compression", "always_halves")
def _(image_size, num_init_features, block_config, growth_rate, compression):
    column, width, side = [], num_init_features, image_size // 4
    for num_layers in block_config:
        width += num_layers * growth_rate
        column.append((width, side))
        width, side = width // 2, side // 2
    return column


@wrong("table_column", "rounds to the nearest in the transition, not down", "rounds")
def _(image_size, num_init_features, block_config, growth_rate, compression):
    column, width, side = [], num_init_features, image_size // 4
    for num_layers in block_config:
        width += num_layers * growth_rate
        column.append((width, side))
        width, side = round(width * compression), side // 2
    return column


@wrong(
    "table_column",
    "carries fractions of channels on and rounds only what it returns",
    "rounds_at_the_end",
)
def _(image_size, num_init_features, block_config, growth_rate, compression):
    column, width, side = [], num_init_features, image_size // 4
    for num_layers in block_config:
        width += num_layers * growth_rate
        column.append((int(width), side))
        width *= compression
        side //= 2
    return column


@wrong("table_column", "the sides of a 224-pixel image and of four blocks are hard-coded")
def _(image_size, num_init_features, block_config, growth_rate, compression):
    column, width = [], num_init_features
    for num_layers, side in zip(block_config, (56, 28, 14, 7), strict=False):
        width += num_layers * growth_rate
        column.append((width, side))
        width = math.floor(width * compression)
    return column


@wrong(
    "table_column", "forgets the stem's max pool: all sides are twice as large", "stem_halves_once"
)
def _(image_size, num_init_features, block_config, growth_rate, compression):
    column, width, side = [], num_init_features, image_size // 2
    for num_layers in block_config:
        width += num_layers * growth_rate
        column.append((width, side))
        width, side = math.floor(width * compression), side // 2
    return column


@right("table_column")
def _(image_size, num_init_features, block_config, growth_rate, compression):
    def go(side, width, blocks):
        if not blocks:
            return []
        leaves = width + blocks[0] * growth_rate
        return [(leaves, side), *go(side // 2, math.floor(leaves * compression), blocks[1:])]

    return go(image_size // 4, num_init_features, tuple(block_config))


@right("table_column")
def _(image_size, num_init_features, block_config, growth_rate, compression):
    from itertools import accumulate

    first, *rest = block_config
    widths = accumulate(
        rest,
        lambda leaves, n: int(leaves * compression) + n * growth_rate,
        initial=num_init_features + first * growth_rate,
    )
    return [(width, image_size >> shift) for shift, width in enumerate(widths, 2)]


@right("table_column")
def _(image_size, num_init_features, block_config, growth_rate, compression):
    channels, entering = [], num_init_features
    for num_layers in block_config:
        channels.append(sum([growth_rate] * num_layers, entering))
        entering = math.trunc(compression * channels[-1])
    sides = [image_size // 2 ** (2 + i) for i in range(len(channels))]
    return list(zip(channels, sides, strict=True))


# ---------------------------------------------------------------- body


@wrong(
    "body",
    "num_channels becomes the width before the transition, so later transitions keep too many",
)
def _(make_block, make_transition, num_channels, growth_rate, block_config):
    net, width = nn.Sequential(), num_channels
    for index, num_layers in enumerate(block_config, 1):
        net.append(make_block(num_layers, width, growth_rate))
        width += num_layers * growth_rate
        if index < len(block_config):
            kept = (num_channels + num_layers * growth_rate) // 2
            net.append(make_transition(width, kept))
            num_channels = width
            width = kept
    return net


@wrong("body", "knows the last block by its number of layers, so equal blocks get no transition")
def _(make_block, make_transition, num_channels, growth_rate, block_config):
    net, width = nn.Sequential(), num_channels
    for num_layers in block_config:
        net.append(make_block(num_layers, width, growth_rate))
        width += num_layers * growth_rate
        if num_layers != block_config[-1]:
            kept = width // 2
            net.append(make_transition(width, kept))
            width = kept
    return net


@wrong("body", "puts a transition behind the last block, too", "transition_at_the_end")
def _(make_block, make_transition, num_channels, growth_rate, block_config):
    net, width = nn.Sequential(), num_channels
    for num_layers in block_config:
        net.append(make_block(num_layers, width, growth_rate))
        width += num_layers * growth_rate
        net.append(make_transition(width, width // 2))
        width //= 2
    return net


@wrong("body", "takes four blocks for granted")
def _(make_block, make_transition, num_channels, growth_rate, block_config):
    net, width = nn.Sequential(), num_channels
    for index, num_layers in enumerate(block_config, 1):
        net.append(make_block(num_layers, width, growth_rate))
        width += num_layers * growth_rate
        if index < 4:
            net.append(make_transition(width, width // 2))
            width = width // 2
    return net


@wrong("body", "an odd width is rounded up, not down", "rounds_up")
def _(make_block, make_transition, num_channels, growth_rate, block_config):
    net, width = nn.Sequential(), num_channels
    for index, num_layers in enumerate(block_config, 1):
        net.append(make_block(num_layers, width, growth_rate))
        width += num_layers * growth_rate
        if index < len(block_config):
            kept = math.ceil(width / 2)
            net.append(make_transition(width, kept))
            width = kept
    return net


@wrong(
    "body",
    "the width is not lowered to what the transition kept, so the next block is too wide",
    "forgets_the_transition",
)
def _(make_block, make_transition, num_channels, growth_rate, block_config):
    net, width = nn.Sequential(), num_channels
    for index, num_layers in enumerate(block_config, 1):
        net.append(make_block(num_layers, width, growth_rate))
        width += num_layers * growth_rate
        if index < len(block_config):
            net.append(make_transition(width, width // 2))
    return net


@right("body")
def _(make_block, make_transition, num_channels, growth_rate, block_config):
    first, *others = block_config
    parts = [make_block(first, num_channels, growth_rate)]
    num_channels += first * growth_rate
    for num_layers in others:
        parts.append(make_transition(num_channels, num_channels >> 1))
        num_channels >>= 1
        parts.append(make_block(num_layers, num_channels, growth_rate))
        num_channels += num_layers * growth_rate
    return nn.Sequential(*parts)


@right("body")
def _(make_block, make_transition, num_channels, growth_rate, block_config):
    from collections import OrderedDict

    parts, last = OrderedDict(), len(block_config) - 1
    for i in range(len(block_config)):
        parts[f"block_{i}"] = make_block(block_config[i], num_channels, growth_rate)
        num_channels = num_channels + block_config[i] * growth_rate
        if i != last:
            num_channels, before = num_channels // 2, num_channels
            parts[f"between_{i}"] = make_transition(before, num_channels)
    return nn.Sequential(parts)


@right("body")
def _(make_block, make_transition, num_channels, growth_rate, block_config):
    def parts(width, blocks):
        yield make_block(blocks[0], width, growth_rate)
        leaves = width + blocks[0] * growth_rate
        if blocks[1:]:
            yield make_transition(leaves, leaves // 2)
            yield from parts(leaves // 2, blocks[1:])

    return nn.Sequential(*parts(num_channels, block_config))


# ---------------------------------------------------------------- head


@wrong("head", "returns probabilities, a softmax stands behind the logits", "WithSoftmax")
class _(nn.Module):
    def __init__(self, num_features, num_classes):
        super().__init__()
        self.norm = nn.BatchNorm2d(num_features)
        self.classifier = nn.Linear(num_features, num_classes)

    def forward(self, x):
        x = F.adaptive_avg_pool2d(F.relu(self.norm(x)), 1).flatten(1)
        return F.softmax(self.classifier(x), dim=1)


@wrong("head", "the ReLU stands behind the pool, not before it", "ReluAfterThePool")
class _(nn.Module):
    def __init__(self, num_features, num_classes):
        super().__init__()
        self.norm = nn.BatchNorm2d(num_features)
        self.classifier = nn.Linear(num_features, num_classes)

    def forward(self, x):
        x = F.adaptive_avg_pool2d(self.norm(x), 1).flatten(1)
        return self.classifier(F.relu(x))


@wrong("head", "a pool of 7 by 7 fits images of 224 pixels only", "FixedPool")
class _(nn.Sequential):
    def __init__(self, num_features, num_classes):
        super().__init__(
            nn.BatchNorm2d(num_features),
            nn.ReLU(),
            nn.AvgPool2d(7),
            nn.Flatten(),
            nn.Linear(num_features, num_classes),
        )


@wrong("head", "squeeze() takes the batch dimension away too when N = 1", "Squeezes")
class _(nn.Module):
    def __init__(self, num_features, num_classes):
        super().__init__()
        self.norm = nn.BatchNorm2d(num_features)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Linear(num_features, num_classes)

    def forward(self, x):
        return self.classifier(self.pool(torch.relu(self.norm(x))).squeeze())


@wrong("head", "ReLU before the norm, and in place on the caller's features")
class _(nn.Module):
    def __init__(self, num_features, num_classes):
        super().__init__()
        self.norm = nn.BatchNorm2d(num_features)
        self.classifier = nn.Linear(num_features, num_classes)

    def forward(self, x):
        x = self.norm(F.relu(x, inplace=True))
        return self.classifier(x.mean(dim=(2, 3)))


@wrong("head", "the classifier has no bias", "NoBias")
class _(nn.Module):
    def __init__(self, num_features, num_classes):
        super().__init__()
        self.norm = nn.BatchNorm2d(num_features)
        self.classifier = nn.Linear(num_features, num_classes, bias=False)

    def forward(self, x):
        x = F.relu(self.norm(x))
        return self.classifier(x.mean(dim=(2, 3)))


@right("head")
class _(nn.Sequential):
    def __init__(self, num_features, num_classes):
        super().__init__(
            nn.BatchNorm2d(num_features),
            nn.ReLU(inplace=True),
            nn.AdaptiveAvgPool2d((1, 1)),
            nn.Flatten(),
            nn.Linear(num_features, num_classes),
        )


@right("head")
class _(nn.Module):
    def __init__(self, num_features, num_classes):
        super().__init__()
        self.votes = nn.Linear(num_features, num_classes)
        self.calm = nn.BatchNorm2d(num_features)

    def forward(self, x):
        x = self.calm(x).relu().permute(0, 2, 3, 1)
        return self.votes(x).mean(dim=(1, 2))  # each pixel votes, then the mean


@right("head")
class _(nn.Module):
    def __init__(self, num_features, num_classes):
        super().__init__()
        self.parts = nn.ModuleList(
            [nn.Linear(num_features, num_classes), nn.BatchNorm2d(num_features)]
        )

    def forward(self, x):
        linear, norm = self.parts
        mean = F.relu(norm(x)).flatten(2).sum(2) / x[0, 0].numel()
        return torch.einsum("nc,oc->no", mean, linear.weight) + linear.bias


# ---------------------------------------------------------------- number_of_parameters


@wrong(
    "number_of_parameters",
    "still counts num_batches_tracked, one for each norm",
    "leaves_the_counters",
)
def _(net):
    return sum(t.numel() for name, t in net.state_dict().items() if "running" not in name)


@wrong(
    "number_of_parameters", "still counts the running means and variances", "leaves_the_statistics"
)
def _(net):
    total = 0
    for name, tensor in net.state_dict().items():
        if not name.endswith("num_batches_tracked"):
            total += tensor.numel()
    return total


@wrong(
    "number_of_parameters", "leaves out all biases, the norms' shifts among them", "weights_alone"
)
def _(net):
    return sum(t.numel() for name, t in net.state_dict().items() if name.endswith("weight"))


@wrong(
    "number_of_parameters",
    "counts parameters of inner modules once for each module around them",
    "counts_twice",
)
def _(net):
    total = 0
    for module in net.modules():
        total += sum(p.numel() for p in module.parameters())
    return total


@wrong(
    "number_of_parameters",
    "counts convolutions and linear layers, not the norms' scales and shifts",
)
def _(net):
    return sum(
        p.numel()
        for module in net.modules()
        if isinstance(module, (nn.Conv2d, nn.Linear))
        for p in module.parameters()
    )


@wrong("number_of_parameters", "takes DenseNet-121's number of buffer entries off any net")
def _(net):
    return sum(tensor.numel() for tensor in net.state_dict().values()) - 83_769


@right("number_of_parameters")
def _(net):
    return sum(map(torch.numel, net.parameters()))


@right("number_of_parameters")
def _(net):
    state = net.state_dict()
    return sum(math.prod(state[name].shape) for name, _ in net.named_parameters())


@right("number_of_parameters")
def _(net):
    sizes = {}
    for module in net.modules():
        for parameter in module.parameters(recurse=False):
            sizes[id(parameter)] = parameter.nelement()
    return sum(sizes.values())


# ---------------------------------------------------------------- depth


@wrong("depth", "the 5 holds for four blocks only", "always_five")
def _(block_config, bottleneck):
    return (2 if bottleneck else 1) * sum(block_config) + 5


@wrong("depth", "takes all blocks to be as long as the first")
def _(block_config, bottleneck):
    per_layer = 2 if bottleneck else 1
    return per_layer * len(block_config) * block_config[0] + len(block_config) + 1


@wrong("depth", "counts a transition behind the last block", "one_transition_too_many")
def _(block_config, bottleneck):
    count = 1
    for num_layers in block_config:
        count += num_layers * (1 + bottleneck) + 1
    return count + 1


@wrong("depth", "forgets the classifier", "one_short")
def _(block_config, bottleneck):
    count = 1  # stem
    count += sum(2 * n if bottleneck else n for n in block_config)
    return count + len(block_config) - 1  # transitions


@wrong("depth", "two convolutions a layer, bottleneck or not", "always_two")
def _(block_config, bottleneck):
    return 2 * sum(block_config) + (len(block_config) - 1) + 2


@wrong("depth", "with bottlenecks, the transitions are counted twice as well")
def _(block_config, bottleneck):
    inside = sum(block_config) + len(block_config) - 1
    if bottleneck:
        inside *= 2
    return inside + 2


@right("depth")
def _(block_config, bottleneck):
    return len(block_config) + 1 + (sum(block_config) << bool(bottleneck))


@right("depth")
def _(block_config, bottleneck):
    layer = ["1x1", "3x3"] if bottleneck else ["3x3"]
    steps = ["stem"]
    for n in block_config:
        steps += n * layer + ["transition"]
    steps[-1] = "classifier"  # the last block has no transition behind it
    return len(steps)


@right("depth")
def _(block_config, bottleneck):
    total = 2 - 1
    for n in block_config:
        for _ in range(n):
            total += 1 if not bottleneck else 2
        total += 1
    return total
