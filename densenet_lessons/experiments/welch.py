"""Welch's t test: are two means apart, when the samples are few and need not spread alike?

Few seeds tell little about their own spread. Student's t allows for that: with five seeds each, a
difference must be 2.3 to 2.8 standard errors large before chance alone would pass it once in 20.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import exp, inf, lgamma, log, log1p, sqrt

#: The share of chance: a difference is clear where chance alone would reach it more rarely.
LEVEL = 0.05


@dataclass(frozen=True)
class Difference:
    """The first mean minus the second, and what chance may have to do with it.

    Args:
        mean: the difference.
        error: its standard error, sqrt(s1^2 / n1 + s2^2 / n2).
        t: the difference in standard errors.
        degrees: of freedom, by Welch and Satterthwaite; seldom a whole number.
        p: how often chance alone would bring a ``t`` as far from zero or farther.
        low, high: the interval that holds the true difference in 19 of 20 cases.
    """

    mean: float
    error: float
    t: float
    degrees: float
    p: float
    low: float
    high: float

    @property
    def clear(self) -> bool:
        """Whether ``p`` is below ``LEVEL``; then, and only then, the interval leaves out zero."""
        return self.p < LEVEL


def welch(first: tuple[float, float, int], second: tuple[float, float, int]) -> Difference:
    """Compare two samples, each given as mean, standard deviation and size.

    Raises:
        ValueError: if a sample has fewer than two values, or a negative standard deviation.
    """
    for name, (_, spread, size) in (("first", first), ("second", second)):
        if size < 2 or spread < 0:
            raise ValueError(
                f"{name} must have a standard deviation >= 0 and a size >= 2, "
                f"got {spread} and {size}"
            )
    parts = [spread**2 / size for _, spread, size in (first, second)]
    mean, error = first[0] - second[0], sqrt(sum(parts))
    if error == 0:  # no spread at all: any difference is beyond chance
        t, degrees = (inf if mean else 0.0), float(first[2] + second[2] - 2)
    else:
        below = parts[0] ** 2 / (first[2] - 1) + parts[1] ** 2 / (second[2] - 1)
        t, degrees = mean / error, sum(parts) ** 2 / below
    reach = error * t_quantile(1 - LEVEL / 2, degrees)
    return Difference(mean, error, t, degrees, two_sided(t, degrees), mean - reach, mean + reach)


def two_sided(t: float, degrees: float) -> float:
    """How often Student's t is as far from zero as ``t``, or farther.

    Raises:
        ValueError: if ``degrees`` is not above 0.
    """
    if not degrees > 0:
        raise ValueError(f"degrees must be above 0, got {degrees}")
    return _beta_share(degrees / (degrees + t * t), degrees / 2, 0.5)


@lru_cache(maxsize=1024)
def t_quantile(share: float, degrees: float) -> float:
    """The value that Student's t stays below with probability ``share``, from 0.5 on.

    Raises:
        ValueError: if ``share`` is not at least 0.5 and below 1, or ``degrees`` not above 0.
    """
    if not 0.5 <= share < 1:
        raise ValueError(f"share must be at least 0.5 and below 1, got {share}")
    low, high = 0.0, 1.0
    while two_sided(high, degrees) > 2 * (1 - share):
        low, high = high, 2 * high
    for _ in range(60):  # halving: each step gives one more binary digit
        middle = (low + high) / 2
        if two_sided(middle, degrees) > 2 * (1 - share):
            low = middle
        else:
            high = middle
    return high


def _beta_share(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function I_x(a, b), by its power series.

    All terms are positive, each about x times the one before; so it is used where x is small, and
    elsewhere the mirror image I_x(a, b) = 1 - I_(1-x)(b, a).
    """
    if x in (0.0, 1.0):
        return x
    if x > (a + 1) / (a + b + 2):
        return 1 - _beta_share(1 - x, b, a)
    term, total, n = 1 / a, 1 / a, 0
    while term > 1e-17 * total:
        term *= x * (a + b + n) / (a + 1 + n)
        # The series of 2F1(a + b, 1; a + 1; x) / a.
        total, n = total + term, n + 1
    return exp(a * log(x) + b * log1p(-x) + lgamma(a + b) - lgamma(a) - lgamma(b)) * total
