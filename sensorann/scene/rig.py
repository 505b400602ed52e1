"""The sensors of a vehicle and where each one sits."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from sensorann.errors import ArgumentError
from sensorann.geometry import Camera, Transform

SensorKind = Literal["lidar", "radar", "camera"]
SENSOR_KINDS: tuple[SensorKind, ...] = get_args(SensorKind)


def sensor_kind(name: str) -> SensorKind | None:
    """Return the kind that files call by this name; None where it is none of `SENSOR_KINDS`."""
    return next((kind for kind in SENSOR_KINDS if kind == name), None)


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Sensor:
    """One sensor.

    Attributes
    ----------
    name : as the data set spells it, such as ``LIDAR_TOP``
    kind : ``lidar``, ``radar`` or ``camera``
    ego_from_sensor : extrinsics; a camera's axes are x right, y down, z forward
    camera : intrinsics, for cameras only
    """

    name: str
    kind: SensorKind
    ego_from_sensor: Transform
    camera: Camera | None = None

    def __post_init__(self) -> None:
        if (self.kind == "camera") != (self.camera is not None):
            raise ArgumentError(f"sensor {self.name}: intrinsics belong to a camera and to nothing else")


@dataclass(frozen=True, eq=False, slots=True)
class Rig(Mapping[str, Sensor]):
    """The sensors of a drive by name, in the order of the data set."""

    sensors: tuple[Sensor, ...]

    def __post_init__(self) -> None:
        names = [sensor.name for sensor in self.sensors]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ArgumentError(f"sensor names must differ, found twice: {', '.join(twice)}")

    def __getitem__(self, name: str) -> Sensor:
        for sensor in self.sensors:
            if sensor.name == name:
                return sensor
        raise ArgumentError(f"no sensor {name!r} in this rig, it has: {', '.join(self) or 'none'}")

    def __contains__(self, name: object) -> bool:
        return any(sensor.name == name for sensor in self.sensors)

    def __iter__(self) -> Iterator[str]:
        return iter([sensor.name for sensor in self.sensors])

    def __len__(self) -> int:
        return len(self.sensors)

    @property
    def calibration_sha256(self) -> str:
        """Hash of where the sensors sit and what the cameras see, in hexadecimal: equal for equal calibrations."""
        digest = hashlib.sha256()
        for sensor in self.sensors:
            digest.update(f"{sensor.name} {sensor.kind} ".encode() + sensor.ego_from_sensor.matrix.tobytes())
            if sensor.camera is not None:
                camera = sensor.camera
                digest.update(f"{camera.model} {tuple(camera.size)} ".encode())
                digest.update(camera.matrix.tobytes() + camera.distortion.tobytes())
        return digest.hexdigest()

    def of_kind(self, kind: SensorKind) -> tuple[Sensor, ...]:
        """Return the LiDARs, radars or cameras."""
        return tuple(sensor for sensor in self.sensors if sensor.kind == kind)

    def camera(self, name: str) -> Camera:
        """Return the intrinsics of a camera.

        Raises
        ------
        ArgumentError
            When there is no sensor of that name, or it is no camera.
        """
        camera = self[name].camera
        if camera is None:
            cameras = ", ".join(sensor.name for sensor in self.of_kind("camera"))
            raise ArgumentError(f"{name} is a {self[name].kind}, the cameras are: {cameras or 'none'}")
        return camera

    def ranging(self, name: str) -> Sensor:
        """Return a LiDAR or radar, a sensor that has sweeps.

        Raises
        ------
        ArgumentError
            When there is no sensor of that name, or it is a camera.
        """
        sensor = self[name]
        if sensor.kind == "camera":
            ranging = ", ".join(other.name for other in self.sensors if other.kind != "camera")
            raise ArgumentError(f"{name} is a camera, the LiDARs and radars are: {ranging or 'none'}")
        return sensor
