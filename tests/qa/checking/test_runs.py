"""Runs of boxes beside their path, among boxes so noisy that no step between two of them is strange."""

import numpy as np
import pytest

from sensorann.qa.checking.runs import runs_aside
from tests.qa.checking.cases import N, driving, edited, found

RUN = np.arange(18, 23)


def noisy(seed: int = 0, sigma: float = 0.05):
    return edited(driving(), np.arange(N), shift=np.random.default_rng(seed).normal(0, sigma, (N, 3)) * [1, 1, 0])


def aside(places, *, believed=None) -> np.ndarray:
    n = len(places)
    everything = np.ones(n, np.bool_) if believed is None else believed
    return runs_aside(0.1 * np.arange(n), places, np.full(n, 0.03), pieces=np.zeros(n, np.int64), believed=everything)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("n", [4, 5])
def test_a_run_of_noisy_boxes_is_told_with_all_its_boxes(n, seed):
    rows = RUN[:n]
    away = aside(edited(noisy(seed), rows, shift=(0.0, 0.6, 0.0)).cuboids.centers[:, :2])
    assert np.flatnonzero(away).tolist() == rows.tolist()
    assert away[rows] == pytest.approx(0.6 * n / 5, abs=0.2)


@pytest.mark.parametrize("seed", range(5))
def test_noise_alone_and_a_curve_are_no_run(seed):
    centers = noisy(seed).cuboids.centers[:, :2]
    assert not aside(centers).any()
    bent = centers + np.column_stack([np.zeros(N), 0.01 * np.arange(N) ** 2])
    assert not aside(bent).any()


def test_who_accelerates_and_brakes_lies_on_its_path():
    t = 0.1 * np.arange(N) - 2.0
    way = np.cumsum(0.1 * (8.0 + 12.0 * np.clip(0.5 - np.abs(t), 0.0, None)))
    assert not aside(np.column_stack([way, np.zeros(N)])).any()


def test_a_run_at_the_end_of_a_track_is_not_judged():
    centers = edited(noisy(), np.arange(N - 3, N), shift=(0.0, 0.6, 0.0)).cuboids.centers[:, :2]
    assert not aside(centers)[-3:].any()


def test_the_rule_names_the_run():
    findings = found(edited(noisy(), RUN, shift=(0.0, 0.6, 0.0)), rules=["off_path"])
    assert [(one.rule, one.frame in RUN, "in 5 boxes" in one.message) for one in findings] == [("off_path", True, True)]


def test_boxes_at_the_end_of_a_track_are_no_run_beside_anything():
    whole = edited(driving(), RUN, shift=(0.0, 0.8, 0.0)).cuboids.centers[:, :2]
    assert aside(whole[: RUN[-1] + 4]).any()
    assert not aside(whole[: RUN[-1] + 2]).any()
