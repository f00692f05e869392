"""Exercise 3.6: Width after a transition."""

import math

from densenet_lessons.densenet import (
    block_widths,
    compressed_width,
)
from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "3.6",
    "Width after a transition",
    difficulty=2,
    importance=3,
    hints=(
        (
            "How wide is the block?",
            "How many channels leave the block? Lesson 02 counted them.",
        ),
        (
            "My answer is off by one",
            "Compress all of them at once, then round down, once. And print `0.29 * 100`.",
        ),
    ),
    minutes=4,
)
def kept_channels(answer):
    cases = [
        (7, 2, 11, 0.25),
        (13, 2, 5, 0.75),
        (9, 2, 7, 0.25),
        (64, 6, 32, 0.5),
        (16, 12, 12, 1.0),
        (10, 3, 3, 0.3),
        (11, 4, 5, 0.7),
        (6, 1, 9, 0.5),
        (5, 3, 4, 0.4),
        (28, 6, 12, 0.29),
        (40, 5, 12, 0.57),
    ]
    expect.same_results(answer, _kept, cases, whole=True)


def _kept(num_input_features, num_layers, growth_rate, compression):
    leaving = block_widths(num_input_features, num_layers, growth_rate)[-1]
    return compressed_width(leaving, compression)


@kept_channels.solves(because="The transition reads all m channels of the block and keeps ⌊θm⌋.")
def _(num_input_features, num_layers, growth_rate, compression):
    from fractions import Fraction  # 0.29 is exactly 29/100 here, and a little less as a float

    width = num_input_features + num_layers * growth_rate
    return Fraction(str(compression)) * width // 1


@kept_channels.rejects(
    says="Floats are not exact: `0.29 * 100` is a little below 29, and its floor is 28."
)
def in_floats(c0, n, k, theta):
    return int(theta * (c0 + n * k))


@kept_channels.rejects(says="θ is applied to k here. It compresses the block's whole output.")
def theta_on_k(c0, n, k, theta):
    return c0 + n * int(theta * k)


@kept_channels.rejects(says="Only the new channels are compressed here; the block's input is too.")
def theta_on_new_channels(c0, n, k, theta):
    return c0 + int(theta * n * k)


@kept_channels.rejects(says="This rounds to the nearest number; the paper takes the floor.")
def rounds(c0, n, k, theta):
    return round(theta * (c0 + n * k))


@kept_channels.rejects(says="This rounds up; the paper takes the floor.")
def rounds_up(c0, n, k, theta):
    return math.ceil(theta * (c0 + n * k))


@kept_channels.rejects(
    says="The sum is rounded once, not each part: halves can add up to one more."
)
def rounds_twice(c0, n, k, theta):
    return int(theta * c0) + int(theta * n * k)


@kept_channels.rejects(says="1 / θ is rounded here before the division; 0.75 has no whole inverse.")
def divides_by_whole_numbers(c0, n, k, theta):
    return (c0 + n * k) // int(1 / theta)


@kept_channels.rejects(says="This keeps half whatever θ is.")
def always_half(c0, n, k, theta):
    return (c0 + n * k) // 2


@kept_channels.rejects(says="The last layer's channels are missing; the transition reads them too.")
def one_layer_short(c0, n, k, theta):
    return int(theta * (c0 + (n - 1) * k))


@kept_channels.rejects(says="The block's own input is missing; it leaves the block as well.")
def new_channels_alone(c0, n, k, theta):
    return int(theta * n * k)


@kept_channels.rejects(says="θ is the share that is kept, not the share that goes.")
def drops_the_share(c0, n, k, theta):
    return int((1 - theta) * (c0 + n * k))


@kept_channels.rejects(says="`nn.Conv2d` refuses a float, even a whole one.")
def floor_as_float(c0, n, k, theta):
    return (c0 + n * k) * theta // 1


@kept_channels.rejects(says="Channels come in whole numbers; the floor is missing.")
def no_floor(c0, n, k, theta):
    return theta * (c0 + n * k)


@kept_channels.rejects(says="This is the block's output, before the transition compresses it.")
def no_compression(c0, n, k, theta):
    return c0 + n * k


@kept_channels.accepts
def with_room_for_rounding(c0, n, k, theta):
    return math.floor(theta * (c0 + n * k) + 1e-9)


@kept_channels.accepts
def rounded_before_the_floor(c0, n, k, theta):
    return int(round(theta * (c0 + n * k), 6))
