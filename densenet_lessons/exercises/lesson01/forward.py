"""Exercise 1.5: Three rules."""

import torch
from torch.nn import functional as F

from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


def _layers(number, made):
    # Cut to the channels that come in, so that a wrong input gives a value and not an error.
    kernels = [expect.noise(made, 3 + made * number, 1, 1, seed=i) for i in range(number)]
    return [
        lambda x, kernel=kernel: F.conv2d(x, kernel[:, : x.shape[1]].to(x)).sigmoid()
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
    for rule in ("plain", "residual", "dense"):
        for number, made in [(2, 3), (3, 3), (1, 3), (0, 3), (4, 3 if rule == "residual" else 2)]:
            sizes = (2, 3, 6, 5) if number % 2 else (1, 3, 5, 4)
            given = f'rule "{rule}", {number} layers that make {made} channels each'
            layers = _layers(number, made)
            expect.same_function(answer, _run, expect.noise(*sizes), layers, rule, given=given)


def _run(x, layers, rule):
    for layer in layers:
        new = layer(x)
        if rule == "dense":
            x = torch.cat([x, new], dim=1)
        else:
            x = x + new if rule == "residual" else new
    return x


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


@forward.rejects(says="Under the plain rule the loop is left after the first layer.")
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


@forward.rejects(says="The caller's list of layers is emptied: `pop` takes them out of it.")
def empties_the_list(x, layers, rule):
    while layers:
        new = layers.pop(0)(x)
        if rule == "dense":
            x = torch.cat([x, new], dim=1)
        else:
            x = new + (x if rule == "residual" else 0)
    return x


@forward.rejects(says="The values are right, but gradients don't reach the features before them.")
def cuts_gradients(x, layers, rule):
    for layer in layers:
        new = layer(x.detach())
        if rule == "dense":
            x = torch.cat([x, new], dim=1)
        else:
            x = new + (x if rule == "residual" else 0)
    return x


@forward.rejects(says="This is right for two layers alone; `layers` may hold any number of them.")
def two_layers_only(x, layers, rule):
    first = layers[0](x)
    if rule == "plain":
        return layers[1](first)
    if rule == "residual":
        return layers[1](x + first) + x + first
    x = torch.cat([x, first], dim=1)
    return torch.cat([x, layers[1](x)], dim=1)


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
