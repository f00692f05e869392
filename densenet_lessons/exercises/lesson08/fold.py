"""Exercise 8.8: Fold a norm into a convolution."""

import torch
from torch import nn
from torch.nn import functional as F

from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "8.8",
    "Fold a norm into a convolution",
    minutes=8,
    difficulty=3,
    importance=2,
    hints=(
        (
            "Where do I start?",
            "Write the norm as y * scale + shift, with one scale and one shift for each channel.",
        ),
        (
            "What are scale and shift?",
            "The scale is gamma over the square root of variance plus eps. The shift is beta "
            "less mean times scale.",
        ),
        (
            "I get a shape error",
            "The scale belongs to the output channels, the weight's first axis: give it three "
            "more axes of length 1.",
        ),
    ),
)
def fold(answer):
    for seed, (outputs, inputs, side) in enumerate([(5, 7, 1), (4, 3, 3), (6, 6, 1)]):
        norm = expect.randomise(nn.BatchNorm2d(outputs, eps=0.05), seed).eval()
        weight = expect.noise(outputs, inputs, side, side, seed=seed)
        before = [t.detach().clone() for t in (weight, *norm.state_dict().values())]
        given = f"a {side}×{side} convolution from {inputs} to {outputs} channels"
        result = answer(weight, norm)
        pair = isinstance(result, (tuple, list)) and len(result) == 2
        expect.that(pair, "the result should be a pair: weight, bias.", actual=result, given=given)
        x = expect.noise(2, inputs, 5, 4, seed=seed + 10)
        want_weight, want_bias = _right(weight, norm)
        expect.same_values(result[0], want_weight, given=given, what="weight")
        expect.same_values(result[1], want_bias, given=given, what="bias")
        with torch.no_grad():
            folded = F.conv2d(x, result[0].float(), result[1].float())
            expect.same_values(folded, norm(F.conv2d(x, weight)), given=given, what="output")
        expect.unchanged([weight, *norm.state_dict().values()], before)


def _right(weight, norm):
    """Weight and bias read off the two modules themselves: what they make of basis vectors."""
    with torch.no_grad():
        nothing = torch.zeros(1, norm.num_features, 1, 1)
        bias = norm(nothing).flatten()
        scale = norm(torch.ones_like(nothing)).flatten() - bias
        return torch.einsum("oihw,o->oihw", weight, scale), bias


@fold.solves(because="In eval mode a norm is one scale and one shift for each channel.")
def _(weight, norm):
    scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
    bias = norm.bias - norm.running_mean * scale
    return weight * scale[:, None, None, None], bias


@fold.accepts
def by_torch(weight, norm):
    from torch.nn.utils.fusion import fuse_conv_bn_weights

    return fuse_conv_bn_weights(
        weight, None, norm.running_mean, norm.running_var, norm.eps, norm.weight, norm.bias
    )


@fold.rejects(says="The eps is missing under the root.")
def without_eps(weight, norm):
    scale = norm.weight / norm.running_var.sqrt()
    return weight * scale[:, None, None, None], norm.bias - norm.running_mean * scale


@fold.rejects(says="This divides by the variance; a norm divides by the standard deviation.")
def by_the_variance(weight, norm):
    scale = norm.weight / (norm.running_var + norm.eps)
    return weight * scale[:, None, None, None], norm.bias - norm.running_mean * scale


@fold.rejects(says="The weight is right. In the bias, the mean is scaled like everything else.")
def mean_not_scaled(weight, norm):
    scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
    return weight * scale[:, None, None, None], norm.bias - norm.running_mean


@fold.rejects(says="The weight is right. The bias lacks the norm's own shift, beta.")
def without_beta(weight, norm):
    scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
    return weight * scale[:, None, None, None], -norm.running_mean * scale


@fold.rejects(says="The norm's own scale, gamma, is missing.")
def without_gamma(weight, norm):
    scale = 1 / torch.sqrt(norm.running_var + norm.eps)
    return weight * scale[:, None, None, None], norm.bias - norm.running_mean * scale


@fold.rejects(says="The weight must be scaled too: it comes back as it was.")
def weight_as_it_was(weight, norm):
    scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
    return weight, norm.bias - norm.running_mean * scale
