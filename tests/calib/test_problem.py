"""Residuals of every kind of sensor: zero at the truth, with derivatives equal to differences."""

import numpy as np
import pytest

from calib.estimation.problem import Prior, Problem
from calib.estimation.simulation import simulate_session
from calib.estimation.tangent import moved
from calib.targets.detections import PointDetections
from calib.targets.pixel_detections import PixelDetections
from calib.targets.radar_detections import RadarDetections
from sensorann.errors import ArgumentError
from sensorann.geometry import Transform
from tests.builders import make_camera


def make_problem(source, target, *, prior=None) -> Problem:
    n = len(source)
    return Problem(
        source=source,
        target=target,
        source_name="camera",
        target_name="radar",
        groups=np.arange(n),
        names=tuple(f"reflector {i}" for i in range(n)),
        prior=prior,
    )


def make_session(**options):
    return simulate_session(np.random.default_rng(4), n=8, **options)


SENSORS = {
    "boards and 3D radar": lambda: (make_session().boards, make_session().radar),
    "boards and 4D radar": lambda: (make_session().boards, make_session(elevation=True).radar),
    "pixels and 3D radar": lambda: (make_session().pixels, make_session().radar),
    "boards and measured heights": lambda: (make_session().boards, make_session(heights=True).radar),
    "points and points": lambda: (make_session().boards, PointDetections.isotropic(make_session().points_radar, 0.02)),
}


@pytest.mark.parametrize("sensors", SENSORS.values(), ids=SENSORS.keys())
def test_derivatives_are_those_of_differences(sensors):
    source, target = sensors()
    session = make_session()
    problem = make_problem(source, target)
    pose, points = session.radar_from_camera, session.boards.points + 0.05
    _, by_pose, by_points = problem.compare(pose, points)
    step = 1e-6
    for k, axis in enumerate(np.eye(6)):
        ahead, back = (problem.compare(moved(pose, sign * step * axis), points)[0] for sign in (1, -1))
        np.testing.assert_allclose(by_pose[:, :, k], (ahead - back) / (2 * step), atol=2e-5)
    for k, axis in enumerate(np.eye(3)):
        ahead, back = (problem.compare(pose, points + sign * step * axis)[0] for sign in (1, -1))
        np.testing.assert_allclose(by_points[:, :, k], (ahead - back) / (2 * step), atol=2e-5)


@pytest.mark.parametrize(
    ("model", "distortion"),
    [("pinhole", (-0.3, 0.1, 0.001, -0.002, 0.01)), ("fisheye", (-0.05, -0.08, 0.1, -0.05))],
    ids=["pinhole", "fisheye"],
)
def test_pixel_residuals_are_reprojection_errors_of_any_lens(model, distortion):
    camera = make_camera(distortion=distortion, model=model)
    points = np.array([[0.2, 0.1, 2.0], [-1.0, 0.4, 3.0], [0.9, -0.5, 2.5]])
    pixels = camera.project(points) + np.array([[0.3, -0.2], [0.1, 0.4], [-0.3, 0.1]])
    residuals, _ = PixelDetections(camera=camera, pixels=pixels, sigma=0.5).compare(points)
    np.testing.assert_allclose(residuals, (camera.project(points) - pixels) / 0.5, atol=2e-3)


def test_an_azimuth_just_across_the_back_is_near():
    radar = RadarDetections(ranges=[5.0], azimuths=[np.pi - 0.01], sigma_range=0.1, sigma_azimuth=0.01)
    residuals, _ = radar.compare(5.0 * np.array([[np.cos(np.pi + 0.01), np.sin(np.pi + 0.01), 0.0]]))
    assert abs(residuals[0, 1]) < 2.1


def test_kept_targets_keep_their_points_and_names():
    points = np.arange(18.0).reshape(6, 3)
    detections = PointDetections.isotropic(points, 0.1)
    problem = Problem(
        source=detections,
        target=detections,
        source_name="a",
        target_name="b",
        groups=np.array([0, 0, 1, 1, 2, 2]),
        names=("x", "y", "z"),
    )
    kept = problem.keep(np.array([True, False, True]))
    assert kept.names == ("x", "z")
    assert kept.groups.tolist() == [0, 0, 1, 1]
    np.testing.assert_array_equal(kept.source.points, points[[0, 1, 4, 5]])


WRONG = {
    "degrees for radians": (
        lambda: RadarDetections(ranges=[5.0], azimuths=[20.0], sigma_range=0.1, sigma_azimuth=0.01),
        "are they degrees",
    ),
    "a range of zero": (
        lambda: RadarDetections(ranges=[5.0, 0.0], azimuths=[0, 0], sigma_range=0.1, sigma_azimuth=0.01),
        "row 1 holds 0",
    ),
    "a sigma of zero": (lambda: PointDetections.isotropic(np.zeros((1, 3)), 0.0), "must be above 0"),
    "images of another size": (
        lambda: PixelDetections(camera=make_camera(), pixels=[[900.0, 10.0]], sigma=0.5),
        "images of another size",
    ),
    "sides of unequal length": (
        lambda: make_problem(
            PointDetections.isotropic(np.zeros((2, 3)), 1.0), PointDetections.isotropic(np.zeros((3, 3)), 1.0)
        ),
        "got 2 and 3 detections",
    ),
    "a prior without sigma": (
        lambda: Prior(Transform.identity(), np.zeros((6, 6))),
        "positive definite",
    ),
}


@pytest.mark.parametrize(("make", "message"), WRONG.values(), ids=WRONG.keys())
def test_wrong_input_is_named(make, message):
    with pytest.raises(ArgumentError, match=message):
        make()
