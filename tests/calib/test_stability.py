"""What the answer owes to single targets, and where the next one helps most."""

import numpy as np

from calib.estimation.observability import glance
from calib.estimation.placement import information_of_places, next_placement
from calib.estimation.simulation import simulate_session
from calib.estimation.solver import solve
from calib.estimation.stability import try_parts
from calib.estimation.tangent import difference
from tests.calib.test_problem import make_problem


def solved(**options):
    session = simulate_session(np.random.default_rng(12), n=14, **options)
    problem = make_problem(session.boards, session.radar)
    return problem, solve(problem, session.radar_from_camera)


def test_leaving_one_target_out_moves_the_pose_as_solving_without_it_does():
    problem, solution = solved(elevation=True)
    stability = try_parts(problem, solution)
    kept = np.array([name != stability.most_influential for name in problem.names])
    without = solve(problem.keep(kept), solution.target_from_source).target_from_source
    moved_by = difference(without, solution.target_from_source)
    sigmas = np.sqrt(np.diag(np.linalg.inv(solution.information)))
    np.testing.assert_allclose(stability.leave_one_out / sigmas, moved_by / sigmas, atol=0.1)


def test_halves_that_fix_no_pose_are_not_compared():
    session = simulate_session(np.random.default_rng(12), n=5)
    problem = make_problem(session.boards, session.radar)
    assert try_parts(problem, solve(problem, session.radar_from_camera)).split_half is None


def test_the_next_target_helps_more_than_one_more_at_the_median_place():
    problem, solution = solved()
    before = glance()
    place = next_placement(problem, solution, before=before)
    pose = solution.target_from_source

    def volume(point):
        told = information_of_places(problem, pose, np.array([point]))[0]
        return np.linalg.slogdet(solution.data_information + np.linalg.inv(before) + told)[1]

    others = [volume(point) for point in pose.apply(solution.points)]
    assert volume(place.point_target) >= max(others)
    assert 0 < place.sigma_share < 1
