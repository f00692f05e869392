"""Exercise 1.4: The rule of concat."""

import torch

from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "1.4",
    "The rule of concat",
    kind="function",
    minutes=6,
    difficulty=2,
    importance=2,
    hints=(
        (
            "Where do I start?",
            "Which sizes must be equal? Look at every dimension but one.",
        ),
        (
            "How do I build the new shape?",
            "Copy the first shape into a list, and change one entry of it.",
        ),
        (
            "My check refuses too little",
            "Can two shapes be joined if one has three entries and the other two?",
        ),
    ),
)
def concat_shape(answer):
    fitting = [
        ((2, 3, 7, 5), (2, 6, 7, 5), 1),
        ((2, 3, 7, 5), (4, 3, 7, 5), 0),
        ((2, 3, 7, 5), (2, 3, 7, 6), 3),
        ((8, 2), (8, 11), 1),
    ]
    for first, second, dim in fitting:
        joined = torch.cat([torch.empty(first), torch.empty(second)], dim)
        try:
            got = answer(first, second, dim)
        except ValueError:
            message = f"a ValueError was raised, but only dimension {dim} differs: they fit."
            expect.that(False, message, actual=ValueError)
        expect.equal(got, tuple(joined.shape))
    unfit = [
        ((2, 3, 7, 5), (2, 6, 7, 4), 1, "dimension 3 differs, 5 and 4"),
        ((2, 3, 7, 5), (3, 3, 7, 5), 1, "dimension 0 differs, 2 and 3"),
        ((2, 3, 7, 5), (2, 3, 8, 5), 3, "dimension 2 differs, 7 and 8"),
        ((2, 3), (2, 3, 1), 1, "one has two dimensions, the other three"),
        ((2, 3, 1), (2, 3), 1, "one has three dimensions, the other two"),
    ]
    for first, second, dim, why in unfit:
        try:
            got = answer(first, second, dim)
        except ValueError:
            got = ValueError
        message = f"no ValueError was raised, but these can't be joined: {why}."
        expect.that(got is ValueError, message, actual=got)


@concat_shape.solves
def _(first, second, dim):
    if len(first) != len(second):
        raise ValueError("the shapes have different lengths")
    for axis in range(len(first)):
        if axis != dim and first[axis] != second[axis]:
            raise ValueError(f"the shapes differ in dimension {axis}")
    shape = list(first)
    shape[dim] = first[dim] + second[dim]
    return tuple(shape)


@concat_shape.rejects(says="All sizes are added here. Only dimension `dim` grows.")
def adds_all_sizes(first, second, dim):
    return tuple(a + b for a, b in zip(first, second, strict=False))


@concat_shape.rejects(says="This always joins the channels, whatever `dim` is.")
def always_channels(first, second, dim):
    shape = list(first)
    shape[1] = first[1] + second[1]
    return tuple(shape)


@concat_shape.rejects(says="This compares as if `dim` were always 1.")
def always_compares_for_channels(first, second, dim):
    for axis in range(len(first)):
        if axis != 1 and first[axis] != second[axis]:
            raise ValueError("shapes differ")
    shape = list(first)
    shape[dim] = first[dim] + second[dim]
    return tuple(shape)


@concat_shape.rejects(says="A shape may have any number of entries; this expects four.")
def expects_four(first, second, dim):
    for axis in range(4):
        if axis != dim and first[axis] != second[axis]:
            raise ValueError("shapes differ")
    shape = list(first)
    shape[dim] = first[dim] + second[dim]
    return tuple(shape)


@concat_shape.rejects(
    says="Shapes that can't be joined get a result too: nothing compares the rest."
)
def never_refuses(first, second, dim):
    shape = list(first)
    shape[dim] = first[dim] + second[dim]
    return tuple(shape)


@concat_shape.rejects(says="`zip` stops at the end of the shorter shape: compare the lengths too.")
def forgets_the_length(first, second, dim):
    pairs = list(enumerate(zip(first, second, strict=False)))
    if any(axis != dim and a != b for axis, (a, b) in pairs):
        raise ValueError("shapes differ")
    return tuple(a + b if axis == dim else a for axis, (a, b) in pairs)


@concat_shape.rejects(says="This is the rule of add: concat may differ in the joined dimension.")
def demands_equal_shapes(first, second, dim):
    if first != second:
        raise ValueError("shapes differ")
    return first


@concat_shape.accepts
def asks_torch(first, second, dim):
    try:
        joined = torch.cat([torch.empty(first), torch.empty(second)], dim)
    except RuntimeError as error:
        raise ValueError(f"shapes don't fit: {error}") from error
    return tuple(joined.shape)
