"""Answers to lesson 02 by a stranger who knew the notebook alone.

Right or wrong was judged before any verdict; what a verdict may lead with was filled in after.
"""

import itertools
import math

import torch
from torch import nn
from torch.nn import functional as F

from .judged import right, wrong

# ---------------------------------------------------------------- dense_layer


@wrong("dense_layer", "convolution, norm, ReLU: the norm comes behind, not first", "NormLast")
class _(nn.Module):
    def __init__(self, num_input_features, growth_rate):
        super().__init__()
        self.conv = nn.Conv2d(num_input_features, growth_rate, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(growth_rate)

    def forward(self, x):
        return F.relu(self.norm(self.conv(x)))


@wrong(
    "dense_layer",
    "returns its input with the new channels, not the new channels alone",
    "Concatenates",
)
class _(nn.Module):
    def __init__(self, num_input_features, growth_rate):
        super().__init__()
        self.norm = nn.BatchNorm2d(num_input_features)
        self.conv = nn.Conv2d(num_input_features, growth_rate, 3, padding=1, bias=False)

    def forward(self, x):
        new = self.conv(F.relu(self.norm(x)))
        return torch.cat([x, new], dim=1)


@wrong("dense_layer", "the convolution has a bias", "HasBias")
class _(nn.Module):
    def __init__(self, num_input_features, growth_rate):
        super().__init__()
        self.norm = nn.BatchNorm2d(num_input_features)
        self.conv = nn.Conv2d(num_input_features, growth_rate, kernel_size=3, padding=1)

    def forward(self, x):
        return self.conv(torch.relu(self.norm(x)))


@wrong("dense_layer", "ReLU before the norm, and in place on the caller's x", "Overwrites")
class _(nn.Module):
    def __init__(self, num_input_features, growth_rate):
        super().__init__()
        self.steps = nn.Sequential(
            nn.ReLU(inplace=True),
            nn.BatchNorm2d(num_input_features),
            nn.Conv2d(num_input_features, growth_rate, 3, padding=1, bias=False),
        )

    def forward(self, x):
        return self.steps(x)


@wrong(
    "dense_layer",
    "makes a fresh norm at each call: no learned scale or shift, no running statistics",
    "NoNorm",
)
class _(nn.Module):
    def __init__(self, num_input_features, growth_rate):
        super().__init__()
        self.conv = nn.Conv2d(num_input_features, growth_rate, 3, padding=1, bias=False)

    def forward(self, x):
        x = nn.BatchNorm2d(x.shape[1])(x)
        return self.conv(F.relu(x))


@wrong("dense_layer", "the norm uses the batch's statistics in eval mode, too")
class _(nn.Module):
    def __init__(self, num_input_features, growth_rate):
        super().__init__()
        self.norm = nn.BatchNorm2d(num_input_features)
        self.conv = nn.Conv2d(num_input_features, growth_rate, 3, padding=1, bias=False)

    def forward(self, x):
        n = self.norm
        x = F.batch_norm(x, n.running_mean, n.running_var, n.weight, n.bias, training=True)
        return self.conv(F.relu(x))


@right("dense_layer")
class _(nn.Sequential):
    def __init__(self, num_input_features, growth_rate):
        super().__init__(
            nn.BatchNorm2d(num_input_features),
            nn.ReLU(inplace=True),
            nn.Conv2d(num_input_features, growth_rate, (3, 3), padding="same", bias=False),
        )


@right("dense_layer")
class _(nn.Module):
    def __init__(self, num_input_features, growth_rate):
        super().__init__()
        self.zulu = nn.Conv2d(num_input_features, growth_rate, 3, 1, 1, bias=False)
        self.alpha = nn.BatchNorm2d(num_input_features)

    def forward(self, x):
        return self.zulu(self.alpha(x).relu())


@right("dense_layer")
class _(nn.Module):
    def __init__(self, num_input_features, growth_rate):
        super().__init__()
        self.norm = nn.BatchNorm2d(num_input_features)
        self.conv = nn.Conv2d(num_input_features, growth_rate, 3, padding=1, bias=False)

    def forward(self, x):
        patches = F.unfold(F.threshold(self.norm(x), 0.0, 0.0), 3, padding=1)
        new = self.conv.weight.flatten(1) @ patches
        return new.unflatten(2, x.shape[2:])


# ---------------------------------------------------------------- block_forward


@wrong("block_forward", "each layer reads the newest features only", "plain")
def _(x, layers):
    features = [x]
    for layer in layers:
        joined = features[-1]
        features.append(layer(joined))
    return torch.cat(features, dim=1)


@wrong("block_forward", "returns what the last layer read, without what it made")
def _(x, layers):
    features = [x]
    joined = x
    for layer in layers:
        joined = torch.cat(features, dim=1)
        features.append(layer(joined))
    return joined


@wrong("block_forward", "leaves the block's input out of what it returns", "without_the_input")
def _(x, layers):
    features = [x]
    for layer in layers:
        joined = torch.cat(features, dim=1)
        features.append(layer(joined))
    return torch.cat(features[1:], dim=1)


@wrong("block_forward", "returns the newest channels first")
def _(x, layers):
    features = [x]
    for layer in layers:
        joined = torch.cat(features, dim=1)
        features.append(layer(joined))
    return torch.cat(features[::-1], dim=1)


@wrong("block_forward", "returns a list of tensors, not one tensor", "a_list")
def _(x, layers):
    features = [x]
    for layer in layers:
        joined = torch.cat(features, dim=1)
        features.append(layer(joined))
    return features


@wrong("block_forward", "detaches what a layer reads, so no gradient goes back through the layers")
def _(x, layers):
    features = [x]
    for layer in layers:
        joined = torch.cat(features, dim=1).detach()
        features.append(layer(joined))
    return torch.cat(features, dim=1)


@right("block_forward")
def _(x, layers):
    for layer in layers:
        x = torch.cat((x, layer(x)), dim=-3)
    return x


@right("block_forward")
def _(x, layers):
    from collections import deque

    features = deque([x])
    for layer in layers:
        features.append(layer(torch.hstack(tuple(features))))
    return torch.hstack(tuple(features))


@right("block_forward")
def _(x, layers):
    from itertools import accumulate

    *_, last = accumulate(layers, lambda seen, f: torch.cat([seen, f(seen)], 1), initial=x)
    return last


# ---------------------------------------------------------------- dense_block


@wrong("dense_block", "a Python list: the layers' parameters are not registered", "PlainList")
class _(nn.Module):
    def __init__(self, num_layers, num_input_features, growth_rate, make_layer):
        super().__init__()
        self.layers = [make_layer(num_input_features + i * growth_rate) for i in range(num_layers)]

    def forward(self, x):
        features = [x]
        for layer in self.layers:
            features.append(layer(torch.cat(features, dim=1)))
        return torch.cat(features, dim=1)


@wrong("dense_block", "returns the new channels without the block's input", "ForgetsTheInput")
class _(nn.Module):
    def __init__(self, num_layers, num_input_features, growth_rate, make_layer):
        super().__init__()
        self.layers = nn.ModuleList(
            make_layer(num_input_features + i * growth_rate) for i in range(num_layers)
        )

    def forward(self, x):
        features = [x]
        for layer in self.layers:
            features.append(layer(torch.cat(features, dim=1)))
        return torch.cat(features[1:], dim=1)


@wrong("dense_block", "keeps the input first but puts newer channels before older ones")
class _(nn.Module):
    def __init__(self, num_layers, num_input_features, growth_rate, make_layer):
        super().__init__()
        self.layers = nn.ModuleList()
        for i in range(num_layers):
            self.layers.append(make_layer(num_input_features + i * growth_rate))

    def forward(self, x):
        features = [x]
        for layer in self.layers:
            features.insert(1, layer(torch.cat(features, dim=1)))
        return torch.cat(features, dim=1)


@wrong(
    "dense_block", "writes into a tensor whose views were saved for the gradient: backward fails"
)
class _(nn.Module):
    def __init__(self, num_layers, num_input_features, growth_rate, make_layer):
        super().__init__()
        self.growth_rate = growth_rate
        self.layers = nn.ModuleList(
            make_layer(num_input_features + i * growth_rate) for i in range(num_layers)
        )

    def forward(self, x):
        n, c, h, w = x.shape
        out = x.new_zeros(n, c + len(self.layers) * self.growth_rate, h, w)
        out[:, :c] = x
        for layer in self.layers:
            out[:, c : c + self.growth_rate] = layer(out[:, :c])
            c += self.growth_rate
        return out


@wrong("dense_block", "makes new layers, with new weights, at every call", "PlainList")
class _(nn.Module):
    def __init__(self, num_layers, num_input_features, growth_rate, make_layer):
        super().__init__()
        self.num_layers = num_layers
        self.make_layer = make_layer

    def forward(self, x):
        for _ in range(self.num_layers):
            x = torch.cat([x, self.make_layer(x.shape[1])(x)], dim=1)
        return x


@wrong("dense_block", "off by one: makes one layer too few")
class _(nn.Module):
    def __init__(self, num_layers, num_input_features, growth_rate, make_layer):
        super().__init__()
        layers, width = [make_layer(num_input_features)], num_input_features
        for _ in range(2, num_layers):
            width += growth_rate
            layers.append(make_layer(width))
        self.layers = nn.ModuleList(layers)

    def forward(self, x):
        for layer in self.layers:
            x = torch.cat([x, layer(x)], dim=1)
        return x


@right("dense_block")
class _(nn.Module):
    def __init__(self, num_layers, num_input_features, growth_rate, make_layer):
        super().__init__()
        for i in range(num_layers):
            setattr(self, f"stage_{i}", make_layer(num_input_features + i * growth_rate))

    def forward(self, x):
        features = (x,)
        for layer in self.children():
            features += (layer(torch.cat(features, 1)),)
        return torch.cat(features, 1)


@right("dense_block")
class _(nn.Module):
    def __init__(self, num_layers, num_input_features, growth_rate, make_layer):
        super().__init__()
        self.layers = nn.ModuleList()
        for i in reversed(range(num_layers)):  # the widest is made first
            self.layers.insert(0, make_layer(num_input_features + i * growth_rate))

    def forward(self, x):
        for layer in self.layers:
            x = torch.hstack([x, layer(x)])
        return x


class _Beside(nn.Module):
    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def forward(self, x):
        return torch.cat([x, self.inner(x)], dim=1)


@right("dense_block")
class _(nn.Sequential):
    def __init__(self, num_layers, num_input_features, growth_rate, make_layer):
        stop = num_input_features + num_layers * growth_rate
        super().__init__(
            *(_Beside(make_layer(c)) for c in range(num_input_features, stop, growth_rate))
        )


# ---------------------------------------------------------------- run_block


@wrong(
    "run_block", "only the first line was removed; the newest channels still come first", "unmended"
)
def _(x, layers):
    features = [x]
    for layer in layers:
        new = layer(torch.cat(features, dim=1))
        features = [new, *features]
    return torch.cat(features, dim=1)


@wrong(
    "run_block",
    "turns the list round at the end, but the layers still read the newest first",
    "mended_outside_only",
)
def _(x, layers):
    features = [x]
    for layer in layers:
        new = layer(torch.cat(features, dim=1))
        features = [new, *features]
    return torch.cat(features[::-1], dim=1)


@wrong(
    "run_block",
    "the layers read in the right order, but the result is newest first",
    "mended_inside_only",
)
def _(x, layers):
    features = [x]
    for layer in layers:
        new = layer(torch.cat(features[::-1], dim=1))
        features = [new, *features]
    return torch.cat(features, dim=1)


@wrong("run_block", "the input is first, but behind it newer channels stand before older ones")
def _(x, layers):
    features = [x]
    for layer in layers:
        new = layer(torch.cat(features, dim=1))
        features = [x, new, *features[1:]]
    return torch.cat(features, dim=1)


@wrong("run_block", "returns what the last layer read; the last layer's channels are missing")
def _(x, layers):
    features = [x]
    for layer in layers:
        joined = torch.cat(features, dim=1)
        features = [*features, layer(joined)]
    return joined


@wrong("run_block", "runs the layers from the last to the first")
def _(x, layers):
    features = [x]
    for layer in reversed(list(layers)):
        new = layer(torch.cat(features, dim=1))
        features = [*features, new]
    return torch.cat(features, dim=1)


@right("run_block")
def _(x, layers):
    features = [x]
    for layer in layers:
        features = [layer(torch.cat(features[::-1], dim=1)), *features]
    return torch.cat(features[::-1], dim=1)


@right("run_block")
def _(x, layers):
    for layer in layers:
        x = torch.cat((x, layer(x)), axis=1)
    return x


@right("run_block")
def _(x, layers):
    features = {0: x}
    for number, layer in enumerate(layers, 1):
        features[number] = layer(torch.hstack([*features.values()]))
    return torch.hstack([features[number] for number in sorted(features)])


# ---------------------------------------------------------------- block_weights


@wrong(
    "block_weights", "off by one: lets each layer read its own new channels, too", "one_step_early"
)
def _(num_input_features, num_layers, growth_rate):
    total = 0
    width = num_input_features
    for _ in range(num_layers):
        width += growth_rate
        total += 9 * width * growth_rate
    return total


@wrong("block_weights", "rounds n/2 down before it multiplies, so odd numbers of layers are wrong")
def _(num_input_features, num_layers, growth_rate):
    pairs = num_layers // 2 * (num_layers - 1)
    return 9 * growth_rate * (num_layers * num_input_features + growth_rate * pairs)


@wrong("block_weights", "counts the norms' scales and shifts as well", "counts_the_norms")
def _(num_input_features, num_layers, growth_rate):
    total = 0
    for i in range(num_layers):
        c = num_input_features + i * growth_rate
        total += 9 * c * growth_rate + 2 * c
    return total


@wrong(
    "block_weights",
    "counts a plain chain whose convolutions make the whole next width",
    "plain_chain",
)
def _(num_input_features, num_layers, growth_rate):
    widths = [num_input_features + i * growth_rate for i in range(num_layers + 1)]
    return sum(9 * a * b for a, b in itertools.pairwise(widths))


@wrong("block_weights", "3 weights a kernel in place of 3*3", "side_of_the_kernel")
def _(num_input_features, num_layers, growth_rate):
    return sum(3 * growth_rate * (num_input_features + i * growth_rate) for i in range(num_layers))


@wrong("block_weights", "the width grows by a hard-coded 32")
def _(num_input_features, num_layers, growth_rate):
    total, width = 0, num_input_features
    for _ in range(num_layers):
        total += 3 * 3 * width * growth_rate
        width += 32
    return total


@right("block_weights")
def _(num_input_features, num_layers, growth_rate):
    reads = num_layers * num_input_features + growth_rate * math.comb(num_layers, 2)
    return 9 * growth_rate * reads


@right("block_weights")
def _(num_input_features, num_layers, growth_rate):
    total = 0
    for i in range(num_layers):
        c = num_input_features + i * growth_rate
        total += nn.Conv2d(c, growth_rate, 3, bias=False, device="meta").weight.numel()
    return total


@right("block_weights")
def _(num_input_features, num_layers, growth_rate):
    def behind(width, left):
        return 9 * width * growth_rate + behind(width + growth_rate, left - 1) if left else 0

    return behind(num_input_features, num_layers)
