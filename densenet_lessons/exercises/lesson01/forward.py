"""Exercise 1.5: Three rules."""

import torch
from torch.nn import functional as F

from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


def _layers(number, made):
    # Cut to the channels that come in, so that a wrong input gives a value and not an error.
    kernels = [expect.noise(made, 3 + made * number, 1, 1, seed=i) for i in range(number)]
    return [
        lambda x, kernel=kernel: F.conv2d(x, kernel[:, : x.shape[1]]).sigmoid()
        for kernel in kernels
    ]


@exercise(
    "1.5",
    "Three rules",
    kind="function",
    minutes=8,
    difficulty=2,
    importance=3,
    hints=(
        (
            "Where do I start?",
            "Take one rule. What does the next layer see: the newest features, a sum, or a list?",
        ),
        (
            "What does the dense rule begin with?",
            "For the dense rule, what stands in the list before the first layer has run?",
        ),
        (
            "I get a shape error",
            "Feature maps are joined along the channels: which dimension is that?",
        ),
    ),
)
def forward(answer):
    x = expect.noise(2, 3, 6, 5)
    cases = [("plain", 2, 3), ("residual", 3, 3), ("dense", 2, 3), ("dense", 4, 2), ("dense", 3, 2)]
    for rule, number, made in cases:
        layers = _layers(number, made)
        want = x
        for layer in layers:
            new = layer(want)
            if rule == "dense":
                want = torch.cat([want, new], dim=1)
            else:
                want = want + new if rule == "residual" else new
        given = f'rule "{rule}", {number} layers that make {made} channels each'
        before = x.clone()
        expect.same_values(answer(x, layers, rule), want, given=given)
        expect.unchanged(x, before, given=given)


@forward.solves
def _(x, layers, rule):
    features = [x]
    for layer in layers:
        if rule == "dense":
            features.append(layer(torch.cat(features, dim=1)))
        elif rule == "residual":
            x = layer(x) + x
        else:
            x = layer(x)
    return torch.cat(features, dim=1) if rule == "dense" else x


@forward.rejects(says="The loop is left after the first layer: `return` stands too far in.")
def returns_too_early(x, layers, rule):
    for layer in layers:
        if rule == "plain":
            return layer(x)
        x = layer(x) + x if rule == "residual" else torch.cat([x, layer(x)], dim=1)
    return x


@forward.rejects(says="The plain rule keeps nothing: what came in is replaced, not added to.")
def always_adds(x, layers, rule):
    for layer in layers:
        x = torch.cat([x, layer(x)], dim=1) if rule == "dense" else layer(x) + x
    return x


@forward.rejects(says="The residual rule adds what *this* layer received, not the network's input.")
def adds_the_first_input(x, layers, rule):
    first = x
    for layer in layers:
        new = layer(x)
        if rule == "dense":
            x = torch.cat([x, new], dim=1)
        else:
            x = new + first if rule == "residual" else new
    return x


@forward.rejects(says="The residual rule adds at every layer, not once at the end.")
def adds_once(x, layers, rule):
    first = x
    for layer in layers:
        x = torch.cat([x, layer(x)], dim=1) if rule == "dense" else layer(x)
    return x + first if rule == "residual" else x


@forward.rejects(says="Under the residual rule nothing is added here: old features get lost.")
def never_adds(x, layers, rule):
    for layer in layers:
        x = torch.cat([x, layer(x)], dim=1) if rule == "dense" else layer(x)
    return x


@forward.rejects(
    says="Under the dense rule this hands on the newest channels alone. A layer reads all so far."
)
def chains(x, layers, rule):
    for layer in layers:
        x = layer(x) + x if rule == "residual" else layer(x)
    return x


@forward.rejects(says="Under the dense rule this adds. Old and new are to stand side by side.")
def adds_in_dense(x, layers, rule):
    for layer in layers:
        x = layer(x) if rule == "plain" else x + layer(x)
    return x


@forward.rejects(says="Every layer reads the input alone here. It should read all earlier outputs.")
def reads_the_input_only(x, layers, rule):
    features = [x]
    for layer in layers:
        if rule == "dense":
            features.append(layer(x))
        else:
            features = [layer(features[0]) + (features[0] if rule == "residual" else 0)]
    return torch.cat(features, dim=1)


@forward.rejects(says="The newest channels come first here. The paper keeps the oldest first.")
def newest_first(x, layers, rule):
    features = [x]
    for layer in layers:
        if rule == "dense":
            features.append(layer(torch.cat(features, dim=1)))
        else:
            features = [layer(features[0]) + (features[0] if rule == "residual" else 0)]
    return torch.cat(features[::-1], dim=1)


@forward.rejects(says="Each layer reads newest first here, so its weights meet wrong channels.")
def newest_first_inside(x, layers, rule):
    for layer in layers:
        new = layer(x)
        if rule == "dense":
            x = torch.cat([new, x], dim=1)
        else:
            x = new + x if rule == "residual" else new
    return x


@forward.rejects(says="The input is missing in the dense result: x0 belongs to the list too.")
def forgets_the_input(x, layers, rule):
    features = [x]
    for layer in layers:
        if rule == "dense":
            features.append(layer(torch.cat(features, dim=1)))
        else:
            features = [layer(features[0]) + (features[0] if rule == "residual" else 0)]
    return torch.cat(features[1:] if rule == "dense" else features, dim=1)


@forward.rejects(says="Only the last layer's channels come back; the dense rule returns them all.")
def returns_the_last(x, layers, rule):
    features = [x]
    for layer in layers:
        if rule == "dense":
            features.append(layer(torch.cat(features, dim=1)))
        else:
            features = [layer(features[0]) + (features[0] if rule == "residual" else 0)]
    return features[-1]


@forward.rejects(says="This returns the list itself; join it along the channels.")
def returns_the_list(x, layers, rule):
    features = [x]
    for layer in layers:
        if rule == "dense":
            features.append(layer(torch.cat(features, dim=1)))
        else:
            features = [layer(features[0]) + (features[0] if rule == "residual" else 0)]
    return features if rule == "dense" else features[0]


@forward.rejects(says="A layer takes one tensor: join the list before you hand it over.")
def hands_over_the_list(x, layers, rule):
    features = [x]
    for layer in layers:
        if rule == "dense":
            features.append(layer(features))
        else:
            features = [layer(features[0]) + (features[0] if rule == "residual" else 0)]
    return torch.cat(features, dim=1)


@forward.rejects(says="Dimension 0 is the batch. The channels are dimension 1.")
def joins_the_batch(x, layers, rule):
    for layer in layers:
        if rule == "dense":
            x = torch.cat([x, layer(x)], dim=0)
        else:
            x = layer(x) + (x if rule == "residual" else 0)
    return x


@forward.accepts
def running_concatenation(x, layers, rule):
    for layer in layers:
        new = layer(x)
        if rule == "residual":
            new = new + x
        x = torch.cat([x, new], dim=1) if rule == "dense" else new
    return x
