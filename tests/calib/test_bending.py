"""The stated covariance reaches as far as the detections themselves allow, along a bent valley too."""

from dataclasses import replace

import numpy as np

from calib import calibrate_camera_radar
from calib.estimation.bending import widened_by_bending
from calib.estimation.problem import Prior
from calib.estimation.simulation import simulate_session
from calib.estimation.solver import solve
from calib.estimation.tangent import difference


def excess_at(problem, pose, best) -> float:
    """Chi-square of a pose above that of the best."""
    held = replace(problem, prior=Prior.from_sigmas(pose, rotation=1e-9, translation=1e-9))
    return float(solve(held, pose).chi2.sum() - best.chi2.sum())


def test_the_truth_is_as_many_sigmas_away_as_the_detections_say():
    rng = np.random.default_rng(5)
    distances, excesses = [], []
    for _ in range(50):
        session = simulate_session(rng, n=25)
        found = calibrate_camera_radar(session.boards, session.radar)
        if found.seen.weak_axes:
            continue
        off = difference(found.target_from_source, session.radar_from_camera)
        distances.append(off @ np.linalg.solve(found.covariance, off))
        excesses.append(excess_at(found.problem.keep(found.inliers), session.radar_from_camera, found.solution))
    assert len(distances) > 45
    # The ellipsoid of the linear equations says a quarter more.
    assert 0.85 < np.mean(distances) / np.mean(excesses) < 1.15


def test_straight_equations_stay_as_they_are():
    session = simulate_session(np.random.default_rng(0), n=40, elevation=True, heights=True)
    found = calibrate_camera_radar(session.boards, session.radar)
    covariance = np.linalg.inv(found.solution.data_information)
    widened = widened_by_bending(covariance, found.problem.keep(found.inliers), found.solution)
    np.testing.assert_allclose(np.sqrt(np.diag(widened)), np.sqrt(np.diag(covariance)), rtol=0.01)


def test_very_sure_targets_bend_nothing():
    session = simulate_session(np.random.default_rng(1), n=40, elevation=True)
    found = calibrate_camera_radar(session.boards, session.radar)
    problem = found.problem.keep(found.inliers)
    kinds = dict.fromkeys(("position", "range", "azimuth", "elevation"), 1e-4)
    exact = replace(problem, source=problem.source.noisier(kinds), target=problem.target.noisier(kinds))
    covariance = 1e-8 * np.linalg.inv(found.solution.data_information)
    widened = widened_by_bending(covariance, exact, found.solution)
    np.testing.assert_allclose(np.sqrt(np.diag(widened)), np.sqrt(np.diag(covariance)), rtol=0.01)
