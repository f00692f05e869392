"""Lesson 05: new_head, conv_cost."""

import copy
import math

import torch
from torch import nn

from .judged import right, wrong


def frozen(net, num_classes):
    net.requires_grad_(False)
    net.classifier = nn.Linear(net.classifier.in_features, num_classes)
    return net


@right("new_head")
def _(net, num_classes):
    for parameter in net.parameters():
        parameter.requires_grad_(False)
    width = net.classifier.weight.size(1)
    net.classifier = nn.Linear(width, num_classes)
    net.features.eval()
    return net


@right("new_head")
def _(net, num_classes):
    net.classifier = nn.Linear(net.classifier.in_features, num_classes)
    for name, parameter in net.named_parameters():
        parameter.requires_grad = name.startswith("classifier.")
    return net


@right("new_head")
def _(net, num_classes):
    net.features.requires_grad_(False)
    width = net.features[-1].num_features
    net.classifier = nn.Linear(in_features=width, out_features=num_classes, bias=True)
    return net


@right("new_head")
def _(net, num_classes):
    width = net.features.norm5.weight.numel()
    for p in net.features.parameters():
        p.requires_grad = False
    net.classifier = nn.Linear(width, num_classes)
    net.eval()
    net.classifier.train()
    return net


@right("new_head")
def _(net, num_classes):
    return frozen(copy.deepcopy(net), num_classes)


@right("new_head")
def _(net, num_classes):
    width = net.spec.final_width if hasattr(net.spec, "final_width") else net.classifier.in_features
    frozen(net, num_classes)
    assert net.classifier.in_features == width
    return net


def by_name(*names):
    def answer(net, num_classes):
        for name, parameter in net.named_parameters():
            if any(part in name for part in names):
                parameter.requires_grad = False
        net.classifier = nn.Linear(net.classifier.in_features, num_classes)
        return net

    return answer


def changed(change):
    def answer(net, num_classes):
        net = frozen(net, num_classes)
        with torch.no_grad():
            change(net)
        return net

    return answer


def resized(net, num_classes):
    net.requires_grad_(False)
    net.classifier.out_features = num_classes
    net.classifier.requires_grad_(True)
    return net


def no_return(net, num_classes):
    frozen(net, num_classes)


def other_name(net, num_classes):
    net.requires_grad_(False)
    net.fc = nn.Linear(net.classifier.in_features, num_classes)
    return net


def keeps_rows(net, num_classes):
    old = net.classifier
    net.requires_grad_(False)
    net.classifier = nn.Linear(old.in_features, num_classes)
    n = min(num_classes, old.out_features)
    net.classifier.weight.data[:n] = old.weight.data[:n]
    return net


def no_bias(net, num_classes):
    net.requires_grad_(False)
    net.classifier = nn.Linear(net.classifier.in_features, num_classes, bias=False)
    return net


def two_layers(net, num_classes):
    net.requires_grad_(False)
    width = net.classifier.in_features
    net.classifier = nn.Sequential(
        nn.Linear(width, width), nn.ReLU(), nn.Linear(width, num_classes)
    )
    return net


def old_width(net, num_classes):
    net.requires_grad_(False)
    net.classifier = nn.Linear(net.classifier.out_features, num_classes)
    return net


def if_needed(net, num_classes):
    if net.classifier.out_features == num_classes:
        net.features.requires_grad_(False)
        return net
    return frozen(net, num_classes)


def by_grad_mode(net, num_classes):
    with torch.no_grad():
        net.classifier = nn.Linear(net.classifier.in_features, num_classes)
    return net


def attribute_only(net, num_classes):
    net.requires_grad = False
    net.classifier = nn.Linear(net.classifier.in_features, num_classes)
    return net


def sequential(net, num_classes):
    net.requires_grad_(False)
    head = nn.Linear(net.classifier.in_features, num_classes)
    return nn.Sequential(net.features, nn.AdaptiveAvgPool2d(1), nn.Flatten(), head)


def clears(net):
    for part in net.modules():
        if isinstance(part, nn.BatchNorm2d):
            part.reset_running_stats()


for why, told, made in [
    ("blocks alone are frozen", ("freezes_blocks_alone",), by_name("denseblock")),
    ("convolutions alone", (), by_name("conv")),
    ("norms alone", (), by_name("norm")),
    ("the blocks' layers alone", ("freezes_blocks_alone",), by_name("layer1", "layer2")),
    ("blocks and transitions", (), by_name("denseblock", "transition")),
    ("conv and norm with a dot", (), by_name("conv.", "norm.")),
    ("clears the running statistics", (), changed(clears)),
    ("scales the first convolution", (), changed(lambda net: net.features.conv0.weight.mul_(2))),
    ("out_features is set and nothing else", ("only_freezes",), resized),
    ("nothing comes back", (), no_return),
    ("a layer of another name", ("only_freezes",), other_name),
    ("no bias", (), no_bias),
    ("two layers", (), two_layers),
    ("reads the old classes", (), old_width),
    ("keeps it where the number is the same", ("keeps_it_where_it_fits",), if_needed),
    ("no_grad around the making", ("freezes_nothing",), by_grad_mode),
    ("an attribute of the net", ("freezes_nothing",), attribute_only),
    ("another net", (), sequential),
    ("the classifier is frozen, too", ("freezes_everything",),
     lambda net, n: frozen(net, n).requires_grad_(False)),
    ("the bias alone learns", (),
     lambda net, n: (frozen(net, n), net.classifier.weight.requires_grad_(False))[0]),
    ("the classifier of zeros", (), changed(lambda net: net.classifier.weight.zero_())),
    ("the last norm learns, too", (),
     lambda net, n: (frozen(net, n), net.features.norm5.requires_grad_(True))[0]),
    ("a thousand features", ("hard_coded",), lambda net, n: (
        net.requires_grad_(False), setattr(net, "classifier", nn.Linear(1024, n)), net)[2]),
    ("the features' last norm is thrown away", (), lambda net, n: (
        frozen(net, n), setattr(net, "features", net.features[:-1]), net)[2]),
]:  # fmt: skip
    wrong("new_head", why, *told)(made)


# conv_cost


def cost(c, o, k, side, stride, *, channels=None, out=None, kernel=None, more=0):
    weights = (c * o if channels is None else channels) * (k * k if kernel is None else kernel)
    side = -(-side // stride) if out is None else out
    return weights + more, weights * side * side


@right("conv_cost")
def _(in_channels, out_channels, kernel_size, side, stride):
    out = (side + 2 * (kernel_size // 2) - kernel_size) // stride + 1
    weights = out_channels * in_channels * kernel_size * kernel_size
    return [weights, weights * out * out]


@right("conv_cost")
def _(c, o, k, side, stride):
    conv = nn.Conv2d(c, o, k, stride=stride, padding=k // 2, bias=False)
    height, width = conv(torch.zeros(1, c, side, side)).shape[-2:]
    return conv.weight.numel(), conv.weight.numel() * height * width


@right("conv_cost")
def _(c, o, k, side, stride):
    weights = math.prod((c, o, k, k))
    return weights, weights * ((side + stride - 1) // stride) ** 2


for why, told, made in [
    (
        "positions of the input",
        ("input_positions",),
        lambda c, o, k, s, t: cost(c, o, k, s, t, out=s),
    ),
    ("a kernel of one row", ("flat_kernel",), lambda c, o, k, s, t: cost(c, o, k, s, t, kernel=k)),
    ("rounded down", ("rounds_down",), lambda c, o, k, s, t: cost(c, o, k, s, t, out=s // t)),
    ("no padding", (), lambda c, o, k, s, t: cost(c, o, k, s, t, out=(s - k) // t + 1)),
    (
        "each channel by itself",
        ("depthwise",),
        lambda c, o, k, s, t: cost(c, o, k, s, t, channels=o),
    ),
    ("inputs alone", (), lambda c, o, k, s, t: cost(c, o, k, s, t, channels=c)),
    ("channels added", (), lambda c, o, k, s, t: cost(c, o, k, s, t, channels=c + o)),
    ("a bias", ("with_bias",), lambda c, o, k, s, t: cost(c, o, k, s, t, more=o)),
    (
        "FLOPs",
        ("flops",),
        lambda c, o, k, s, t: (cost(c, o, k, s, t)[0], 2 * cost(c, o, k, s, t)[1]),
    ),
    ("the other way round", (), lambda c, o, k, s, t: cost(c, o, k, s, t)[::-1]),
    ("weights alone", (), lambda c, o, k, s, t: cost(c, o, k, s, t)[0]),
    ("multiply-adds alone", (), lambda c, o, k, s, t: cost(c, o, k, s, t)[1]),
    ("a kernel of three, always", (), lambda c, o, k, s, t: cost(c, o, 3, s, t)),
    ("stride 1, always", ("input_positions",), lambda c, o, k, s, t: cost(c, o, k, s, 1)),
    ("floats", (), lambda c, o, k, s, t: tuple(map(float, cost(c, o, k, s, t)))),
    (
        "one row of positions",
        ("one_row",),
        lambda c, o, k, s, t: (cost(c, o, k, s, t)[0], cost(c, o, k, s, t)[0] * -(-s // t)),
    ),
    ("strings", (), lambda c, o, k, s, t: tuple(map(str, cost(c, o, k, s, t)))),
]:
    wrong("conv_cost", why, *told)(made)
