"""What repetitions do not show of a camera refined by edges: things that err alike in all pictures, and motion."""

from dataclasses import replace

import numpy as np
import pytest

from calib.edges.camera_edges import refine_camera
from calib.edges.sensitivity import covariance_of_choices
from calib.edges.turning import turned_onto_edges
from calib.edges.views import View
from calib.estimation.tangent import vector_from_rotation
from sensorann.simulate import simulate_drive
from tests.builders import make_camera
from tests.calib.test_camera_edges import make_drive

CAMERA = make_camera(size=(600, 300), focal=500.0)
COLUMNS = np.linspace(30, 570, 12)


def posts_aside(rng, sigma_px: float) -> list[View]:
    """Three pictures of twelve posts, each seen as far aside of its edge in all of them."""
    aside = sigma_px * rng.normal(size=len(COLUMNS))
    distances = np.abs(np.arange(600)[None] - COLUMNS[:, None]).min(axis=0)
    views = []
    for number in range(3):
        u = np.repeat(COLUMNS + aside, 40) + 0.3 * rng.normal(size=40 * len(COLUMNS))
        pixels = np.stack([u, rng.uniform(20, 280, len(u))], axis=1)
        points = 10.0 * CAMERA.unproject(pixels)
        view = View(number, np.tile(distances, (300, 1)).astype(np.float32), points)
        views.append(replace(view, variants=(view,)))
    return views


def test_the_stated_sigma_holds_where_a_thing_errs_alike_in_all_pictures():
    rng, off = np.random.default_rng(0), []
    for _ in range(20):
        views = posts_aside(rng, 1.5)
        turn = turned_onto_edges(views, CAMERA, np.zeros(3))
        off.append(turn[1] / np.sqrt(covariance_of_choices(views, CAMERA, turn)[1, 1]))
    assert 0.5 < np.sqrt(np.mean(np.square(off))) < 1.5


def test_laxer_and_stricter_edges_are_part_of_the_sigma():
    views = posts_aside(np.random.default_rng(1), 0.0)
    turn = turned_onto_edges(views, CAMERA, np.zeros(3))
    shifted = [np.roll(view.distances, 2, axis=1) for view in views]
    other = [
        replace(view, variants=(replace(view, distances=one, variants=()),))
        for view, one in zip(views, shifted, strict=True)
    ]
    assert covariance_of_choices(other, CAMERA, turn)[1, 1] > 4 * covariance_of_choices(views, CAMERA, turn)[1, 1]


def test_a_camera_that_looks_aside_from_a_moving_vehicle_is_right():
    drive, _ = simulate_drive(seed=2, n_frames=150, n_actors=40)
    found = refine_camera(drive, "CAM_FRONT_LEFT", "LIDAR_TOP", n_pictures=6)
    assert np.rad2deg(abs(found.turn[1])) < 0.15
    assert abs(found.turn[1]) < 3 * found.sigmas[1]


def test_a_picture_without_outlines_tells_nothing():
    drive = make_drive(n=4)
    behind = replace(drive.sweeps["ROOF"][1], points=drive.sweeps["ROOF"][1].points * np.float32([-1, 1, 1]))
    sweeps = [behind if i == 1 else sweep for i, sweep in enumerate(drive.sweeps["ROOF"])]
    found = refine_camera(replace(drive, sweeps={"ROOF": sweeps}), "FRONT", "ROOF")
    truth = drive.rig["FRONT"].ego_from_sensor
    left = vector_from_rotation(truth.rotation.T @ found.ego_from_sensor.rotation)
    assert np.rad2deg(left[1]) == pytest.approx(0.0, abs=0.06)
