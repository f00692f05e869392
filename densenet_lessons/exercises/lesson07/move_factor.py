"""Exercise 7.3: Another map, the same net."""

import torch

from densenet_lessons.densenet import DenseLayer
from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "7.3",
    "Another map, the same net",
    minutes=8,
    difficulty=2,
    importance=3,
    hints=(
        (
            "What is between the norm and the filter?",
            "A ReLU. For a positive factor f, relu(f · x) = f · relu(x): the factor can be moved "
            "past it.",
        ),
        (
            "My layer computes something else",
            "A channel leaves the norm as scale times normalised value plus shift. All of it has "
            "to get smaller by the factor.",
        ),
        (
            "How do I change a parameter?",
            "Without recording gradients (`torch.no_grad`), and in place, on a slice of it.",
        ),
    ),
)
def move_factor(answer):
    cases = [(9, 4, 4, 2, 5, 4.0), (7, 3, None, 0, 4, 0.5), (8, 2, 4, 5, 8, 3.0)]
    for seed, (width, k, bn_size, start, stop, factor) in enumerate(cases):
        with torch.random.fork_rng([]):
            layers = [DenseLayer(width, k, bn_size=bn_size).eval() for _ in range(2)]
        mine, old = (expect.randomise(layer, seed) for layer in layers)
        answer(mine, start, stop, factor)
        given = f"a layer that reads {width} channels, start={start}, stop={stop}, factor={factor}"
        weight = old.conv1.weight.detach().clone()
        weight[:, start:stop] *= factor
        expect.same_values(mine.conv1.weight, weight, given=given, what="layer's conv1.weight")
        x = expect.noise(3, width, 5, 4, seed=seed)
        with torch.no_grad():
            came, right = mine(x), old(x)
        expect.same_values(came, right, given=given, what="layer's output")
        for name in ("running_mean", "running_var"):
            now, before = getattr(mine.norm1, name), getattr(old.norm1, name)
            expect.same_values(now, before, given=given, what=f"norm's {name}")
        expect.that(
            all(parameter.requires_grad for parameter in mine.parameters()),
            "a parameter of the layer no longer wants a gradient.",
            given=given,
        )


@move_factor.solves(because="ReLU lets a positive factor pass, so norm and filter can share it.")
def _(layer, start, stop, factor):
    with torch.no_grad():
        layer.conv1.weight[:, start:stop] *= factor
        layer.norm1.weight[start:stop] /= factor
        layer.norm1.bias[start:stop] /= factor


@move_factor.rejects(says="The norm's shift was left as it was: it is read by the filters, too.")
def forgets_the_shift(layer, start, stop, factor):
    with torch.no_grad():
        layer.conv1.weight[:, start:stop] *= factor
        layer.norm1.weight[start:stop] /= factor


@move_factor.rejects(says="The norm's scale was left as it was; only its shift got smaller.")
def forgets_the_scale(layer, start, stop, factor):
    with torch.no_grad():
        layer.conv1.weight[:, start:stop] *= factor
        layer.norm1.bias[start:stop] /= factor


@move_factor.rejects(says="Nothing makes up for the larger filters; the norm must get smaller.")
def changes_the_net(layer, start, stop, factor):
    with torch.no_grad():
        layer.conv1.weight[:, start:stop] *= factor


@move_factor.rejects(says="The slice took filters; channels that are read stand in dimension 1.")
def slices_the_filters(layer, start, stop, factor):
    with torch.no_grad():
        layer.conv1.weight[start:stop] *= factor
        layer.norm1.weight[start:stop] /= factor
        layer.norm1.bias[start:stop] /= factor


@move_factor.rejects(says="This changes all channels that are read, not those from start to stop.")
def all_channels(layer, start, stop, factor):
    with torch.no_grad():
        layer.conv1.weight *= factor
        layer.norm1.weight /= factor
        layer.norm1.bias /= factor


@move_factor.rejects(says="Norm and filters got larger together; one must undo the other.")
def both_larger(layer, start, stop, factor):
    with torch.no_grad():
        layer.conv1.weight[:, start:stop] *= factor
        layer.norm1.weight[start:stop] *= factor
        layer.norm1.bias[start:stop] *= factor


@move_factor.rejects(says="The other way round: the filters are to get `factor` times as large.")
def wrong_way(layer, start, stop, factor):
    with torch.no_grad():
        layer.conv1.weight[:, start:stop] /= factor
        layer.norm1.weight[start:stop] *= factor
        layer.norm1.bias[start:stop] *= factor


@move_factor.accepts
def by_copy(layer, start, stop, factor):
    scale = torch.ones_like(layer.norm1.weight)
    scale[start:stop] = factor
    with torch.no_grad():
        layer.norm1.weight.copy_(layer.norm1.weight / scale)
        layer.norm1.bias.copy_(layer.norm1.bias / scale)
        layer.conv1.weight.copy_(layer.conv1.weight * scale.view(1, -1, 1, 1))
