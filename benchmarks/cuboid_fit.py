"""How well cuboids are fitted to real objects, against cv2.minAreaRect: prints a table.

Run: python -m benchmarks.cuboid_fit DATA, where DATA holds kitti_tracking and pandaset_nuscenes.

Every label of a vehicle or two-wheeler with enough points is one case. `crop` gives the fit the points of the label's
box, grown by 0.25 m in plan, from 0.25 m above its bottom to 0.3 m above its top; the box is judged in plan, and
headings modulo half a turn. `click` gives it the whole sweep and the point in the crop that is nearest to the sensor.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from shapely.geometry import Polygon

from sensorann.errors import SensorannError
from sensorann.fitting import fit_cuboid, grow_object
from sensorann.formats import open_drive, read_labels
from sensorann.geometry import Cuboid, Transform
from sensorann.scene import Drive, Labels, Motion

MIN_POINTS = 20


@dataclass(frozen=True, eq=False)
class Case:
    """One labelled object in one sweep, in the ego frame."""

    cloud: np.ndarray
    crop: np.ndarray
    truth: Cuboid
    track_size: tuple[float, float, float]
    sensor: np.ndarray


def cases(drive: Drive, labels: Labels, lidars: list[str]) -> Iterator[Case]:
    ontology = labels.ontology
    for i, time_ns in enumerate(drive.timestamps_ns(lidars[0])):
        clouds = [drive.rig[name].ego_from_sensor.apply(drive.sweep(name, i).points) for name in lidars]
        cloud = np.concatenate(clouds)
        ego_from_world = drive.trajectory.at(int(time_ns)).inverse()
        for track in labels.tracks:
            rows = np.flatnonzero(track.timestamps_ns == time_ns)
            moves = ontology[track.category].motion in (Motion.VEHICLE, Motion.TWO_WHEELER)
            if not len(rows) or not moves:
                continue
            truth = track.cuboids[rows].moved(ego_from_world, frame="ego").record(0)
            local = truth.frame_from_cuboid.inverse().apply(cloud)
            length, width, height = truth.size
            inside = (np.abs(local[:, :2]) < [length / 2 + 0.25, width / 2 + 0.25]).all(axis=1)
            inside &= (local[:, 2] > 0.25 - height / 2) & (local[:, 2] < height / 2 + 0.3)
            if inside.sum() >= MIN_POINTS:
                sensor = drive.rig[lidars[0]].ego_from_sensor.translation
                median_size = tuple(float(edge) for edge in np.median(track.cuboids.sizes, axis=0))
                yield Case(cloud, cloud[inside], truth, median_size, sensor)


def footprint(cuboid: Cuboid) -> Polygon:
    half = np.array(cuboid.size[:2]) / 2
    corners = np.array([[1, 1, 0], [-1, 1, 0], [-1, -1, 0], [1, -1, 0]]) * [*half, 0]
    return Polygon(cuboid.frame_from_cuboid.apply(corners)[:, :2])


def overlap(a: Cuboid, b: Cuboid) -> float:
    first, second = footprint(a), footprint(b)
    common = first.intersection(second).area
    return common / (first.area + second.area - common)


def yaw_error_deg(a: Cuboid, b: Cuboid) -> float:
    difference = (a.yaw - b.yaw) % np.pi
    return float(np.degrees(min(difference, np.pi - difference)))


def with_opencv(case: Case) -> Cuboid:
    (x, y), (first, second), angle = cv2.minAreaRect(np.ascontiguousarray(case.crop[:, :2], np.float32))
    yaw = np.radians(angle) + (0 if first >= second else np.pi / 2)
    size = (max(first, second, 0.01), max(min(first, second), 0.01), 1.0)
    return Cuboid(frame_from_cuboid=Transform.from_yaw(yaw, [x, y, 0]), size=size, frame="ego")


def ours(case: Case) -> Cuboid:
    return fit_cuboid(case.crop, anchor=case.sensor).cuboid


def ours_with_size(case: Case) -> Cuboid:
    return fit_cuboid(case.crop, size=case.track_size, anchor=case.sensor).cuboid


def ours_from_click(case: Case) -> Cuboid:
    grown = grow_object(case.cloud, visible_point(case), sensor=case.sensor)
    points = case.cloud[grown.inside]
    return fit_cuboid(points, ground_height=grown.ground_height, anchor=case.sensor).cuboid


def ours_from_click_with_size(case: Case) -> Cuboid:
    length, width, height = case.track_size
    grown = grow_object(case.cloud, visible_point(case), sensor=case.sensor, max_size=(length, width, height))
    points = case.cloud[grown.inside]
    fit = fit_cuboid(points, ground_height=grown.ground_height, size=case.track_size, anchor=case.sensor)
    return fit.cuboid


def visible_point(case: Case) -> np.ndarray:
    """Click on the side that is seen: the point of the object that is nearest to the sensor."""
    distance = np.linalg.norm(case.crop[:, :2] - case.sensor[:2], axis=1)
    return case.crop[np.argmin(distance)]


def report(name: str, method: Callable[[Case], Cuboid], chosen: list[Case]) -> None:
    overlaps, yaws, centers, failures = [], [], [], 0
    started = time.perf_counter()
    for case in chosen:
        try:
            box = method(case)
        except SensorannError:
            failures += 1
            overlaps.append(0.0)
            continue
        overlaps.append(overlap(box, case.truth))
        yaws.append(yaw_error_deg(box, case.truth))
        centers.append(float(np.linalg.norm(box.center[:2] - case.truth.center[:2])))
    spent_ms = 1000 * (time.perf_counter() - started) / len(chosen)
    iou = np.array(overlaps)
    print(
        f"| {name} | {np.mean(centers):.3f} | {np.median(yaws):.2f} / {np.mean(yaws):.2f} | {iou.mean():.3f} "
        f"| {np.mean(iou > 0.5):.3f} | {np.mean(iou > 0.7):.3f} | {failures} | {spent_ms:.2f} |"
    )


def main(root: Path) -> None:
    kitti, panda = root / "kitti_tracking" / "training", root / "pandaset_nuscenes"
    drives = {
        "KITTI 0000": (open_drive(f"{kitti}#0000"), kitti / "label_02" / "0000.txt"),
        "PandaSet 002": (open_drive(panda), panda),
    }
    for name, (drive, path) in drives.items():
        lidars = [sensor.name for sensor in drive.rig.of_kind("lidar")]
        found = list(cases(drive, read_labels(path, drive=drive), lidars))
        for text, chosen in (
            (f"at least {MIN_POINTS} points", found),
            ("more than 100 points", [case for case in found if len(case.crop) > 100]),
        ):
            print(f"\n{name}, {text}: {len(chosen)} boxes\n")
            print("| method | centre m | yaw median / mean deg | IoU in plan | > 0.5 | > 0.7 | failed | ms |")
            print("|---|---|---|---|---|---|---|---|")
            report("crop, cv2.minAreaRect", with_opencv, chosen)
            report("crop, sensorann", ours, chosen)
            report("crop, sensorann with the track's size", ours_with_size, chosen)
            report("click, sensorann", ours_from_click, chosen)
            report("click, sensorann with the track's size", ours_from_click_with_size, chosen)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
