"""Lesson 02: dense_layer, block_forward, dense_block, run_block, block_weights."""

import torch
from torch import nn
from torch.nn import functional as F

from .judged import right, wrong

# dense_layer


def layer(forward=None, *, norm=None, conv=None, **kwargs):
    """A dense layer with something changed."""
    options = {"kernel_size": 3, "padding": 1, "bias": False} | kwargs

    class Layer(nn.Module):
        def __init__(self, num_input_features, growth_rate):
            super().__init__()
            self.norm = (norm or nn.BatchNorm2d)(num_input_features)
            self.conv = (conv or nn.Conv2d)(num_input_features, growth_rate, **options)

        def forward(self, x):
            if forward is not None:
                return forward(self, x)
            return self.conv(F.relu(self.norm(x)))

    return Layer


@right("dense_layer")
class _(nn.Module):
    def __init__(self, num_input_features, growth_rate):
        super().__init__()
        self.H = nn.Sequential()
        self.H.add_module("conv", nn.Conv2d(num_input_features, growth_rate, 3, 1, 1, bias=False))
        self.bn = nn.BatchNorm2d(num_input_features)

    def forward(self, x):
        return self.H(torch.clamp(self.bn(x), min=0))


@right("dense_layer")
def _(num_input_features, growth_rate):
    return nn.Sequential(
        nn.LazyBatchNorm2d(),
        nn.ReLU(),
        nn.LazyConv2d(growth_rate, 3, padding="same", bias=False),
    )


@right("dense_layer")
class _(nn.Module):
    def __init__(self, num_input_features, growth_rate):
        super().__init__()
        self.norm = nn.BatchNorm2d(num_input_features)
        self.weight = nn.Parameter(torch.randn(growth_rate, num_input_features, 3, 3) * 0.1)

    def forward(self, x):
        x = self.norm(x)
        return F.conv2d(torch.where(x > 0, x, 0), self.weight, padding=1)


@right("dense_layer")
class _(nn.Module):
    def __init__(self, c, k):
        super().__init__()
        self.layers = nn.ModuleList([nn.BatchNorm2d(c), nn.ReLU(), nn.ZeroPad2d(1)])
        self.layers.append(nn.Conv2d(c, k, 3, bias=False))

    def forward(self, x):
        for step in self.layers:
            x = step(x)
        return x


@right("dense_layer")
class _(nn.Module):
    def __init__(self, c, k):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(c)), nn.Parameter(torch.zeros(c))
        self.register_buffer("running_mean", torch.zeros(c))
        self.register_buffer("running_var", torch.ones(c))
        self.conv = nn.Conv2d(c, k, 3, padding=1, bias=False)

    def forward(self, x):
        x = F.batch_norm(
            x, self.running_mean, self.running_var, self.weight, self.bias, self.training
        )
        return self.conv(x.relu())


for why, told, made in [
    ("no gradient for the weight", (), layer(
        lambda m, x: F.conv2d(F.relu(m.norm(x)), m.conv.weight.detach(), padding=1))),
    ("under no_grad", (), layer(lambda m, x: torch.no_grad()(m.conv)(F.relu(m.norm(x))))),
    ("the norm's statistics are never used in eval mode", ("OtherNorm",), layer(
        norm=lambda c: nn.BatchNorm2d(c, track_running_stats=False))),
    ("the norm has no weight and bias", ("NoNorm",), layer(
        norm=lambda c: nn.BatchNorm2d(c, affine=False))),
    ("another momentum", (), layer(norm=lambda c: nn.BatchNorm2d(c, momentum=0.01))),
    ("another eps", (), layer(norm=lambda c: nn.BatchNorm2d(c, eps=0.1))),
    ("instance norm", ("OtherNorm",), layer(norm=lambda c: nn.InstanceNorm2d(c, affine=True))),
    ("GELU for ReLU", (), layer(lambda m, x: m.conv(F.gelu(m.norm(x))))),
    ("leaky ReLU", (), layer(lambda m, x: m.conv(F.leaky_relu(m.norm(x), 0.01)))),
    ("a second ReLU at the end", (), layer(lambda m, x: F.relu(m.conv(F.relu(m.norm(x)))))),
    ("stride 2", (), layer(stride=2)),
    ("padding with copies of the border", (), layer(padding_mode="replicate")),
    ("groups", (), layer(conv=lambda c, k, **o: nn.Conv2d(c, c, groups=c, **o))),
    ("dilation without more padding", (), layer(dilation=2)),
    ("a kernel of five", (), layer(kernel_size=5, padding=2)),
    ("padding of two: the maps grow", (), layer(padding=2)),
    ("the input is changed by an in-place ReLU", ("Overwrites",), layer(
        lambda m, x: m.conv(m.norm(x.relu_()).relu()))),
    ("the layer runs in eval mode always", (), layer(
        lambda m, x: m.eval() and m.conv(F.relu(m.norm(x))))),
    ("the norm runs twice", (), layer(lambda m, x: (m.norm(x), m.conv(F.relu(m.norm(x))))[1])),
    ("adds the input where it fits", (), layer(
        lambda m, x: m.conv(F.relu(m.norm(x))) + x[:, : m.conv.out_channels].mean())),
    ("dropout as well", (), layer(
        lambda m, x: F.dropout(m.conv(F.relu(m.norm(x))), 0.2, m.training))),
    ("returns input and new channels as a pair", (), layer(
        lambda m, x: (x, m.conv(F.relu(m.norm(x)))))),
    ("converts to float32", (), layer(
        lambda m, x: m.float().conv(F.relu(m.norm(x.float()))))),
    ("crops an odd last row", (), layer(
        lambda m, x: m.conv(F.relu(m.norm(x)))[:, :, : x.shape[2] // 2 * 2])),
]:  # fmt: skip
    wrong("dense_layer", why, *told)(made)


@wrong("dense_layer", "widths swapped")
class _(nn.Module):
    def __init__(self, c, k):
        super().__init__()
        self.norm, self.conv = nn.BatchNorm2d(c), nn.Conv2d(k, c, 3, padding=1, bias=False)

    def forward(self, x):
        return self.conv(F.relu(self.norm(x)))


@wrong("dense_layer", "the norm has the width of what goes out", "NormLast")
class _(nn.Module):
    def __init__(self, c, k):
        super().__init__()
        self.norm, self.conv = nn.BatchNorm2d(k), nn.Conv2d(c, k, 3, padding=1, bias=False)

    def forward(self, x):
        return self.conv(F.relu(self.norm(x)))


@wrong("dense_layer", "a bottleneck, which comes in lesson 03")
class _(nn.Module):
    def __init__(self, c, k):
        super().__init__()
        self.norm1, self.conv1 = nn.BatchNorm2d(c), nn.Conv2d(c, 4 * k, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(4 * k)
        self.conv2 = nn.Conv2d(4 * k, k, 3, padding=1, bias=False)

    def forward(self, x):
        return self.conv2(F.relu(self.norm2(self.conv1(F.relu(self.norm1(x))))))


@wrong("dense_layer", "frozen")
class _(nn.Module):
    def __init__(self, c, k):
        super().__init__()
        self.norm, self.conv = nn.BatchNorm2d(c), nn.Conv2d(c, k, 3, padding=1, bias=False)
        self.requires_grad_(False)

    def forward(self, x):
        return self.conv(F.relu(self.norm(x)))


# dense_block


def widths(n, c0, k):
    return [c0 + i * k for i in range(n)]


@right("dense_block")
class _(nn.Module):
    def __init__(self, num_layers, num_input_features, growth_rate, make_layer):
        super().__init__()
        for i in range(num_layers):
            setattr(self, f"layer{i}", make_layer(num_input_features + i * growth_rate))
        self.n = num_layers

    def forward(self, x):
        seen = [x]
        for i in range(self.n):
            seen.append(getattr(self, f"layer{i}")(torch.cat(seen, 1)))
        return torch.cat(seen, 1)


@right("dense_block")
class _(nn.Sequential):
    def __init__(self, n, c0, k, make_layer):
        super().__init__(*map(make_layer, widths(n, c0, k)))

    def forward(self, x):
        for layer in self:
            x = torch.concat((x, layer(x)), 1)
        return x


@right("dense_block")
class _(nn.Module):
    def __init__(self, n, c0, k, make_layer):
        super().__init__()
        self.layers = nn.ModuleDict({str(w): make_layer(w) for w in widths(n, c0, k)})
        self.out = c0 + n * k

    def forward(self, x):
        seen = x.new_zeros(x.shape[0], self.out, *x.shape[2:])
        seen = torch.cat([x, seen[:, x.shape[1] :]], 1)
        for width, layer in self.layers.items():
            w = int(width)
            new = layer(seen[:, :w])
            seen = torch.cat([seen[:, :w], new, seen[:, w + new.shape[1] :]], 1)
        return seen


@right("dense_block")
def _(num_layers, num_input_features, growth_rate, make_layer):
    class Step(nn.Module):
        def __init__(self, layer):
            super().__init__()
            self.layer = layer

        def forward(self, x):
            return torch.cat([x, self.layer(x)], 1)

    steps = [Step(make_layer(w)) for w in widths(num_layers, num_input_features, growth_rate)]
    return nn.Sequential(*steps)


def block(forward=None, build=None):
    class Block(nn.Module):
        def __init__(self, num_layers, num_input_features, growth_rate, make_layer):
            super().__init__()
            made = [make_layer(w) for w in widths(num_layers, num_input_features, growth_rate)]
            self.layers = nn.ModuleList(made) if build is None else build(made)

        def forward(self, x):
            if forward is not None:
                return forward(self, x)
            for layer in self.layers:
                x = torch.cat([x, layer(x)], 1)
            return x

    return Block


def dense(layers, x, dim=1):
    for layer in layers:
        x = torch.cat([x, layer(x)], dim)
    return x


def adds(m, x):
    for layer in m.layers:
        x = x + layer(x)
    return x


def first_two(m, x):
    return dense(list(m.layers)[:2], x)


def reads_new_only(m, x):
    seen = [x]
    for layer in m.layers:
        seen.append(layer(torch.cat(seen[-1:], 1)))
    return torch.cat(seen, 1)


def no_first_in_list(m, x):
    seen = []
    for layer in m.layers:
        seen.append(layer(torch.cat([x, *seen], 1)))
    return torch.cat(seen, 1)


def grows(m, x):
    m.seen = [*getattr(m, "seen", []), x] if False else [x]
    for layer in m.layers:
        m.seen.insert(0, layer(torch.cat(m.seen[::-1], 1)))
    return torch.cat(m.seen, 1)


def in_place(m, x):
    out = dense(m.layers, x)
    with torch.no_grad():
        x.mul_(0.5)
    return out


for why, told, made in [
    ("adds", (), block(adds)),
    ("two layers alone run", (), block(first_two)),
    ("each layer reads the newest alone", (), block(reads_new_only)),
    ("the input isn't part of the result", ("ForgetsTheInput",), block(no_first_in_list)),
    ("reads in order, but gives the newest first", (), block(grows)),
    ("joins the rows", (), block(lambda m, x: dense(m.layers, x, 2))),
    ("joins the batch", (), block(lambda m, x: dense(m.layers, x, 0))),
    ("a ReLU at the end", (), block(lambda m, x: dense(m.layers, x).relu())),
    ("eval mode for the layers", ("ChangesTheMode",), block(
        lambda m, x: dense(m.layers.eval(), x))),
    ("train mode for the layers", (), block(lambda m, x: dense(m.layers.train(), x))),
    ("no gradients", (), block(lambda m, x: torch.no_grad()(dense)(m.layers, x))),
    ("overwrites the input", (), block(in_place)),
    ("a plain list", ("PlainList",), block(build=list)),
    ("a tuple", ("PlainList",), block(build=tuple)),
    ("every layer runs twice, once for nothing", (), block(
        lambda m, x: (dense(m.layers, x), dense(m.layers, x))[1])),
    ("the first layer stands for all", (), block(build=lambda made: nn.ModuleList(made[:1]))),
    ("the layers in the wrong order", (), block(
        build=lambda made: nn.ModuleList(made[::-1]))),
    ("the list is returned", (), block(lambda m, x: [x, dense(m.layers, x)])),
    ("frozen layers", (), block(
        build=lambda made: nn.ModuleList(made).requires_grad_(False))),
    ("gradients of the input cut off", (), block(lambda m, x: dense(m.layers, x.detach()))),
    ("a classifier on top", (), block(
        build=lambda made: nn.ModuleList([*made, nn.Linear(3, 3)]))),
    ("float32 only", (), block(lambda m, x: dense(m.layers.float(), x.float()))),
]:  # fmt: skip
    wrong("dense_block", why, *told)(made)


@wrong("dense_block", "one layer too many")
class _(nn.Module):
    def __init__(self, n, c0, k, make_layer):
        super().__init__()
        self.layers = nn.ModuleList(map(make_layer, widths(n + 1, c0, k)))

    def forward(self, x):
        return dense(self.layers, x)


@wrong("dense_block", "one layer, made once and used again and again")
class _(nn.Module):
    def __init__(self, n, c0, k, make_layer):
        super().__init__()
        self.layers = nn.ModuleList([make_layer(c0)] * n)

    def forward(self, x):
        seen = [x]
        for layer in self.layers:
            seen.append(layer(x))
        return torch.cat(seen, 1)


@wrong("dense_block", "widths grow by the growth rate times two")
class _(nn.Module):
    def __init__(self, n, c0, k, make_layer):
        super().__init__()
        self.layers = nn.ModuleList([make_layer(c0 + 2 * i * k) for i in range(n)])

    def forward(self, x):
        return dense(self.layers, x)


@wrong("dense_block", "widths double")
class _(nn.Module):
    def __init__(self, n, c0, k, make_layer):
        super().__init__()
        self.layers = nn.ModuleList([make_layer(c0 * 2**i) for i in range(n)])

    def forward(self, x):
        return dense(self.layers, x)


# run_block


@right("run_block")
def _(x, layers):
    features = [x]
    for layer in layers:
        features = [*features, layer(torch.cat(features, dim=1))]
    return torch.cat(features, dim=1)


@right("run_block")
def _(x, layers):
    features = [x]
    for layer in layers:
        features.insert(0, layer(torch.cat(features[::-1], 1)))
    return torch.cat(features[::-1], 1)


@right("run_block")
def _(x, layers):
    out = x
    for i in range(len(layers)):
        out = torch.hstack([out, layers[i](out)])
    return out


@right("run_block")
def _(x, layers):
    return dense(layers, x)


def pops(x, layers):
    layers.reverse()
    while layers:
        x = torch.cat([x, layers.pop()(x)], 1)
    return x


def one_too_few(x, layers):
    return dense(layers[:-1], x)


def sorts(x, layers):
    features = [x]
    for layer in layers:
        features.append(layer(torch.cat(sorted(features, key=lambda f: f.shape[1]), 1)))
    return torch.cat(features, 1)


def swaps_two(x, layers):
    features = [x]
    for layer in layers:
        features.insert(1, layer(torch.cat(features, 1)))
    return torch.cat(features, 1)


def needs_one(x, layers):
    new = layers[0](x)
    return dense(layers[1:], torch.cat([x, new], 1))


def changes_batch_norm(x, layers):
    for layer in layers:
        for part in layer.modules():
            if isinstance(part, nn.BatchNorm2d):
                part.reset_running_stats()
    return dense(layers, x)


def freezes(x, layers):
    for layer in layers:
        layer.requires_grad_(False)
    return dense(layers, x)


def resets(x, layers):
    features = [x]
    for layer in layers:
        features = [*features, layer(torch.cat(features, 1))][-2:]
    return torch.cat(features, 1)


for why, told, made in [
    ("the list is emptied", ("empties_the_list",), pops),
    ("the last layer is left out", (), one_too_few),
    ("the list is sorted by width", (), sorts),
    ("new features stand right behind the input", (), swaps_two),
    ("fails without layers", (), needs_one),
    ("clears the running statistics", (), changes_batch_norm),
    ("leaves the layers frozen", (), freezes),
    ("keeps the last two entries alone", (), resets),
    ("layers run twice", (), lambda x, layers: (dense(layers, x), dense(layers, x))[1]),
    ("eval mode", ("in_eval_mode",), lambda x, layers: dense([m.eval() for m in layers], x)),
    ("no gradient", ("without_gradients",), lambda x, layers: torch.no_grad()(dense)(layers, x)),
    ("detached input", (), lambda x, layers: dense(layers, x.detach())),
    ("changes x", (), lambda x, layers: dense(layers, x.mul_(2))),
    ("newest first at the end", (), lambda x, layers: dense(layers, x).flip(1)),
    ("a list with the result", (), lambda x, layers: [dense(layers, x)]),
    ("train mode", (), lambda x, layers: dense([m.train() for m in layers], x)),
    ("one image alone", (), lambda x, layers: dense(layers, x[:1])),
    ("new channels alone", ("forgets_the_block_input",),
     lambda x, layers: dense(layers, x)[:, x.shape[1] :]),
]:  # fmt: skip
    wrong("run_block", why, *told)(made)


# block_weights


@right("block_weights")
def _(num_input_features, num_layers, growth_rate):
    return sum(9 * growth_rate * (num_input_features + growth_rate * i) for i in range(num_layers))


@right("block_weights")
def _(c, n, k):
    total = 0
    for _ in range(n):
        total += nn.Conv2d(c, k, 3, bias=False).weight.numel()
        c += k
    return total


@right("block_weights")
def _(c, n, k):
    return 9 * k * n * c + 9 * k * k * n * (n - 1) / 2


@right("block_weights")
def _(c, n, k):
    return (9 * k * torch.arange(c, c + n * k, k)).sum()


for why, told, made in [
    ("no last layer", (), lambda c, n, k: sum(9 * k * (c + k * i) for i in range(n - 1))),
    ("one layer too many", (), lambda c, n, k: sum(9 * k * (c + k * i) for i in range(n + 1))),
    ("the last layer alone", ("reads_the_newest",), lambda c, n, k: 9 * k * (c + k * (n - 1))),
    ("the width after the block", (), lambda c, n, k: c + n * k),
    ("a kernel of five", (), lambda c, n, k: sum(25 * k * (c + k * i) for i in range(n))),
    ("pairs of layers n(n + 1)/2", ("one_step_early",),
     lambda c, n, k: 9 * k * (n * c + n * (n + 1) // 2 * k)),
    ("pairs not halved", (), lambda c, n, k: 9 * k * (n * c + n * (n - 1) * k)),
    ("n squared", (), lambda c, n, k: 9 * k * (n * c + n**2 * k / 2)),
    ("growth once", (), lambda c, n, k: 9 * (n * c + n * (n - 1) // 2 * k)),
    ("thousands", (), lambda c, n, k: round(sum(9 * k * (c + k * i) for i in range(n)), -3)),
    ("a list", (), lambda c, n, k: [9 * k * (c + k * i) for i in range(n)]),
    ("a string", (), lambda c, n, k: str(sum(9 * k * (c + k * i) for i in range(n)))),
    ("a bias for each layer", (), lambda c, n, k: sum(9 * k * (c + k * i) + 1 for i in range(n))),
    ("a norm's scale for each channel", (),
     lambda c, n, k: sum(9 * k * (c + k * i) + c + k * i for i in range(n))),
    ("bottleneck layers", (),
     lambda c, n, k: sum(4 * k * (c + k * i) + 36 * k * k for i in range(n))),
    ("one off", (), lambda c, n, k: sum(9 * k * (c + k * i) for i in range(n)) + 1),
    ("the reads of layer 1 for the 16 of the text", (),
     lambda c, n, k: sum(9 * k * (16 + k * i) for i in range(n))),
    ("a growth rate of twelve, always", (),
     lambda c, n, k: sum(108 * (c + 12 * i) for i in range(n))),
]:  # fmt: skip
    wrong("block_weights", why, *told)(made)

# block_forward

right("block_forward")(lambda x, layers: dense(layers, x))


def walk(x, layers):
    features = [x]
    for layer in layers:
        joined = torch.cat(features, dim=1)
        features.append(layer(joined))
    return torch.cat(features, dim=1)


right("block_forward")(walk)
right("block_forward")(lambda x, layers: walk(x, tuple(layers)))

for why, told, made in [
    ("the newest alone is read", ("plain",), lambda x, layers: chain(x, layers)),
    ("the last alone comes out", ("only_the_last",), lambda x, layers: walk(x, layers[:-1])),
    (
        "the input is left out",
        ("without_the_input",),
        lambda x, layers: walk(x, layers)[:, x.shape[1] :],
    ),
    ("newest first", (), lambda x, layers: walk(x, layers).flip(1)),
    ("rows are joined", (), lambda x, layers: dense(layers, x, 2)),
    ("images are joined", (), lambda x, layers: dense(layers, x, 0)),
    ("adds", (), lambda x, layers: x + sum(layer(x) for layer in layers)),
    ("all read the input", (), lambda x, layers: torch.cat([x, *(f(x) for f in layers)], 1)),
    ("the first layer alone", (), lambda x, layers: walk(x, layers[:1])),
    ("backwards", (), lambda x, layers: walk(x, layers[::-1])),
    ("the list comes back", (), lambda x, layers: [x, walk(x, layers)]),
    ("empties the list", (), pops),
    ("no gradient", (), lambda x, layers: walk(x, layers).detach()),
    ("changes its input", (), lambda x, layers: walk(x.mul_(2), layers)),
    ("one image", (), lambda x, layers: walk(x[:1], layers)),
    ("a ReLU", (), lambda x, layers: walk(x, layers).relu()),
]:
    wrong("block_forward", why, *told)(made)


def chain(x, layers):
    features = [x]
    for layer in layers:
        features.append(layer(features[-1]))
    return torch.cat(features, dim=1)
