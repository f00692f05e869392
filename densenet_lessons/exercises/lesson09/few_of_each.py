"""Exercise 9.2: A few of each class."""

import torch

from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "9.2",
    "A few of each class",
    kind="function",
    minutes=6,
    difficulty=1,
    importance=2,
    hints=(
        ("Where do I start?", "`(labels == label).nonzero()` gives the positions of one class."),
        ("Which classes are there?", "`labels.unique()` knows; they needn't be 0 to 9."),
        ("The order is wrong", "Join the classes' positions, then sort what you have."),
    ),
)
def few_of_each(answer):
    cases = [
        ([3, 1, 3, 3, 1, 1, 3], 2),
        ([0, 0, 0, 1, 0, 1, 1, 0], 3),
        ([7, 5, 5, 7, 2, 2, 5], 1),
        ([4, 4, 9, 9, 9, 4], 3),
        ([1, 0, 1], 1),
        ([5, 5, 2, 5, 5], 3),
        ([31, 12, 31, 12, 10, 31, 12], 2),
        ([10, 15, 10, 15, 15], 1),
    ]
    for labels, per_class in cases:
        with expect.case():
            given = f"labels {labels}, {per_class} of each"
            handed = torch.tensor(labels)
            chosen = answer(handed, per_class)
            expect.equal(chosen, _by_hand(labels, per_class), given=given, what="positions")
            expect.unchanged(handed, torch.tensor(labels), given=given)


def _by_hand(labels, per_class):
    taken, positions = {}, []
    for position, label in enumerate(labels):
        taken[label] = taken.get(label, 0) + 1
        if taken[label] <= per_class:
            positions.append(position)
    return positions


@few_of_each.solves(because="The first ones of each class, in the order of the data.")
def _(labels, per_class):
    chosen = [(labels == label).nonzero().flatten()[:per_class] for label in labels.unique()]
    return torch.cat(chosen).sort().values.tolist()


@few_of_each.rejects(says="These are the first images whatever their class; count each class.")
def the_first_ones(labels, per_class):
    return list(range(per_class * len(labels.unique())))


@few_of_each.rejects(says="Class after class; the positions are to be in the order of the data.")
def class_by_class(labels, per_class):
    chosen = [(labels == label).nonzero().flatten()[:per_class] for label in labels.unique()]
    return torch.cat(chosen).tolist()


@few_of_each.rejects(says="These are the labels; their positions in the data are asked for.")
def the_labels(labels, per_class):
    chosen = [(labels == label).nonzero().flatten()[:per_class] for label in labels.unique()]
    return labels[torch.cat(chosen).sort().values].tolist()


@few_of_each.rejects(says="These are the last ones of each class, not the first.")
def the_last_ones(labels, per_class):
    chosen = [(labels == label).nonzero().flatten()[-per_class:] for label in labels.unique()]
    return torch.cat(chosen).sort().values.tolist()


@few_of_each.rejects(says="Counting from 0, this takes one more of each class than asked for.")
def one_too_many(labels, per_class):
    chosen = [(labels == label).nonzero().flatten()[: per_class + 1] for label in labels.unique()]
    return torch.cat(chosen).sort().values.tolist()


@few_of_each.rejects(says="Only classes 0 and 1 are looked for; take those that the labels have.")
def two_classes_alone(labels, per_class):
    chosen = [(labels == label).nonzero().flatten()[:per_class] for label in (0, 1)]
    return torch.cat(chosen).sort().values.tolist()


@few_of_each.rejects(says="Ten classes are taken for granted; ask the labels which there are.")
def ten_classes(labels, per_class):
    chosen = [(labels == label).nonzero().flatten()[:per_class] for label in range(10)]
    return torch.cat(chosen).sort().values.tolist()


@few_of_each.rejects(
    says="A class with fewer images gives what it has; the others aren't cut to it."
)
def as_many_as_the_rarest(labels, per_class):
    most = min(per_class, int(labels.unique(return_counts=True)[1].min()))
    chosen = [(labels == label).nonzero().flatten()[:most] for label in labels.unique()]
    return torch.cat(chosen).sort().values.tolist()


@few_of_each.accepts
def as_a_tensor(labels, per_class):
    chosen = [(labels == label).nonzero().flatten()[:per_class] for label in labels.unique()]
    return torch.cat(chosen).sort().values


@few_of_each.accepts
def by_counting(labels, per_class):
    taken, positions = {}, []
    for position, label in enumerate(labels.tolist()):
        taken[label] = taken.get(label, 0) + 1
        if taken[label] <= per_class:
            positions.append(position)
    return positions
