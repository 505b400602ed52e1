"""Boxes from 2D boxes, rough boxes refined, and tracks fitted together, against the labels.

    python -m benchmarks.click_more [--data FOLDER] [--write]

- picture: the outline of each label on each camera of KITTI 0000 and PandaSet 002 is given as a 2D box, in every third
  frame (KITTI: eighth), where at least four fifths of it lie in the picture.
- rough: labels are shifted by 0.2 m (height 0.1 m) and turned by 4 degrees, standard deviations, and refined with the
  size locked; without the lock their edges are off by up to a tenth as well. Judging half of `click_cases`.
- together: every fifth label of a track (PandaSet: third) is shifted by 0.2 m and turned by 3 degrees, all with one
  size that is off by up to 12 %, and the track is fitted together; boxes without points do not count. Its constants
  were chosen on the recorded vehicles; the simulated drive shows others.

`--write` puts the tables into docs/click.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import sensorann as sa
from benchmarks.click_cases import MIN_POINTS, Case, all_cases
from benchmarks.click_fit import HEAD, MISSED, Outcome, compare, row
from benchmarks.click_heading import drives
from benchmarks.pages import run
from sensorann.errors import SensorannError
from sensorann.geometry import Camera, Cuboid, Cuboids, Transform, points_in_cuboid
from sensorann.geometry.cuboids import CORNER_SIGNS
from sensorann.geometry.rotations import rotations_from_yaws
from sensorann.scene import Drive, Labels, Motion, Source, Track, labels_in_world, nearest_indices

LEAST_SEEN = 0.8
PICTURES = {"KITTI": 8, "PandaSet": 3}
TOGETHER = {"KITTI": 5, "PandaSet": 3, "simulated": 5}


def picture_rows(root: Path) -> Iterator[str]:
    for data, every in PICTURES.items():
        drive, labels = drives(root)[data]
        groups: dict[str, list[Outcome]] = {}
        for truth, category, camera, box, time_ns in seen_boxes(drive, labels, every):
            try:
                found = sa.cuboid_from_image_box(drive, camera, box, time_ns).proposal.cuboid
                outcome = compare(found, truth)
            except SensorannError:
                outcome = MISSED
            name = labels.ontology[category].motion.value.replace("_", "-")
            groups.setdefault(f"picture, {data}, {name}", []).append(outcome)
        yield from (f"| {name} | {row(outcomes)} |" for name, outcomes in groups.items())


def seen_boxes(drive: Drive, labels: Labels, every: int) -> Iterator[tuple[Cuboid, str, str, NDArray[np.float64], int]]:
    """Labels with enough points, and their outlines on the cameras."""
    lidar, in_world = drive.rig.of_kind("lidar")[0], labels_in_world(labels, drive.trajectory)
    for i, time_ns in enumerate(drive.timestamps_ns(lidar.name)):
        if i % every:
            continue
        world_from_lidar = drive.trajectory.at(int(time_ns)) @ lidar.ego_from_sensor
        points = world_from_lidar.apply(drive.sweep(lidar.name, i).points)
        for track in in_world.tracks:
            rows = np.flatnonzero(track.timestamps_ns == time_ns)
            if not len(rows):
                continue
            truth = track.cuboids[rows].record(0)
            if points_in_cuboid(points, truth).sum() < MIN_POINTS:
                continue
            for camera in drive.rig.of_kind("camera"):
                box = outline(drive, camera.name, camera.camera, truth, int(time_ns))
                if box is not None:
                    yield truth, track.category, camera.name, box, int(time_ns)


def outline(drive: Drive, name: str, lens: Camera, truth: Cuboid, time_ns: int) -> NDArray[np.float64] | None:
    """2D box (4,) around a label at the instant of the picture; None where too much of it lies outside."""
    times = drive.timestamps_ns(name)
    image_ns = int(times[nearest_indices(times, [time_ns])[0]]) if len(times) else time_ns
    try:
        world_from_camera = drive.trajectory.at(image_ns) @ drive.rig[name].ego_from_sensor
    except SensorannError:
        return None
    corners = truth.frame_from_cuboid.apply(CORNER_SIGNS * np.array(truth.size) / 2)
    pixels = lens.project(corners, camera_from_points=world_from_camera.inverse())
    if not np.isfinite(pixels).all():
        return None
    whole = np.concatenate([pixels.min(axis=0), pixels.max(axis=0)])
    cut = np.clip(whole, -0.5, np.array([*lens.size, *lens.size]) - 0.5)
    areas = [(box[2:] - box[:2]).prod() for box in (cut, whole)]
    return cut if areas[0] >= LEAST_SEEN * areas[1] else None


def rough_rows(cases: list[Case]) -> Iterator[str]:
    rng, groups = np.random.default_rng(0), {}
    for case in cases:
        truth = case.truth
        pose = Transform.from_yaw(
            truth.yaw + rng.normal(0, np.radians(4)), truth.center + rng.normal(0, [0.2, 0.2, 0.1])
        )
        off = tuple(np.array(truth.size) * rng.uniform(0.9, 1.1, 3))
        kind = "vehicles, more than 100 points" if len(case.rows) > 100 else "vehicles, fewer"
        kind = kind if case.motion == Motion.VEHICLE else "others"
        for lock, size in ((True, truth.size), (False, off)):
            drawn = Cuboid(frame_from_cuboid=pose, size=size, frame="ego")
            refined = sa.refine_cuboid(case.scan.sweep, drawn, lock, frame_from_sensor=case.scan.ego_from_sensor)
            name = f"{'locked' if lock else 'free'} size, {kind}"
            groups.setdefault(f"rough, {name}: drawn", []).append(compare(drawn, truth))
            groups.setdefault(f"rough, {name}: refined", []).append(compare(refined.cuboid, truth))
    yield from (f"| {name} | {row(groups[name])} |" for name in sorted(groups))


def together_rows(root: Path) -> Iterator[str]:
    rng, known = np.random.default_rng(0), drives(root)
    for data, every in TOGETHER.items():
        drive, labels = known[data]
        before: dict[str, list[Outcome]] = {"vehicles": [], "others": []}
        after: dict[str, list[Outcome]] = {"vehicles": [], "others": []}
        for track in labels_in_world(labels, drive.trajectory).tracks:
            keys = track[np.arange(0, len(track), every)]
            motion = labels.ontology[track.category].motion
            if motion is Motion.STATIC or len(keys) < 2:
                continue
            drawn = roughly(keys, rng)
            found = sa.fit_together(drive, drawn, ontology=labels.ontology)
            kind = "vehicles" if motion is Motion.VEHICLE else "others"
            for i in np.flatnonzero(found.sources == Source.FITTED):
                truth = keys.cuboids.record(i)
                before[kind].append(compare(drawn.cuboids.record(i), truth))
                after[kind].append(compare(found.cuboids.record(i), truth))
        for kind in before:
            yield f"| together, {data}, {kind}: drawn | {row(before[kind])} |"
            yield f"| together, {data}, {kind}: fitted | {row(after[kind])} |"


def roughly(keys: Track, rng: np.random.Generator) -> Track:
    n = len(keys)
    boxes = Cuboids(
        centers=keys.cuboids.centers + rng.normal(0, [0.2, 0.2, 0.08], (n, 3)),
        sizes=np.tile(np.median(keys.cuboids.sizes, axis=0) * rng.uniform(0.88, 1.12, 3), (n, 1)),
        rotations=rotations_from_yaws(keys.cuboids.yaws + rng.normal(0, np.radians(3), n)),
        frame=keys.cuboids.frame,
    )
    return replace(keys, cuboids=boxes, sources=np.full(n, Source.HUMAN, np.uint8))


def report(root: Path) -> str:
    judged = [case for case in all_cases(root) if case.half == 1]
    lines = [f"| boxes | {HEAD} |", "|---" * 7 + "|"]
    return "\n".join([*lines, *picture_rows(root), *rough_rows(judged), *together_rows(root)])


if __name__ == "__main__":
    run(__doc__, report, page="click.md", mark="more")
