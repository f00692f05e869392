"""Exercise 6.3: How far to trust an accuracy."""

import math

import torch

from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "6.3",
    "How far to trust an accuracy",
    minutes=5,
    difficulty=2,
    importance=2,
    hints=(
        (
            "Where do I start?",
            "Each test image is a toss of a coin that shows *right* with probability p.",
        ),
        (
            "What is the variance of a mean?",
            "The variance of one toss is p(1 − p). What is that of a mean of n tosses?",
        ),
        (
            "My number is too small",
            "The standard error is a standard deviation, not a variance.",
        ),
    ),
)
def standard_error(answer):
    cases = [(0.9, 2000), (0.5, 100), (0.75, 10_000), (0.07, 30), (0.968, 7)]
    expect.same_results(answer, _spread_of_a_mean, cases, rel=1e-6)


def _spread_of_a_mean(accuracy, images):
    toss = torch.tensor([1.0, 0.0], dtype=torch.float64)
    odds = torch.tensor([accuracy, 1 - accuracy], dtype=torch.float64)
    variance = (odds * (toss - accuracy) ** 2).sum()
    return (variance / images).sqrt().item()


@standard_error.solves(because="The mean of n tosses has a variance n times smaller than one toss.")
def _(accuracy, images):
    return (accuracy * (1 - accuracy) / images) ** 0.5


@standard_error.rejects(says="This is the variance; its root is in the unit of the accuracy.")
def variance(accuracy, images):
    return accuracy * (1 - accuracy) / images


@standard_error.rejects(says="This is the spread of a single image; a mean of n spreads less.")
def one_image(accuracy, images):
    return math.sqrt(accuracy * (1 - accuracy))


@standard_error.rejects(says="It shrinks with the *root* of the number of images, not with it.")
def divides_by_n(accuracy, images):
    return math.sqrt(accuracy * (1 - accuracy)) / images


@standard_error.rejects(says="This is two standard errors, the usual *give or take*; return one.")
def doubled(accuracy, images):
    return 2 * math.sqrt(accuracy * (1 - accuracy) / images)


@standard_error.rejects(says="This is in percent; `accuracy` is a fraction, and so is its error.")
def in_percent(accuracy, images):
    return 100 * math.sqrt(accuracy * (1 - accuracy) / images)


@standard_error.rejects(says="n − 1 is for a spread that is estimated; here p itself is given.")
def one_less(accuracy, images):
    return math.sqrt(accuracy * (1 - accuracy) / (images - 1))


@standard_error.rejects(says="This holds at an accuracy of one half only; elsewhere it is smaller.")
def widest(accuracy, images):
    return 0.5 / math.sqrt(images)


@standard_error.rejects(says="The chance to be wrong is left out: p(1 − p), not p.")
def forgets_the_wrong(accuracy, images):
    return math.sqrt(accuracy / images)


@standard_error.rejects(says="This is rounded. Return the number whole; printing may round it.")
def rounded(accuracy, images):
    return round(math.sqrt(accuracy * (1 - accuracy) / images), 5)


@standard_error.accepts
def by_power(accuracy, images):
    return (accuracy * (1 - accuracy)) ** 0.5 / images**0.5


@standard_error.accepts
def by_tosses(accuracy, images):
    spread = accuracy * (1 - accuracy) ** 2 + (1 - accuracy) * accuracy**2
    return (spread / images) ** 0.5
