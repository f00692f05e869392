"""Exercise 2.6: Find the bug: every shape fits."""

import torch

from densenet_lessons.densenet import DenseBlock
from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "2.6",
    "Find the bug: every shape fits",
    kind="bug",
    minutes=6,
    difficulty=2,
    importance=2,
    hints=(
        (
            "Where do I start?",
            "Write down the list `features` after one layer, and after two.",
        ),
        (
            "Why does the order matter?",
            "Layer 3's norm expects the input's channels first, then layer 1's, then layer 2's.",
        ),
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
