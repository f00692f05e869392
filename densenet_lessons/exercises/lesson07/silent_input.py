"""Exercise 7.4: Find the bug: a silence that speaks."""

import torch
from torch import nn

from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "7.4",
    "Find the bug: a silence that speaks",
    kind="bug",
    minutes=5,
    difficulty=2,
    importance=3,
    hints=(
        (
            "What is wrong with zero?",
            "Write down what a norm makes of an input of 0. Is that what it puts out for an "
            "average channel?",
        ),
        (
            "Which value says nothing?",
            "The one that the norm maps to its own shift, whatever its scale. The norm has stored "
            "it, one for each channel.",
        ),
        (
            "I get a shape error",
            "A list of c numbers fits (N, c, H, W) only as (1, c, 1, 1).",
        ),
    ),
)
def silent_input(answer):
    for seed, (width, start, stop) in enumerate([(7, 2, 5), (5, 0, 2), (6, 4, 6)]):
        norm = expect.randomise(nn.BatchNorm2d(width), seed).eval()
        x = expect.noise(3, width, 4, 5, seed=seed) + 1
        copy, given = x.clone(), f"{width} channels, start={start}, stop={stop}"
        came = answer(x, norm, start, stop)
        right = torch.stack(
            [
                norm.running_mean[c].expand(3, 4, 5) if start <= c < stop else copy[:, c]
                for c in range(width)
            ],
            1,
        )
        expect.same_values(came, right, given=given)
        expect.unchanged(x, copy, given=given, what="input x")


@silent_input.solves(because="At its running mean a channel leaves the norm as the shift alone.")
def _(x, norm, start, stop):
    x = x.clone()
    x[:, start:stop] = norm.running_mean[start:stop].view(1, -1, 1, 1)
    return x


@silent_input.rejects(
    says="To this norm, 0 is a value far from the average: the reader hears something new."
)
def at_zero(x, norm, start, stop):
    x = x.clone()
    x[:, start:stop] = 0
    return x


@silent_input.rejects(says="The shift is what the norm should put out, not what goes into it.")
def at_the_shift(x, norm, start, stop):
    x = x.clone()
    x[:, start:stop] = norm.bias[start:stop].view(1, -1, 1, 1)
    return x


@silent_input.rejects(
    says="The mean of this batch still changes from batch to batch, and so says something."
)
def at_the_batch_mean(x, norm, start, stop):
    x = x.clone()
    x[:, start:stop] = x[:, start:stop].mean((0, 2, 3), keepdim=True)
    return x


@silent_input.rejects(says="Each image keeps its own mean here, and that tells images apart.")
def at_the_image_mean(x, norm, start, stop):
    x = x.clone()
    x[:, start:stop] = x[:, start:stop].mean((2, 3), keepdim=True)
    return x


@silent_input.rejects(says="The caller's `x` was changed in place; work on a copy.")
def in_place(x, norm, start, stop):
    x[:, start:stop] = norm.running_mean[start:stop].view(1, -1, 1, 1)
    return x


@silent_input.rejects(says="All channels are silent here, not those from start to stop.")
def all_channels(x, norm, start, stop):
    return norm.running_mean.view(1, -1, 1, 1).expand_as(x)


@silent_input.rejects(says="This silences everything but the channels from start to stop.")
def the_others(x, norm, start, stop):
    silent = norm.running_mean.view(1, -1, 1, 1).expand_as(x).clone()
    silent[:, start:stop] = x[:, start:stop]
    return silent


@silent_input.accepts
def by_joining(x, norm, start, stop):
    mean = norm.running_mean[None, start:stop, None, None]
    quiet = mean.expand(len(x), -1, *x.shape[2:])
    return torch.cat([x[:, :start], quiet, x[:, stop:]], 1)
