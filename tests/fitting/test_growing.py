import numpy as np
import pytest

from sensorann.errors import ArgumentError
from sensorann.fitting import estimate_ground, fit_cuboid, grow_object
from tests.fitting.clouds import SENSOR, ground, visible_faces

SIZE = (4.4, 1.8, 1.5)


def scene(*objects, slope=(0.0, 0.0)):
    """Clouds of the ground and of each object, joined, and the number of the object of each point; 0 is ground."""
    clouds = [ground(slope=slope)]
    for center, size, yaw in objects:
        lifted = np.add(center, [0, 0, np.asarray(center)[:2] @ np.asarray(slope)])
        clouds.append(visible_faces(lifted, size, yaw))
    return np.concatenate(clouds), np.repeat(np.arange(len(clouds)), [len(cloud) for cloud in clouds])


CAR = ((12.0, 3.0, 0.85), SIZE, 0.7)
NEIGHBOUR = ((10.2, 5.1, 0.85), SIZE, 0.7)


def share_found(grown, members):
    return (grown.inside & members).sum() / members.sum()


@pytest.mark.parametrize("slope", [(0.0, 0.0), (0.08, -0.05)], ids=["level", "on a hill"])
def test_the_clicked_car_is_found_without_the_ground(slope):
    points, owner = scene(CAR, slope=slope)
    click = points[owner == 1][0]
    grown = grow_object(points, click, sensor=SENSOR)
    high = points[:, 2] - points[:, :2] @ np.array(slope) > 0.3
    assert share_found(grown, (owner == 1) & high) > 0.99
    assert not grown.inside[owner == 0].any()
    assert grown.ground_height == pytest.approx(np.array(slope) @ [12.0, 3.0], abs=0.15)


def test_growth_stops_before_the_neighbour():
    points, owner = scene(CAR, NEIGHBOUR)
    grown = grow_object(points, points[owner == 1][5], sensor=SENSOR)
    assert share_found(grown, owner == 1) > 0.85
    assert not grown.inside[owner == 2].any()


def test_growth_that_runs_into_a_wall_is_taken_back():
    # The wall begins 0.25 m behind the car: the first gap bridges it.
    wall = ((13.95, 4.65, 1.5), (0.2, 30.0, 3.0), 0.7)
    points, owner = scene(CAR, wall)
    grown = grow_object(points, points[owner == 1][5], sensor=SENSOR, max_size=SIZE)
    assert share_found(grown, owner == 1) > 0.8
    assert share_found(grown, owner == 2) < 0.05


def test_click_and_fit_give_the_car():
    points, owner = scene(CAR, NEIGHBOUR)
    grown = grow_object(points, points[owner == 1][5], sensor=SENSOR)
    fit = fit_cuboid(points[grown.inside], ground_height=grown.ground_height, size=SIZE, anchor=SENSOR)
    np.testing.assert_allclose(fit.cuboid.center[:2], CAR[0][:2], atol=0.15)


def test_points_without_a_position_belong_to_nothing():
    points, owner = scene(CAR)
    points[::7] = np.nan
    grown = grow_object(points, points[owner == 1][np.isfinite(points[owner == 1][:, 0])][0], sensor=SENSOR)
    assert not grown.inside[::7].any()
    assert share_found(grown, (owner == 1) & np.isfinite(points[:, 2])) > 0.8


@pytest.mark.parametrize("click", [(12.0, -9.0, 0.5), (500.0, 0.0, 1.0)], ids=["empty road", "far away"])
def test_a_click_on_nothing_is_refused(click):
    points, _ = scene(CAR)
    with pytest.raises(ArgumentError, match="no point above the ground lies within 1 m"):
        grow_object(points, click)


def test_no_points_at_all_are_refused():
    with pytest.raises(ArgumentError, match="no point above the ground"):
        grow_object(np.full((4, 3), np.nan), (0, 0, 0))


def test_a_click_on_a_roof_among_roofs_that_hide_the_road_finds_the_road_beyond_them():
    road = ground(radius=25.0)
    cars = np.random.default_rng(4).uniform((2, -10, 1.45), (22, 10, 1.55), (4000, 3))
    hidden = np.hypot(road[:, 0] - 12.0, road[:, 1]) < 10.5
    grown = grow_object(np.concatenate([cars, road[~hidden]]), (12.0, 0.0, 1.5), sensor=SENSOR)
    assert grown.ground_height == pytest.approx(0.0, abs=0.1)


def test_the_ground_is_found_below_roofs_and_above_reflections():
    cloud = ground(slope=(0.05, 0.0), height=-1.6)
    rng = np.random.default_rng(3)
    roofs = np.column_stack([rng.uniform((2, -8), (18, 8), (400, 2)), np.full(400, 1.0)])
    reflections = np.column_stack([rng.uniform((2, -8), (18, 8), (40, 2)), rng.uniform(-6, -3, 40)])
    plane = estimate_ground(np.concatenate([cloud, roofs, reflections]), np.array([10.0, 0.0, 0.0]))
    assert plane.height == pytest.approx(-1.6 + 0.5, abs=0.08)
    np.testing.assert_allclose(plane.slope, [0.05, 0.0], atol=0.02)
