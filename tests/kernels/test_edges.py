import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensorann.kernels.edges import edge_scores, search_edge_angle
from tests import naive

pytestmark = pytest.mark.kernels
seeds = st.integers(0, 2**32 - 1)


@given(seed=seeds, n=st.integers(3, 40), share=st.floats(0, 0.49), width=st.floats(0.02, 1.0))
def test_edge_scores_match_naive(seed, n, share, width):
    rng = np.random.default_rng(seed)
    points = np.round(rng.normal(0, 2, (n, 2)), 1)  # a grid, so that values tie
    angles = rng.uniform(-4, 4, 3)
    rank = min(int(share * n), (n - 1) // 2)
    expected = [naive.edge_score(points, angle, rank, width) for angle in angles]
    # Points right at the cut-off may fall to either side of it; each is worth 3.4e-4.
    np.testing.assert_allclose(edge_scores(points, angles, rank, width), expected, rtol=1e-9, atol=1e-9)


@given(seed=seeds, yaw=st.floats(0, np.pi / 2 - 1e-6))
def test_the_search_finds_the_angle_of_two_walls(seed, yaw):
    rng = np.random.default_rng(seed)
    side = np.column_stack([rng.uniform(-2.2, 2.2, 60), np.full(60, -0.9)])
    rear = np.column_stack([np.full(30, -2.2), rng.uniform(-0.9, 0.9, 30)])
    local = np.concatenate([side, rear]) + rng.normal(0, 0.01, (90, 2))
    c, s = np.cos(yaw), np.sin(yaw)
    angle, score = search_edge_angle(local @ np.array([[c, s], [-s, c]]), 0, 0.08, 30, 3)
    error = (angle - yaw + np.pi / 4) % (np.pi / 2) - np.pi / 4
    assert abs(error) < np.radians(1.0)
    assert score > 0.85 * 90


@given(seed=seeds)
def test_the_search_reports_the_score_of_its_angle(seed):
    points = np.random.default_rng(seed).normal(0, 1, (25, 2))
    angle, score = search_edge_angle(points, 0, 0.08, 12, 2)
    assert score == pytest.approx(naive.edge_score(points, angle, 0, 0.08), rel=1e-6)
    assert 0 <= angle < np.pi / 2
