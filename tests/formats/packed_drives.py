"""Drives to pack, and whether two are the same."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.testing import assert_array_equal

from sensorann.errors import MissingDataError
from sensorann.geometry import Trajectory, Transform, Transforms
from sensorann.scene import Rig, Sensor, Sweep
from tests.builders import EGO_FROM_FORWARD_CAMERA, FRAME_NS, START_NS, MemoryDrive, make_camera, make_rig

GOLDEN = Path(__file__).parents[1] / "data" / "format_1.drive.h5"

N = 4


def make_sweep(sensor="LIDAR_TOP", *, n=200, index=0, **fields):
    points = ((np.arange(3 * n) * (37 + index) % 101 - 50) / 8).astype(np.float32).reshape(n, 3)
    points[:3] = np.nan  # returns without a position stay what they are
    return Sweep(
        sensor=sensor,
        timestamp_ns=START_NS + index * FRAME_NS,
        points=points,
        fields=fields or {"intensity": (np.arange(n) / 256).astype(np.float32), "ring": np.arange(n, dtype=np.uint16)},
    )


def radar_scan(index):
    n = 20
    return make_sweep(
        "RADAR_FRONT",
        n=n,
        index=index,
        rcs=np.linspace(-5, 5, n, dtype=np.float32),
        dyn_prop=np.arange(n, dtype=np.int8),
        time_offset_ns=np.arange(n, dtype=np.int64) * 10**12,
        doppler=np.linspace(0, 1, n),
        quality=np.arange(n) % 2 == 0,
    )


def jpeg(value):
    return cv2.imencode(".jpg", np.full((48, 64, 3), value, np.uint8))[1].tobytes()


def make_drive(**parts):
    return MemoryDrive(
        **{
            "name": "garage/7 ü",
            "rig": make_rig(radars=("RADAR_FRONT",)),
            "times": {
                name: START_NS + np.arange(N, dtype=np.int64) * FRAME_NS
                for name in ("LIDAR_TOP", "CAM_FRONT", "RADAR_FRONT")
            },
            "sweeps": {
                "LIDAR_TOP": [make_sweep(index=i) for i in range(N)],
                "RADAR_FRONT": [radar_scan(i) for i in range(N)],
            },
            "images": {"CAM_FRONT": [jpeg(60 * i) for i in range(N)]},
            **parts,
        }
    )


def golden_drive():
    """A drive whose every value is the same on every machine and under every codec."""
    at_rest = Transforms(np.tile(np.eye(3), (N, 1, 1)), np.arange(3.0 * N).reshape(N, 3) + 5e6)
    sensors = (
        Sensor(name="LIDAR_TOP", kind="lidar", ego_from_sensor=Transform(np.eye(3), np.array([0.9, 0.0, 1.8]))),
        Sensor(name="RADAR_FRONT", kind="radar", ego_from_sensor=Transform.identity()),
        Sensor(name="CAM_FRONT", kind="camera", ego_from_sensor=EGO_FROM_FORWARD_CAMERA, camera=make_camera()),
    )
    return make_drive(
        rig=Rig(sensors),
        trajectory=Trajectory(START_NS + np.arange(N, dtype=np.int64) * FRAME_NS, at_rest),
        images={"CAM_FRONT": [bytes(range(i, 200)) for i in range(N)]},
    )


def assert_same_sweep(mine, theirs):
    assert (mine.sensor, mine.timestamp_ns) == (theirs.sensor, theirs.timestamp_ns)
    assert mine.points.tobytes() == theirs.points.tobytes()
    assert list(mine.fields) == list(theirs.fields)
    for name, column in theirs.fields.items():
        assert mine.fields[name].dtype == column.dtype
        assert mine.fields[name].tobytes() == column.tobytes()


def assert_same_drive(mine, theirs):
    assert mine.name == theirs.name
    assert list(mine.rig) == list(theirs.rig)
    for sensor in theirs.rig.values():
        own = mine.rig[sensor.name]
        assert own.kind == sensor.kind
        assert_array_equal(own.ego_from_sensor.matrix, sensor.ego_from_sensor.matrix)
        assert_array_equal(mine.timestamps_ns(sensor.name), theirs.timestamps_ns(sensor.name))
        if sensor.camera is not None:
            assert (own.camera.size, own.camera.model) == (tuple(sensor.camera.size), sensor.camera.model)
            assert_array_equal(own.camera.matrix, sensor.camera.matrix)
            assert_array_equal(own.camera.distortion, sensor.camera.distortion)
    if theirs.trajectory is None:
        assert mine.trajectory is None
    else:
        assert_array_equal(mine.trajectory.timestamps_ns, theirs.trajectory.timestamps_ns)
        assert_array_equal(mine.trajectory.world_from_ego.rotations, theirs.trajectory.world_from_ego.rotations)
        assert_array_equal(mine.trajectory.world_from_ego.translations, theirs.trajectory.world_from_ego.translations)
    for sensor in theirs.rig.values():
        for index in range(len(theirs.timestamps_ns(sensor.name))):
            assert_same_measurement(mine, theirs, sensor, index)


def assert_same_measurement(mine, theirs, sensor, index):
    try:
        if sensor.kind == "camera":
            expected = theirs.image_bytes(sensor.name, index)
            assert mine.image_bytes(sensor.name, index) == expected
        else:
            assert_same_sweep(mine.sweep(sensor.name, index), theirs.sweep(sensor.name, index))
    except MissingDataError:
        with pytest.raises(MissingDataError, match=sensor.name):
            (mine.image_bytes if sensor.kind == "camera" else mine.sweep)(sensor.name, index)
