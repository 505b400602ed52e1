"""Builders of small nouns: every argument has a default, a test names only its subject."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sensorann.errors import MissingDataError
from sensorann.geometry import Camera, Cuboids, Trajectory, Transform, Transforms
from sensorann.geometry.rotations import rotations_from_yaws
from sensorann.scene import Labels, Rig, Sensor, Source, Sweep, Track, sources_of, unknown_sigmas

FRAME_NS = 100_000_000
START_NS = 1_790_000_000_000_000_000  # a Unix time of 2026, where float64 seconds step by 238 ns


def make_camera(*, size=(640, 480), focal=500.0, distortion=(), model="pinhole") -> Camera:
    matrix = np.array([[focal, 0, size[0] / 2], [0, focal, size[1] / 2], [0, 0, 1.0]])
    return Camera(matrix=matrix, size=size, distortion=np.array(distortion, np.float64), model=model)


# Camera axes (x right, y down, z forward) of a camera that looks along the ego x axis.
EGO_FROM_FORWARD_CAMERA = Transform(np.array([[0, 0, 1], [-1, 0, 0], [0, -1, 0]], np.float64), np.array([1.5, 0, 1.4]))


def make_rig(*, cameras=("CAM_FRONT",), lidars=("LIDAR_TOP",), radars=()) -> Rig:
    lidar = Transform.from_yaw(0.02, [0.9, 0.0, 1.8])
    radar = Transform.from_yaw(0.0, [3.5, 0.0, 0.5])
    return Rig(
        tuple(Sensor(name=name, kind="lidar", ego_from_sensor=lidar) for name in lidars)
        + tuple(
            Sensor(name=name, kind="camera", ego_from_sensor=EGO_FROM_FORWARD_CAMERA, camera=make_camera())
            for name in cameras
        )
        + tuple(Sensor(name=name, kind="radar", ego_from_sensor=radar) for name in radars)
    )


def make_trajectory(
    *, n=20, start_ns=START_NS, step_ns=FRAME_NS, speed=5.0, yaw_rate=0.1, origin=(0, 0, 0)
) -> Trajectory:
    seconds = np.arange(n) * step_ns * 1e-9
    yaws = yaw_rate * seconds
    positions = np.cumsum(
        np.stack([np.cos(yaws), np.sin(yaws), 0 * yaws], axis=1) * speed * step_ns * 1e-9, axis=0
    ) + np.asarray(origin, np.float64)
    return Trajectory(
        start_ns + np.arange(n, dtype=np.int64) * step_ns, Transforms(rotations_from_yaws(yaws), positions)
    )


def make_track(
    *,
    id="1",
    category="Car",
    n=5,
    start_ns=START_NS,
    step_ns=FRAME_NS,
    timestamps_ns=None,
    centers=None,
    size=(4.2, 1.8, 1.5),
    yaws=None,
    frame="world",
    source=Source.HUMAN,
    box_attributes=None,
    attributes=None,
) -> Track:
    times = np.asarray(
        start_ns + np.arange(n, dtype=np.int64) * step_ns if timestamps_ns is None else timestamps_ns, np.int64
    )
    n = len(times)
    if centers is None:
        centers = np.stack([10.0 + 0.5 * np.arange(n), 0.1 * np.arange(n), np.full(n, 0.75)], axis=1)
    yaws = np.full(n, 0.2) if yaws is None else np.asarray(yaws, np.float64)
    return Track(
        id=id,
        category=category,
        timestamps_ns=times,
        cuboids=Cuboids.from_yaws(centers, np.tile(np.asarray(size, np.float64), (n, 1)), yaws, frame=frame),
        sources=sources_of(n, source),
        sigmas=unknown_sigmas(n),
        attributes=attributes or {},
        box_attributes=box_attributes or {},
    )


def make_labels(*tracks: Track, frame="world", drive_name="drive", **parts) -> Labels:
    return Labels(drive_name=drive_name, frame=frame, tracks=tracks or (make_track(frame=frame),), **parts)


@dataclass
class MemoryDrive:
    """A drive in memory; sweeps and encoded images are given as lists per sensor."""

    name: str = "memory"
    rig: Rig = field(default_factory=make_rig)
    trajectory: Trajectory | None = field(default_factory=make_trajectory)
    times: dict[str, np.ndarray] = field(default_factory=dict)
    sweeps: dict[str, list[Sweep]] = field(default_factory=dict)
    images: dict[str, list[bytes]] = field(default_factory=dict)

    def timestamps_ns(self, sensor: str) -> np.ndarray:
        self.rig[sensor]
        if sensor in self.times:
            return self.times[sensor]
        return self.trajectory.timestamps_ns if self.trajectory is not None else np.zeros(0, np.int64)

    def sweep(self, sensor: str, index: int) -> Sweep:
        if sensor not in self.sweeps:
            raise MissingDataError(f"{self.name} has no sweeps of {sensor}")
        return self.sweeps[sensor][index]

    def image(self, sensor: str, index: int) -> np.ndarray:
        import cv2

        return cv2.imdecode(np.frombuffer(self.image_bytes(sensor, index), np.uint8), cv2.IMREAD_COLOR)

    def image_bytes(self, sensor: str, index: int) -> bytes:
        if sensor not in self.images:
            raise MissingDataError(f"{self.name} has no images of {sensor}")
        return self.images[sensor][index]
