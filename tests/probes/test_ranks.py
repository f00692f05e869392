"""Rank correlation against scipy, and what an interval must do."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from densenet_lessons.probes.ranks import bootstrap, rank_correlation, ranks, spearman

FEW_VALUES = st.lists(st.integers(0, 6), min_size=3, max_size=12)


@given(FEW_VALUES)
def test_ranks_are_scipys_ties_too(values):
    np.testing.assert_array_equal(ranks(values), stats.rankdata(values))


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=3, max_size=12))
def test_spearman_is_scipys(pairs):
    first, second = zip(*pairs, strict=True)
    if len(set(first)) == 1 or len(set(second)) == 1:
        assert math.isnan(spearman(first, second))
    else:
        assert spearman(first, second) == pytest.approx(
            stats.spearmanr(first, second).statistic, abs=1e-12
        )


def test_an_interval_holds_the_truth_about_as_often_as_it_says():
    generator = np.random.default_rng(0)
    hits = 0
    for seed in range(100):
        x = generator.normal(size=60)
        y = x + generator.normal(size=60)  # correlation of 0.71, by ranks 6/pi asin(0.71 / 2)
        truth = 6 / math.pi * math.asin(math.sqrt(0.5) / 2)
        found = rank_correlation(x, y, resamples=300, seed=seed)
        assert found.low <= found.value <= found.high
        hits += found.low <= truth <= found.high
    assert 85 <= hits <= 100


def test_items_of_a_group_are_drawn_together():
    x, y = [1, 2, 3, 4, 5, 6], [2, 1, 3, 6, 5, 4]
    alone = rank_correlation(x, y)
    as_pairs = rank_correlation(x * 3, y * 3, groups=list(range(6)) * 3)
    assert as_pairs.value == pytest.approx(alone.value)
    assert (as_pairs.low, as_pairs.high) == pytest.approx((alone.low, alone.high))
    apart = rank_correlation(x * 3, y * 3)
    assert apart.high - apart.low < as_pairs.high - as_pairs.low


def test_the_same_seed_gives_the_same_interval_and_the_global_state_is_left_alone():
    before = np.random.get_state()[1].copy()
    x, y = range(8), [3, 1, 2, 0, 7, 5, 6, 4]
    assert rank_correlation(x, y) == rank_correlation(x, y)
    assert rank_correlation(x, y) != rank_correlation(x, y, seed=1)
    np.testing.assert_array_equal(np.random.get_state()[1], before)


def test_bootstrap_of_a_mean():
    found = bootstrap(range(100), lambda items: sum(items) / len(items))
    error = np.std(range(100)) / 10
    assert found.value == 49.5
    assert (found.high - found.low) / 2 == pytest.approx(1.96 * error, rel=0.1)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: rank_correlation([1, 2], [1, 2]), "lists of one length, at least 3"),
        (lambda: rank_correlation([1, 2, 3], [1, 2]), r"got \(3,\) and \(2,\)"),
        (lambda: rank_correlation([1, 2, math.nan], [1, 2, 3]), "finite numbers"),
        (lambda: rank_correlation([1, 1, 1], [1, 2, 3]), "must vary"),
        (lambda: rank_correlation([1, 2, 3], [1, 2, 4], groups="ab"), "each of 3 items, got 2"),
        (lambda: rank_correlation([1, 2, 3], [1, 2, 4], level=1), "level must be between 0 and 1"),
        (lambda: rank_correlation([1, 2, 3], [1, 2, 4], resamples=0), "must be at least one"),
        (lambda: bootstrap([], sum), "items and resamples must be at least one, got 0"),
    ],
)
def test_wrong_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
