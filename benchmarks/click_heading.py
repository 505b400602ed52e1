"""Where clicked objects face, and whether the probabilities that are said of it hold.

    python -m benchmarks.click_heading [--data FOLDER] [--write]

Vehicles and two-wheelers of KITTI 0000, PandaSet 002 and a simulated drive with radar are clicked at a random point.
The click alone knows the heading from edges and shape; then a stroke along the object is added (its direction off by 15
degrees, standard deviation), or the label boxes of the object one second before and after, as if a person had placed
them there; the simulated drive also has its radar, and its cars are plain boxes without a front. "off" is how often the
heading was wrong, with an interval over objects, since one object errs alike in many frames; "said" is the mean of what
was said before. `--write` puts the table into docs/click.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import sensorann as sa
from benchmarks.click_front import over_objects
from benchmarks.pages import run
from sensorann.errors import SensorannError
from sensorann.fitting.clicking import ClickedFit, fit_at
from sensorann.geometry import Cuboid, points_in_cuboid
from sensorann.scene import Drive, Labels, Motion, Source, Track, labels_in_world, sources_of

MIN_POINTS, APART_NS = 20, 1_000_000_000
EVERY = {"KITTI": 3, "PandaSet": 1, "simulated": 2}


@dataclass(frozen=True, eq=False, kw_only=True)
class Case:
    """One object to click on: where and when, and its label in the world."""

    data: str
    drive: Drive
    track: Track
    truth: Cuboid
    timestamp_ns: int
    point: NDArray[np.float64]


def drives(root: Path) -> dict[str, tuple[Drive, Labels]]:
    training, panda = root / "kitti_tracking" / "training", root / "pandaset_nuscenes"
    kitti, pandaset = sa.open_drive(f"{training}#0000"), sa.open_drive(panda)
    return {
        "KITTI": (kitti, sa.read_labels(training / "label_02" / "0000.txt", drive=kitti)),
        "PandaSet": (pandaset, sa.read_labels(panda, drive=pandaset)),
        "simulated": sa.simulate_drive(seed=7, n_frames=40, n_actors=40),
    }


def cases(data: str, drive: Drive, labels: Labels, rng: np.random.Generator) -> Iterator[Case]:
    lidar = drive.rig.of_kind("lidar")[0]
    in_world = labels_in_world(labels, drive.trajectory)
    for i, time_ns in enumerate(drive.timestamps_ns(lidar.name)):
        if i % EVERY[data]:
            continue
        world_from_lidar = drive.trajectory.at(int(time_ns)) @ lidar.ego_from_sensor
        points = world_from_lidar.apply(drive.sweep(lidar.name, i).points)
        for track in in_world.tracks:
            row = np.flatnonzero(track.timestamps_ns == time_ns)
            if not len(row) or labels.ontology[track.category].motion not in (Motion.VEHICLE, Motion.TWO_WHEELER):
                continue
            truth = track.cuboids[row].record(0)
            rows = np.flatnonzero(points_in_cuboid(points, truth))
            rows = rows[points[rows, 2] > truth.center[2] - truth.size[2] / 2 + 0.25]
            if len(rows) >= MIN_POINTS:
                point = points[rng.choice(rows)]
                yield Case(data=data, drive=drive, track=track, truth=truth, timestamp_ns=int(time_ns), point=point)


def keyframes(case: Case) -> Track | None:
    """The boxes a second before and after, each by itself where there is no other."""
    apart = np.abs(case.track.timestamps_ns[:, None] - (case.timestamp_ns + np.array([-APART_NS, APART_NS])))
    rows = np.unique([int(np.argmin(column)) for column in apart.T if column.min() < APART_NS // 10])
    if not len(rows):
        return None
    chosen = case.track[rows]
    return Track(
        id=chosen.id,
        category=chosen.category,
        timestamps_ns=chosen.timestamps_ns,
        cuboids=chosen.cuboids,
        sources=sources_of(len(chosen), Source.HUMAN),
        sigmas=chosen.sigmas,
    )


@dataclass(frozen=True, kw_only=True)
class Judged:
    """Error of one heading in degrees, 0 to 180, of which object, and the two chances that were said."""

    track: str
    off_deg: float
    half: float
    quarter: float


def judged(found: ClickedFit, case: Case) -> Judged:
    heading = found.proposal.heading
    return Judged(
        track=case.track.id,
        off_deg=abs((np.degrees(found.proposal.cuboid.yaw - case.truth.yaw) + 180) % 360 - 180),
        half=heading.half_turn_probability,
        quarter=heading.quarter_turn_probability,
    )


def row(name: str, results: list[Judged]) -> str:
    off, tracks = np.array([each.off_deg for each in results]), [each.track for each in results]
    figures = []
    for wrong, part in ((off > 135, "half"), ((off > 45) & (off <= 135), "quarter")):
        said = np.mean([getattr(each, part) for each in results])
        figures += [f"{wrong.mean():.3f}", over_objects(wrong, tracks), f"{said:.3f}"]
    right = off[off <= 45]
    figures.append(f"{np.median(right):.2f} / {right.mean():.2f}")
    return f"| {name} | {len(off)} | {len(set(tracks))} | {' | '.join(figures)} |"


def measure(found: list[Case], rng: np.random.Generator) -> dict[str, list[Judged]]:
    results: dict[str, list[Judged]] = {}
    for case in found:
        forward = case.truth.yaw + rng.normal(0, np.radians(15))
        stroke = case.point + 2.0 * np.array([np.cos(forward), np.sin(forward), 0.0])
        ways: dict[str, dict[str, Any]] = {"click": {}, "click and stroke": {"toward": stroke}}
        if (track := keyframes(case)) is not None:
            ways["click and keyframes 1 s away"] = {"track": track}
        for name, options in ways.items():
            try:
                fit = fit_at(case.drive, timestamp_ns=case.timestamp_ns, point=case.point, frame="world", **options)
            except SensorannError:
                continue
            results.setdefault(f"{case.data}, {name}", []).append(judged(fit, case))
    return results


def report(root: Path) -> str:
    lines = [
        "| heading from | n | objects | half a turn off | 95 % | said | quarter off | 95 % | said "
        "| else: deg, median / mean |",
        "|---" * 10 + "|",
    ]
    for data, (drive, labels) in drives(root).items():
        rng = np.random.default_rng(0)
        results = measure(list(cases(data, drive, labels, rng)), rng)
        lines += [row(name, results[name]) for name in results]
    return "\n".join(lines)


if __name__ == "__main__":
    run(__doc__, report, page="click.md", mark="heading")
