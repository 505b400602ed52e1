"""One scene of nuScenes tables: its samples, its measurements per sensor, and whether their chains hold together."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import ArgumentError, FormatError
from sensorann.formats.nuscenes import tables
from sensorann.formats.nuscenes.tables import Row, Table

REFERENCE_CHANNEL = "LIDAR_TOP"


class Recording(NamedTuple):
    """What the drive keeps of one row of sample_data."""

    timestamp_ns: int
    filename: str
    sample_token: str
    calibrated_sensor_token: str
    ego_pose_token: str
    is_key_frame: bool
    width: int
    height: int
    token: str


def scenes(path: Path) -> dict[str, tuple[Path, Row]]:
    """Folder of tables and row of every scene by its name, `VERSION/SCENE` where versions lie side by side."""
    folders = tables.version_folders(path)
    found: dict[str, tuple[Path, Row]] = {}
    for folder in folders:
        table = tables.read_table(folder, "scene")
        for row in table.rows.values():
            name = tables.text(row, "name", path=table.path)
            name = f"{folder.name}/{name}" if len(folders) > 1 else name
            if name in found:
                raise tables.field_error(table.path, row, "name", "names that differ", f"{name!r} twice")
            found[name] = (folder, row)
    return found


def find_scene(path: Path, name: str) -> tuple[Path, Row]:
    """Return the folder of tables and the row of a scene.

    Raises
    ------
    ArgumentError
        When no scene has that name.
    """
    found = scenes(path)
    if name not in found:
        raise ArgumentError(f"{path} has no scene {name!r}, it has: {', '.join(sorted(found)[:12])}")
    return found[name]


def scene_samples(folder: Path, scene: Row, samples: Table) -> tuple[Row, ...]:
    """Rows of the table `sample` of one scene, in time order.

    Raises
    ------
    FormatError
        When the chain of prev and next is not exactly the scene's samples in the order of their times.
    """
    own = [row for row in samples.rows.values() if row.get("scene_token") == scene["token"]]
    ordered = sorted(own, key=lambda row: tables.timestamp_ns(row, path=samples.path))
    scene_path = folder / "scene.json"
    if len(ordered) != tables.integer(scene, "nbr_samples", path=scene_path, minimum=1):
        raise tables.field_error(
            scene_path, scene, "nbr_samples", f"{len(ordered)}, the samples in {samples.path.name}"
        )
    for field, sample in (("first_sample_token", ordered[0]), ("last_sample_token", ordered[-1])):
        if scene.get(field) != sample["token"]:
            raise tables.field_error(scene_path, scene, field, f"{sample['token']!r}, by time")
    check_chain(samples.path, ordered)
    return tuple(ordered)


def sample_times_ns(folder: Path, samples: Sequence[Row]) -> NDArray[np.int64]:
    """Instants (N,) of rows of the table `sample`."""
    return np.array([tables.timestamp_ns(row, path=folder / "sample.json") for row in samples], np.int64)


def check_chain(path: Path, ordered: list[Row]) -> None:
    """Check that prev and next of rows lead from one to the following and end with empty text.

    Raises
    ------
    FormatError
        At the first row whose neighbour is another one.
    """
    tokens = ["", *(row["token"] for row in ordered), ""]
    for i, row in enumerate(ordered):
        for field, neighbour in (("prev", tokens[i]), ("next", tokens[i + 2])):
            if row.get(field) != neighbour:
                raise tables.field_error(path, row, field, repr(neighbour))
    times = [row["timestamp"] for row in ordered if "timestamp" in row]
    for i in range(1, len(times)):
        if times[i] <= times[i - 1]:
            raise tables.field_error(path, ordered[i], "timestamp", f"more than {times[i - 1]}, the one before")


def scene_recordings(
    path: Path, scene: Row, samples: Table, calibrated: Table, sensors: Table
) -> dict[str, tuple[Recording, ...]]:
    """Rows of `sample_data` of a scene by channel, channels in the order of the rig, rows in time order."""
    by_sensor: dict[str, list[Recording]] = {token: [] for token in sensors.rows}
    for row in tables.stream_rows(path):
        sample = samples.find(row, "sample_token", of=path)
        if sample.get("scene_token") == scene["token"]:
            calibration = calibrated.find(row, "calibrated_sensor_token", of=path)
            sensor = sensors.find(calibration, "sensor_token", of=calibrated.path)
            by_sensor[sensor["token"]].append(_recording(row, sample["token"], calibration["token"], path))
    found: dict[str, tuple[Recording, ...]] = {}
    for token, rows in by_sensor.items():
        if rows:
            channel = tables.text(sensors.rows[token], "channel", path=sensors.path)
            if channel in found:
                raise tables.field_error(sensors.path, sensors.rows[token], "channel", "channels that differ")
            found[channel] = _in_time_order(path, rows)
    if not found:
        raise FormatError(path, "", expected=f"rows of scene {scene['name']}", found="none")
    return dict(sorted(found.items(), key=lambda item: item[0] != REFERENCE_CHANNEL))


def _recording(row: Row, sample_token: str, calibrated_sensor_token: str, path: Path) -> Recording:
    """Keep what is needed of a row; the tokens given are those of the other tables, so that they exist once."""
    filename = tables.text(row, "filename", path=path)
    parts = filename.replace("\\", "/").split("/")
    if ".." in parts or not parts[0] or ":" in parts[0]:
        raise tables.field_error(path, row, "filename", "a path inside the data set")
    return Recording(
        timestamp_ns=tables.timestamp_ns(row, path=path),
        filename=filename,
        sample_token=sample_token,
        calibrated_sensor_token=calibrated_sensor_token,
        ego_pose_token=tables.text(row, "ego_pose_token", path=path),
        is_key_frame=row.get("is_key_frame") is True,
        width=tables.integer(row, "width", path=path),
        height=tables.integer(row, "height", path=path),
        token=tables.text(row, "token", path=path),
    )


def _in_time_order(path: Path, rows: list[Recording]) -> tuple[Recording, ...]:
    ordered = sorted(rows)
    for before, after in pairwise(ordered):
        if before.timestamp_ns == after.timestamp_ns:
            raise FormatError(
                path,
                f"token {after.token!r}, field timestamp",
                expected="one row per sensor and instant",
                found=f"the instant of token {before.token!r}",
            )
    return tuple(ordered)
