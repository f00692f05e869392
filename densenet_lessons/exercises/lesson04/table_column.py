"""Exercise 4.1: A column of Table 1."""

import math

from densenet_lessons.densenet import DenseNetSpec, block_sides
from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "4.1",
    "A column of Table 1",
    kind="function",
    minutes=6,
    difficulty=2,
    importance=3,
    hints=(
        (
            "Where do I start?",
            "Keep a running width and a running side. What does a block do to each, and a "
            "transition?",
        ),
        (
            "My first side is wrong",
            "The stem has two steps with stride 2: its convolution and its pool.",
        ),
        (
            "I have a row too many",
            "There is one transition less than there are blocks, and the paper rounds down.",
        ),
    ),
)
def table_column(answer):
    cases = [
        (224, 64, (6, 12, 24, 16), 32, 0.5),
        (64, 5, (2, 3, 1), 4, 0.7),
        (32, 7, (3,), 5, 0.5),
        (128, 16, (2, 5), 12, 1.0),
        (96, 10, (1, 3, 2, 2), 5, 0.7),
        (160, 7, (3, 2, 4, 1), 5, 0.7),
        (224, 9, (2, 1, 3, 1), 7, 0.3),
        (96, 6, (1, 2, 1, 1, 1), 4, 0.5),
        (160, 8, (2, 1, 1, 2, 1), 6, 0.5),
    ]
    expect.same_results(answer, _column, cases, whole=True)


def _column(image_size, num_init_features, block_config, growth_rate, compression):
    spec = DenseNetSpec(growth_rate, block_config, num_init_features, compression=compression)
    leaving = [out for _, out in spec.block_ends()]
    return list(zip(leaving, block_sides(spec, image_size), strict=True))


@table_column.solves(
    because="Blocks widen, transitions and stem halve. To Python 0.29 * 100 is 28.99...: so 1e-9."
)
def _(image_size, num_init_features, block_config, growth_rate, compression):
    width, side = num_init_features, image_size // 4
    column = []
    for num_layers in block_config:
        width += num_layers * growth_rate
        column.append((width, side))
        width, side = int(compression * width + 1e-9), side // 2
    return column


@table_column.rejects(says="The stem's pool is forgotten: it halves the side once more.")
def stem_halves_once(size, c0, blocks, k, theta):
    column, side = [], size // 2
    for num_layers in blocks:
        c0 += num_layers * k
        column.append((c0, side))
        c0, side = int(theta * c0 + 1e-9), side // 2
    return column


@table_column.rejects(
    says="A transition follows the last block here, and the transitions' outputs are listed."
)
def after_the_transitions(size, c0, blocks, k, theta):
    column, side = [], size // 4
    for num_layers in blocks:
        c0, side = int(theta * (c0 + num_layers * k) + 1e-9), side // 2
        column.append((c0, side))
    return column


@table_column.rejects(
    says="These are the transitions' outputs; what leaves the blocks, before them, is asked for."
)
def after_each_transition(size, c0, blocks, k, theta):
    column, side = [], size // 4
    for index, num_layers in enumerate(blocks):
        c0 += num_layers * k
        if index < len(blocks) - 1:
            c0, side = int(theta * c0 + 1e-9), side // 2
        column.append((c0, side))
    return column


@table_column.rejects(says="These widths enter the blocks; the widths that leave are asked for.")
def what_enters(size, c0, blocks, k, theta):
    column, side = [], size // 4
    for num_layers in blocks:
        column.append((c0, side))
        c0, side = int(theta * (c0 + num_layers * k) + 1e-9), side // 2
    return column


@table_column.rejects(says="The pairs are the other way round: channels first, then the side.")
def side_first(size, c0, blocks, k, theta):
    column, side = [], size // 4
    for num_layers in blocks:
        c0 += num_layers * k
        column.append((side, c0))
        c0, side = int(theta * c0 + 1e-9), side // 2
    return column


@table_column.rejects(says="A block adds n * k channels to those that enter; they stay in it.")
def replaces_the_width(size, c0, blocks, k, theta):
    column, side = [], size // 4
    for num_layers in blocks:
        c0 = num_layers * k
        column.append((c0, side))
        c0, side = int(theta * c0 + 1e-9), side // 2
    return column


@table_column.rejects(says="The width is halved whatever theta is; theta is an argument.")
def always_halves(size, c0, blocks, k, theta):
    column, side = [], size // 4
    for num_layers in blocks:
        c0 += num_layers * k
        column.append((c0, side))
        c0, side = c0 // 2, side // 2
    return column


@table_column.rejects(says="Each kept width is rounded up here; the paper rounds down.")
def rounds_up(size, c0, blocks, k, theta):
    column, side = [], size // 4
    for num_layers in blocks:
        c0 += num_layers * k
        column.append((c0, side))
        c0, side = math.ceil(theta * c0), side // 2
    return column


@table_column.rejects(says="Channels come in whole numbers: `math.floor` rounds down.")
def keeps_fractions(size, c0, blocks, k, theta):
    column, side = [], size // 4
    for num_layers in blocks:
        c0 += num_layers * k
        column.append((c0, side))
        c0, side = theta * c0, side // 2
    return column


@table_column.rejects(
    says="The transitions shrink the maps here, but theta must cut the width too."
)
def no_compression(size, c0, blocks, k, theta):
    column, side = [], size // 4
    for num_layers in blocks:
        c0 += num_layers * k
        column.append((c0, side))
        side = side // 2
    return column


@table_column.rejects(says="Theta is applied to what a block adds; it acts on the whole width.")
def compresses_the_growth(size, c0, blocks, k, theta):
    column, side = [], size // 4
    for num_layers in blocks:
        column.append((c0 + num_layers * k, side))
        c0, side = c0 + int(theta * num_layers * k + 1e-9), side // 2
    return column


@table_column.rejects(says="The width starts again from the stem in each turn of the loop.")
def starts_again(size, c0, blocks, k, theta):
    column, entering, side = [], c0, size // 4
    for num_layers in blocks:
        column.append((entering + num_layers * k, side))
        entering, side = int(theta * (c0 + num_layers * k) + 1e-9), side // 2
    return column


@table_column.rejects(says="A transition keeps floor(theta * m): rounded down, not to the nearest.")
def rounds(size, c0, blocks, k, theta):
    column, side = [], size // 4
    for num_layers in blocks:
        c0 += num_layers * k
        column.append((c0, side))
        c0, side = round(theta * c0), side // 2
    return column


@table_column.rejects(says="Rounded once, at the end, widths drift: each transition rounds down.")
def rounds_at_the_end(size, c0, blocks, k, theta):
    column, side = [], size // 4
    for num_layers in blocks:
        c0 += num_layers * k
        column.append((int(c0), side))
        c0, side = theta * c0, side // 2
    return column


@table_column.accepts
def with_powers_of_two(size, c0, blocks, k, theta):
    widths = []
    for num_layers in blocks:
        entering = int(theta * widths[-1] + 1e-9) if widths else c0
        widths.append(entering + num_layers * k)
    return [(width, size // 2 ** (2 + index)) for index, width in enumerate(widths)]
