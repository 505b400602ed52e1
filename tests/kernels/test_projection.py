import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensorann.geometry import Transform
from tests import naive
from tests.builders import make_camera
from tests.geometry.cases import random_rotations, seeds

pytestmark = pytest.mark.kernels
LENSES = {
    "no distortion": ("pinhole", ()),
    "four": ("pinhole", (-0.3, 0.1, 1e-3, -2e-3)),
    "five": ("pinhole", (-0.3, 0.12, 1e-3, -2e-3, -0.01)),
    "eight": ("pinhole", (0.3, 0.1, 1e-3, -1e-3, 0.01, 0.4, 0.2, 0.01)),
    "fisheye": ("fisheye", (0.05, 0.01, -0.003, 0.0005)),
    "fisheye without coefficients": ("fisheye", ()),
}
lenses = pytest.mark.parametrize(("model", "distortion"), LENSES.values(), ids=LENSES)


@lenses
@given(seed=seeds, dtype=st.sampled_from([np.float32, np.float64]))
def test_projection_matches_naive(model, distortion, seed, dtype):
    rng = np.random.default_rng(seed)
    camera = make_camera(model=model, distortion=distortion)
    points = rng.uniform([-6, -6, 2], [6, 6, 20], (20, 3)).astype(dtype)
    pixels = camera.project(points)
    imaged = ~np.isnan(pixels[:, 0])
    one = naive.project_pinhole if model == "pinhole" else naive.project_fisheye
    expected = np.array([one(point, camera.matrix, distortion) for point in points.astype(np.float64)])
    assert pixels.dtype == dtype
    np.testing.assert_allclose(pixels[imaged], expected[imaged], atol=1e-9 if dtype == np.float64 else 5e-4)


@given(seed=seeds)
def test_projection_moves_points_by_the_transform_first(seed):
    rng = np.random.default_rng(seed)
    camera_from_lidar = Transform(random_rotations(rng, 1)[0], rng.normal(size=3))
    points = rng.uniform(-20, 20, (20, 3))
    camera = make_camera(distortion=(-0.1, 0.01, 0, 0))
    there = camera.project(points, camera_from_points=camera_from_lidar)
    np.testing.assert_allclose(there, camera.project(camera_from_lidar.apply(points)), rtol=1e-9, atol=1e-6)


@lenses
@given(seed=seeds)
def test_projection_undoes_unprojection(model, distortion, seed):
    camera = make_camera(model=model, distortion=distortion, focal=400.0)
    pixels = np.random.default_rng(seed).uniform([-0.5, -0.5], [639.5, 479.5], (20, 2))
    rays = camera.unproject(pixels)
    np.testing.assert_allclose(np.linalg.norm(rays, axis=1), 1.0, atol=1e-12)
    np.testing.assert_allclose(camera.project(rays), pixels, atol=2e-9)
