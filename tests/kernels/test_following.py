from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensorann.geometry.rotations import rotations_from_yaws
from sensorann.kernels import following, nearest
from tests import naive
from tests.kernels.test_registration import make_grid

pytestmark = pytest.mark.kernels
seeds = st.integers(0, 2**32 - 1)
SIZE, MARGIN = np.array([4.2, 1.9, 1.6]), 0.15
RULES = {"inlier_distance": following.INLIER_DISTANCE, "turned_away": nearest.TURNED_AWAY}


@cache
def points_far_apart():
    """Points a metre apart, so that there is no doubt which of them is nearest."""
    return make_grid(np.stack(np.meshgrid(np.arange(-2.0, 3.0), [-0.9, 0.1], [-0.5, 0.5]), axis=-1).reshape(-1, 3))


def make_template(rng):
    """Points whose surfaces look anywhere."""
    grid = points_far_apart()
    directions = rng.uniform(-np.pi, np.pi, len(grid.points))
    return grid._replace(outward=np.column_stack([np.cos(directions), np.sin(directions)]))


def near_template(rng, grid, n=60):
    """Points (n, 3) around those of a template, some of them on it and some beside the box."""
    return grid.points[rng.integers(0, len(grid.points), n)] + rng.normal(0, 0.13, (n, 3))


@given(seeds)
@settings(max_examples=40)
def test_on_template_matches_naive(seed):
    rng = np.random.default_rng(seed)
    grid, offset = make_template(rng), rng.uniform([-0.4, -0.3, -0.3], [0.4, 0.3, 0.3])
    points = near_template(rng, grid)
    viewer = rng.uniform(-20, 20, 2)
    turn = rotations_from_yaws(offset[2])[:2, :2]
    target = np.column_stack([points[:, :2] @ turn.T + offset[:2], points[:, 2]])
    found = following.on_template(grid, target, viewer, offset, SIZE, MARGIN)
    assert found == naive.on_template(grid.points, grid.outward, target, viewer, offset, SIZE, MARGIN, **RULES)
    assert found[0] > 0


@given(seeds, st.integers(0, 80))
@settings(max_examples=40)
def test_explained_matches_naive(seed, n_known):
    rng = np.random.default_rng(seed)
    grid, tilt = make_template(rng), tilted(*rng.uniform(-0.2, 0.2, 2))
    pose, height, viewer = np.array([*rng.uniform(-30, 30, 2), rng.uniform(-3, 3)]), 0.7, rng.uniform(-60, 60, 2)
    lifted = near_template(rng, grid) + np.array([0.0, 0.0, rng.choice([0.0, 0.4])])
    points = lifted @ (rotations_from_yaws(pose[2]) @ tilt).T + [*pose[:2], height]
    arguments = (points, viewer, pose, SIZE, tilt, height, MARGIN, n_known)
    rules = {"lowest": following.LOWEST, "highest": following.HIGHEST, **RULES}
    expected = naive.explained(grid.points, grid.outward, *arguments, **rules)
    assert following.explained(grid, *arguments) == pytest.approx(expected)


def tilted(pitch, roll):
    """Rotation (3, 3) of a box that stands on a slope."""
    about_y = np.array([[np.cos(pitch), 0, np.sin(pitch)], [0, 1, 0], [-np.sin(pitch), 0, np.cos(pitch)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(roll), -np.sin(roll)], [0, np.sin(roll), np.cos(roll)]])
    return about_y @ about_x


def test_without_points_nothing_is_explained():
    grid = make_template(np.random.default_rng(0))
    nothing = following.explained(grid, np.empty((0, 3)), np.zeros(2), np.zeros(3), SIZE, np.eye(3), 0.0, MARGIN, 50)
    assert nothing == 0.0
