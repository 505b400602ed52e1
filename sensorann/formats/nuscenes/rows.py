"""The rows of the tables that we write: tokens that are the same on every run, chains that close."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from sensorann.formats.nuscenes.plan import Measurement, SamplePlan
from sensorann.formats.nuscenes.tables import Row
from sensorann.formats.nuscenes.times import microseconds
from sensorann.geometry import Transform
from sensorann.scene import Drive

# An instance whose token is not its id keeps the id here; the devkit takes no notice of it.
ID_FIELD = "sensorann_id"
EMPTY_MAP = "maps/empty.png"
UNKNOWN_VISIBILITY = "unknown"
VISIBILITY_LEVELS = ("v0-40", "v40-60", "v60-80", "v80-100", UNKNOWN_VISIBILITY)
Tables = dict[str, list[Row]]


class Box(NamedTuple):
    """One row of sample_annotation before it has neighbours; pose in the world, size length, width, height."""

    i_sample: int
    world_from_box: Transform
    size: tuple[float, float, float]
    attributes: tuple[str, ...]
    visibility: str
    n_lidar_points: int
    n_radar_points: int


class Instance(NamedTuple):
    """One object: its id, the category as nuScenes spells it, its boxes in time order."""

    id: str
    category: str
    boxes: Sequence[Box]


def token(*parts: object) -> str:
    """Make the token of a thing from what it is: 32 hexadecimal digits, as all of nuScenes has them."""
    return hashlib.md5("|".join(str(part) for part in parts).encode(), usedforsecurity=False).hexdigest()


def chained(rows: list[Row]) -> list[Row]:
    """Let prev and next of rows lead from each to the following; empty at the ends."""
    for row in rows:
        row["prev"] = row["next"] = ""
    for before, after in pairwise(rows):
        before["next"], after["prev"] = after["token"], before["token"]
    return rows


def scene_tables(drive: Drive, plan: SamplePlan, scene_name: str) -> Tables:
    """Tables of the recording: log, map, scene and sample."""
    log, scene = token("log", drive.name), token("scene", drive.name)
    samples = chained(
        [
            {
                "token": sample_token(drive, plan, i),
                "timestamp": microseconds(int(time)),
                "scene_token": scene,
            }
            for i, time in enumerate(plan.sample_times_ns)
        ]
    )
    date = datetime.fromtimestamp(int(plan.sample_times_ns[0]) // 1_000_000_000, UTC).strftime("%Y-%m-%d")
    return {
        "log": [
            {"token": log, "logfile": drive.name, "vehicle": "", "date_captured": date, "location": ""},
        ],
        "map": [
            {
                "token": token("map", drive.name),
                "log_tokens": [log],
                "category": "semantic_prior",
                "filename": EMPTY_MAP,
            }
        ],
        "scene": [
            {
                "token": scene,
                "log_token": log,
                "nbr_samples": len(samples),
                "first_sample_token": samples[0]["token"],
                "last_sample_token": samples[-1]["token"],
                "name": scene_name,
                "description": "written by sensorann",
            }
        ],
        "sample": samples,
    }


def sample_token(drive: Drive, plan: SamplePlan, i_sample: int) -> str:
    """Token of a sample."""
    return token("sample", drive.name, microseconds(int(plan.sample_times_ns[i_sample])))


def sensor_tables(drive: Drive, plan: SamplePlan, filenames: Mapping[tuple[str, int], str]) -> Tables:
    """Tables of the measurements: sensor, calibrated_sensor, ego_pose and sample_data."""
    rows: Tables = {"sensor": [], "calibrated_sensor": [], "ego_pose": [], "sample_data": []}
    for name, measurements in plan.measurements.items():
        if not measurements:
            continue
        sensor = drive.rig[name]
        sensor_row = {
            "token": token("sensor", plan.channels[name]),
            "channel": plan.channels[name],
            "modality": sensor.kind,
        }
        calibrated = {
            "token": token("calibrated_sensor", drive.name, plan.channels[name]),
            "sensor_token": sensor_row["token"],
            **_pose(sensor.ego_from_sensor),
            "camera_intrinsic": [] if sensor.camera is None else sensor.camera.matrix.tolist(),
        }
        rows["sensor"].append(sensor_row)
        rows["calibrated_sensor"].append(calibrated)
        data = [_sample_data(drive, plan, name, one, filenames[name, one.number]) for one in measurements]
        for row in data:
            row["calibrated_sensor_token"] = calibrated["token"]
        rows["sample_data"] += chained(data)
        poses = plan.trajectory.sample(np.array([one.timestamp_ns for one in measurements], np.int64))
        rows["ego_pose"] += [
            {"token": row["ego_pose_token"], "timestamp": row["timestamp"], **_pose(poses[i])}
            for i, row in enumerate(data)
        ]
    return rows


def _sample_data(drive: Drive, plan: SamplePlan, name: str, one: Measurement, filename: str) -> Row:
    camera = drive.rig[name].camera
    width, height = (0, 0) if camera is None else camera.size
    time = microseconds(one.timestamp_ns)
    own = token("sample_data", drive.name, plan.channels[name], time)
    return {
        "token": own,
        "sample_token": sample_token(drive, plan, one.i_sample),
        "ego_pose_token": own,
        "calibrated_sensor_token": "",
        "timestamp": time,
        "fileformat": "pcd" if camera is None else filename.rpartition(".")[2],
        "is_key_frame": one.is_key_frame,
        "height": height,
        "width": width,
        "filename": filename,
    }


def annotation_tables(drive: Drive, plan: SamplePlan, instances: Sequence[Instance]) -> Tables:
    """Tables of the labels: category, attribute, visibility, instance and sample_annotation."""
    boxes = [box for instance in instances for box in instance.boxes]
    categories = sorted({instance.category for instance in instances})
    attributes = sorted({name for box in boxes for name in box.attributes})
    more_levels = sorted({box.visibility for box in boxes} - set(VISIBILITY_LEVELS))
    visibility_tokens = {level: str(i) for i, level in enumerate((*VISIBILITY_LEVELS, *more_levels), start=1)}
    rows: Tables = {
        "category": [
            {"token": token("category", name), "name": name, "description": "", "index": i}
            for i, name in enumerate(categories, start=1)
        ],
        "attribute": [{"token": token("attribute", name), "name": name, "description": ""} for name in attributes],
        "visibility": [{"token": t, "level": level, "description": ""} for level, t in visibility_tokens.items()],
        "instance": [],
        "sample_annotation": [],
    }
    for instance in instances:
        own = instance_token(drive, instance.id)
        annotations = chained([_annotation(drive, plan, own, box, visibility_tokens) for box in instance.boxes])
        rows["sample_annotation"] += annotations
        rows["instance"].append(
            {
                "token": own,
                "category_token": token("category", instance.category),
                "nbr_annotations": len(annotations),
                "first_annotation_token": annotations[0]["token"],
                "last_annotation_token": annotations[-1]["token"],
                **({} if own == instance.id else {ID_FIELD: instance.id}),
            }
        )
    return rows


def instance_token(drive: Drive, track_id: str) -> str:
    """Return an id that already is a token, else a token made from it."""
    return track_id if re.fullmatch("[0-9a-f]{32}", track_id) else token("instance", drive.name, track_id)


def _annotation(drive: Drive, plan: SamplePlan, instance: str, box: Box, visibility_tokens: Mapping[str, str]) -> Row:
    length, width, height = box.size
    sample = sample_token(drive, plan, box.i_sample)
    return {
        "token": token("sample_annotation", instance, sample),
        "sample_token": sample,
        "instance_token": instance,
        "visibility_token": visibility_tokens[box.visibility],
        "attribute_tokens": [token("attribute", name) for name in box.attributes],
        **_pose(box.world_from_box),
        "size": [width, length, height],
        "num_lidar_pts": box.n_lidar_points,
        "num_radar_pts": box.n_radar_points,
    }


def _pose(target_from_source: Transform) -> Row:
    return {
        "translation": target_from_source.translation.tolist(),
        "rotation": target_from_source.quaternion_wxyz.tolist(),
    }
