"""Exercise 3.5: Where the bottleneck starts to pay."""

import math

from densenet_lessons.costs import conv_weights
from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "3.5",
    "Where the bottleneck starts to pay",
    minutes=7,
    difficulty=3,
    importance=2,
    hints=(
        (
            "Where do I start?",
            "Write down the weights of both layers for an input of width c.",
        ),
        (
            "Which part depends on c?",
            "The 3×3 convolution after the squeeze costs the same for every c.",
        ),
        (
            "My answer is off by one",
            "At equal weights nothing is saved. A loop over c is a good answer too.",
        ),
    ),
)
def smallest_width(answer):
    cases = [(32, 4), (5, 4), (12, 2), (24, 6), (32, 8), (12, 1), (7, 3), (9, 5), (11, 7), (24, 8)]
    expect.same_results(answer, _first_that_pays, cases)


def _first_that_pays(growth_rate, bn_size):
    width = 1
    while conv_weights(width, growth_rate, bn_size) >= conv_weights(width, growth_rate, None):
        width += 1
    return width


@smallest_width.solves(because="b·k·c + 9·b·k² < 9·k·c gives c > 9·b·k / (9 − b): 7.2 k for b = 4.")
def _(growth_rate, bn_size):
    return 9 * bn_size * growth_rate // (9 - bn_size) + 1


@smallest_width.rejects(says="It squeezes from here on, but the second convolution has a cost too.")
def where_it_squeezes(growth_rate, bn_size):
    return bn_size * growth_rate + 1


@smallest_width.rejects(says="One short: at this width the bottleneck still costs a little more.")
def one_short(growth_rate, bn_size):
    return 9 * bn_size * growth_rate // (9 - bn_size)


@smallest_width.rejects(says="At this width the 1×1 neither squeezes nor widens, but it costs.")
def as_wide_as_the_squeeze(growth_rate, bn_size):
    return bn_size * growth_rate


@smallest_width.rejects(says="The norms are counted too; only convolution weights are asked for.")
def counts_the_norms(growth_rate, bn_size):
    extra = 9 * bn_size * growth_rate**2 + 2 * bn_size * growth_rate
    return extra // ((9 - bn_size) * growth_rate) + 1


@smallest_width.rejects(says="The search ends too early: with `bn_size` 8 the width lies far out.")
def ends_too_early(growth_rate, bn_size):
    for c in range(1, 1000):
        if bn_size * growth_rate * c + 9 * bn_size * growth_rate**2 < 9 * growth_rate * c:
            return c


@smallest_width.rejects(says="This is where both cost about the same, not yet a width that saves.")
def where_equal(growth_rate, bn_size):
    return 9 * bn_size * growth_rate / (9 - bn_size)


@smallest_width.rejects(says="At equal weights nothing is saved yet; smaller is asked for.")
def counts_equality(growth_rate, bn_size):
    c = 1
    while bn_size * growth_rate * c + 9 * bn_size * growth_rate**2 > 9 * growth_rate * c:
        c += 1
    return c


@smallest_width.rejects(says="This holds for `bn_size` 4 alone; another squeeze moves the limit.")
def always_four(growth_rate, bn_size):
    return 36 * growth_rate // 5 + 1


@smallest_width.rejects(says="The 3×3 convolution's nine positions are left out of the bottleneck.")
def forgets_the_kernel(growth_rate, bn_size):
    c = 1
    while bn_size * growth_rate * c + bn_size * growth_rate**2 >= 9 * growth_rate * c:
        c += 1
    return c


@smallest_width.accepts
def by_loop(growth_rate, bn_size):
    c = 1
    while bn_size * growth_rate * c + 9 * bn_size * growth_rate**2 >= 9 * growth_rate * c:
        c += 1
    return c


@smallest_width.accepts
def just_above(growth_rate, bn_size):
    return math.floor(9 * bn_size * growth_rate / (9 - bn_size)) + 1
