"""Welch's t test against scipy's."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from densenet_lessons.experiments.welch import t_quantile, two_sided, welch

DEGREES = st.floats(1, 400)


@given(t=st.floats(-60, 60), degrees=DEGREES)
def test_the_tails_of_students_t(t, degrees):
    assert two_sided(t, degrees) == pytest.approx(2 * stats.t.sf(abs(t), degrees), rel=1e-6)


@given(share=st.floats(0.5, 0.9999), degrees=DEGREES)
def test_the_quantiles_of_students_t(share, degrees):
    assert t_quantile(share, degrees) == pytest.approx(
        stats.t.ppf(share, degrees), rel=1e-6, abs=1e-6
    )


SAMPLES = st.tuples(st.floats(-5, 5), st.floats(0.1, 3), st.integers(2, 40))


@given(first=SAMPLES, second=SAMPLES)
def test_two_samples(first, second):
    found = welch(first, second)
    oracle = stats.ttest_ind_from_stats(*first, *second, equal_var=False)
    assert found.t == pytest.approx(oracle.statistic)
    assert found.p == pytest.approx(oracle.pvalue, rel=1e-6)
    assert found.clear is (found.p < 0.05) is not (found.low <= 0 <= found.high)
    turned = welch(second, first)
    assert (turned.low, turned.high) == (-found.high, -found.low)


def test_samples_without_any_spread():
    assert welch((0.5, 0.0, 3), (0.5, 0.0, 4)).p == 1
    apart = welch((0.6, 0.0, 3), (0.5, 0.0, 4))
    assert (apart.t, apart.p, apart.clear) == (math.inf, 0, True)
    assert welch((0.6, 0.0, 3), (0.5, 0.1, 4)).degrees == pytest.approx(3)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: welch((1, 0.1, 1), (1, 0.1, 5)), "first must have .* a size >= 2, got 0.1 and 1"),
        (lambda: welch((1, 0.1, 5), (1, -1, 5)), "second must have .* >= 0 .*, got -1 and 5"),
        (lambda: two_sided(1, 0), "degrees must be above 0, got 0"),
        (lambda: t_quantile(1, 5), "share must be at least 0.5 and below 1, got 1"),
        (lambda: t_quantile(0.4, 5), "share must be at least 0.5 and below 1, got 0.4"),
    ],
)
def test_wrong_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
