"""Exercise 7.6: A correlation of ranks."""

import torch

from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise
from densenet_lessons.probes import spearman


@exercise(
    "7.6",
    "A correlation of ranks",
    minutes=7,
    difficulty=2,
    importance=2,
    hints=(
        (
            "How do I get ranks?",
            "`argsort` gives the places of the smallest, the next, and so on. The `argsort` of "
            "that says for each number which place it takes.",
        ),
        (
            "And the correlation?",
            "Take the mean off both lists of ranks. Then: the sum of products, divided by the "
            "root of the product of the two sums of squares.",
        ),
        (
            "I get an error about integers",
            "Ranks are integers; `.double()` makes a mean possible.",
        ),
    ),
)
def rank_correlation(answer):
    cases = [
        ([3.0, 1.0, 2.0], [10.0, 30.0, 20.0]),
        ([0.1, 0.4, 0.2, 7.0, 0.3], [2.0, 9.0, 1.0, 100.0, 8.0]),
        ([5.0, 3.0, 8.0, 1.0, 9.0, 2.0, 7.0], [0.5, 2.0, 0.1, 0.9, 3.0, -4.0, 1.0]),
        ([1.0, 2.0, 3.0, 4.0], [2.0, 4.0, 1.0, 3.0]),
    ]
    for x, y in cases:
        one, two = torch.tensor(x), torch.tensor(y)
        copies, given = (one.clone(), two.clone()), f"{x} and {y}"
        # A correlation may be 0, where a relative distance means nothing.
        came = answer(one, two)
        expect.close(came + 2, spearman(x, y) + 2, given=given, what="correlation, plus 2,")
        expect.unchanged([one, two], copies, given=given)


@rank_correlation.solves(because="Ranks forget how far apart numbers are, and keep their order.")
def _(x, y):
    one = x.argsort().argsort().double()
    two = y.argsort().argsort().double()
    one -= one.mean()
    two -= two.mean()
    return (one * two).sum() / (one.square().sum() * two.square().sum()).sqrt()


@rank_correlation.rejects(says="This correlates the numbers; take their ranks first.")
def of_the_numbers(x, y):
    one, two = x - x.mean(), y - y.mean()
    return (one * two).sum() / (one.square().sum() * two.square().sum()).sqrt()


@rank_correlation.rejects(
    says="One `argsort` gives places in the sorted list's order, not the rank of each number."
)
def sorted_once(x, y):
    one, two = x.argsort().double(), y.argsort().double()
    one, two = one - one.mean(), two - two.mean()
    return (one * two).sum() / (one.square().sum() * two.square().sum()).sqrt()


@rank_correlation.rejects(says="The mean of the ranks was not taken off.")
def not_centred(x, y):
    one, two = x.argsort().argsort().double(), y.argsort().argsort().double()
    return (one * two).sum() / (one.square().sum() * two.square().sum()).sqrt()


@rank_correlation.rejects(says="This is the covariance of the ranks; it grows with their number.")
def covariance(x, y):
    one, two = x.argsort().argsort().double(), y.argsort().argsort().double()
    return ((one - one.mean()) * (two - two.mean())).mean()


@rank_correlation.rejects(says="Only `x` was turned into ranks; `y` is still as it came.")
def one_side_alone(x, y):
    one, two = x.argsort().argsort().double(), y.double()
    one, two = one - one.mean(), two - two.mean()
    return (one * two).sum() / (one.square().sum() * two.square().sum()).sqrt()


@rank_correlation.accepts
def by_squared_differences(x, y):
    n = len(x)
    gap = (x.argsort().argsort() - y.argsort().argsort()).double()
    return 1 - 6 * gap.square().sum().item() / (n * (n * n - 1))


@rank_correlation.accepts
def by_counting(x, y):
    ranks = [[sum(float(b < a) for b in values) for a in values] for values in (x, y)]
    return torch.corrcoef(torch.tensor(ranks))[0, 1]
