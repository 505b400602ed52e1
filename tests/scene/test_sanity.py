"""What is odd about a drive: each oddity is said, and a sound drive is left in peace."""

import re
from dataclasses import replace

import cv2
import numpy as np
import pytest

from sensorann.geometry import Trajectory, Transform, Transforms
from sensorann.scene import Rig, Sweep
from sensorann.scene.sanity import odd_things
from sensorann.scene.summary import summarise
from tests.builders import (
    FRAME_NS,
    START_NS,
    MemoryDrive,
    make_camera,
    make_rig,
    make_trajectory,
)

N = 20
TIMES = START_NS + np.arange(N, dtype=np.int64) * FRAME_NS
IMAGE = cv2.imencode(".png", np.zeros((480, 640, 3), np.uint8))[1].tobytes()


def make_sweep(*points):
    return Sweep(sensor="LIDAR_TOP", timestamp_ns=START_NS, points=np.array(points, np.float32).reshape(-1, 3))


def odd(**parts):
    drive = MemoryDrive(
        **{
            "sweeps": {"LIDAR_TOP": [make_sweep([10.0, 0, 0])] * N},
            "images": {"CAM_FRONT": [IMAGE] * N},
            **parts,
        }
    )
    return odd_things(drive, summarise(drive))


def rig_with(name, **changes):
    return Rig(tuple(replace(s, **changes) if s.name == name else s for s in make_rig().sensors))


def camera_pose(rotation):
    return Transform(np.array(rotation, np.float64), np.zeros(3))


def test_a_sound_drive_is_left_in_peace():
    assert odd() == ()


def moved(*, at, by):
    poses = make_trajectory(n=N)
    translations = poses.world_from_ego.translations.copy()
    translations[at:] += by
    return Trajectory(poses.timestamps_ns, Transforms(poses.world_from_ego.rotations, translations))


def turned(*, at, yaw):
    poses = make_trajectory(n=N)
    rotations = poses.world_from_ego.rotations.copy()
    rotations[at] = rotations[at] @ Transform.from_yaw(yaw, np.zeros(3)).rotation
    return Trajectory(poses.timestamps_ns, Transforms(rotations, poses.world_from_ego.translations))


LOOKS_UP = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]  # camera axes taken for ego axes
UPSIDE_DOWN = [[0, 0, 1], [1, 0, 0], [0, 1, 0]]


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        (
            {"rig": rig_with("LIDAR_TOP", ego_from_sensor=Transform.from_yaw(0, [900.0, 0, 1800.0]))},
            "LIDAR_TOP: sits 2012.5 m from the ego origin: is its translation in metres?",
        ),
        ({"rig": rig_with("CAM_FRONT", camera=make_camera(focal=50.0))}, "CAM_FRONT: a focal length of 50 px on a"),
        ({"rig": rig_with("CAM_FRONT", camera=make_camera(focal=5000.0))}, "field of view of 7 degrees"),
        ({"rig": rig_with("CAM_FRONT", camera=make_camera(size=(1280, 480)))}, "the calibration speaks of 1280 x 480"),
        ({"rig": rig_with("CAM_FRONT", ego_from_sensor=camera_pose(LOOKS_UP))}, "CAM_FRONT: looks 90 degrees up"),
        ({"rig": rig_with("CAM_FRONT", ego_from_sensor=camera_pose(UPSIDE_DOWN))}, "is rolled by 180 degrees"),
        ({"times": {"LIDAR_TOP": np.delete(TIMES, 4)}}, "LIDAR_TOP: 1 gap: 0.2 s after number 3"),
        ({"times": {"LIDAR_TOP": np.delete(TIMES, [2, 4, 6, 8])}}, "0.2 s after number 3 and 1 more"),
        ({"times": {"LIDAR_TOP": np.zeros(0, np.int64)}}, "LIDAR_TOP: has no measurements, so the drive has no frames"),
        ({"times": {"LIDAR_TOP": np.sort(np.append(TIMES[1:], TIMES[5]))}}, "1 instants are not after the one before"),
        ({"times": {"CAM_FRONT": TIMES[:-1] + 40_000_000}}, "CAM_FRONT: measures 40 ms after LIDAR_TOP throughout"),
        ({"times": {"CAM_FRONT": TIMES + 3_600_000_000_000}}, "more than a period: are both clocks the same?"),
        ({"times": {"LIDAR_TOP": TIMES + FRAME_NS}}, "LIDAR_TOP: 1 of 20 instants lie outside the ego trajectory"),
        (
            {"sweeps": {}},
            "LIDAR_TOP: 5 of 5 measurements looked at are missing, the first: memory has no sweeps of LIDAR_TOP",
        ),
        ({"sweeps": {"LIDAR_TOP": [make_sweep()] * N}}, "5 of 5 sweeps looked at have no points"),
        ({"sweeps": {"LIDAR_TOP": [make_sweep([np.nan] * 3)] * N}}, "5 of 5 points looked at have no position"),
        ({"sweeps": {"LIDAR_TOP": [make_sweep([5e5, 5e6, 0])] * N}}, "are the points in the sensor's own frame?"),
        ({"trajectory": None, "times": {"LIDAR_TOP": TIMES, "CAM_FRONT": TIMES}}, "there are no ego poses"),
        ({"trajectory": moved(at=8, by=[6.0, 0, 0])}, "the ego path jumps 1 time: 6.5 m within 0.1 s at pose 7"),
        ({"trajectory": turned(at=8, yaw=1.0)}, "the ego heading jumps 2 times: 58 degrees at pose 7"),
    ],
)
def test_what_is_odd_is_said(parts, sentence):
    found = odd(**parts)
    assert any(re.search(re.escape(sentence), line) for line in found), found


def test_a_sensor_that_is_placed_and_not_recorded_is_not_odd():
    assert odd(times={"CAM_FRONT": np.zeros(0, np.int64)}) == ()


def test_a_shifted_principal_point_is_said():
    camera = make_camera()
    matrix = camera.matrix.copy()
    matrix[0, 2] = 520.0
    assert odd(rig=rig_with("CAM_FRONT", camera=replace(camera, matrix=matrix))) == (
        "CAM_FRONT: the principal point lies at x = 520 px of 640 px, far from the middle",
    )


def test_unequal_focal_lengths_are_said():
    camera = make_camera()
    matrix = camera.matrix.copy()
    matrix[1, 1] = 700.0
    assert "focal lengths differ, 500 px across and 700 px down" in odd(
        rig=rig_with("CAM_FRONT", camera=replace(camera, matrix=matrix))
    )[0]  # fmt: skip


def test_braking_and_turning_are_no_jumps():
    seconds = np.arange(N) * 0.1
    speed = np.maximum(15.0 - 9.0 * seconds, 0.0)  # full braking
    yaws = 0.6 * seconds
    steps = np.stack([np.cos(yaws), np.sin(yaws), 0 * yaws], axis=1) * speed[:, None] * 0.1
    rotations = np.stack([Transform.from_yaw(yaw, np.zeros(3)).rotation for yaw in yaws])
    assert odd(trajectory=Trajectory(TIMES, Transforms(rotations, np.cumsum(steps, axis=0)))) == ()


def test_a_sensor_beyond_all_measure_is_said_without_a_stray_warning():
    far = replace(make_rig()["LIDAR_TOP"].ego_from_sensor, translation=np.full(3, 1e308))
    assert any("is its translation in metres?" in said for said in odd(rig=rig_with("LIDAR_TOP", ego_from_sensor=far)))


def test_without_sensors_the_ego_poses_are_the_frames():
    drive = MemoryDrive(rig=Rig(()))
    summary = summarise(drive)
    assert summary.n_frames == N
    assert odd_things(drive, summary) == (
        "the drive has no sensor that could be placed, its frames are those of its ego poses",
    )


def test_without_sensors_and_poses_there_are_no_frames():
    drive = MemoryDrive(rig=Rig(()), trajectory=None)
    assert odd_things(drive, summarise(drive))[0].endswith("so it has no frames")
