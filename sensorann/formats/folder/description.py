"""``drive.json`` of a folder drive: an OpenLABEL document with the sensors, the frames' instants and the ego poses."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import FormatError
from sensorann.formats.folder.files import SensorFiles, all_stems, matched_by_stem
from sensorann.formats.openlabel.node import SCHEMA_VERSION, Losses, Node, load
from sensorann.formats.openlabel.rig import read_camera, write_ego_poses_at, write_rig
from sensorann.formats.openlabel.systems import CoordinateSystems
from sensorann.formats.openlabel.time import FrameClock, intervals, read_timestamp
from sensorann.formats.strict_json import write_json
from sensorann.geometry import Trajectory
from sensorann.scene import Drive, Rig, Sensor, SensorKind, frame_timestamps_ns, sensor_kind

_logger = logging.getLogger(__name__)
FILE_NAME = "drive.json"


@dataclass(frozen=True, slots=True)
class Description:
    """What ``drive.json`` says.

    Attributes
    ----------
    root : the document
    rig : sensors that are streams of the type lidar, radar or camera
    point_columns : what the numbers of a point are in .bin and .npy files, for the sensors that say it
    trajectory : ego poses of the frames that have one
    frames : frame numbers in order
    instants : int64 ns per frame number
    own_instants : the same for sensors that measure apart from the frames
    """

    root: Node
    rig: Rig
    point_columns: Mapping[str, tuple[str, ...]]
    trajectory: Trajectory | None
    frames: tuple[int, ...]
    instants: Mapping[int, int]
    own_instants: Mapping[str, Mapping[int, int]]

    def timestamps_ns(self, sensor: str, files: Mapping[str, SensorFiles]) -> NDArray[np.int64]:
        """Instants (N,) of a sensor's files; of all frames where it has none.

        The frame of a file is told by its name where all names of the sensor are frame numbers; else by its place
        among the names of all sensors, or of this one, where there are as many as frames.

        Raises
        ------
        FormatError
            When files and frames do not match, or a sensor's instants do not increase.
        """
        frames = self._frames_of(sensor, files)
        own = self.own_instants.get(sensor, {})
        times = np.array([own.get(number, self.instants[number]) for number in frames], np.int64)
        backwards = np.flatnonzero(np.diff(times) <= 0)
        if len(backwards):
            number = frames[int(backwards[0]) + 1]
            where = f"openlabel.frames.{number}"
            found = f"{times[backwards[0] + 1]} after {times[backwards[0]]} ns"
            raise FormatError(self.root.file, where, expected=f"instants of {sensor} that increase", found=found)
        return times

    def _frames_of(self, sensor: str, files: Mapping[str, SensorFiles]) -> list[int]:
        if sensor not in files:
            return list(self.frames)
        stems = files[sensor].stems
        if all(stem.isdecimal() for stem in stems) and {int(stem) for stem in stems} <= set(self.frames):
            return [int(stem) for stem in stems]
        if len(all_stems(files)) == len(self.frames):
            return [self.frames[i] for i in matched_by_stem(files)[sensor]]
        if len(stems) == len(self.frames):
            return list(self.frames)
        raise FormatError(
            files[sensor].folder,
            "",
            expected=f"{len(self.frames)} files, one for each frame of {FILE_NAME}, or names that are frame numbers",
            found=f"{len(stems)} files, {files[sensor].names[0]} to {files[sensor].names[-1]}",
        )


def read_description(path: Path) -> Description:
    """Read ``drive.json``.

    Raises
    ------
    MissingDataError
        When it is absent.
    FormatError
        When it is damaged, a frame has no timestamp, or a sensor no place on the vehicle.
    """
    root = load(path)
    losses = Losses()
    clock = FrameClock(root, None, losses)
    systems = CoordinateSystems(root, None)
    instants = {number: clock.stated_ns(number) for number in clock.numbers}
    streams = {name: stream for name, stream in root.section("streams") if _kind(stream) is not None}
    rig = Rig(tuple(_sensor(name, stream, systems) for name, stream in streams.items()))
    columns = {name: _point_columns(stream) for name, stream in streams.items()}
    losses.report(path)
    return Description(
        root=root,
        rig=rig,
        point_columns={name: names for name, names in columns.items() if names},
        trajectory=_trajectory(systems, instants, root),
        frames=tuple(clock.numbers),
        instants=instants,
        own_instants=_own_instants(root),
    )


def _own_instants(root: Node) -> dict[str, dict[int, int]]:
    """Read when sensors measured apart from their frames."""
    found: dict[str, dict[int, int]] = {}
    for number, frame in root.section("frames"):
        properties = frame.require("frame_properties")
        for name, stream in properties.section("streams"):
            sync = stream.require("stream_properties").get("sync")
            stated = sync.get("timestamp") if sync is not None else None
            if stated is not None:
                found.setdefault(name, {})[int(number)] = read_timestamp(stated)[0]
    return found


def _kind(stream: Node) -> SensorKind | None:
    """Other streams (a GPS, a microphone) are no sensors of a rig."""
    return sensor_kind(stream.require("type").text())


def _sensor(name: str, stream: Node, systems: CoordinateSystems) -> Sensor:
    kind = _kind(stream)
    assert kind is not None
    ego_from_sensor = systems.ego_from(name, "") if systems.declared else None
    if ego_from_sensor is None:
        raise stream.refused(
            f"a coordinate system {name!r} whose pose_wrt_parent leads to one of the type local_cs (the vehicle)",
            found="none",
        )
    if kind != "camera":
        return Sensor(name=name, kind=kind, ego_from_sensor=ego_from_sensor)
    camera, camera_from_system = read_camera(stream)
    return Sensor(name=name, kind=kind, ego_from_sensor=ego_from_sensor @ camera_from_system.inverse(), camera=camera)


def _point_columns(stream: Node) -> tuple[str, ...]:
    properties = stream.get("stream_properties")
    columns = properties.get("columns") if properties is not None else None
    return tuple(column.text() for column in columns.elements()) if columns is not None else ()


def _trajectory(systems: CoordinateSystems, instants: Mapping[int, int], root: Node) -> Trajectory | None:
    if not systems.declares_world or systems.ego is None:
        return None
    numbers, poses = systems.ego_poses(instants)
    if not numbers:
        return None
    if len(numbers) < len(instants):
        n_between = sum(numbers[0] < number < numbers[-1] for number in instants) - max(len(numbers) - 2, 0)
        n_beyond = len(instants) - len(numbers) - n_between
        _logger.warning(
            "%s: %d frames have no ego pose: it is interpolated at %d; the %d before the first pose or after the last "
            "stay without",
            root.file,
            n_between + n_beyond,
            n_between,
            n_beyond,
        )
    return Trajectory(np.array([instants[number] for number in numbers], np.int64), poses)


def write_description(drive: Drive, folder: Path | str) -> None:
    """Write the ``drive.json`` of any drive: its rig, the instants of its sensors, its ego poses.

    Frames are those of the reference sensor; another sensor's instants are written where it has as many.

    Parameters
    ----------
    drive : the recording
    folder : where the sensors' files lie, or will

    Raises
    ------
    ArgumentError
        When a sensor is named ``world`` or ``ego``.
    """
    times = frame_timestamps_ns(drive)
    systems, streams = write_rig(drive.rig, with_world=drive.trajectory is not None)
    own_times = {name: drive.timestamps_ns(name) for name in drive.rig}
    frames: dict[str, Any] = {}
    for i, (time, pose) in enumerate(zip(times.tolist(), write_ego_poses_at(drive, times=times), strict=True)):
        properties: dict[str, Any] = {"timestamp": str(time)}
        if pose is not None:
            properties["transforms"] = pose
        synced = {name: own[i] for name, own in own_times.items() if len(own) == len(times) and own[i] != time}
        if synced:
            properties["streams"] = {
                name: {"stream_properties": {"sync": {"frame_stream": i, "timestamp": str(int(own))}}}
                for name, own in synced.items()
            }
        frames[str(i)] = {"frame_properties": properties}
    document = {
        "metadata": {"schema_version": SCHEMA_VERSION, "name": drive.name},
        "coordinate_systems": systems,
        "streams": streams,
        "frames": frames,
        "frame_intervals": intervals(range(len(times))),
    }
    write_json(Path(folder) / FILE_NAME, {"openlabel": document})
