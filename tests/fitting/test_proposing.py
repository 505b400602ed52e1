import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sensorann as sa
from sensorann.errors import ArgumentError
from sensorann.geometry import Cuboid, Cuboids, Transform, paired_iou_3d
from sensorann.scene import Ontology, Sweep, default_ontology
from tests.fitting.clouds import SENSOR, ground, visible_faces

EGO_FROM_LIDAR = Transform.from_yaw(0.4, SENSOR)
CAR = ((12.0, 3.0, 0.8), (4.4, 1.8, 1.6), 0.7)
BEHIND_IT = ((10.45, 5.1, 0.8), (4.4, 1.8, 1.6), 0.7)


def sweep_of(*objects, with_ground=True):
    """One sweep of objects on a plane, in the frame of a LiDAR that is turned against the vehicle."""
    faces = [visible_faces(*each) for each in objects]
    clouds = np.concatenate([ground(), *faces] if with_ground else faces)
    points = EGO_FROM_LIDAR.inverse().apply(clouds).astype(np.float32)
    return Sweep(sensor="lidar", timestamp_ns=0, points=points)


def propose(sweep, point, category=None, **options):
    return sa.cuboid_from_click(sweep, point, default_ontology(), category, ego_from_sensor=EGO_FROM_LIDAR, **options)


def a_point_of(center, size, yaw):
    return visible_faces(center, size, yaw)[7]


def overlap(box, center, size, yaw):
    truth = Cuboids.from_yaws([center], [size], [yaw], frame="ego")
    found = Cuboids.from_yaws([box.center], [box.size], [box.yaw], frame="ego")
    return paired_iou_3d(found, truth)[0]


def test_a_click_gives_the_car_its_category_and_its_size():
    found = propose(sweep_of(CAR), a_point_of(*CAR))
    assert found.category == "car"
    assert overlap(found.cuboid, *CAR) > 0.85
    assert found.heading.quarter_turn_probability < 0.05
    assert found.heading.half_turn_probability == pytest.approx(0.5, abs=0.25)  # a plain box has no front


@pytest.mark.parametrize("turned", [False, True])
def test_a_car_faces_where_its_bonnet_is(turned):
    center, size, yaw = CAR
    yaw += np.pi * turned
    faces = visible_faces(center, size, yaw, n=1200)
    local = Transform.from_yaw(yaw, center).inverse().apply(faces)
    points = np.concatenate([ground(), faces[(local[:, 0] < 0.9) | (local[:, 2] < 0.2)]])
    sweep = Sweep(sensor="lidar", timestamp_ns=0, points=EGO_FROM_LIDAR.inverse().apply(points).astype(np.float32))
    found = propose(sweep, points[-1])
    assert abs((found.cuboid.yaw - yaw + np.pi) % (2 * np.pi) - np.pi) < 0.1
    assert found.heading.half_turn_probability < 0.1


def test_the_rows_are_those_of_the_car():
    sweep = sweep_of(CAR, BEHIND_IT)
    points = EGO_FROM_LIDAR.apply(sweep.points[propose(sweep, a_point_of(*CAR)).rows])
    truth = Cuboid(frame_from_cuboid=Transform.from_yaw(0.7, CAR[0]), size=(4.5, 1.9, 1.7), frame="ego")
    local = truth.frame_from_cuboid.inverse().apply(points)
    assert (np.abs(local) <= np.array(truth.size) / 2).all()


def test_two_parked_cars_are_two_objects():
    sweep = sweep_of(CAR, BEHIND_IT)
    assert overlap(propose(sweep, a_point_of(*CAR)).cuboid, *CAR) > 0.8


def test_a_pedestrian_beside_a_car_is_one_person():
    person = ((11.5, 1.0, 0.9), (0.6, 0.6, 1.75), 0.0)
    found = propose(sweep_of(CAR, person), a_point_of(*person))
    assert found.category == "pedestrian"
    assert np.linalg.norm(found.cuboid.center[:2] - person[0][:2]) < 0.3
    assert max(found.cuboid.size[:2]) < 1.2


def test_a_person_with_wheels_on_both_sides_is_less_surely_a_pedestrian():
    person = ((12.0, 3.0, 0.9), (0.5, 0.5, 1.7), 0.0)
    wheels = [visible_faces((12.0 + 0.7 * side, 3.0, 0.55), (0.3, 0.1, 0.6), 0.0, n=60) for side in (-1, 1)]
    cloud = np.concatenate([ground(), visible_faces(*person, n=300), *wheels])
    sweep = Sweep(sensor="lidar", timestamp_ns=0, points=EGO_FROM_LIDAR.inverse().apply(cloud).astype(np.float32))
    alone, riding = propose(sweep_of(person), a_point_of(*person)), propose(sweep, a_point_of(*person))
    assert alone.category == riding.category == "pedestrian"
    assert alone.category_probability > 0.95 > 0.85 > riding.category_probability


@pytest.mark.parametrize("yaw", [0.0, 0.15])
def test_the_rear_of_a_car_is_completed_away_from_the_sensor(yaw):
    car = ((20.0, 0.0, 0.8), (4.2, 1.8, 1.6), yaw)
    rear = np.array(
        [[x, y, z] for x in (0.0, 0.02) for y in np.linspace(-0.9, 0.9, 30) for z in np.linspace(0, 1.6, 9)]
    )
    local = rear - [2.1, 0, 0.8]
    pose = Transform.from_yaw(yaw, car[0])
    cloud = np.concatenate([ground(), pose.apply(local)])
    sweep = Sweep(sensor="lidar", timestamp_ns=0, points=EGO_FROM_LIDAR.inverse().apply(cloud).astype(np.float32))
    found = propose(sweep, pose.apply([-2.1, 0.2, 0.0]), "car")
    assert overlap(found.cuboid, *car) > 0.7


def test_a_known_size_is_kept():
    found = propose(sweep_of(CAR), a_point_of(*CAR), size=(4.8, 1.9, 1.5))
    assert found.cuboid.size == pytest.approx((4.8, 1.9, 1.5))


@pytest.mark.parametrize("size", [(1e-9, 1e-9, 1e-9), (4400.0, 1800.0, 1500.0), (4.4, -1.8, 1.5), (4.4, np.nan, 1.5)])
def test_a_size_that_no_object_has_is_refused(size):
    with pytest.raises(ArgumentError, match=r"three lengths between 0.01 and 100 m"):
        propose(sweep_of(CAR), a_point_of(*CAR), size=size)


def test_without_a_pose_the_box_is_in_the_frame_of_the_sensor():
    faces = np.concatenate([ground(height=-1.8), visible_faces((12.0, 3.0, -1.0), *CAR[1:], sensor=np.zeros(3))])
    sweep = Sweep(sensor="lidar", timestamp_ns=0, points=faces.astype(np.float32))
    found = sa.cuboid_from_click(sweep, faces[-1], default_ontology())
    assert found.cuboid.frame == "lidar"
    assert overlap(found.cuboid, (12.0, 3.0, -1.0), *CAR[1:]) > 0.85


@pytest.mark.parametrize(
    ("point", "message"),
    [
        ((6.0, -8.0, 0.0), "no point above the ground lies within 1 m"),
        ((12.0, 3.0, 40.0), "no point above the ground lies within 1 m"),
        ((0.5, 0.0, 1.0), "the vehicle that carries it"),
        ((20.0, 20.0, 2.0), "span more than"),
        ((10.6, -4.5, 0.8), "no point above the ground lies within 1 m"),
    ],
    ids=["ground", "sky", "ego vehicle", "wall", "between two cars"],
)
def test_a_click_that_is_no_object_is_refused(point, message):
    own = ((0.5, 0.0, 0.6), (4.0, 1.8, 1.2), 0.0)
    hood = np.random.default_rng(0).uniform(-0.5, 0.5, (200, 3)) * own[1] + own[0]
    wall = np.random.default_rng(1).uniform(-0.5, 0.5, (40_000, 3)) * [60, 0.2, 4.0] + [20, 20, 2.0]
    other = visible_faces((9.0, -12.0, 0.8), *CAR[1:])
    cloud = np.concatenate([ground(), visible_faces(*CAR), other, hood, wall])
    sweep = Sweep(sensor="lidar", timestamp_ns=0, points=EGO_FROM_LIDAR.inverse().apply(cloud).astype(np.float32))
    with pytest.raises(ArgumentError, match=message):
        propose(sweep, point)


def test_a_sweep_of_ten_points_gives_a_box_of_less_confidence():
    few = visible_faces(*CAR)[::40]
    sweep = Sweep(sensor="lidar", timestamp_ns=0, points=EGO_FROM_LIDAR.inverse().apply(few).astype(np.float32))
    found = propose(sweep, few[np.argmax(few[:, 2])], "car")
    assert found.confidence < propose(sweep_of(CAR), a_point_of(*CAR), "car").confidence - 0.1
    assert all(0.1 < edge < 8 for edge in found.cuboid.size)


def test_an_unknown_category_is_named():
    with pytest.raises(ArgumentError, match="unknown category 'tank', the ontology has: car"):
        propose(sweep_of(CAR), a_point_of(*CAR), "tank")


@pytest.mark.parametrize(("known", "message"), [(np.zeros(3), r"shape \(720,\)"), (np.full(720, np.nan), "finite")])
def test_what_is_known_of_the_heading_covers_the_circle(known, message):
    with pytest.raises(ArgumentError, match=f"heading must .*{message}"):
        propose(sweep_of(CAR), a_point_of(*CAR), heading=known)


def test_a_path_for_a_sweep_is_refused():
    with pytest.raises(ArgumentError, match=r"sweep must be a Sweep, .*, got 'day1'"):
        propose("day1", (12.0, 3.0, 0.8))


def test_bare_points_for_a_sweep_are_refused():
    with pytest.raises(ArgumentError, match=r"sweep must be a Sweep, .*, got ndarray"):
        propose(sweep_of(CAR).points, (12.0, 3.0, 0.8))


def test_a_path_for_an_ontology_is_refused():
    with pytest.raises(ArgumentError, match=r"ontology must be an Ontology, .*, got 'words.json'"):
        sa.cuboid_from_click(sweep_of(CAR), (12.0, 3.0, 0.8), "words.json")


def test_an_ontology_without_categories_recognises_nothing():
    with pytest.raises(ArgumentError, match="no categories"):
        sa.cuboid_from_click(sweep_of(CAR), a_point_of(*CAR), Ontology(()), ego_from_sensor=EGO_FROM_LIDAR)


def test_a_sweep_without_points_shows_nothing():
    empty = Sweep(sensor="lidar", timestamp_ns=0, points=np.empty((0, 3), np.float32))
    with pytest.raises(ArgumentError, match="no point above the ground"):
        propose(empty, (5.0, 0.0, 1.0))


@given(seed=st.integers(0, 2**32 - 1), n=st.integers(0, 60), spread=st.sampled_from([0.001, 0.3, 3.0, 30.0]))
def test_any_points_give_a_box_of_sane_size_or_a_clear_refusal(seed, n, spread):
    rng = np.random.default_rng(seed)
    points = rng.normal([12.0, 0.0, 0.0], spread, (n, 3))
    if rng.random() < 0.3:
        points[:, 2] = 0.0
    points[rng.random((n, 3)) < 0.02] = rng.choice([np.nan, np.inf])
    sweep = Sweep(sensor="lidar", timestamp_ns=0, points=points.astype(np.float32))
    try:
        found = sa.cuboid_from_click(sweep, np.append(rng.normal([12, 0], spread), 1.0), default_ontology())
    except ArgumentError:
        return
    assert all(0.05 < edge < 30 for edge in found.cuboid.size)
    assert np.isfinite(found.cuboid.center).all()
    assert 0 <= found.confidence <= 1


def test_a_roof_beside_the_sensor_is_no_person():
    roof = np.random.default_rng(0).uniform(-0.5, 0.5, (200, 3)) * [0.6, 0.6, 0.2] + SENSOR - [0.8, 0.0, 0.35]
    cloud = np.concatenate([ground(), roof])
    sweep = Sweep(sensor="lidar", timestamp_ns=0, points=EGO_FROM_LIDAR.inverse().apply(cloud).astype(np.float32))
    with pytest.raises(ArgumentError, match="the vehicle that carries it"):
        propose(sweep, roof[0])
