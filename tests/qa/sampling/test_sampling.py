"""Figures of published tables, and the laws that samples obey."""

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sensorann.errors import ArgumentError
from sensorann.qa.sampling import (
    SequentialPlan,
    SinglePlan,
    clopper_pearson,
    clustered_size,
    design_effect,
    finite_size,
    intraclass_correlation,
    smallest_plan,
    stratified,
    zero_error_size,
)


@pytest.mark.parametrize(
    ("errors", "n", "low", "high"),
    [(0, 125, 0.0, 2.91), (0, 299, 0.0, 1.23), (3, 125, 0.50, 6.85), (10, 500, 0.96, 3.65), (5, 1000, 0.16, 1.16)],
)
def test_intervals_are_those_of_the_tables(errors, n, low, high):
    assert np.multiply(clopper_pearson(errors, n), 100) == pytest.approx([low, high], abs=0.005)


@given(n=st.integers(1, 300), share=st.floats(0, 1))
def test_intervals_are_those_of_scipy(n, share):
    errors = round(n * share)
    expected = stats.binomtest(errors, n).proportion_ci(method="exact")
    assert clopper_pearson(errors, n) == pytest.approx([expected.low, expected.high], abs=1e-9)


@pytest.mark.parametrize(
    ("limit", "n"), [(0.05, 59), (0.02, 149), (0.01, 299), (0.005, 598), (0.001, 2995)], ids=lambda value: f"{value:g}"
)
def test_sizes_without_an_error_are_those_of_the_tables(limit, n):
    assert zero_error_size(limit) == n


@pytest.mark.parametrize(
    ("n", "c", "chances"),
    [(80, 2, (0.953, 0.677, 0.231)), (125, 3, (0.963, 0.619, 0.124)), (200, 5, (0.984, 0.616, 0.062))],
    ids=["80/2", "125/3", "200/5"],
)
def test_single_plans_accept_as_often_as_the_standard_says(n, c, chances):
    plan = SinglePlan(n=n, c=c)
    assert [plan.acceptance(share) for share in (0.01, 0.025, 0.05)] == pytest.approx(chances, abs=6e-4)
    assert (plan.verdict(10, c), plan.verdict(10, c + 1), plan.verdict(n, c)) == ("continue", "reject", "accept")


def test_the_smallest_plan_keeps_both_risks_and_no_smaller_one_does():
    plan = smallest_plan(good=0.01, bad=0.05, alpha=0.05, beta=0.1)
    assert plan.acceptance(0.01) >= 0.95
    assert plan.acceptance(0.05) <= 0.1
    smaller = [SinglePlan(n=plan.n - 1, c=c) for c in range(plan.n - 1)]
    assert not any(one.acceptance(0.01) >= 0.95 and one.acceptance(0.05) <= 0.1 for one in smaller)


@pytest.mark.parametrize("population", [1, 7, 40, 150, 900])
def test_small_lots_need_fewer_and_never_more_than_all(population):
    plan = smallest_plan(good=0.01, bad=0.05, population=population)
    assert plan.n <= min(population, smallest_plan(good=0.01, bad=0.05).n)
    bad, good = math.ceil(0.05 * population), math.floor(0.01 * population)
    assert stats.hypergeom(population, bad, plan.n).cdf(plan.c) <= 0.1
    assert stats.hypergeom(population, good, plan.n).cdf(plan.c) >= 0.95


def test_sequential_lines_are_those_of_the_tables():
    plan = SequentialPlan(good=0.01, bad=0.05, alpha=0.05, beta=0.1)
    assert plan.lines == pytest.approx((-1.364, 1.751, 0.02499), abs=6e-4)
    assert next(n for n in range(1, 200) if plan.verdict(n, 0) == "accept") == 55


@pytest.mark.parametrize(("share", "wanted", "least"), [(0.01, "accept", 0.95), (0.05, "reject", 0.9)])
def test_a_sequential_plan_keeps_its_risks(share, wanted, least):
    plan, random = SequentialPlan(good=0.01, bad=0.05), np.random.default_rng(3)
    verdicts = []
    for _ in range(300):
        errors = np.cumsum(random.random(2000) < share)
        verdicts.append(next(v for n, e in enumerate(errors, 1) if (v := plan.verdict(n, e)) != "continue"))
    assert verdicts.count(wanted) / 300 > least - 0.04  # three standard deviations of 300 draws


def test_a_sequential_plan_ends_where_it_must():
    plan = SequentialPlan(good=0.01, bad=0.05, n_max=60)
    assert plan.verdict(60, 1) == "accept"
    assert plan.verdict(60, 2) == "reject"


def test_clusters_that_err_together_are_worth_one_item_each():
    wrong, clusters = [True] * 5 + [False] * 15, np.repeat(["a", "b", "c", "d"], 5).tolist()
    assert intraclass_correlation(wrong, clusters) == pytest.approx(1.0)
    assert design_effect(wrong, clusters) == pytest.approx(5.0)


def test_clusters_that_do_not_matter_cost_nothing():
    random = np.random.default_rng(0)
    wrong, clusters = (random.random(2000) < 0.1).tolist(), np.repeat(np.arange(200), 10).tolist()
    assert design_effect(wrong, clusters) == pytest.approx(1.0, abs=0.25)


def test_a_correlation_of_single_items_cannot_be_told():
    assert math.isnan(intraclass_correlation([True, False], ["a", "b"]))
    assert design_effect([True, False], ["a", "b"]) == 1.0


def test_a_sample_of_nearly_everything_is_worth_more():
    assert finite_size(50, 1_000_000) == pytest.approx(50, abs=0.01)
    assert finite_size(50, 100) == pytest.approx(99)
    assert finite_size(100, 100) == math.inf


@given(sizes=st.lists(st.integers(1, 40), min_size=1, max_size=6), share=st.floats(0.01, 1.0), seed=st.integers(0, 5))
def test_every_stratum_gives_its_share(sizes, share, seed):
    strata = np.repeat(np.arange(len(sizes)), sizes).tolist()
    n = max(1, round(share * len(strata)))
    drawn = stratified(strata, n, seed=seed)
    assert len(set(drawn)) == len(drawn) == n
    assert drawn == stratified(strata, n, seed=seed)
    counts = Counter(strata[item] for item in drawn)
    assert all(abs(counts[number] - n * size / len(strata)) < 1 for number, size in enumerate(sizes))


def test_every_item_has_the_same_chance_also_of_a_small_stratum():
    strata = ["a"] * 17 + ["b"] * 2 + ["c"]
    times = np.zeros(20)
    for seed in range(3000):
        times[list(stratified(strata, 5, seed=seed))] += 1
    assert abs(times / 3000 - 0.25).max() < 4 * math.sqrt(0.25 * 0.75 / 3000)


def test_another_seed_draws_others():
    strata = ["a"] * 100
    assert set(stratified(strata, 10, seed=0)) != set(stratified(strata, 10, seed=1))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: stratified(["a"], 2, seed=0), "1 to 1 of 1 items can be drawn, got 2"),
        (lambda: clopper_pearson(2, 1), "at most as many errors, got 2 of 1"),
        (lambda: SinglePlan(n=3, c=3), "got n = 3, c = 3"),
        (lambda: SequentialPlan(good=0.05, bad=0.01), "0 < good < bad < 1"),
        (lambda: SequentialPlan(good=0.01, bad=0.05, beta=0.7), "risks must lie"),
        (lambda: zero_error_size(0.0), "between 0 and 1"),
        (lambda: finite_size(3, 2), "holds 1 to 2, got 3"),
        (lambda: smallest_plan(good=0.01, bad=0.0101), "too close"),
    ],
)
def test_nonsense_is_refused(wrong, message):
    with pytest.raises(ArgumentError, match=message):
        wrong()


def test_few_drives_say_less_than_their_objects():
    """Four drives that err alike: objects count one by one, less for how badly four tell a spread (Korn, Graubard)."""
    wrong, drives = [True, False] * 10, np.repeat(np.arange(4), 5).tolist()
    assert design_effect(wrong, drives) == pytest.approx(1.0)
    assert clustered_size(wrong, drives) == pytest.approx(20 * (1.959964 / 3.182446) ** 2, rel=1e-5)
    assert clustered_size(wrong, ["one"] * 20) == 1.0
