"""A cuboid from a cluster of points (86 clusters, 20,437 points in all, as one sweep of a street holds), or a click."""

import itertools

import cv2
import numpy as np
import pytest

from sensorann.fitting import cuboid_from_click, fit_cuboid
from sensorann.geometry import Cuboids, points_in_cuboids
from sensorann.scene import default_ontology
from sensorann.simulate import simulate_drive

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


@pytest.fixture(scope="module")
def street():
    """A full simulated sweep of 64 beams, the pose of its sensor, and a point on each object that is well seen."""
    drive, labels = simulate_drive(seed=3, n_frames=2, n_actors=60, n_columns=2200, dropout=0.0)
    lidar = drive.rig.of_kind("lidar")[0]
    sweep = drive.sweep(lidar.name, 0)
    time_ns = int(drive.timestamps_ns(lidar.name)[0])
    ego_from_world = drive.trajectory.at(time_ns).inverse()
    boxes = Cuboids.concatenate([track.cuboids[track.timestamps_ns == time_ns] for track in labels.tracks])
    points = lidar.ego_from_sensor.apply(sweep.points)
    inside = points_in_cuboids(points, boxes.moved(ego_from_world, frame="ego"))
    highest = [
        rows[np.argmax(points[rows, 2])] for rows in map(inside.__getitem__, range(len(boxes))) if len(rows) > 50
    ]
    return sweep, lidar.ego_from_sensor, points[highest]


def test_click_to_box(benchmark, street):
    sweep, ego_from_sensor, clicks = street
    ontology, turns = default_ontology(), itertools.cycle(clicks)
    benchmark.group = "one click to a box, in a sweep of 64 beams"

    def click():
        return cuboid_from_click(sweep, next(turns), ontology, ego_from_sensor=ego_from_sensor)

    click()  # compile outside the timing
    benchmark.pedantic(click, rounds=5 * len(clicks))
