from dataclasses import replace

import numpy as np
import pytest

import sensorann as sa
from sensorann.errors import ArgumentError
from sensorann.fitting import image_box
from sensorann.geometry import Cuboid, Cuboids, Transform, paired_iou_3d
from sensorann.geometry.cuboids import CORNER_SIGNS
from sensorann.scene import Sweep
from tests.builders import MemoryDrive, make_rig, make_trajectory
from tests.fitting.clouds import ground, visible_faces

NEAR = ((14.0, 1.0, 0.8), (4.4, 1.8, 1.6), 0.7)
FAR = ((27.0, -2.0, 0.8), (4.4, 1.8, 1.6), -0.4)
MOVED_S = 0.1


def recorded(*, yaw_rate=0.3):
    """Two cars, one of which stands a little before the other; the picture is taken one frame after the sweep."""
    rig, trajectory = make_rig(), make_trajectory(n=3, speed=5.0, yaw_rate=yaw_rate)
    lidar = rig["LIDAR_TOP"].ego_from_sensor
    faces = [visible_faces(*car, sensor=lidar.translation, n=900) for car in (NEAR, FAR)]
    points = lidar.inverse().apply(np.concatenate([ground(radius=40), *faces]))
    times = trajectory.timestamps_ns
    sweep = Sweep(sensor="LIDAR_TOP", timestamp_ns=int(times[0]), points=points)
    instants = {"LIDAR_TOP": times[:1], "CAM_FRONT": times[1:2]}
    return MemoryDrive(rig=rig, trajectory=trajectory, times=instants, sweeps={"LIDAR_TOP": [sweep]})


@pytest.fixture
def drive():
    return recorded()


def with_more(drive, points_ego):
    """The same drive with more points in its sweep."""
    [sweep] = drive.sweeps["LIDAR_TOP"]
    more = drive.rig["LIDAR_TOP"].ego_from_sensor.inverse().apply(points_ego)
    return replace(drive, sweeps={"LIDAR_TOP": [replace(sweep, points=np.concatenate([sweep.points, more]))]})


def fit_behind(drive, box):
    return sa.cuboid_from_image_box(drive, "CAM_FRONT", box, int(drive.times["CAM_FRONT"][0])).proposal


def in_world(drive, car):
    center, size, yaw = car
    pose = drive.trajectory.at(int(drive.trajectory.timestamps_ns[0])) @ Transform.from_yaw(yaw, center)
    return Cuboid(frame_from_cuboid=pose, size=size, frame="world")


def seen_box(drive, car):
    """The box that a person draws around a car on the picture."""
    truth, camera = in_world(drive, car), drive.rig["CAM_FRONT"]
    world_from_ego = drive.trajectory.at(int(drive.times["CAM_FRONT"][0]))
    corners = truth.frame_from_cuboid.apply(CORNER_SIGNS * np.array(truth.size) / 2)
    pixels = camera.camera.project((world_from_ego @ camera.ego_from_sensor).inverse().apply(corners))
    return [*pixels.min(axis=0), *pixels.max(axis=0)]


@pytest.mark.parametrize("car", [NEAR, FAR], ids=["near", "far"])
def test_a_box_around_a_car_gives_its_cuboid_with_the_pose_of_the_picture(drive, car):
    found = sa.cuboid_from_image_box(drive, "CAM_FRONT", seen_box(drive, car), int(drive.times["CAM_FRONT"][0]))
    truth = in_world(drive, car)
    columns = [
        Cuboids(
            centers=box.center[None],
            sizes=np.array([box.size]),
            rotations=box.frame_from_cuboid.rotation[None],
            frame="world",
        )
        for box in (found.proposal.cuboid, truth)
    ]
    assert paired_iou_3d(*columns)[0] > 0.75
    assert found.proposal.category == "car"


# Far behind the near car a hedge shows over its roof.
HEDGE = np.random.default_rng(0).uniform([34, -6, 0], [35, 6, 4], (400, 3))


def grown(box, share):
    """A box that is drawn too large by a share of its edges on either side."""
    margin = share * (np.array(box[2:]) - box[:2])
    return [*(box[:2] - margin), *(box[2:] + margin)]


def test_the_turn_of_the_vehicle_between_sweep_and_picture_counts():
    turning = recorded(yaw_rate=3.5)
    found = fit_behind(turning, seen_box(turning, NEAR))
    assert found.category == "car"
    np.testing.assert_allclose(found.cuboid.center, in_world(turning, NEAR).center, atol=0.3)


def test_the_fit_that_matches_best_is_kept_though_others_come_after_it(drive):
    loose = grown(seen_box(drive, NEAR), 0.2)
    found = fit_behind(with_more(drive, HEDGE), loose)
    assert found.category == "car"
    np.testing.assert_allclose(found.cuboid.center, in_world(drive, NEAR).center, atol=0.3)


def test_a_box_that_the_outline_does_not_fill_is_less_sure(drive):
    tight = seen_box(drive, NEAR)
    assert fit_behind(drive, grown(tight, 0.2)).confidence < 0.8 * fit_behind(drive, tight).confidence


@pytest.mark.parametrize(("share", "clicks"), [(0.0, 1), (0.2, 3)], ids=["a good match", "a poor match"])
def test_what_lies_elsewhere_behind_the_box_is_tried_unless_a_fit_matches(drive, monkeypatch, share, clicks):
    clicked, click = [], image_box.cuboid_from_click
    monkeypatch.setattr(image_box, "cuboid_from_click", lambda *a, **k: clicked.append(a[1]) or click(*a, **k))
    fit_behind(with_more(drive, HEDGE), grown(seen_box(drive, NEAR), share))
    assert len(clicked) == clicks


@pytest.mark.parametrize(
    ("box", "message"),
    [
        ([5000, 100, 5200, 300], "lies outside of the picture of CAM_FRONT"),
        ([300, 100, 200, 300], "left < right and top < bottom"),
        ([10, 5, 40, 30], "no LiDAR points lie behind the box"),
    ],
    ids=["outside", "inside out", "sky"],
)
def test_a_box_that_shows_nothing_is_refused(drive, box, message):
    with pytest.raises(ArgumentError, match=message):
        sa.cuboid_from_image_box(drive, "CAM_FRONT", box, int(drive.times["CAM_FRONT"][0]))


def test_a_box_on_the_road_is_refused(drive):
    width, height = drive.rig["CAM_FRONT"].camera.size
    road = [width * 0.05, height * 0.8, width * 0.2, height * 0.95]
    with pytest.raises(ArgumentError, match="could be fitted"):
        sa.cuboid_from_image_box(drive, "CAM_FRONT", road, int(drive.times["CAM_FRONT"][0]))


def test_the_box_belongs_to_a_camera(drive):
    with pytest.raises(ArgumentError, match="LIDAR_TOP is a lidar, the cameras are: CAM_FRONT"):
        sa.cuboid_from_image_box(drive, "LIDAR_TOP", [0, 0, 10, 10], 0)


def test_an_unknown_category_is_named_and_not_taken_for_a_failed_fit(drive):
    box, time_ns = seen_box(drive, NEAR), int(drive.times["CAM_FRONT"][0])
    with pytest.raises(ArgumentError, match="unknown category 'tank', the ontology has: car"):
        sa.cuboid_from_image_box(drive, "CAM_FRONT", box, time_ns, category="tank")


def test_an_instant_far_from_all_pictures_is_refused(drive):
    time_ns = int(drive.times["CAM_FRONT"][0]) + 5_000_000_000
    with pytest.raises(ArgumentError, match=r"CAM_FRONT has nothing within 1.0 s of .* 5.000 s away"):
        sa.cuboid_from_image_box(drive, "CAM_FRONT", seen_box(drive, NEAR), time_ns)
