import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensorann.kernels import nearest, registration
from tests import naive

pytestmark = pytest.mark.kernels
EDGE = np.array([0.1, 0.1, 0.2])
ORIGIN = np.array([-3.5, -2.5, -2.0])
SHAPE = np.array([70, 50, 20])
LIMITS = np.array([2.1, 0.95])
BEHIND_LEFT = np.array([-12.0, 8.0])


def make_grid(points, room=0, viewer=BEHIND_LEFT):
    """Points of a template, with room for some more."""
    across, empty = nearest.across_surface(points, 0.4), np.zeros((room, 3))
    outward = nearest.outward_normals(across, points, np.tile(viewer, (len(points), 1)))
    return nearest.NearestGrid(
        points=np.vstack([points, empty]), n_points=np.array([len(points)]), across=np.vstack([across, empty]),
        outward=np.vstack([outward, empty[:, :2]]), cells=nearest.nearest_cells(points, ORIGIN, EDGE, SHAPE),
        origin=ORIGIN, edge=EDGE, limits=LIMITS,
    )  # fmt: skip


def car_corner(rng, n=120):
    """Rear and left side of a car in its own axes."""
    rear = np.column_stack([np.full(n, -2.1), rng.uniform(-0.9, 0.9, n), rng.uniform(-0.5, 0.7, n)])
    side = np.column_stack([rng.uniform(-2.1, 2.1, n), np.full(n, 0.9), rng.uniform(-0.5, 0.7, n)])
    return np.concatenate([rear, side]) + rng.normal(0, 0.01, (2 * n, 3))


def seen_from(points, offset):
    """The same points given in the axes of a box that is off by (along, across, yaw)."""
    c, s = np.cos(offset[2]), np.sin(offset[2])
    return np.column_stack([points[:, :2] @ np.array([[c, s], [-s, c]]) + offset[:2], points[:, 2]])


@given(st.integers(0, 2**32 - 1), st.integers(1, 60))
@settings(max_examples=12)
def test_the_nearest_point_is_nearest_up_to_a_fraction_of_a_cell(seed, n):
    rng = np.random.default_rng(seed)
    points = rng.uniform([-2, -1, -1], [2, 1, 1], (n, 3))
    grid = make_grid(points)
    for query in rng.uniform([-2.5, -1.5, -1.2], [2.5, 1.5, 1.2], (20, 3)):
        row, squared = nearest.nearest_point(grid, *query)
        distances = np.linalg.norm(points - query, axis=1)
        assert np.sqrt(squared) == pytest.approx(distances[row])
        assert distances[row] <= distances.min() + np.linalg.norm(EDGE)


def test_an_empty_cloud_has_no_nearest_point():
    assert nearest.nearest_point(make_grid(np.empty((0, 3))), 0.0, 0.0, 0.0)[0] == -1


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=15)
def test_register_matches_brute_force(seed):
    rng = np.random.default_rng(seed)
    template = car_corner(rng, n=40)
    offset = rng.uniform([-0.3, -0.15, -0.05], [0.3, 0.15, 0.05])
    target = seen_from(car_corner(rng, n=30), offset)
    information = np.diag([1 / 0.3**2, 1 / 0.2**2, 1 / 0.05**2])
    scales = np.array([0.5, 0.25, 0.12])
    grid = make_grid(template)
    found, learnt, _ = registration.register(grid, target, BEHIND_LEFT, information, scales)
    expected, expected_information = naive.lay_onto(
        template, grid.across, grid.outward, target, BEHIND_LEFT, information, scales,
        point_sigma=registration.POINT_SIGMA, most_points=registration.MOST_INDEPENDENT_POINTS,
        n_steps=registration.MOST_STEPS, limits=LIMITS, turned_away=nearest.TURNED_AWAY,
        outside=registration.OUTSIDE, probe=registration.PROBE,
    )  # fmt: skip
    # The grid's neighbour is now and then not the very nearest, and another one may look away.
    np.testing.assert_allclose(found, expected, atol=0.04)
    sigmas, expected_sigmas = (1 / np.sqrt(np.diag(m)) for m in (learnt, expected_information))
    np.testing.assert_allclose(sigmas, expected_sigmas, rtol=0.3)


def test_register_finds_the_offset_of_a_corner():
    rng = np.random.default_rng(3)
    offset = np.array([0.3, -0.12, 0.04])
    found, information, n_matches = registration.register(
        make_grid(car_corner(rng)), seen_from(car_corner(rng), offset), BEHIND_LEFT, np.diag([1.0, 4.0, 100.0]),
        np.array([0.5, 0.25, 0.12]),
    )  # fmt: skip
    np.testing.assert_allclose(found, offset, atol=0.03)
    assert n_matches > 200
    assert np.linalg.eigvalsh(information).min() > 0


def test_a_wall_says_nothing_about_the_way_along_it():
    rng = np.random.default_rng(4)
    wall, part = (
        np.column_stack([rng.uniform(-end, end, 300), rng.normal(0, 0.02, 300), rng.uniform(-0.5, 0.5, 300)])
        for end in (2.0, 1.0)
    )
    prior = np.diag([1 / 0.3**2, 1 / 0.3**2, 1e4])
    found, information, _ = registration.register(
        make_grid(wall), seen_from(part, np.array([0.0, 0.2, 0.0])), BEHIND_LEFT, prior, np.array([0.5, 0.25, 0.12])
    )
    assert found[1] == pytest.approx(0.2, abs=0.02)
    assert 1 / np.sqrt(information[1, 1]) < 0.05
    assert 1 / np.sqrt(information[0, 0] + 1e-9) > 0.5


def test_a_wall_is_never_taken_for_the_one_on_the_other_side():
    """Only the right side is known, only the left side is seen, half a box away: within reach of the search."""
    rng = np.random.default_rng(6)
    u, heights = rng.uniform(-0.8, 0.8, 200), rng.uniform(-0.5, 0.5, 200)
    right, left = (np.column_stack([u, np.full(200, v), heights]) for v in (-0.25, 0.25))
    prior, scales = np.diag([25.0, 25.0, 1e4]), np.array([0.5, 0.25, 0.12])
    template = make_grid(right, viewer=np.array([0.0, -10.0]))
    _, _, n_matches = registration.register(template, left, np.array([0.0, 10.0]), prior, scales)
    assert n_matches < registration.FEWEST_MATCHES
    _, _, n_unknown = registration.register(template, left, np.array([np.nan, np.nan]), prior, scales)
    assert n_unknown == 200


def test_points_outside_the_box_pull_along_their_wall():
    rng = np.random.default_rng(7)
    wall = np.column_stack([rng.uniform(-2, 2, 300), rng.normal(0, 0.01, 300), rng.uniform(-0.5, 0.5, 300)])
    prior = np.diag([1.0, 1 / 0.3**2, 1e4])
    found, _, _ = registration.register(
        make_grid(wall), seen_from(wall, np.array([0.6, 0.0, 0.0])), BEHIND_LEFT, prior, np.array([0.5, 0.25])
    )
    assert 0.3 < found[0] < 0.7


def test_a_coarse_template_is_believed_less():
    rng = np.random.default_rng(8)
    pole = np.column_stack([rng.normal(0, 0.3, (200, 2)), rng.uniform(-0.5, 0.5, 200)])
    blurred = pole + np.append(rng.normal(0, 0.15, (200, 2)), np.zeros((200, 1)), axis=1)
    prior, scales = np.diag([1.0, 1.0, 1e4]), np.array([0.5])
    _, sharp, _ = registration.register(make_grid(pole), pole, BEHIND_LEFT, prior, scales)
    _, coarse, _ = registration.register(make_grid(pole[::8]), blurred, BEHIND_LEFT, prior, scales)
    assert np.trace(coarse[:2, :2]) < 0.5 * np.trace(sharp[:2, :2])


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=5)
def test_points_that_join_later_are_found_like_the_first(seed):
    rng = np.random.default_rng(seed)
    points = rng.uniform([-2, -1, -1], [2, 1, 1], (40, 3))
    grid = make_grid(points[:25], room=15)
    for point in points[25:]:
        assert nearest.add_point(grid, *point, 0.5)
    assert not nearest.add_point(grid, 0.0, 0.0, 0.0, 0.5)  # no room left
    for query in points + rng.uniform(-0.2, 0.2, (40, 3)):
        row, squared = nearest.nearest_point(grid, *query)
        distances = np.linalg.norm(points - query, axis=1)
        assert np.sqrt(squared) == pytest.approx(distances[row])
        assert distances[row] <= distances.min() + np.linalg.norm(EDGE)


def test_more_points_of_one_surface_do_not_make_the_place_surer():
    rng = np.random.default_rng(9)
    template, prior, scales = make_grid(car_corner(rng)), np.diag([1.0, 4.0, 100.0]), np.array([0.5, 0.25])
    few, many = (
        registration.register(template, car_corner(rng, n=n), BEHIND_LEFT, prior, scales)[1] for n in (60, 300)
    )
    assert np.trace(many[:2, :2]) < 1.3 * np.trace(few[:2, :2])


def test_points_further_away_than_three_scales_do_not_match():
    rng = np.random.default_rng(10)
    corner = car_corner(rng, n=20)
    stray = np.column_stack([rng.uniform(3.0, 3.4, 30), rng.uniform(-0.9, 0.9, 30), rng.uniform(-0.5, 0.7, 30)])
    template, prior, scales = make_grid(corner), np.diag([1e4, 1e4, 1e4]), np.array([0.12])
    _, _, n_matches = registration.register(template, np.concatenate([corner, stray]), BEHIND_LEFT, prior, scales)
    assert n_matches == len(corner)


def test_too_few_points_give_no_answer():
    rng = np.random.default_rng(5)
    offset, _, n_matches = registration.register(
        make_grid(car_corner(rng)), car_corner(rng)[:5], BEHIND_LEFT, np.eye(3), np.array([0.5])
    )
    assert n_matches < registration.FEWEST_MATCHES
    assert (offset == 0).all()
