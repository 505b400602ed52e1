import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensorann.geometry import Transform
from sensorann.kernels.around import gather_around, lowest_of_cells, nearest_row, plan_bounds, standing_on
from tests import naive

pytestmark = pytest.mark.kernels
seeds = st.integers(0, 2**32 - 1)


@given(seed=seeds, n=st.integers(0, 40), yaw=st.floats(-3, 3), reach=st.floats(0.5, 20))
def test_gather_around_matches_naive(seed, n, yaw, reach):
    rng = np.random.default_rng(seed)
    points = rng.normal(0, 8, (n, 3))
    points[rng.random((n, 3)) < 0.05] = np.nan
    pose, place = Transform.from_yaw(yaw, rng.normal(0, 2, 3)), rng.normal(0, 3, 2)
    rows, moved = gather_around(points, pose.rotation, pose.translation, place, reach)
    expected_rows, expected = naive.gather_around(points, pose, place, reach)
    np.testing.assert_array_equal(rows, expected_rows)
    np.testing.assert_allclose(moved, expected, atol=1e-9)


@given(seed=seeds, n=st.integers(0, 60), yaw=st.just(0.0) | st.floats(-3, 3), radius=st.floats(1.0, 12.0))
def test_lowest_of_cells_matches_naive(seed, n, yaw, radius):
    rng = np.random.default_rng(seed)
    points = np.round(rng.normal(0, 4, (n, 3)), 1)  # a grid, so that heights tie
    points[rng.random((n, 3)) < 0.05] = np.nan
    pose, place = Transform.from_yaw(yaw, [0.5, 0.0, 1.0]), rng.normal(0, 2, 2)
    found = lowest_of_cells(points, pose.rotation, pose.translation, place, radius, 1.0)
    np.testing.assert_allclose(found, naive.lowest_of_cells(points, pose, place, radius, 1.0), atol=1e-9)


@given(seed=seeds, n=st.integers(0, 60), yaw=st.floats(-3, 3), radius=st.floats(1.0, 12.0))
def test_standing_on_matches_naive(seed, n, yaw, radius):
    rng = np.random.default_rng(seed)
    points, place, slope = rng.normal(0, 4, (n, 3)), rng.normal(0, 2, 2), rng.normal(0, 0.1, 2)
    points[rng.random((n, 3)) < 0.05] = np.nan
    pose, plane = Transform.from_yaw(yaw, rng.normal(0, 2, 3)), (place, 0.3, slope, 0.2, 2.5, radius)
    rows, moved = standing_on(points, pose.rotation, pose.translation, *plane)
    expected_rows, expected = naive.standing_on(points, pose, *plane)
    np.testing.assert_array_equal(rows, expected_rows)
    np.testing.assert_allclose(moved, expected, atol=1e-9)


@given(seed=seeds, n=st.integers(0, 40))
def test_nearest_row_matches_naive(seed, n):
    rng = np.random.default_rng(seed)
    points, place = np.round(rng.normal(0, 4, (n, 3)), 1), np.round(rng.normal(0, 2, 3), 1)
    row, squared = nearest_row(points, place)
    expected_row, expected = naive.nearest_row(points, place)
    assert row == expected_row
    assert squared == pytest.approx(expected, abs=1e-12)


@given(seed=seeds, n=st.integers(1, 40))
def test_plan_bounds_matches_naive(seed, n):
    rng = np.random.default_rng(seed)
    points = rng.normal(rng.normal(0, 20, 3), 4, (n, 3))
    rows = np.sort(rng.choice(n, rng.integers(1, n + 1), replace=False))
    np.testing.assert_array_equal(plan_bounds(points, rows), naive.plan_bounds(points, rows))
