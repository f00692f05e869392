"""Exercise 7.8: Where the evidence lies."""

import torch

from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "7.8",
    "Where the evidence lies",
    minutes=5,
    difficulty=2,
    importance=3,
    hints=(
        (
            "Where do I start?",
            "The logit is a mean over pixels, then a weighted sum over channels, then a bias. "
            "Both are sums. Which may come first?",
        ),
        (
            "What is done at one pixel?",
            "At each pixel stand m numbers. Multiply each by the weight that the class gives its "
            "channel, and add up.",
        ),
        (
            "I get a shape error",
            "The m weights of one class meet (m, h, w) as (m, 1, 1), or in an `einsum` that sums "
            "over c.",
        ),
    ),
)
def class_map(answer):
    for seed, (m, h, w, classes) in enumerate([(5, 3, 4, 3), (8, 7, 7, 10), (4, 2, 5, 6)]):
        features = expect.noise(m, h, w, seed=seed).relu()
        weight = expect.noise(classes, m, seed=seed + 10)
        copies = (features.clone(), weight.clone())
        for index in (classes - 1, 1):
            given = f"features ({m}, {h}, {w}), weight ({classes}, {m}), index={index}"
            right = torch.tensordot(copies[1][index], copies[0], dims=1)
            expect.same_values(answer(features, weight, index), right, given=given, what="map")
            expect.unchanged([features, weight], copies, given=given)


@class_map.solves(because="Mean and weighted sum may be swapped, so each pixel has a say.")
def _(features, weight, index):
    return torch.einsum("c,chw->hw", weight[index], features)


@class_map.rejects(says="The pixels were averaged first; then no map is left.")
def averaged(features, weight, index):
    return weight[index] @ features.mean((1, 2))


@class_map.rejects(says="The channels are not added up yet: this is a map for each channel.")
def not_added(features, weight, index):
    return weight[index].view(-1, 1, 1) * features


@class_map.rejects(says="These are the maps of all classes; return the one of class `index`.")
def of_all_classes(features, weight, index):
    return torch.einsum("kc,chw->khw", weight, features)


@class_map.rejects(says="The mean over channels stands here; the classifier adds them up.")
def mean_over_channels(features, weight, index):
    return torch.einsum("c,chw->hw", weight[index], features) / len(features)


@class_map.rejects(says="Negative evidence was cut off; a pixel may speak against a class, too.")
def cut_at_zero(features, weight, index):
    return torch.einsum("c,chw->hw", weight[index], features).relu()


@class_map.rejects(says="The weights were left out; every class would get this map.")
def without_weights(features, weight, index):
    return features.sum(0)


@class_map.accepts
def by_broadcasting(features, weight, index):
    return (weight[index][:, None, None] * features).sum(0)


@class_map.accepts
def by_a_product(features, weight, index):
    flat = weight[index : index + 1] @ features.flatten(1)
    return flat.reshape(features.shape[1:])
