"""Lesson 04: table_column, body, head, number_of_parameters, depth."""

import math
from fractions import Fraction

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from .judged import right, wrong

# table_column


def column(size, c, blocks, k, theta, *, floor=int, stem=4):
    out, side = [], size // stem
    for n in blocks:
        c += n * k
        out.append((c, side))
        c, side = floor(theta * c), side // 2
    return out


@right("table_column")
def _(image_size, num_init_features, block_config, growth_rate, compression):
    side = image_size // 2 // 2
    widths = [num_init_features + block_config[0] * growth_rate]
    for n in block_config[1:]:
        widths.append(math.floor(compression * widths[-1]) + n * growth_rate)
    return [(w, side // 2**i) for i, w in enumerate(widths)]


@right("table_column")
def _(size, c, blocks, k, theta):
    return [list(pair) for pair in column(size, c, blocks, k, theta)]


@right("table_column")
def _(size, c, blocks, k, theta):
    return np.array(column(size, c, blocks, k, theta))


@right("table_column")
def _(size, c, blocks, k, theta):
    def fraction(value):
        return int(Fraction(value).limit_denominator(1000))

    return tuple(column(size, c, blocks, k, theta, floor=fraction))


for why, told, made in [
    ("rounded", ("rounds",), lambda *a: column(*a, floor=round)),
    ("rounded up", ("rounds_up",), lambda *a: column(*a, floor=math.ceil)),
    ("no rounding", ("keeps_fractions",), lambda *a: column(*a, floor=float)),
    ("rounded at the end", ("rounds_at_the_end",),
     lambda *a: [(int(c), s) for c, s in column(*a, floor=lambda v: v)]),
    ("the stem halves once", ("stem_halves_once",), lambda *a: column(*a, stem=2)),
    ("the stem halves three times", (), lambda *a: column(*a, stem=8)),
    ("the stem doesn't halve", (), lambda *a: column(*a, stem=1)),
    ("the last block is left out", (), lambda *a: column(*a)[:-1]),
    ("a dict", (), lambda *a: dict(column(*a))),
    ("channels alone", (), lambda *a: [c for c, _ in column(*a)]),
    ("sides alone", (), lambda *a: [s for _, s in column(*a)]),
    ("pairs swapped", ("side_first",), lambda *a: [(s, c) for c, s in column(*a)]),
    ("two lists", (), lambda *a: list(zip(*column(*a), strict=True))),
    ("triples", (), lambda *a: [(c, s, s) for c, s in column(*a)]),
    ("sides as floats", (), lambda *a: [(c, s / 1) for c, s in column(*a)]),
    ("flat", (), lambda *a: [v for pair in column(*a) for v in pair]),
    ("a half, always", ("always_halves",), lambda size, c, b, k, t: column(size, c, b, k, 0.5)),
    ("the stem in front", (), lambda size, c, b, k, t: [(c, size // 4), *column(size, c, b, k, t)]),
    ("a classifier behind", (), lambda *a: [*column(*a), (1000, 1)]),
    ("sides of the next block", (), lambda *a: [(c, s // 2) for c, s in column(*a)]),
    ("reversed", (), lambda *a: column(*a)[::-1]),
    ("strings", (), lambda *a: [f"{c} x {s}" for c, s in column(*a)]),
    ("a generator", (), lambda *a: (pair for pair in column(*a))),
    ("side from 224", (), lambda size, *a: column(224, *a)),
    ("pooled pixels and not sides", (), lambda *a: [(c, s * s) for c, s in column(*a)]),
]:  # fmt: skip
    wrong("table_column", why, *told)(made)

# body


@right("body")
def _(make_block, make_transition, num_channels, growth_rate, block_config):
    parts, width = [], num_channels
    for i, n in enumerate(block_config):
        if i:
            parts.append(make_transition(width, width // 2))
            width //= 2
        parts.append(make_block(n, width, growth_rate))
        width += n * growth_rate
    return nn.Sequential(*parts)


@right("body")
def _(make_block, make_transition, num_channels, growth_rate, block_config):
    net, width = nn.Sequential(), num_channels
    for index, num_layers in enumerate(block_config, 1):
        net.add_module(f"denseblock{index}", make_block(num_layers, width, growth_rate))
        width += num_layers * growth_rate
        if index < len(block_config):
            kept = int(0.5 * width)
            net.add_module(f"transition{index}", make_transition(width, kept))
            width = kept
    return net


@right("body")
def _(make_block, make_transition, num_channels, growth_rate, block_config):
    class Body(nn.Sequential):
        pass

    net = Body()
    for n in block_config:
        if len(net):
            net.append(make_transition(num_channels, math.floor(num_channels / 2)))
            num_channels = math.floor(num_channels / 2)
        net.append(make_block(n, num_channels, growth_rate))
        num_channels += n * growth_rate
    return net


def chain(
    make_block, make_transition, c, k, blocks, *, half=lambda w: w // 2, holder=None, last=False
):
    parts = []
    for i, n in enumerate(blocks, 1):
        parts.append(make_block(n, c, k))
        c += n * k
        if i < len(blocks) or last:
            parts.append(make_transition(c, half(c)))
            c = half(c)
    return nn.Sequential(*parts) if holder is None else holder(parts)


def same_parts(parts):
    return nn.ModuleDict({str(i): part for i, part in enumerate(parts)})


def nested(parts):
    return nn.Sequential(nn.Sequential(*parts))


class Net(nn.Module):
    def __init__(self, parts):
        super().__init__()
        self.parts = nn.Sequential(*parts)

    def forward(self, x):
        return self.parts(x)


def own_blocks(make_block, make_transition, c, k, blocks):
    return chain(
        lambda n, width, k: nn.Conv2d(width, width + n * k, 1),
        lambda width, kept: nn.Conv2d(width, kept, 1),
        c, k, blocks,
    )  # fmt: skip


def half_growth(make_block, make_transition, c, k, blocks):
    net = nn.Sequential()
    for i, n in enumerate(blocks, 1):
        net.append(make_block(n, c, k))
        leaving = c + n * k
        if i < len(blocks):
            c = (c + n * k) // 2
            net.append(make_transition(leaving, c + 0))
    return net[:-1] if len(net) > 3 else net


def chained(**options):
    return lambda *args: chain(*args, **options)


for why, told, made in [
    ("a list", ("a_list",), chained(holder=list)),
    ("a tuple", ("a_list",), chained(holder=tuple)),
    ("a ModuleList", ("a_module_list",), chained(holder=nn.ModuleList)),
    ("a ModuleDict", ("a_module_list",), chained(holder=same_parts)),
    ("a Sequential in a Sequential", (), chained(holder=nested)),
    ("a module of one's own", ("a_module_list",), chained(holder=Net)),
    ("a transition at the end", ("transition_at_the_end",), chained(last=True)),
    ("keeps all", ("keeps_everything",), chained(half=lambda w: w)),
    ("a quarter", (), chained(half=lambda w: w // 4)),
    ("rounded up", ("rounds_up",), chained(half=lambda w: -(-w // 2))),
    ("rounded", (), chained(half=lambda w: round(w / 2))),
    ("floats", (), chained(half=lambda w: w / 2)),
    ("32 channels kept", (), chained(half=lambda w: 32)),
    ("the first three blocks", (), lambda b, t, c, k, blocks: chain(b, t, c, k, blocks[:3])),
    ("blocks and transitions of its own", (), own_blocks),
    ("the last block is cut off", (), half_growth),
    ("a classifier behind", (), chained(holder=lambda p: nn.Sequential(*p, nn.Linear(3, 3)))),
    ("a growth rate of 32", (), lambda b, t, c, k, blocks: chain(b, t, c, 32, blocks)),
    ("a stem of 64", (), lambda b, t, c, k, blocks: chain(b, t, 64, k, blocks)),
    ("blocks alone", (), lambda b, t, c, k, blocks: nn.Sequential(
        *[p for i, p in enumerate(chain(b, t, c, k, blocks)) if i % 2 == 0])),
    ("arguments of make_block swapped", (), lambda b, t, c, k, blocks: chain(
        lambda n, w, k: b(k, w, n), t, c, k, blocks)),
    ("the class and not an object", (), lambda *args: nn.Sequential),
    ("numbers", ("a_list",), lambda *args: [1, 2, 3]),
]:  # fmt: skip
    wrong("body", why, *told)(made)

# head


def top(change=None, *, order="nrpfl", bias=True, pool=None, norm=None):
    class Head(nn.Module):
        def __init__(self, num_features, num_classes):
            super().__init__()
            self.norm = (norm or nn.BatchNorm2d)(num_features)
            self.classifier = nn.Linear(num_features, num_classes, bias=bias)
            made = {"n": self.norm, "r": nn.ReLU(), "p": pool or nn.AdaptiveAvgPool2d(1)}
            made |= {"f": nn.Flatten(), "l": self.classifier, "s": nn.Softmax(1)}
            made |= {"g": nn.LogSoftmax(1), "d": nn.Dropout(0.5)}
            self.steps = [made[step] for step in order]

        def forward(self, x):
            if change is not None:
                return change(self, x)
            for step in self.steps:
                x = step(x)
            return x

    return Head


def plain_top(m, x):
    return m.classifier(m.norm(x).relu().mean((2, 3)))


@right("head")
class _(nn.Module):
    def __init__(self, num_features, num_classes):
        super().__init__()
        self.norm5, self.fc = nn.BatchNorm2d(num_features), nn.Linear(num_features, num_classes)

    def forward(self, x):
        return self.fc(torch.relu(self.norm5(x)).mean(dim=[-2, -1]))


@right("head")
class _(nn.Module):
    def __init__(self, num_features, num_classes):
        super().__init__()
        self.norm = nn.BatchNorm2d(num_features)
        self.last = nn.Conv2d(num_features, num_classes, 1)

    def forward(self, x):
        return self.last(F.adaptive_avg_pool2d(F.relu(self.norm(x)), 1)).flatten(1)


@right("head")
def _(num_features, num_classes):
    return nn.Sequential(
        nn.BatchNorm2d(num_features), nn.ReLU(), nn.AdaptiveAvgPool2d((1, 1)), nn.Flatten(1),
        nn.LazyLinear(num_classes),
    )  # fmt: skip


@right("head")
class _(nn.Module):
    def __init__(self, c, n):
        super().__init__()
        self.norm = nn.BatchNorm2d(c)
        self.weight, self.bias = nn.Parameter(torch.randn(c, n)), nn.Parameter(torch.zeros(n))

    def forward(self, x):
        x = F.relu(self.norm(x))
        x = F.avg_pool2d(x, x.shape[2:]).view(len(x), -1)
        return x @ self.weight + self.bias


for why, told, made in [
    ("softmax", ("WithSoftmax",), top(order="nrpfls")),
    ("log-softmax", (), top(order="nrpflg")),
    ("dropout", (), top(order="nrpfdl")),
    ("no ReLU", ("NoRelu",), top(order="npfl")),
    ("norm unused", ("NormUnused",), top(order="rpfl")),
    ("ReLU before the norm", ("ReluFirst",), top(order="rnpfl")),
    ("ReLU after the pool", ("ReluAfterThePool",), top(order="nprfl")),
    ("ReLU on the logits", (), top(order="nrpflr")),
    ("no bias", ("NoBias",), top(bias=False)),
    ("maximum", ("MaxPool",), top(pool=nn.AdaptiveMaxPool2d(1))),
    ("a pool of seven", ("FixedPool",), top(lambda m, x: m.classifier(
        F.avg_pool2d(m.norm(x).relu(), 7).flatten(1)))),
    ("halves and then averages", ("PoolsTwice",), top(lambda m, x: m.classifier(
        F.avg_pool2d(m.norm(x).relu(), 2).mean((2, 3))))),
    ("sums and doesn't average", (), top(lambda m, x: m.classifier(m.norm(x).relu().sum((2, 3))))),
    ("sums over 49", (), top(lambda m, x: m.classifier(m.norm(x).relu().sum((2, 3)) / 49))),
    ("mean of the rows alone", (), top(
        lambda m, x: m.classifier(m.norm(x).relu().mean(2)[..., 0]))),
    ("crops an odd row", ("PoolsTwice",), top(lambda m, x: plain_top(
        m, x[..., : x.shape[2] // 2 * 2, : x.shape[3] // 2 * 2]))),
    ("squeeze", ("Squeezes",), top(lambda m, x: m.classifier(
        F.adaptive_avg_pool2d(m.norm(x).relu(), 1).squeeze()))),
    ("the most likely class", (), top(lambda m, x: plain_top(m, x).argmax(1))),
    ("logits with two more dimensions", (), top(lambda m, x: plain_top(m, x)[..., None, None])),
    ("gradients cut before the classifier", (), top(lambda m, x: m.classifier(
        m.norm(x).relu().mean((2, 3)).detach()))),
    ("the classifier's weight is cut off", (), top(lambda m, x: F.linear(
        m.norm(x).relu().mean((2, 3)), m.classifier.weight.detach(), m.classifier.bias))),
    ("eval mode", (), top(lambda m, x: plain_top(m.eval(), x))),
    ("in place on the input", (), top(lambda m, x: plain_top(m, x.abs_()))),
    ("a norm without statistics", (), top(
        norm=lambda c: nn.BatchNorm2d(c, track_running_stats=False))),
    ("layer norm", (), top(norm=lambda c: nn.GroupNorm(1, c))),
    ("rounded logits", (), top(lambda m, x: plain_top(m, x).round(decimals=2))),
    ("the temperature of two", (), top(lambda m, x: plain_top(m, x) / 2)),
]:  # fmt: skip
    wrong("head", why, *told)(made)

# number_of_parameters


@right("number_of_parameters")
def _(net):
    return sum(math.prod(p.shape) for p in net.parameters())


@right("number_of_parameters")
def _(net):
    return sum(p.nelement() for _, p in net.named_parameters())


@right("number_of_parameters")
def _(net):
    buffers = sum(b.numel() for b in net.buffers())
    return sum(t.numel() for t in net.state_dict().values()) - buffers


@right("number_of_parameters")
def _(net):
    return sum(p.numel() for p in net.parameters() if p.requires_grad)


@right("number_of_parameters")
def _(net):
    return torch.cat([p.flatten() for p in net.parameters()]).shape[0]


@right("number_of_parameters")
def _(net):
    return sum(
        t.numel() for n, t in net.state_dict().items()
        if not n.endswith(("running_mean", "running_var", "num_batches_tracked"))
    )  # fmt: skip


def all_entries(net):
    return sum(t.numel() for t in net.state_dict().values())


def of(net, keep):
    return sum(p.numel() for n, p in net.named_parameters() if keep(n, p))


def trains(net):
    net.requires_grad_(False)
    return of(net, lambda n, p: True)


for why, told, made in [
    ("as it was", ("whole_state_dict",), all_entries),
    ("8,062,625 less the counters' number", (), lambda net: all_entries(net) - 121),
    ("running means are left", (), lambda net: sum(
        t.numel() for n, t in net.state_dict().items() if "var" not in n and "num" not in n)),
    ("the first dimension", (), lambda net: sum(p.shape[0] for p in net.parameters())),
    ("the tensors", ("counts_tensors",), lambda net: sum(1 for _ in net.parameters())),
    ("bytes", (), lambda net: sum(p.numel() * p.element_size() for p in net.parameters())),
    ("weights alone", ("weights_alone",), lambda net: of(net, lambda n, p: "weight" in n)),
    ("convolutions alone", (), lambda net: of(net, lambda n, p: p.dim() == 4)),
    ("without the classifier", (), lambda net: of(net, lambda n, p: "classifier" not in n)),
    ("direct children alone", (), lambda net: sum(
        p.numel() for m in net.children() for p in m.parameters(recurse=False))),
    ("parameters of the net itself", (), lambda net: sum(
        p.numel() for p in net.parameters(recurse=False))),
    ("the buffers", (), lambda net: sum(b.numel() for b in net.buffers())),
    ("for each module around, too", ("counts_twice",), lambda net: sum(
        p.numel() for m in net.modules() for p in m.parameters())),
    ("leaves the net frozen", (), trains),
    ("thousands", (), lambda net: of(net, lambda n, p: True) // 1000 * 1000),
    ("7978856", (), lambda net: 7978856),
    ("with gradients only", (), lambda net: of(net, lambda n, p: p.grad is not None)),
    ("nonzero entries", (), lambda net: int(sum((p != 0).sum() for p in net.parameters()))),
    ("a dict", (), lambda net: {n: p.numel() for n, p in net.named_parameters()}),
]:  # fmt: skip
    wrong("number_of_parameters", why, *told)(made)

# depth


@right("depth")
def _(block_config, bottleneck):
    convolutions = 1 + (len(block_config) - 1)
    for n in block_config:
        convolutions += 2 * n if bottleneck else n
    return convolutions + 1


@right("depth")
def _(block_config, bottleneck):
    return (bottleneck + 1) * sum(block_config) + len(block_config) + 1


@right("depth")
def _(block_config, bottleneck):
    return float(np.sum(block_config) * (1 + int(bottleneck)) + len(block_config) + 1)


def layers(b, two):
    return sum(b) * (2 if two else 1)


for why, told, made in [
    ("no stem", ("one_short",), lambda b, two: layers(b, two) + len(b)),
    ("no stem, no classifier", (), lambda b, two: layers(b, two) + len(b) - 1),
    ("layers", ("layers_alone",), layers),
    ("a transition after the last block", ("one_transition_too_many",),
     lambda b, two: layers(b, two) + len(b) + 2),
    ("three for a bottleneck", (), lambda b, two: sum(b) * (3 if two else 1) + len(b) + 1),
    ("always two", ("always_two",), lambda b, two: layers(b, True) + len(b) + 1),
    ("always one", ("one_a_layer",), lambda b, two: layers(b, False) + len(b) + 1),
    ("the other way round", (), lambda b, two: layers(b, not two) + len(b) + 1),
    ("five", ("always_five",), lambda b, two: layers(b, two) + 5),
    ("four", (), lambda b, two: layers(b, two) + 4),
    ("two for a transition", (), lambda b, two: layers(b, two) + 2 * (len(b) - 1) + 2),
    ("121", (), lambda b, two: 121),
    ("264", (), lambda b, two: 264 if b == (6, 12, 64, 48) else layers(b, two) + len(b) + 1),
    ("the number of blocks", (), lambda b, two: len(b)),
    ("the norms, too", (), lambda b, two: 2 * layers(b, two) + 2 * len(b) + 1),
    ("a string", (), lambda b, two: f"DenseNet-{layers(b, two) + len(b) + 1}"),
    ("a list of the parts", (), lambda b, two: [layers(b, two), len(b) - 1, 2]),
    ("the largest block", (), lambda b, two: max(b) * (1 + two) + len(b) + 1),
    ("6 n + 4", (), lambda b, two: 6 * b[0] + 4),
    ("even numbers alone", (), lambda b, two: (layers(b, two) + len(b) + 1) // 2 * 2),
]:  # fmt: skip
    wrong("depth", why, *told)(made)
