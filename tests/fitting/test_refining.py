import numpy as np
import pytest

import sensorann as sa
from sensorann.errors import ArgumentError
from sensorann.geometry import Cuboid, Transform
from sensorann.scene import Sweep
from tests.fitting.clouds import SENSOR, ground, visible_faces

EGO_FROM_LIDAR = Transform.from_yaw(0.4, SENSOR)
CENTER, SIZE, YAW = np.array([12.0, 3.0, 0.8]), (4.4, 1.8, 1.6), 0.7


def box(center=CENTER, size=SIZE, yaw=YAW):
    return Cuboid(frame_from_cuboid=Transform.from_yaw(yaw, center), size=size, frame="ego")


@pytest.fixture(scope="module")
def sweep():
    """A car whose rear and left side are seen, on a plane."""
    cloud = np.concatenate([ground(), visible_faces(CENTER, SIZE, YAW, n=1500)])
    return Sweep(sensor="lidar", timestamp_ns=0, points=EGO_FROM_LIDAR.inverse().apply(cloud).astype(np.float32))


def refined(sweep, drawn, **options):
    return sa.refine_cuboid(sweep, drawn, frame_from_sensor=EGO_FROM_LIDAR, **options)


def test_a_box_drawn_beside_the_car_moves_onto_it(sweep):
    found = refined(sweep, box(center=CENTER + np.array([0.25, -0.2, 0.08]), yaw=YAW + 0.06))
    np.testing.assert_allclose(found.cuboid.center, CENTER, atol=0.1)
    assert found.cuboid.yaw == pytest.approx(YAW, abs=0.015)
    assert found.cuboid.size == pytest.approx(SIZE)
    assert found.turned


def test_a_box_that_is_right_stays(sweep):
    found = refined(sweep, box())
    # People draw faces a little outside of the points, and these points lie on the faces.
    np.testing.assert_allclose(found.cuboid.center, CENTER, atol=0.09)


def test_with_a_free_size_only_faces_in_sight_move(sweep):
    drawn = box(size=(4.8, 2.2, 1.6))
    found = refined(sweep, drawn, lock_size=False)
    local = drawn.frame_from_cuboid.inverse().apply(found.cuboid.center)
    half = np.array(found.cuboid.size[:2]) / 2
    assert local[0] + half[0] == pytest.approx(2.4, abs=0.05)
    assert local[1] - half[1] == pytest.approx(-1.1, abs=0.05)
    assert found.held_by_points[0].tolist() == [True, False]
    assert found.held_by_points[1].tolist() == [False, True]
    assert found.cuboid.size[0] == pytest.approx(4.6, abs=0.1)
    assert found.cuboid.size[1] == pytest.approx(2.0, abs=0.1)


def test_a_box_without_points_is_the_drawn_one():
    empty = Sweep(sensor="lidar", timestamp_ns=0, points=np.full((3, 3), np.nan, np.float32))
    found = refined(empty, box())
    np.testing.assert_allclose(found.cuboid.center, CENTER)
    assert found.cuboid.size == pytest.approx(SIZE)
    assert not found.held_by_points.any()
    assert not found.turned


def test_a_path_for_a_sweep_is_refused():
    with pytest.raises(ArgumentError, match=r"sweep must be a Sweep, .*, got 'day1'"):
        sa.refine_cuboid("day1", box())


def test_a_box_of_another_frame_needs_the_way_there(sweep):
    with pytest.raises(ArgumentError, match="the box is in the frame 'ego' and the points in 'lidar'"):
        sa.refine_cuboid(sweep, box())
