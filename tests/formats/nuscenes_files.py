"""A tiny nuScenes data root: built as rows that a test may spoil before they are written.

Three samples half a second apart; LIDAR_TOP with a sweep between them, LIDAR_FRONT, CAM_FRONT 40 ms early, RADAR_FRONT;
a car in all samples, a pedestrian in the last two. The ego vehicle drives along x at 10 m/s, turning slowly.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from sensorann.geometry import Transform
from tests.builders import EGO_FROM_FORWARD_CAMERA

START_US = 1_790_000_000_000_000
STEP_US = 500_000
N_SAMPLES = 3
IMAGE_SIZE = (64, 48)
VERSION = "v1.0-mini"
EGO_FROM_SENSOR = {
    "LIDAR_FRONT": Transform.from_yaw(-0.1, [1.4, 0.0, 1.5]),
    "CAM_FRONT": EGO_FROM_FORWARD_CAMERA,
    "RADAR_FRONT": Transform.from_yaw(0.0, [3.4, 0.0, 0.5]),
    "LIDAR_TOP": Transform.from_yaw(0.3, [0.9, 0.0, 1.8]),
}
MODALITY = {"LIDAR_FRONT": "lidar", "CAM_FRONT": "camera", "RADAR_FRONT": "radar", "LIDAR_TOP": "lidar"}
RADAR_TYPES = {
    **dict.fromkeys(("x", "y", "z"), "<f4"),
    "dyn_prop": "i1",
    "id": "<i2",
    **dict.fromkeys(("rcs", "vx", "vy", "vx_comp", "vy_comp"), "<f4"),
    **dict.fromkeys(("is_quality_valid", "ambig_state", "x_rms", "y_rms"), "i1"),
    **dict.fromkeys(("invalid_state", "pdh0", "vx_rms", "vy_rms"), "i1"),
}
RADAR_DTYPE = np.dtype(list(RADAR_TYPES.items()))


def world_from_ego(time_us: int) -> Transform:
    """Where the ego vehicle is."""
    seconds = (time_us - START_US) * 1e-6
    return Transform.from_yaw(0.05 * seconds, [600_000.0 + 10.0 * seconds, 4_000_000.0, 0.0])


def lidar_rows(n: int = 6) -> np.ndarray:
    """Points (n, 5) float32: x, y, z, intensity, ring."""
    return np.random.default_rng(n).uniform(0, 30, (n, 5)).astype("<f4")


def radar_rows(n: int = 3) -> np.ndarray:
    """Returns (n,) with the 18 fields; the second one is invalid, which the devkit's filter would drop."""
    rows = np.zeros(n, RADAR_DTYPE)
    rows["x"] = np.arange(n) + 5.5
    rows["vx_comp"] = -1.25
    rows["id"] = 300 + np.arange(n)
    rows["invalid_state"][1:2] = 4
    return rows


@dataclass
class NuScenesRoot:
    """Tables as lists of rows, files as bytes by name; `write` puts them on the disk."""

    tables: dict[str, list[dict]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)

    def row(self, table: str, index: int = 0) -> dict:
        return self.tables[table][index]

    def write(self, path: Path, *, version: str = VERSION) -> Path:
        for name, rows in self.tables.items():
            target = path / version / f"{name}.json"
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(json.dumps(rows, indent=0))
        for name, data in self.files.items():
            target = path / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        return path


def make_root(*, scenes: tuple[str, ...] = ("scene-0061",)) -> NuScenesRoot:
    root = NuScenesRoot()
    root.tables = {
        "category": [
            {"token": "cat-car", "name": "vehicle.car", "description": ""},
            {"token": "cat-adult", "name": "human.pedestrian.adult", "description": ""},
        ],
        "attribute": [
            {"token": "att-moving", "name": "vehicle.moving", "description": ""},
            {"token": "att-parked", "name": "vehicle.parked", "description": ""},
        ],
        "visibility": [{"token": "4", "level": "v80-100", "description": ""}],
        "sensor": [
            {"token": f"sensor-{channel}", "channel": channel, "modality": kind} for channel, kind in MODALITY.items()
        ],
        "log": [{"token": "log", "logfile": "log", "vehicle": "n015", "date_captured": "2026-01-01", "location": ""}],
        "map": [{"token": "map", "log_tokens": ["log"], "category": "semantic_prior", "filename": "maps/empty.png"}],
        **{
            name: []
            for name in (
                "scene",
                "sample",
                "sample_data",
                "ego_pose",
                "calibrated_sensor",
                "instance",
                "sample_annotation",
            )
        },
    }
    root.files["maps/empty.png"] = _encoded_picture()
    for name in scenes:
        _add_scene(root, name)
    return root


def _add_scene(root: NuScenesRoot, name: str) -> None:
    times = [START_US + i * STEP_US for i in range(N_SAMPLES)]
    samples = [{"token": f"{name}-sample-{i}", "timestamp": t, "scene_token": name} for i, t in enumerate(times)]
    root.tables["sample"] += _chain(samples)
    root.tables["scene"].append(
        {
            "token": name,
            "name": name,
            "log_token": "log",
            "nbr_samples": N_SAMPLES,
            "first_sample_token": samples[0]["token"],
            "last_sample_token": samples[-1]["token"],
            "description": "",
        }
    )
    for channel in MODALITY:
        _add_sensor(root, name, channel, times)
    _add_instance(root, name, "car", "cat-car", range(N_SAMPLES), size=[1.8, 4.2, 1.5])
    _add_instance(root, name, "adult", "cat-adult", range(1, N_SAMPLES), size=[0.7, 0.6, 1.75])


def _add_sensor(root: NuScenesRoot, scene: str, channel: str, times: list[int]) -> None:
    kind = MODALITY[channel]
    pose = EGO_FROM_SENSOR[channel]
    calibrated = f"{scene}-calibrated-{channel}"
    intrinsic = [[50.0, 0.0, 32.0], [0.0, 50.0, 24.0], [0.0, 0.0, 1.0]] if kind == "camera" else []
    root.tables["calibrated_sensor"].append(
        {
            "token": calibrated,
            "sensor_token": f"sensor-{channel}",
            "translation": pose.translation.tolist(),
            "rotation": pose.quaternion_wxyz.tolist(),
            "camera_intrinsic": intrinsic,
        }
    )
    early = 40_000 if kind == "camera" else 0
    shots = [(time - early, i, True) for i, time in enumerate(times)]
    if channel == "LIDAR_TOP":
        shots = sorted(shots + [(time + STEP_US // 2, i, False) for i, time in enumerate(times[:-1])])
    suffix = {"lidar": "pcd.bin", "radar": "pcd", "camera": "png"}[kind]
    rows = []
    for time, i_sample, is_key_frame in shots:
        token = f"{scene}-{channel}-{time}"
        folder = "samples" if is_key_frame else "sweeps"
        width, height = IMAGE_SIZE if kind == "camera" else (0, 0)
        rows.append(
            {
                "token": token,
                "sample_token": f"{scene}-sample-{i_sample}",
                "ego_pose_token": token,
                "calibrated_sensor_token": calibrated,
                "timestamp": time,
                "fileformat": suffix.partition(".")[0],
                "is_key_frame": is_key_frame,
                "height": height,
                "width": width,
                "filename": f"{folder}/{channel}/{scene}__{channel}__{time}.{suffix}",
            }
        )
        ego = world_from_ego(time)
        root.tables["ego_pose"].append(
            {
                "token": token,
                "timestamp": time,
                "rotation": ego.quaternion_wxyz.tolist(),
                "translation": ego.translation.tolist(),
            }
        )
        root.files[rows[-1]["filename"]] = {"lidar": _lidar_file, "radar": radar_file, "camera": _encoded_picture}[
            kind
        ]()
    # The files of a data set are in no particular order: readers must sort by time.
    root.tables["sample_data"] += _chain(rows)[::-1]


def _add_instance(root: NuScenesRoot, scene: str, name: str, category: str, i_samples: range, *, size: list) -> None:
    instance = f"{scene}-{name}"
    rows = [
        {
            "token": f"{instance}-{i}",
            "sample_token": f"{scene}-sample-{i}",
            "instance_token": instance,
            "visibility_token": "4",
            "attribute_tokens": ["att-moving" if i else "att-parked"] if name == "car" else [],
            "translation": [600_010.0 + 2.0 * i, 4_000_002.0, 0.75],
            "size": size,
            "rotation": Transform.from_yaw(0.2 + 0.1 * i, np.zeros(3)).quaternion_wxyz.tolist(),
            "num_lidar_pts": 7 + i,
            "num_radar_pts": i,
        }
        for i in i_samples
    ]
    root.tables["sample_annotation"] += _chain(rows)
    root.tables["instance"].append(
        {
            "token": instance,
            "category_token": category,
            "nbr_annotations": len(rows),
            "first_annotation_token": rows[0]["token"],
            "last_annotation_token": rows[-1]["token"],
        }
    )


def radar_file(rows: np.ndarray | None = None, *, tail: bytes = b"\n") -> bytes:
    """A radar PCD as the data set has it; one byte follows the last point."""
    rows = radar_rows() if rows is None else rows
    columns = [RADAR_DTYPE[name] for name in RADAR_TYPES]
    header = (
        "# .PCD v0.7 - Point Cloud Data file format\nVERSION 0.7\n"
        f"FIELDS {' '.join(RADAR_TYPES)}\nSIZE {' '.join(str(column.itemsize) for column in columns)}\n"
        f"TYPE {' '.join('F' if column.kind == 'f' else 'I' for column in columns)}\n"
        f"COUNT {' '.join(['1'] * len(columns))}\nWIDTH {len(rows)}\nHEIGHT 1\nVIEWPOINT 0 0 0 1 0 0 0\n"
        f"POINTS {len(rows)}\nDATA binary\n"
    )
    return header.encode() + rows.tobytes() + tail


def _lidar_file() -> bytes:
    return lidar_rows().tobytes()


def _encoded_picture() -> bytes:
    width, height = IMAGE_SIZE
    return cv2.imencode(".png", np.full((height, width, 3), 90, np.uint8))[1].tobytes()


def _chain(rows: list[dict]) -> list[dict]:
    tokens = ["", *(row["token"] for row in rows), ""]
    for i, row in enumerate(rows):
        row["prev"], row["next"] = tokens[i], tokens[i + 2]
    return rows
