"""The one solver: the bottom is found, its curvature is right, and it says why it stopped."""

import numpy as np
import pytest
from scipy.optimize import least_squares

from calib.estimation.problem import Prior
from calib.estimation.simulation import simulate_session
from calib.estimation.solver import solve
from calib.estimation.tangent import difference, moved
from tests.calib.test_problem import make_problem


@pytest.mark.parametrize("seen_as", ["boards", "pixels"])
def test_the_minimum_is_that_of_a_general_solver(seen_as):
    session = simulate_session(np.random.default_rng(2), n=12)
    truth = session.radar_from_camera
    prior = Prior.from_sigmas(truth, rotation=0.02, translation=0.05)
    problem = make_problem(getattr(session, seen_as), session.radar, prior=prior)
    ours = solve(problem, moved(truth, [0.02, -0.01, 0.03, 0.1, 0.05, -0.1]))

    def residuals(unknowns):
        pose = moved(truth, unknowns[:6])
        fit, _, _ = problem.compare(pose, unknowns[6:].reshape(-1, 3))
        return np.concatenate([fit.ravel(), difference(pose, truth) / ([0.02] * 3 + [0.05] * 3)])

    general = least_squares(residuals, np.concatenate([np.zeros(6), ours.points.ravel()]), xtol=1e-14, ftol=1e-14)
    assert ours.cost == pytest.approx(2 * general.cost, rel=1e-7)
    np.testing.assert_allclose(difference(ours.target_from_source, truth), general.x[:6], atol=1e-4)
    # The Schur complement is the inverse of the pose's corner of the whole covariance.
    whole = np.linalg.inv(general.jac.T @ general.jac)[:6, :6]
    sigmas = np.sqrt(np.diag(whole))
    np.testing.assert_allclose(
        np.linalg.inv(ours.information) / np.outer(sigmas, sigmas), whole / np.outer(sigmas, sigmas), atol=0.02
    )


def test_exact_detections_are_fitted_exactly():
    session = simulate_session(np.random.default_rng(3), n=10)
    truth = session.radar_from_camera
    points = truth.inverse().apply(session.points_radar)
    problem = make_problem(session.boards.at(points), session.radar.at(session.points_radar))
    solution = solve(problem, moved(truth, [0.05, -0.04, 0.1, 0.3, -0.2, 0.2]))
    assert solution.converged
    np.testing.assert_allclose(difference(solution.target_from_source, truth), 0, atol=1e-6)
    assert solution.cost < 1e-9


def test_a_bounded_loss_is_not_pulled_by_a_wrong_target():
    session = simulate_session(np.random.default_rng(5), n=20, wrong_share=0.1)
    truth = session.radar_from_camera
    problem = make_problem(session.boards, session.radar)
    start = moved(truth, [0.0, 0.0, 0.05, 0.1, 0.1, 0.0])
    off = [difference(solve(problem, start, cauchy=bounded).target_from_source, truth) for bounded in (True, False)]
    assert np.abs(off[0][2]) < np.deg2rad(0.6)
    assert np.linalg.norm(off[0]) < 0.5 * np.linalg.norm(off[1])


def test_a_strong_prior_does_not_hide_what_the_targets_tell():
    session = simulate_session(np.random.default_rng(6), n=10)
    nailed = Prior.from_sigmas(session.radar_from_camera, rotation=1e-9, translation=1e-9)
    free, held = (
        solve(make_problem(session.boards, session.radar, prior=prior), session.radar_from_camera)
        for prior in (Prior.from_sigmas(session.radar_from_camera, rotation=0.01, translation=0.01), nailed)
    )
    np.testing.assert_allclose(held.data_information, free.data_information, rtol=0.1, atol=20.0)
