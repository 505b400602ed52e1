"""A cuboid from a cluster of points: 86 clusters of 20,437 points in all, as one sweep of a street holds."""

import cv2
import numpy as np
import pytest

from sensorann.fitting import fit_cuboid

N_CLUSTERS, N_POINTS = 86, 20_437


@pytest.fixture(scope="module")
def clusters():
    """Points on the two upright faces of cars that look at the sensor; sizes spread as in a recorded sweep."""
    rng = np.random.default_rng(0)
    shares = rng.lognormal(0.0, 1.2, N_CLUSTERS)
    counts = np.maximum((shares / shares.sum() * N_POINTS).astype(int), 20)
    clouds = []
    for n in counts:
        length, width = rng.normal(4.4, 0.4), rng.normal(1.8, 0.1)
        local = rng.uniform(-0.5, 0.5, (n, 2)) * [length, width]
        on_side = rng.random(n) < length / (length + width)
        local[on_side, 1] = -width / 2
        local[~on_side, 0] = -length / 2
        yaw = rng.uniform(-np.pi, np.pi)
        turn = np.array([[np.cos(yaw), np.sin(yaw)], [-np.sin(yaw), np.cos(yaw)]])
        xy = local @ turn + rng.uniform(-40, 40, 2) + rng.normal(0, 0.02, (n, 2))
        clouds.append(np.column_stack([xy, rng.uniform(0.3, 1.5, n)]))
    return clouds


def fit_all(clouds):
    return [fit_cuboid(cloud) for cloud in clouds]


def smallest_rectangles(clouds):
    return [cv2.minAreaRect(np.ascontiguousarray(cloud[:, :2], np.float32)) for cloud in clouds]


@pytest.mark.parametrize("implementation", [fit_all, smallest_rectangles], ids=["sensorann", "cv2"])
def test_cuboid_fit(benchmark, clusters, implementation):
    cv2.setNumThreads(1)
    benchmark.group = "cuboid fit, 86 clusters, 20,437 points"
    implementation(clusters)  # compile outside the timing
    benchmark.pedantic(implementation, args=(clusters,), rounds=10)
