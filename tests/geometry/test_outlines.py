"""Rectangles around boxes in a picture."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensorann.geometry import Cuboids, outlines
from tests.builders import make_camera

CAMERA = make_camera()


def box(x: float, y: float, z: float, *, size=(2.0, 2.0, 2.0), turn: float = 0.0) -> Cuboids:
    return Cuboids.from_yaws(np.array([[x, y, z]]), np.array([size]), np.array([turn]), frame="camera")


def filled(cuboid: Cuboids, n: int = 40) -> np.ndarray:
    """Pixels of points all over the edges of a box that lie in front of the camera."""
    corners = cuboid.corners()[0]
    shares = np.linspace(0, 1, n)[:, None]
    edges = [corners[i] + shares * (corners[j] - corners[i]) for i in range(8) for j in range(i)]
    points = np.concatenate(edges)
    return CAMERA.project(points[points[:, 2] > 0.1])


def test_a_box_straight_ahead():
    ((left, top, right, bottom),) = outlines(box(0.0, 0.0, 11.0), CAMERA)
    assert (left, top, right, bottom) == pytest.approx((270, 190, 370, 290))


@given(st.floats(-8, 8), st.floats(-4, 4), st.floats(1, 30), st.floats(-3, 3))
def test_the_rectangle_is_that_of_all_its_points_within_the_picture(x, y, z, turn):
    cuboid = box(x, y, z, turn=turn)
    pixels = filled(cuboid)
    low, high = np.maximum(pixels.min(axis=0), 0), np.minimum(pixels.max(axis=0), [639, 479])
    (found,) = outlines(cuboid, CAMERA)
    if (high <= low).all():
        assert np.isnan(found).all()
    if np.isfinite(found).all():
        # Points close to the camera's plane run off: those at 0.1 m are corners of the rectangle, not of the sample.
        assert (found[:2] <= low + 1e-6).all()
        assert (found[2:] >= high - 1e-6).all()


@pytest.mark.parametrize("place", [(0, 0, -5), (50, 0, 10), (0, 30, 10)], ids=["behind", "right of it", "below it"])
def test_what_no_picture_shows_has_none(place):
    assert np.isnan(outlines(box(*place), CAMERA)).all()


def test_a_box_around_the_camera_fills_the_picture():
    (found,) = outlines(box(0.0, 0.0, 0.0, size=(4.0, 4.0, 4.0)), CAMERA)
    assert tuple(found) == (0, 0, 639, 479)


def test_no_box():
    nothing = box(0, 0, 5)[np.zeros(0, np.int64)]
    assert outlines(nothing, CAMERA).shape == (0, 4)
