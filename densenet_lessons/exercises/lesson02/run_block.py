"""Exercise 2.7: Find the bug: every shape fits."""

import torch

from densenet_lessons.densenet import DenseBlock
from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "2.7",
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
    for number, width, k, sizes in [
        (3, 5, 3, (2, 6, 7)),
        (2, 4, 3, (1, 5, 4)),
        (4, 3, 2, (3, 4, 4)),
    ]:
        for training in (False, True):
            block = expect.randomise(DenseBlock(number, width, k, bn_size=None)).train(training)
            mode = "training" if training else "eval"
            given = f"{number} layers in {mode} mode, k = {k}, {width} channels in"
            x = expect.noise(sizes[0], width, *sizes[1:])
            expect.same_function(answer, _read_all, x, list(block), given=given)
    expect.same_function(answer, _read_all, expect.noise(2, 3, 4, 5), [], given="no layers")


def _read_all(x, layers):
    for layer in layers:
        x = torch.cat([x, layer(x)], dim=1)
    return x


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


@run_block.rejects(says="The caller's list of layers is emptied by `pop`.")
def empties_the_list(x, layers):
    while layers:
        x = torch.cat([x, layers.pop(0)(x)], dim=1)
    return x


@run_block.rejects(says="This is right for three layers alone; a list may hold any number of them.")
def three_layers_only(x, layers):
    for layer in layers[:3]:
        x = torch.cat([x, layer(x)], dim=1)
    return x if len(layers) == 3 else x[:0]


@run_block.rejects(says="The layers are left in eval mode, and work in no other.")
def in_eval_mode(x, layers):
    for layer in layers:
        x = torch.cat([x, layer.eval()(x)], dim=1)
    return x


@run_block.rejects(says="Nothing can learn from this: `no_grad` stands around the layers' work.")
def without_gradients(x, layers):
    for layer in layers:
        with torch.no_grad():
            new = layer(x)
        x = torch.cat([x, new], dim=1)
    return x


@run_block.accepts
def running(x, layers):
    for layer in layers:
        x = torch.cat([x, layer(x)], dim=1)
    return x
