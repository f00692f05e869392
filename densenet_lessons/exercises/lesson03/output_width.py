"""Exercise 3.9: Find the bug: what the classifier reads."""

from densenet_lessons.densenet import (
    DenseNetSpec,
)
from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "3.9",
    "Find the bug: what the classifier reads",
    kind="bug",
    minutes=4,
    difficulty=2,
    importance=2,
    hints=(
        (
            "Where do I start?",
            "Follow the loop on paper for two blocks of one layer each.",
        ),
        (
            "What does the loop do too often?",
            "Draw two blocks and the transitions around them. Does the loop go through each once?",
        ),
    ),
)
def output_width(answer):
    cases = [
        (13, (2, 4, 3, 1), 7, 0.75),
        (64, (6, 12, 32, 32), 32, 0.5),
        (7, (2, 3), 5, 0.5),
        (9, (4,), 3, 0.5),
        (16, (2, 2, 2), 4, 1.0),
        (16, (3, 3, 3), 5, 0.5),
        (9, (3, 2, 4, 1, 2), 5, 0.7),
        (11, (1, 3, 2, 2), 7, 0.3),
        (10, (1, 3, 2, 2), 5, 0.7),
        (7, (3, 2, 4, 1), 5, 0.7),
    ]
    expect.same_results(answer, _last_width, cases)


def _last_width(num_init_features, block_config, growth_rate, compression):
    spec = DenseNetSpec(growth_rate, block_config, num_init_features, compression=compression)
    return spec.block_ends()[-1][1]


@output_width.solves(
    because="A transition stands between two blocks; after the last there is none."
)
def _(num_init_features, block_config, growth_rate, compression):
    width = num_init_features
    for index, num_layers in enumerate(block_config):
        if index > 0:
            width = int(compression * width)
        width = width + num_layers * growth_rate
    return width


@output_width.rejects(says="This is what the function with the bug computes.")
def unmended(c0, block_config, k, theta):
    width = c0
    for n in block_config:
        width = width + n * k
        width = int(theta * width)
    return width


@output_width.rejects(says="Now nothing is compressed; the transitions between blocks must stay.")
def never_compresses(c0, block_config, k, theta):
    return c0 + sum(block_config) * k


@output_width.rejects(says="Dividing by θ afterwards can't bring back what the floor has cut off.")
def undoes_it(c0, block_config, k, theta):
    width = c0
    for n in block_config:
        width = int(theta * (width + n * k))
    return int(width / theta)


@output_width.rejects(
    says="This compresses before the first block too; what the stem gives goes in whole."
)
def compresses_the_stem(c0, block_config, k, theta):
    width = c0
    for n in block_config:
        width = int(theta * width) + n * k
    return width


@output_width.rejects(says="This looks for the last block by its size; two blocks may be equal.")
def skips_blocks_of_the_last_size(c0, block_config, k, theta):
    width = c0
    for n in block_config:
        width = width + n * k
        if n != block_config[-1]:
            width = int(theta * width)
    return width


@output_width.rejects(says="`index` finds the first block of this size; two blocks may be equal.")
def finds_blocks_by_size(c0, block_config, k, theta):
    width = c0
    for n in block_config:
        width = width + n * k
        if block_config.index(n) < len(block_config) - 1:
            width = int(theta * width)
    return width


@output_width.rejects(says="This is right for four blocks only; other nets have two or three.")
def always_four_blocks(c0, block_config, k, theta):
    width = c0
    for index, n in enumerate(block_config):
        width = width + n * k
        if index < 3:
            width = int(theta * width)
    return width


@output_width.rejects(says="This is what enters the last block; its layers still add to it.")
def stops_before_the_last_block(c0, block_config, k, theta):
    width = c0
    for n in block_config[:-1]:
        width = int(theta * (width + n * k))
    return width


@output_width.rejects(says="This rounds to the nearest number; the paper takes the floor.")
def rounds_each_width(c0, block_config, k, theta):
    width = c0
    for n in block_config[:-1]:
        width = round(theta * (width + n * k))
    return width + block_config[-1] * k


@output_width.rejects(says="This halves whatever θ is.")
def halves(c0, block_config, k, theta):
    width = c0
    for n in block_config[:-1]:
        width = (width + n * k) // 2
    return width + block_config[-1] * k


@output_width.rejects(says="The width is rounded once, at the end; each transition rounds its own.")
def rounds_at_the_end(c0, block_config, k, theta):
    width = c0
    for index, n in enumerate(block_config):
        width = (theta * width if index else width) + n * k
    return int(width)


@output_width.accepts
def last_block_apart(c0, block_config, k, theta):
    width = c0
    for n in block_config[:-1]:
        width = int(theta * (width + n * k))
    return width + block_config[-1] * k
