import numpy as np
import pytest

from sensorann.errors import ArgumentError
from sensorann.fitting.behind_box import seeds_behind
from sensorann.geometry import Camera, Transform

MATRIX = np.array([[600.0, 0, 640], [0, 600, 360], [0, 0, 1]])
LENSES = {
    "pinhole": Camera(matrix=MATRIX, size=(1280, 720), distortion=np.zeros(0)),
    "barrel": Camera(matrix=MATRIX, size=(1280, 720), distortion=np.array([-0.3, 0.1, 0.001, -0.001])),
    "fisheye": Camera(matrix=MATRIX, size=(1280, 720), distortion=np.array([0.02, -0.01, 0, 0]), model="fisheye"),
}
# Camera axes x right, y down, z forward, half a metre above the sensor; the sensor is turned against the vehicle.
CAMERA_FROM_EGO = Transform(np.array([[0.0, -1, 0], [0, 0, -1], [1, 0, 0]]), np.array([0.1, 2.0, 0.0]))
EGO_FROM_SENSOR = Transform.from_yaw(1.3, [0.0, 0.0, 1.5])


def seeds(points_ego, lens, box):
    points = EGO_FROM_SENSOR.inverse().apply(points_ego).astype(np.float32)
    poses = {"ego_from_sensor": EGO_FROM_SENSOR, "camera_from_ego": CAMERA_FROM_EGO}
    return seeds_behind(points, **poses, lens=lens, box=np.array(box, float))


def seen_at(lens, pixels, depth):
    """Points (N, 3) in the ego frame that a camera shows at pixels, so many metres away."""
    return CAMERA_FROM_EGO.inverse().apply(depth * lens.unproject(pixels))


@pytest.mark.parametrize("lens", LENSES.values(), ids=LENSES)
@pytest.mark.parametrize("box", [(500, 300, 640, 420), (2, 2, 500, 700), (-0.5, -0.5, 1279.5, 719.5)])
def test_points_at_the_very_corners_of_a_box_lie_behind_it(lens, box):
    left, top, right, bottom = np.add(box, [0.5, 0.5, -0.5, -0.5])
    for corner in [(left, top), (right, top), (left, bottom), (right, bottom)]:
        points = seen_at(lens, [corner] * 4, 12.0)
        [(seed, n_points)] = seeds(points, lens, box)
        np.testing.assert_allclose(seed, points[0], atol=1e-5)
        assert n_points == 4


def test_a_box_up_to_where_a_wide_lens_images_no_ray_shows_what_it_images():
    short = np.array([[200.0, 0, 640], [0, 200, 360], [0, 0, 1]])
    wide = Camera(matrix=short, size=(1280, 720), distortion=np.array([0, -0.1, 0, 0]), model="fisheye")
    assert np.isnan(wide.unproject([[0.0, 0.0]])).all()
    points = seen_at(wide, [(740, 400)] * 3, 12.0)
    [(seed, _)] = seeds(points, wide, (0, 0, 1279, 719))
    np.testing.assert_allclose(seed, points[0], atol=1e-5)


def test_groups_in_depth_come_fullest_first_each_with_the_point_nearest_to_the_middle():
    lens, box = LENSES["pinhole"], (600, 320, 680, 400)
    near, far = seen_at(lens, [(655, 360), (642, 360), (650, 360)], 8.0), seen_at(lens, [(640, 361)] * 5, 20.0)
    found = seeds(np.concatenate([near, far]), lens, box)
    assert [n_points for _, n_points in found] == [5, 3]
    np.testing.assert_allclose(np.stack([seed for seed, _ in found]), [far[0], near[1]], atol=1e-5)


def test_the_road_before_an_object_is_not_clicked():
    lens, box = LENSES["pinhole"], (560, 300, 720, 480)
    road = np.column_stack([np.linspace(5, 30, 200), np.linspace(-0.3, 0.3, 200), np.zeros(200)])
    wall = np.column_stack([np.full(20, 15.0), np.linspace(-0.3, 0.3, 20), np.linspace(0.5, 1.5, 20)])
    found = seeds(np.concatenate([road, wall]), lens, box)
    assert [round(float(seed[0])) for seed, _ in found] == [15]


@pytest.mark.parametrize("spoil", [np.nan, np.inf, -np.inf], ids=["nan", "infinity", "minus infinity"])
def test_points_that_are_nowhere_lie_behind_nothing(spoil):
    with pytest.raises(ArgumentError, match="no LiDAR points lie behind the box"):
        seeds(np.full((50, 3), spoil), LENSES["pinhole"], (0, 0, 1279, 719))


def test_points_farther_than_any_object_lie_behind_nothing():
    lens = LENSES["pinhole"]
    with pytest.raises(ArgumentError, match="no LiDAR points lie behind the box"):
        seeds(seen_at(lens, [(640, 360)] * 5, 1e7), lens, (600, 320, 680, 400))
