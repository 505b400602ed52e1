import numpy as np
import pytest

from sensorann.kernels.ground_height import ground_under

pytestmark = pytest.mark.kernels


def road(rng, *, slope=0.0, height=-1.0, n=3000):
    xy = rng.uniform(-4, 4, (n, 2))
    return np.column_stack([xy, height + slope * xy[:, 0] + rng.normal(0, 0.01, n)]).astype(np.float32)


def under(points, *, bottom=-1.0, yaw=0.0):
    forward = np.array([np.cos(yaw), np.sin(yaw)])
    return ground_under(points, np.array([0.0, 0.0, bottom + 0.75]), forward, 2.1, 0.9, bottom, 2.0, 0.6, 0.35)


@pytest.mark.parametrize("slope", [0.0, 0.05, -0.08])
@pytest.mark.parametrize("yaw", [0.0, 1.1])
def test_the_ground_is_found_on_a_slope(slope, yaw):
    assert under(road(np.random.default_rng(1), slope=slope), yaw=yaw) == pytest.approx(-1.0, abs=0.03)


def test_what_stands_on_the_ground_does_not_lift_it():
    rng = np.random.default_rng(2)
    curb = road(rng, height=-0.85, n=800)
    curb = curb[curb[:, 1] > 2.2]
    assert under(np.concatenate([road(rng), curb])) == pytest.approx(-1.0, abs=0.03)


def test_a_wrong_guess_of_the_bottom_is_corrected():
    assert under(road(np.random.default_rng(3)), bottom=-0.8) == pytest.approx(-1.0, abs=0.03)


def test_without_ground_there_is_no_height():
    assert np.isnan(under(np.empty((0, 3), np.float32)))
    assert np.isnan(under(road(np.random.default_rng(4), height=3.0)))
