"""Exercise 7.7: How alike are two layers?"""

from densenet_lessons import probes
from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "7.7",
    "How alike are two layers?",
    minutes=8,
    difficulty=3,
    importance=2,
    hints=(
        (
            "Where do I start?",
            "Take from each column its mean over the rows. Then every product in the formula is "
            "one matrix product.",
        ),
        (
            "What has which shape?",
            "Centred, X is (n, p) and Y is (n, q). Yᵀ X is (q, p), Xᵀ X is (p, p).",
        ),
        (
            "How do I write the bars?",
            "The norm of a matrix here is the root of the sum of its squared entries: `.norm()`.",
        ),
    ),
)
def linear_cka(answer):
    for seed, (n, p, q) in enumerate([(9, 4, 3), (12, 5, 5), (20, 2, 7)]):
        x = expect.noise(n, p, seed=seed) + 2
        y = expect.noise(n, q, seed=seed + 10) - 1
        y[:, :2] += 2 * x[:, :2]
        copies, given = (x.clone(), y.clone()), f"x of shape ({n}, {p}), y of shape ({n}, {q})"
        expect.close(answer(x, y), probes.linear_cka(x, y, debiased=False), given=given)
        expect.unchanged([x, y], copies, given=given)


@linear_cka.solves(because="It compares how two layers see the differences between examples.")
def _(x, y):
    x = x - x.mean(0)
    y = y - y.mean(0)
    return (y.T @ x).square().sum() / ((x.T @ x).norm() * (y.T @ y).norm())


@linear_cka.rejects(says="The columns were not centred: what all examples share counts as alike.")
def not_centred(x, y):
    return (y.T @ x).square().sum() / ((x.T @ x).norm() * (y.T @ y).norm())


@linear_cka.rejects(says="The mean was taken over features; take it over the examples, the rows.")
def centred_over_features(x, y):
    x, y = x - x.mean(1, keepdim=True), y - y.mean(1, keepdim=True)
    return (y.T @ x).square().sum() / ((x.T @ x).norm() * (y.T @ y).norm())


@linear_cka.rejects(says="The numerator wants the square of the norm.")
def forgets_the_square(x, y):
    x, y = x - x.mean(0), y - y.mean(0)
    return (y.T @ x).norm() / ((x.T @ x).norm() * (y.T @ y).norm())


@linear_cka.rejects(says="The norms of X and Y stand below here; those of XᵀX and YᵀY should.")
def norms_of_the_features(x, y):
    x, y = x - x.mean(0), y - y.mean(0)
    return (y.T @ x).square().sum() / (x.norm() * y.norm()) ** 2


@linear_cka.rejects(says="Below stand the squared norms; the formula has the norms.")
def squares_below(x, y):
    x, y = x - x.mean(0), y - y.mean(0)
    return (y.T @ x).square().sum() / ((x.T @ x).norm() * (y.T @ y).norm()) ** 2


@linear_cka.accepts
def by_pairs_of_examples(x, y):
    x, y = x - x.mean(0), y - y.mean(0)
    k, m = x @ x.T, y @ y.T
    return (k * m).sum() / ((k * k).sum() * (m * m).sum()).sqrt()
