import cv2
import numpy as np
import pytest
from hypothesis import given

from sensorann.errors import ArgumentError
from sensorann.geometry import Transform
from tests.builders import make_camera
from tests.geometry.cases import random_rotations, seeds

PINHOLES = {
    "none": (),
    "four": (-0.3, 0.1, 1e-3, -2e-3),
    "five": (-0.3, 0.12, 1e-3, -2e-3, -0.01),
    "eight": (0.3, 0.1, 1e-3, -1e-3, 0.01, 0.4, 0.2, 0.01),
}


@pytest.mark.parametrize("distortion", PINHOLES.values(), ids=PINHOLES)
@given(seed=seeds)
def test_pinhole_pixels_are_those_of_opencv(distortion, seed):
    rng = np.random.default_rng(seed)
    camera = make_camera(distortion=distortion)
    pose = Transform(random_rotations(rng, 1)[0], rng.normal(size=3))
    points = rng.uniform(-30, 30, (200, 3))
    pixels = camera.project(points, camera_from_points=pose)
    imaged = ~np.isnan(pixels[:, 0]) & (np.abs(pixels) < 1e5).all(axis=1)
    rotation_vector, _ = cv2.Rodrigues(pose.rotation)
    expected, _ = cv2.projectPoints(
        points[imaged], rotation_vector, pose.translation, camera.matrix, np.array(distortion) if distortion else None
    )
    np.testing.assert_allclose(pixels[imaged], expected[:, 0], rtol=1e-9, atol=1e-8)


@given(seed=seeds)
def test_fisheye_pixels_are_those_of_opencv(seed):
    rng = np.random.default_rng(seed)
    distortion = (0.05, 0.01, -0.003, 0.0005)
    camera = make_camera(model="fisheye", distortion=distortion)
    points = rng.uniform([-30, -30, 0.5], [30, 30, 30], (200, 3))
    expected, _ = cv2.fisheye.projectPoints(
        points[:, None], np.zeros(3), np.zeros(3), camera.matrix, np.array(distortion)
    )
    np.testing.assert_allclose(camera.project(points), expected[:, 0], atol=1e-8)


def test_float32_sweeps_keep_float32_within_the_pixel_tolerance():
    rng = np.random.default_rng(0)
    points = rng.uniform([-10, -10, 1], [10, 10, 60], (5000, 3)).astype(np.float32)
    camera = make_camera(size=(2000, 1500), focal=1200.0, distortion=(-0.3, 0.12, 1e-3, -2e-3, -0.01))
    pixels = camera.project(points)
    assert pixels.dtype == np.float32
    inside = camera.contains(pixels)
    assert inside.sum() > 1000
    np.testing.assert_allclose(pixels[inside], camera.project(points.astype(np.float64))[inside], rtol=0, atol=2e-4)


@pytest.mark.parametrize(
    "point", [(1, 1, -5), (0, 0, 0), (1, 0, 0), (np.nan, 0, 5), (0, 0, np.inf), (np.inf, 0, 5), (0, -np.inf, 5)]
)
def test_points_that_a_pinhole_cannot_image_have_no_pixel(point):
    camera = make_camera(distortion=(-0.3, 0.1, 0, 0))
    assert np.isnan(camera.project([point])).all()
    assert np.isnan(camera.project(np.array([point], np.float32))).all()
    assert not camera.visible([point]).any()


@pytest.mark.parametrize("distortion", [(-0.3, 0.0, 0, 0), (0.0, 0.0, 0.0, 1e-2), (-0.4, 0.2, 1e-3, 1e-3, -0.05)])
def test_far_points_do_not_fold_back_into_the_picture(distortion):
    """Along a ray outwards from the centre pixels move outwards until they vanish for good."""
    camera = make_camera(distortion=distortion)
    tangents = np.linspace(0, 300, 30_000)
    for angle in np.linspace(0, 2 * np.pi, 17):
        points = np.stack([np.cos(angle) * tangents, np.sin(angle) * tangents, np.ones_like(tangents)], axis=1)
        pixels = camera.project(points)
        distance = np.linalg.norm(pixels - camera.matrix[:2, 2], axis=1)
        n_imaged = int((~np.isnan(distance)).sum())
        assert 10 < n_imaged < len(points)
        assert np.isnan(distance[n_imaged:]).all()
        assert (np.diff(distance[:n_imaged]) > 0).all()


def test_a_fisheye_sees_behind_its_image_plane_but_not_beyond_its_limit():
    wide = make_camera(model="fisheye", focal=100.0)
    assert wide.visible([[1.0, 0.0, -0.1]]).all()
    narrow = make_camera(model="fisheye", focal=100.0, distortion=(-0.2, 0, 0, 0))  # turns back at 74 degrees
    angles = np.radians([70.0, 73.9, 74.5, 100.0])
    seen = ~np.isnan(narrow.project(np.stack([np.sin(angles), 0 * angles, np.cos(angles)], axis=1))[:, 0])
    assert seen.tolist() == [True, True, False, False]


def test_the_picture_begins_half_a_pixel_before_its_first_centre():
    camera = make_camera(size=(640, 480))
    pixels = [[-0.5, 0], [-0.51, 0], [639.49, 479.49], [639.5, 0], [0, 479.5], [np.nan, 0]]
    assert camera.contains(pixels).tolist() == [True, False, True, False, False, False]


@given(seed=seeds)
def test_unprojection_undoes_projection(seed):
    rng = np.random.default_rng(seed)
    camera = make_camera(distortion=(-0.3, 0.12, 1e-3, -2e-3, -0.01))
    rays = rng.uniform([-0.6, -0.6, 1], [0.6, 0.6, 1], (50, 3))
    rays /= np.linalg.norm(rays, axis=1, keepdims=True)
    np.testing.assert_allclose(camera.unproject(camera.project(rays)), rays, atol=1e-10)


@pytest.mark.parametrize("model", ["pinhole", "fisheye"])
def test_pixels_outside_the_image_of_the_lens_have_no_ray(model):
    camera = make_camera(model=model, distortion=(-0.3, 0, 0, 0))
    rays = camera.unproject([[320, 240], [320 + 0.70 * 500, 240], [320 + 0.71 * 500, 240], [320, 5000], [np.nan, 0]])
    assert np.isnan(rays[:, 0]).tolist() == [False, False, True, True, True]
    assert (camera.unproject([[320, 240]]) == [[0, 0, 1]]).all()


def test_an_empty_sweep_projects_to_nothing():
    camera = make_camera()
    assert camera.project(np.zeros((0, 3), np.float32)).shape == (0, 2)
    assert camera.unproject(np.zeros((0, 2))).shape == (0, 3)


def test_points_of_wrong_shape_are_refused():
    with pytest.raises(ArgumentError, match=r"points must have shape \(N, 3\), got \(4, 2\)"):
        make_camera().project(np.zeros((4, 2)))


@pytest.mark.parametrize(("model", "n"), [("pinhole", 3), ("pinhole", 12), ("fisheye", 5)])
def test_a_number_of_coefficients_without_a_model_is_refused(model, n):
    with pytest.raises(ArgumentError, match=f"'{model}' with {n}"):
        make_camera(model=model, distortion=(0.0,) * n)
