"""Labelled objects in recorded sweeps, to click on: KITTI 0000, PandaSet 002, Astyx HiRes and an Argoverse 2 sweep.

KITTI and PandaSet open as drives, with the first LiDAR of each. Astyx and Argoverse 2 are read here, as far as this
takes; Argoverse 2 needs the extra `arrow` (pyarrow) and is left out, in one line on stderr, without it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sensorann.formats import open_drive, read_labels
from sensorann.geometry import Cuboid, Transform, points_in_cuboid
from sensorann.scene import Motion, Sweep, default_ontology

MIN_POINTS = 20
# A label's lowest points are the road: nobody clicks on those, and no fit uses them.
_GROUND_MARGIN = 0.25
CATEGORY_OF = {
    "Car": "car",
    "Bus": "bus",
    "Truck": "truck",
    "Trailer": "trailer",
    "Cyclist": "cyclist",
    "Motorcyclist": "motorcycle",
    "Person": "pedestrian",
    "REGULAR_VEHICLE": "car",
    "LARGE_VEHICLE": "truck",
    "BOX_TRUCK": "truck",
    "BUS": "bus",
    "MOTORCYCLE": "motorcycle",
    "BICYCLE": "bicycle",
    "BICYCLIST": "cyclist",
    "PEDESTRIAN": "pedestrian",
}


@dataclass(frozen=True, eq=False, kw_only=True)
class Scan:
    """One sweep, the pose of its sensor, and its points (N, 3) in the ego frame."""

    sweep: Sweep
    ego_from_sensor: Transform
    points: NDArray[np.float32]

    @classmethod
    def of(cls, sweep: Sweep, ego_from_sensor: Transform) -> Scan:
        points = ego_from_sensor.apply(sweep.points).astype(np.float32)
        return cls(sweep=sweep, ego_from_sensor=ego_from_sensor, points=points)

    @property
    def sensor(self) -> NDArray[np.float64]:
        return self.ego_from_sensor.translation


@dataclass(frozen=True, eq=False, kw_only=True)
class Case:
    """One labelled object in one sweep.

    Attributes
    ----------
    data, object_id : the data set, and the object in it: all boxes of one object fall into one half
    scan : the sweep
    truth : the label in the ego frame
    category : name in the default ontology
    rows : (K,) int64, points of the sweep inside the label, above the ground
    half : 0 for choosing, 1 for judging
    """

    data: str
    object_id: str
    scan: Scan
    truth: Cuboid
    category: str
    rows: NDArray[np.int64]
    half: int = 0

    @property
    def motion(self) -> Motion:
        return default_ontology()[self.category].motion

    @property
    def distance(self) -> float:
        return float(np.linalg.norm(self.truth.center[:2] - self.scan.sensor[:2]))

    def click(self, rng: np.random.Generator) -> NDArray[np.float64]:
        """Choose a random point of the object."""
        return self.scan.points[rng.choice(self.rows)].astype(np.float64)


def all_cases(root: Path) -> list[Case]:
    """Every labelled object with enough points above the ground, in the data sets below `root`."""
    found = []
    for cases in (_kitti(root), _pandaset(root), _astyx(root), _argoverse(root)):
        of_data = list(cases)
        # Every other object of each data set, in the order of their ids.
        half = {name: i % 2 for i, name in enumerate(sorted({case.object_id for case in of_data}))}
        found += [replace(case, half=half[case.object_id]) for case in of_data]
    return found


def _kitti(root: Path) -> Iterator[Case]:
    training = root / "kitti_tracking" / "training"
    return _of_drive(f"{training}#0000", training / "label_02" / "0000.txt", "KITTI")


def _pandaset(root: Path) -> Iterator[Case]:
    path = root / "pandaset_nuscenes"
    return _of_drive(str(path), path, "PandaSet")


def _of_drive(address: str, labels: Path, data: str) -> Iterator[Case]:
    drive = open_drive(address)
    lidar = drive.rig.of_kind("lidar")[0]
    tracks = read_labels(labels, drive=drive).tracks
    for i, time_ns in enumerate(drive.timestamps_ns(lidar.name)):
        scan = Scan.of(drive.sweep(lidar.name, i), lidar.ego_from_sensor)
        ego_from_world = drive.trajectory.at(int(time_ns)).inverse()
        for track in tracks:
            rows = np.flatnonzero(track.timestamps_ns == time_ns)
            if len(rows):
                truth = track.cuboids[rows].moved(ego_from_world, frame="ego").record(0)
                category = track.category if track.category in default_ontology() else "misc"
                yield from _case(data, track.id, scan, truth, default_ontology()[category].name)


def _astyx(root: Path) -> Iterator[Case]:
    """Frames are snippets, objects have no ids: the frame stands for them."""
    folder = root / "astyx" / "dataset_astyx_hires2019"
    for path in sorted((folder / "lidar_vlp16").glob("*.txt")):
        sensors = json.loads((folder / "calibration" / f"{path.stem}.json").read_text())["sensors"]
        matrix = next(s["calib_data"]["T_to_ref_COS"] for s in sensors if s["sensor_uid"] == "lidar_vlp16")
        points = np.loadtxt(path, np.float32, skiprows=1, usecols=(0, 1, 2))
        sweep = Sweep(sensor="lidar_vlp16", timestamp_ns=0, points=points)
        scan = Scan.of(sweep, _transform(np.array(matrix)))
        for label in json.loads((folder / "groundtruth_obj3d" / f"{path.stem}.json").read_text())["objects"]:
            pose = Transform.from_quaternion(label["orientation_quat"], label["center3d"])
            truth = Cuboid(frame_from_cuboid=pose, size=tuple(label["dimension3d"]), frame="ego")
            yield from _case("Astyx", path.stem, scan, truth, CATEGORY_OF.get(label["classname"], "misc"))


def _argoverse(root: Path) -> Iterator[Case]:
    try:
        from pyarrow.feather import read_table
    except ImportError:
        print('Argoverse 2 is left out: pip install "sensorann[arrow]" brings what reads it', file=sys.stderr)
        return
    for path in sorted((root / "argoverse2").glob("*/sensors/lidar/*.feather")):
        cloud = read_table(path).to_pydict()
        points = np.column_stack([cloud[axis] for axis in "xyz"]).astype(np.float32)
        log = path.parents[2]
        mount = read_table(log / "calibration" / "egovehicle_SE3_sensor.feather").to_pydict()
        i = mount["sensor_name"].index("up_lidar")
        ego_from_lidar = Transform.from_quaternion(
            [mount[f"q{axis}"][i] for axis in "wxyz"], [mount[f"t{axis}_m"][i] for axis in "xyz"]
        )
        # The file has both LiDARs in the ego frame; the upper one's place stands for both.
        points = ego_from_lidar.inverse().apply(points).astype(np.float32)
        scan = Scan.of(Sweep(sensor="up_lidar", timestamp_ns=int(path.stem), points=points), ego_from_lidar)
        for row in read_table(log / "annotations.feather").to_pylist():
            if row["timestamp_ns"] != int(path.stem):
                continue
            pose = Transform.from_quaternion(
                [row[f"q{axis}"] for axis in "wxyz"], [row[f"t{axis}_m"] for axis in "xyz"]
            )
            size = (row["length_m"], row["width_m"], row["height_m"])
            truth = Cuboid(frame_from_cuboid=pose, size=size, frame="ego")
            yield from _case("Argoverse 2", row["track_uuid"], scan, truth, CATEGORY_OF.get(row["category"], "misc"))


def _case(data: str, object_id: str, scan: Scan, truth: Cuboid, category: str) -> Iterator[Case]:
    rows = np.flatnonzero(points_in_cuboid(scan.points, truth))
    bottom = truth.center[2] - truth.size[2] / 2
    rows = rows[scan.points[rows, 2] > bottom + min(_GROUND_MARGIN, truth.size[2] / 4)]
    if len(rows) >= MIN_POINTS:
        yield Case(data=data, object_id=object_id, scan=scan, truth=truth, category=category, rows=rows)


def _transform(matrix: NDArray[np.float64]) -> Transform:
    """Orthonormalise a rotation that was written with eight decimals."""
    left, _, right = np.linalg.svd(matrix[:3, :3])
    return Transform(left @ right, matrix[:3, 3])
