"""Boxes around cuboids on pictures, and how much two of them overlap."""

import numpy as np
import pytest

from sensorann.geometry import Camera, Cuboids, outlines, picture_iou

MATRIX = np.array([[500.0, 0, 320], [0, 500, 240], [0, 0, 1]])
CAMERA = Camera(matrix=MATRIX, distortion=np.zeros(0), size=(640, 480))


def cube_at(x, y, z):
    """Write a cube of 2 m in the frame of the camera: x right, y down, z forward."""
    return Cuboids(
        centers=np.array([[x, y, z]], np.float64), sizes=np.full((1, 3), 2.0), rotations=np.eye(3)[None], frame="CAM"
    )


def test_the_outline_is_that_of_the_nearest_face():
    # Its front face is 10 m away and 2 m wide: 100 px.
    np.testing.assert_allclose(outlines(cube_at(0, 0, 11), CAMERA), [[270, 190, 370, 290]])


def test_an_outline_ends_at_the_picture():
    [[left, _, right, _]] = outlines(cube_at(8, 0, 11), CAMERA)
    assert left < right == 639


@pytest.mark.parametrize("place", [(0, 0, -11), (90, 0, 11)], ids=["behind", "beside"])
def test_what_is_not_in_the_picture_has_no_outline(place):
    assert np.isnan(outlines(cube_at(*place), CAMERA)).all()


def test_what_reaches_behind_the_camera_is_outlined_by_what_is_before_it():
    [[left, top, right, bottom]] = outlines(cube_at(0, 1.5, 0.5), CAMERA)
    assert (left, right, bottom) == (0, 639, 479)
    assert top > 240


def test_overlaps_of_boxes_on_pictures():
    a = np.array([[0.0, 0, 10, 10], [np.nan] * 4])
    b = np.array([[0.0, 0, 10, 10], [5, 0, 15, 10], [20, 20, 30, 30]])
    np.testing.assert_allclose(picture_iou(a, b), [[1, 1 / 3, 0], [0, 0, 0]])
