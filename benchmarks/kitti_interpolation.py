"""How close interpolated boxes come to human ones, on the even sequences of KITTI tracking.

Public KITTI labels are themselves interpolated: straight in sensor coordinates between the frames that a human placed.
Such a line bends only where a human put a box. So only the bends count ("kinks": second difference of the box centre in
the sensor frame above 5 mm), as keyframes and as test frames:

1. Runs of at least 6 consecutive frames per track and class; classes Car, Van, Truck, Pedestrian and Cyclist (every
   vehicle but Tram and Misc, people, two-wheelers; `--every-class` takes all).
2. Keyframes: the first frame of the run, then each kink at least `--gap` frames after the last keyframe, then the last
   frame of the run. Test frames: the other kinks. Runs shorter than gap + 1 or without a test frame are left out.
3. The keyframes alone are given to `sensorann.interpolate`, and its boxes at the test frames are compared with the
   hidden ones: centre distance in 3D, 3D IoU, share of IoU above 0.7, yaw.

"linear, sensor frame" is the same with the boxes left in the coordinates of the moving vehicle.

    python -m benchmarks.kitti_interpolation [--data FOLDER] [--gap 20] [--every-class] [--json]
"""

from __future__ import annotations

import argparse
import json
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

import sensorann as sa
from sensorann.geometry.overlap import paired_iou_3d
from sensorann.geometry.rotations import wrap_angle
from sensorann.scene import Drive, Labels, Source, Track

DATA = Path(os.environ.get("SENSORANN_DATA", Path(__file__).parents[1].parent / "shared" / "data"))
CLASSES = ("Car", "Van", "Truck", "Pedestrian", "Cyclist")
FRAME_NS = 100_000_000
KINK_M = 0.005
SHORTEST_RUN = 6


@dataclass(frozen=True, eq=False, kw_only=True)
class Case:
    """One drive: what is given, and what is hidden.

    Attributes
    ----------
    drive : its instants are the frames
    keyframes : labels with one track per run, keyframes only
    hidden : one track per run, test frames only
    """

    drive: Drive
    keyframes: Labels
    hidden: dict[str, Track]


class WithoutPoses:
    """A drive that does not know where it was: boxes stay in the frame of the moving vehicle."""

    def __init__(self, drive: Drive) -> None:
        self._drive = drive
        self.trajectory = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._drive, name)


def kinks(centers_sensor: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell at which of N consecutive frames the path of a box (N, 3) bends in the sensor frame."""
    bends = np.linalg.norm(np.diff(centers_sensor, n=2, axis=0), axis=1) > KINK_M
    return np.concatenate([[False], bends, [False]])


def choose_keyframes(bends: NDArray[np.bool_], gap: int) -> NDArray[np.int64]:
    """Choose the first frame, kinks at least `gap` frames apart, and the last frame."""
    chosen = [0]
    for frame in np.flatnonzero(bends):
        if frame - chosen[-1] >= gap:
            chosen.append(int(frame))
    return np.unique([*chosen, len(bends) - 1])


def runs(track: Track) -> Iterator[Track]:
    """Split a track into runs of consecutive frames."""
    breaks = np.flatnonzero(np.diff(track.timestamps_ns) != FRAME_NS) + 1
    for rows in np.split(np.arange(len(track)), breaks):
        yield track[rows]


def in_ego(track: Track, drive: Drive) -> Track:
    """Express a track in the frame of the moving vehicle."""
    assert drive.trajectory is not None
    poses = drive.trajectory.sample(track.timestamps_ns).inverse()
    return replace(track, cuboids=track.cuboids.moved(poses, frame="ego"))


def case_of(drive: Drive, labels: Labels, *, gap: int, classes: tuple[str, ...] | None) -> Case:
    """Keep the keyframes of one drive, hide its test frames."""
    given, hidden = [], {}
    for track in labels.tracks:
        if classes is not None and track.category not in classes:
            continue
        for number, run in enumerate(runs(track)):
            if len(run) < max(SHORTEST_RUN, gap + 1):
                continue
            # The ego frame is a rigid turn of the sensor's: second differences have the same length in both.
            bends = kinks(in_ego(run, drive).cuboids.centers)
            keys = choose_keyframes(bends, gap)
            tests = np.setdiff1d(np.flatnonzero(bends), keys)
            if len(tests):
                named = replace(run, id=f"{track.id}.{number}", box_attributes={})
                given.append(named[keys])
                hidden[named.id] = named[tests]
    keyframes = Labels(drive_name=labels.drive_name, frame=labels.frame, tracks=tuple(given), ontology=labels.ontology)
    return Case(drive=drive, keyframes=keyframes, hidden=hidden)


def sensor_frame(case: Case) -> Case:
    """Give the same case to the same function, but in the coordinates of the moving vehicle."""
    tracks = tuple(in_ego(track, case.drive) for track in case.keyframes.tracks)
    hidden = {name: in_ego(track, case.drive) for name, track in case.hidden.items()}
    drive: Any = WithoutPoses(case.drive)
    return Case(drive=drive, keyframes=replace(case.keyframes, frame="ego", tracks=tracks), hidden=hidden)


def errors(case: Case, **options: Any) -> dict[str, NDArray[np.float64]]:
    """Interpolate the keyframes and compare with the hidden frames; one row per hidden frame."""
    # Most sequences come without sweeps: the curves alone are compared.
    result = sa.interpolate(case.keyframes, case.drive, points=False, **options)
    rows: dict[str, list[NDArray[np.float64]]] = {"centre": [], "iou": [], "yaw": [], "doubt": [], "yaw doubt": []}
    for name, truth in case.hidden.items():
        track = result.track(name)
        track = track[np.isin(track.timestamps_ns, truth.timestamps_ns)]
        assert len(track) == len(truth)
        assert (track.sources == Source.INTERPOLATED).all()
        offset = track.cuboids.centers - truth.cuboids.centers
        turn = wrap_angle(track.cuboids.yaws - truth.cuboids.yaws)
        rows["centre"].append(np.linalg.norm(offset, axis=1))
        rows["iou"].append(paired_iou_3d(track.cuboids, truth.cuboids))
        rows["yaw"].append(np.degrees(np.abs(turn)))
        rows["doubt"].append(np.abs(offset) / track.sigmas[:, :3])
        rows["yaw doubt"].append(np.abs(turn) / track.sigmas[:, 6])
    empty = {"doubt": np.zeros((0, 3))}
    return {name: np.concatenate([empty.get(name, np.zeros(0)), *parts]) for name, parts in rows.items()}


def figures(rows: dict[str, NDArray[np.float64]]) -> dict[str, float]:
    """Summarise errors; coverage is the share of axes whose error lies in the nominal interval of its sigma."""
    half, nine_tenths = norm.ppf(0.75), norm.ppf(0.95)
    return {
        "n": len(rows["centre"]),
        "centre_mean_m": float(rows["centre"].mean()),
        "centre_p95_m": float(np.percentile(rows["centre"], 95)),
        "iou_mean": float(rows["iou"].mean()),
        "iou_above_0.7": float((rows["iou"] > 0.7).mean()),
        "yaw_mean_deg": float(rows["yaw"].mean()),
        "coverage_50_xy": float((rows["doubt"][:, :2] <= half).mean()),
        "coverage_90_xy": float((rows["doubt"][:, :2] <= nine_tenths).mean()),
        "coverage_90_z": float((rows["doubt"][:, 2] <= nine_tenths).mean()),
        "coverage_90_yaw": float((rows["yaw doubt"] <= nine_tenths).mean()),
    }


def even_sequences(data: Path) -> Iterator[tuple[Drive, Labels]]:
    """Open the even sequences below the folder that holds `kitti_tracking`; the odd ones stay unseen."""
    root = data / "kitti_tracking" / "training"
    for address in sa.list_drives(root):
        name = address.rpartition("#")[2]
        if int(name) % 2 == 0:
            drive = sa.open_drive(address)
            yield drive, sa.read_labels(root / "label_02" / f"{name}.txt", drive=drive)


def read_cases(data: Path, *, gap: int = 20, every_class: bool = False) -> list[Case]:
    """Cases of the even sequences."""
    classes = None if every_class else CLASSES
    return [case_of(drive, labels, gap=gap, classes=classes) for drive, labels in even_sequences(data)]


def measure(cases: list[Case]) -> dict[str, dict[str, float]]:
    """Figures of every method."""
    in_sensor_frame = [sensor_frame(case) for case in cases]
    methods: dict[str, tuple[list[Case], dict[str, Any]]] = {
        "linear, sensor frame": (in_sensor_frame, {"method": "linear"}),
        "linear": (cases, {"method": "linear"}),
        "spline": (cases, {"method": "spline"}),
        "smooth": (cases, {"method": "smooth"}),
        "smooth, keyframe sigma 0.1 m": (cases, {"method": "smooth", "keyframe_sigma": 0.1}),
    }
    table = {}
    for name, (given, options) in methods.items():
        parts = [errors(case, **options) for case in given]
        table[name] = figures({key: np.concatenate([part[key] for part in parts]) for key in parts[0]})
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA, help="folder that holds kitti_tracking (SENSORANN_DATA)")
    parser.add_argument("--gap", type=int, default=20, help="least number of frames between keyframes")
    parser.add_argument("--every-class", action="store_true", help="Tram, Misc and Person too")
    parser.add_argument("--json", action="store_true", help="machine-readable output")
    arguments = parser.parse_args()
    logging.disable(logging.WARNING)  # one note per drive without poses: here they are taken away on purpose
    table = measure(read_cases(arguments.data, gap=arguments.gap, every_class=arguments.every_class))
    if arguments.json:
        print(json.dumps(table, indent=2))
        return
    columns = list(next(iter(table.values())))
    print(f"| method | {' | '.join(columns)} |")
    print(f"|---{'|---' * len(columns)}|")
    for name, row in table.items():
        print(f"| {name} | {' | '.join(f'{v:.0f}' if k == 'n' else f'{v:.3f}' for k, v in row.items())} |")


if __name__ == "__main__":
    main()
