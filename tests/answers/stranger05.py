"""Answers to lesson 05 by a stranger who knew the notebook alone.

Right or wrong was judged before any verdict; what a verdict may lead with was filled in after.
"""

import math

import torch
import torch.utils.checkpoint
from torch import nn

from .judged import right, wrong

# ---------------------------------------------------------------- conv_cost


@wrong(
    "conv_cost",
    "rounds the side down after the stride, so an odd side with stride 2 comes out one too small",
    "rounds_down",
)
def _(in_channels, out_channels, kernel_size, side, stride):
    weights = in_channels * out_channels * kernel_size**2
    return weights, weights * (side // stride) ** 2


@wrong("conv_cost", "round() rounds halves to even, so side 5 with stride 2 gives 2 instead of 3")
def _(in_channels, out_channels, kernel_size, side, stride):
    weights = in_channels * out_channels * kernel_size**2
    return weights, weights * round(side / stride) ** 2


@wrong(
    "conv_cost",
    "ignores the stride: counts the positions of the maps that enter",
    "input_positions",
)
def _(in_channels, out_channels, kernel_size, side, stride):
    weights = in_channels * out_channels * kernel_size * kernel_size
    return weights, weights * side * side


@wrong("conv_cost", "divides the area by the stride once instead of each side")
def _(in_channels, out_channels, kernel_size, side, stride):
    weights = in_channels * out_channels * kernel_size**2
    return weights, weights * math.ceil(side * side / stride)


@wrong(
    "conv_cost", "forgets the padding in the output's side, so kernels above 1 lose their border"
)
def _(in_channels, out_channels, kernel_size, side, stride):
    weights = in_channels * out_channels * kernel_size**2
    out = (side - kernel_size) // stride + 1
    return weights, weights * out * out


@wrong(
    "conv_cost",
    "counts multiplication and addition apart, which is twice the multiply-adds",
    "flops",
)
def _(in_channels, out_channels, kernel_size, side, stride):
    weights = in_channels * out_channels * kernel_size**2
    out = (side + 2 * (kernel_size // 2) - kernel_size) // stride + 1
    return weights, 2 * weights * out**2


@right("conv_cost")
def _(in_channels, out_channels, kernel_size, side, stride):
    conv = nn.Conv2d(
        in_channels, out_channels, kernel_size, stride, kernel_size // 2, bias=False, device="meta"
    )
    out = conv(torch.empty(1, in_channels, side, side, device="meta"))
    return conv.weight.numel(), out[0, 0].numel() * conv.weight.numel()


@right("conv_cost")
def _(in_channels, out_channels, kernel_size, side, stride):
    weights = kernel_size * in_channels * kernel_size * out_channels
    return weights, weights * len(range(0, side, stride)) ** 2


@right("conv_cost")
def _(in_channels, out_channels, kernel_size, side, stride):
    positions = -(-side // stride)
    per_value = in_channels * kernel_size**2
    return per_value * out_channels, per_value * (out_channels * positions * positions)


# ---------------------------------------------------------------- new_head


@wrong(
    "new_head",
    "freezes after the swap, so the new classifier is frozen as well",
    "freezes_everything",
)
def _(net, num_classes):
    net.classifier = nn.Linear(net.classifier.in_features, num_classes)
    for parameter in net.parameters():
        parameter.requires_grad = False
    return net


@wrong(
    "new_head",
    "sets an attribute of the module features instead of its parameters; nothing is frozen",
    "freezes_nothing",
)
def _(net, num_classes):
    net.features.requires_grad = False
    net.classifier = nn.Linear(net.classifier.in_features, num_classes)
    return net


@wrong(
    "new_head",
    "has DenseNet-121's 1024 channels hard-coded, so other nets get a classifier that doesn't fit",
    "hard_coded",
)
def _(net, num_classes):
    for parameter in net.parameters():
        parameter.requires_grad = False
    net.classifier = nn.Linear(1024, num_classes)
    return net


@wrong("new_head", "does the work but returns nothing instead of the net")
def _(net, num_classes):
    net.requires_grad_(False)
    net.classifier = nn.Linear(net.classifier.in_features, num_classes)


@wrong("new_head", "freezes weights alone; the shifts (bias) of the batch norms still learn")
def _(net, num_classes):
    for name, parameter in net.named_parameters():
        if name.endswith("weight"):
            parameter.requires_grad = False
    net.classifier = nn.Linear(net.classifier.in_features, num_classes)
    return net


@wrong(
    "new_head",
    "keeps the old classifier and puts the new one behind its logits instead of swapping it",
    "on_top",
)
def _(net, num_classes):
    net.requires_grad_(False)
    old = net.classifier
    net.classifier = nn.Sequential(old, nn.Linear(old.out_features, num_classes))
    return net


@right("new_head")
def _(net, num_classes):
    net.classifier = nn.Linear(net.classifier.weight.shape[1], num_classes)
    for name, parameter in net.named_parameters():
        parameter.requires_grad = name.split(".")[0] == "classifier"
    return net


@right("new_head")
def _(net, num_classes):
    width = net.classifier.in_features
    del net.classifier
    for module in net.modules():
        for parameter in module.parameters(recurse=False):
            parameter.requires_grad_(False)
    net.add_module("classifier", nn.Linear(width, num_classes))
    return net


@right("new_head")
def _(net, num_classes):
    net.features.requires_grad_(False).eval()  # eval: its running statistics stay, too
    net.classifier = nn.Linear(net.classifier.in_features, num_classes)
    return net
