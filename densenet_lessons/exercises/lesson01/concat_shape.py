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
    def said(*case):
        try:
            return answer(*case)
        except ValueError:
            return ValueError

    fitting = [
        ((2, 3, 7, 5), (2, 6, 7, 5), 1),
        ((2, 3, 7, 5), (4, 3, 7, 5), 0),
        ((2, 3, 7, 5), (2, 3, 7, 6), 3),
        ((2, 3, 7, 5), (2, 3, 7, 5), 2),
        ((8, 2), (8, 11), 1),
        ((9, 4), (9, 4), 0),
        ((5,), (3,), 0),
        ((4, 1, 6), (4, 3, 6), 1),
        ((3, 2, 2, 1, 4), (3, 2, 2, 6, 4), 3),
    ]
    for first, second, dim in fitting:
        with expect.case():
            joined = torch.cat([torch.empty(first), torch.empty(second)], dim)
            got = said(first, second, dim)
            message = (
                f"a ValueError was raised, but in all dimensions but {dim} they agree: they fit."
            )
            expect.that(got is not ValueError, message, actual=got)
            expect.equal(got, tuple(joined.shape))
    unfit = [
        ((2, 3, 7, 5), (2, 6, 7, 4), 1, "dimension 3 differs, 5 and 4"),
        ((2, 3, 7, 5), (3, 3, 7, 5), 1, "dimension 0 differs, 2 and 3"),
        ((2, 3, 7, 5), (2, 3, 8, 5), 3, "dimension 2 differs, 7 and 8"),
        ((2, 3, 7, 5), (2, 3, 5, 7), 1, "dimension 2 differs, 7 and 5"),
        ((4, 2, 6), (3, 6, 2), 0, "dimension 1 differs, 2 and 6"),
        ((2, 1, 7, 5), (4, 3, 7, 5), 0, "dimension 1 differs, 1 and 3"),
        ((2, 3, 7, 1), (2, 4, 7, 5), 1, "dimension 3 differs, 1 and 5"),
        ((6, 2), (5, 3), 1, "dimension 0 differs, 6 and 5"),
        ((2, 3), (2, 3, 1), 1, "one has two dimensions, the other three"),
        ((2, 3, 1), (2, 3), 1, "one has three dimensions, the other two"),
        ((4, 3), (4, 3, 5, 5), 0, "one has two dimensions, the other four"),
        ((2, 3), (2, 3), 2, "there is no dimension 2"),
        ((2, 3, 7, 5), (2, 3, 7, 5), 7, "there is no dimension 7"),
    ]
    for first, second, dim, why in unfit:
        with expect.case():
            got = said(first, second, dim)
            message = f"no ValueError was raised, but these can't be joined: {why}."
            expect.that(got is ValueError, message, actual=got)
    for first, second, dim in [((2, 3, 7), (2, 3, 4), -1), ((2, 3, 7), (2, 3, 7), -2)]:
        with expect.case():
            got = said(first, second, dim)
            if got is not ValueError:  # PyTorch counts negative dimensions from the end
                joined = torch.cat([torch.empty(first), torch.empty(second)], dim)
                expect.equal(got, tuple(joined.shape))


@concat_shape.solves
def _(first, second, dim):
    if len(first) != len(second) or dim not in range(len(first)):
        raise ValueError("the shapes have different lengths, or dim doesn't exist")
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
    says="Shapes that can't be joined get a result too; they need a `ValueError`."
)
def never_refuses(first, second, dim):
    shape = list(first)
    shape[dim] = first[dim] + second[dim]
    return tuple(shape)


@concat_shape.rejects(says="Shapes of different lengths get a result too: compare the lengths.")
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


@concat_shape.rejects(says="A size of 1 is stretched to the other here. Concat never repeats.")
def broadcasts(first, second, dim):
    if len(first) != len(second) or dim not in range(len(first)):
        raise ValueError("shapes don't fit")
    for axis, (a, b) in enumerate(zip(first, second, strict=True)):
        if axis != dim and a != b and 1 not in (a, b):
            raise ValueError("shapes differ")
    shape = [max(a, b) for a, b in zip(first, second, strict=True)]
    shape[dim] = first[dim] + second[dim]
    return tuple(shape)


@concat_shape.rejects(says="The sizes are compared without their places: 7x5 is not 5x7.")
def compares_sorted(first, second, dim):
    if len(first) != len(second) or dim not in range(len(first)):
        raise ValueError("shapes don't fit")
    rests = [sorted(shape[:dim] + shape[dim + 1 :]) for shape in (first, second)]
    if rests[0] != rests[1]:
        raise ValueError("shapes differ")
    return (*first[:dim], first[dim] + second[dim], *first[dim + 1 :])


@concat_shape.rejects(says="Equal sizes in the joined dimension are refused here, but they fit.")
def refuses_equal_sizes(first, second, dim):
    if len(first) != len(second) or dim not in range(len(first)) or first[dim] == second[dim]:
        raise ValueError("shapes don't fit")
    for axis in range(len(first)):
        if axis != dim and first[axis] != second[axis]:
            raise ValueError("shapes differ")
    return (*first[:dim], first[dim] + second[dim], *first[dim + 1 :])


@concat_shape.rejects(says="A `dim` that neither shape has gets no ValueError.")
def trusts_the_dimension(first, second, dim):
    if len(first) != len(second):
        raise ValueError("the shapes have different lengths")
    for axis in range(len(first)):
        if axis != dim and first[axis] != second[axis]:
            raise ValueError("shapes differ")
    return (*first[:dim], sum(first[dim : dim + 1] + second[dim : dim + 1]), *first[dim + 1 :])


@concat_shape.accepts
def asks_torch(first, second, dim):
    try:
        joined = torch.cat([torch.empty(first), torch.empty(second)], dim)
    except (RuntimeError, IndexError) as error:
        raise ValueError(f"shapes don't fit: {error}") from error
    return tuple(joined.shape)
