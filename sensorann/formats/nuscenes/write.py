"""Write labels as a complete nuScenes v1.0 data root, which the official devkit loads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from sensorann.errors import ArgumentError, MissingDataError
from sensorann.files import written_whole
from sensorann.formats.nuscenes.export import SensorExport
from sensorann.formats.nuscenes.folder import VERSION, replaced_root
from sensorann.formats.nuscenes.losses import UNDERSTOOD_ATTRIBUTES, Losses
from sensorann.formats.nuscenes.plan import SamplePlan, plan_samples
from sensorann.formats.nuscenes.rows import (
    EMPTY_MAP,
    UNKNOWN_VISIBILITY,
    Box,
    Instance,
    annotation_tables,
    scene_tables,
    sensor_tables,
)
from sensorann.formats.nuscenes.times import frame_of
from sensorann.formats.strict_json import write_json
from sensorann.formats.written import Written, count_written
from sensorann.geometry import Cuboids
from sensorann.geometry.points import points_in_cuboids
from sensorann.scene import Drive, Labels, Track

_COUNTED_KINDS = {"lidar": "num_lidar_pts", "radar": "num_radar_pts"}


def write(labels: Labels, path: Path, drive: Drive | None) -> Written:
    """Write all thirteen tables and the sensor files that they name; a root written before is replaced.

    Returns how many tracks and boxes are in the tables. The frames of the drive become samples. Files of a nuScenes
    scene are hard-linked (copied across file systems), those of other drives are converted; the reference LiDAR is
    called ``LIDAR_TOP``. What nuScenes has no place for is counted in one warning.

    Parameters
    ----------
    labels : Labels
    path : data root to make; the tables go to ``v1.0-sensorann`` in it
    drive : the recording

    Raises
    ------
    ArgumentError
        When there is no drive, it has no frame with an ego pose, labels in the world frame meet a drive without ego
        poses, none of the boxes is at a frame, or the path holds anything but a root written by us.
    """
    if drive is None:
        raise ArgumentError("nuScenes tables hold the recording too: writing them needs the drive (--drive)")
    if labels.frame == "world" and drive.trajectory is None:
        raise ArgumentError(
            f"labels of {labels.drive_name} are in the world frame, but drive {drive.name} has no ego poses"
        )
    plan = plan_samples(labels, drive)
    written = count_written(labels, path, drive=drive, holds=lambda times: frame_of(times, plan.sample_times_ns) >= 0)
    lost = Losses(labels)
    with replaced_root(Path(path)) as root:
        export = SensorExport(drive, root)
        filenames = {
            (name, one.number): export.export(name, one, channel=plan.channels[name])
            for name, measurements in plan.measurements.items()
            for one in measurements
        }
        instances = _instances(labels, drive, plan, lost)
        scene_name = drive.name.rpartition("/")[2]
        tables = scene_tables(drive, plan, scene_name)
        tables |= sensor_tables(drive, plan, filenames)
        tables |= annotation_tables(drive, plan, instances)
        for name, rows in tables.items():
            write_json(root / VERSION / f"{name}.json", rows)
        # The devkit's evaluation takes the scenes of a split from this file, so no scene needs an official name.
        write_json(root / VERSION / "splits.json", {"all": [scene_name]})
        _write_empty_map(root / EMPTY_MAP)
    lost.say(path, plan, export)
    return written


def _write_empty_map(path: Path) -> None:
    with written_whole(path) as temporary:
        temporary.write_bytes(cv2.imencode(".png", np.zeros((8, 8), np.uint8))[1].tobytes())


def _instances(labels: Labels, drive: Drive, plan: SamplePlan, lost: Losses) -> list[Instance]:
    """Tracks with at least one box at a sample, their boxes in the world."""
    kept: list[tuple[Track, NDArray[np.int64]]] = []
    for track in labels.tracks:
        i_samples = frame_of(track.timestamps_ns, plan.sample_times_ns)
        at_sample = i_samples >= 0
        lost.n_between += int((~at_sample).sum())
        if at_sample.any():
            kept.append((_in_world(track[at_sample], plan), i_samples[at_sample]))
    counts = {field: _point_counts(kept, drive, plan, kind) for kind, field in _COUNTED_KINDS.items()}
    instances = []
    for number, (track, i_samples) in enumerate(kept):
        own = {field: _completed(track, field, counts[field][number]) for field in counts}
        lost.n_uncounted += int((counts["num_lidar_pts"][number] < 0).sum())
        boxes = [_box(track, row, int(i), own) for row, i in enumerate(i_samples)]
        instances.append(Instance(track.id, lost.spelled(track.category, len(track)), boxes))
    return instances


def _in_world(track: Track, plan: SamplePlan) -> Track:
    if track.cuboids.frame == "world":
        return track
    return replace(track, cuboids=track.cuboids.moved(plan.trajectory.sample(track.timestamps_ns), frame="world"))


def _box(track: Track, row: int, i_sample: int, counts: dict[str, list[int]]) -> Box:
    record = track.cuboids.record(row)
    columns = track.box_attributes
    visibility = columns["visibility"][row] if "visibility" in columns else None
    return Box(
        i_sample=i_sample,
        world_from_box=record.frame_from_cuboid,
        size=record.size,
        attributes=tuple(name for name in columns if name not in UNDERSTOOD_ATTRIBUTES and columns[name][row] is True),
        visibility=UNKNOWN_VISIBILITY if visibility is None else str(visibility),
        n_lidar_points=counts["num_lidar_pts"][row],
        n_radar_points=counts["num_radar_pts"][row],
    )


def _point_counts(
    kept: Sequence[tuple[Track, NDArray[np.int64]]], drive: Drive, plan: SamplePlan, kind: str
) -> list[NDArray[np.int64]]:
    """Points of all LiDARs (or radars) in each box of each track, at the key frames; -1 where no sweep is there."""
    counts = [np.full(len(track), -1, np.int64) for track, _ in kept]
    places: dict[int, list[tuple[int, int]]] = {}
    for number, (_, i_samples) in enumerate(kept):
        for row, i_sample in enumerate(i_samples):
            places.setdefault(int(i_sample), []).append((number, row))
    for sensor in drive.rig.sensors:
        for one in plan.measurements[sensor.name] if sensor.kind == kind else ():
            here = places.get(one.i_sample, []) if one.is_key_frame else []
            try:
                points = drive.sweep(sensor.name, one.number).points if here else None
            except MissingDataError:
                continue
            if points is not None:
                boxes = Cuboids.concatenate([kept[number][0].cuboids[row : row + 1] for number, row in here])
                world_from_sensor = plan.trajectory.at(one.timestamp_ns) @ sensor.ego_from_sensor
                groups = points_in_cuboids(points, boxes.moved(world_from_sensor.inverse(), frame=sensor.name))
                for (number, row), n in zip(here, groups.counts, strict=True):
                    counts[number][row] = max(counts[number][row], 0) + n
    return counts


def _completed(track: Track, field: str, counted: NDArray[np.int64]) -> list[int]:
    """Counts of a track's boxes: counted where there was a sweep, else as imported, else 0."""
    imported = track.box_attributes.get(field, (0,) * len(track))
    return [
        int(n) if n >= 0 else int(value) if isinstance(value, int) and value >= 0 else 0
        for n, value in zip(counted, imported, strict=True)
    ]
