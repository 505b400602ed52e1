"""Coordinates far from the origin keep their millimetres."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from sensorann.errors import ArgumentError
from sensorann.formats.points.files import read_points
from sensorann.formats.points.pcd import write_pcd
from sensorann.formats.points.table import to_float32

UTM = np.array([691_007.123, 5_334_764.456, 519.789])


def test_coordinates_near_the_origin_stay():
    points, origin = to_float32(np.array([[1.5, -2.25, 16_000.0]]))
    assert points.dtype == np.float32
    assert (points.tolist(), origin.tolist()) == ([[1.5, -2.25, 16_000.0]], [0, 0, 0])


def test_millimetres_survive_at_utm_coordinates():
    rng = np.random.default_rng(0)
    wide = UTM + np.round(rng.uniform(-150, 150, (1000, 3)), 3)
    points, origin = to_float32(wide)
    assert_array_equal(origin, np.round(origin))  # whole metres, so that they can be written down
    assert np.abs(points + origin - wide).max() < 1e-5
    assert np.abs(wide.astype(np.float32) - wide).max() > 0.1  # what would be lost without the shift


def test_one_wild_return_does_not_move_the_origin():
    wide = np.vstack([np.tile(UTM, (9, 1)), [[-1e30, 1e300, 0]], [[np.nan] * 3]])
    points, origin = to_float32(wide)
    assert np.abs(points[:9] + origin - UTM).max() < 1e-3
    assert np.isnan(points[10]).all()


def test_a_given_origin_is_taken():
    points, origin = to_float32(UTM[None] + 2.5, origin=UTM)
    assert_array_equal(points, [[2.5, 2.5, 2.5]])
    assert_array_equal(origin, UTM)


def test_float32_points_have_lost_what_they_lost():
    near = UTM[None].astype(np.float32)
    points, origin = to_float32(near)
    assert_array_equal(points, near)
    assert origin.tolist() == [0, 0, 0]


def test_no_points_have_no_origin():
    assert to_float32(np.zeros((0, 3)))[1].tolist() == [0, 0, 0]


def test_points_of_another_shape_are_refused():
    with pytest.raises(ArgumentError, match=r"points must have shape \(N, 3\), got \(4, 2\)"):
        to_float32(np.zeros((4, 2)))


def test_utm_coordinates_of_a_pcd_file_keep_their_millimetres(tmp_path):
    wide = UTM + np.array([[0, 0, 0], [0.001, -0.002, 0.003]])
    write_pcd(tmp_path / "c.pcd", dict(zip("xyz", wide.T.copy(), strict=True)))
    table = read_points(tmp_path / "c.pcd")
    assert_array_equal(table.points(), wide)
    points, origin = to_float32(table.points())
    assert np.abs(points + origin - wide).max() < 1e-6 * 40
