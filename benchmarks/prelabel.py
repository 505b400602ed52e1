"""How much of what people labelled `sensorann prelabel` proposes, and how much it invents.

KITTI tracking 0000 (frames 0 to 76, labelled where the camera looks) and PandaSet 002 (12 frames, all around). A label
counts where its box holds 30 points or more. It is found when a track of its kind (vehicles, pedestrians, two-wheelers)
has a box there: bird's-eye IoU of at least 0.3, or centres within 2 m. A track is false when less than half of its
boxes, of those where people labelled, lie within 2 m of a label. Switches are those of CLEAR MOT at 2 m.

    python -m benchmarks.prelabel [--data FOLDER] [--write]
"""

from __future__ import annotations

import argparse
import logging
import time
import tracemalloc
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import sensorann as sa
from benchmarks.kitti_interpolation import DATA
from benchmarks.report import REPOSITORY, write
from sensorann.formats.kitti.boxes import picture_camera
from sensorann.geometry import Cuboids, outlines, points_in_cuboids
from sensorann.geometry.overlap import bev_iou
from sensorann.qa import Pairing, clear
from sensorann.scene import Drive, Labels, Motion, Track, frame_timestamps_ns, into_sensor
from sensorann.simulate.drive import Recent
from sensorann.simulate.vehicle import LIDAR, RADAR
from sensorann.tracks.clouds import points_at
from sensorann.tracks.prelabelling.prelabel import LEAST_CONFIDENCE

DOCUMENT = REPOSITORY / "docs" / "prelabel.md"
FEWEST_POINTS, LEAST_IOU, NEAR = 30, 0.3, 2.0
CONFIDENCES = (0.0, 0.1, 0.2, 0.25, 0.3, 0.4, 0.6)
SHORT = 30  # frames
KINDS = {"vehicles": Motion.VEHICLE, "pedestrians": Motion.PEDESTRIAN, "two-wheelers": Motion.TWO_WHEELER}


@dataclass(frozen=True, eq=False, kw_only=True)
class Recording:
    """A drive with labels: of all around it, or of what its camera sees."""

    name: str
    drive: Drive
    truth: Labels
    camera_only: bool


def recordings(data: Path) -> Iterator[Recording]:
    root = data / "kitti_tracking" / "training"
    drive = sa.open_drive(f"{root}#0000")
    truth = sa.read_labels(root / "label_02" / "0000.txt", drive=drive)
    yield Recording(name="KITTI 0000", drive=drive, truth=truth, camera_only=True)
    drive = sa.open_drive(data / "pandaset_nuscenes")
    yield Recording(
        name="PandaSet 002",
        drive=drive,
        truth=sa.read_labels(data / "pandaset_nuscenes", drive=drive),
        camera_only=False,
    )


def motion_of(labels: Labels, track: Track) -> Motion:
    return labels.ontology[track.category].motion


def boxes_at(labels: Labels, instant: int, motion: Motion | None = None) -> tuple[Cuboids, NDArray[np.int64]]:
    """Boxes at an instant, of one kind or all, and the numbers of their tracks."""
    parts = [Cuboids.from_yaws(np.zeros((0, 3)), np.ones((0, 3)), np.zeros(0), frame=labels.frame)]
    owners: list[int] = []
    for i, track in enumerate(labels.tracks):
        rows = np.flatnonzero(track.timestamps_ns == instant)
        if len(rows) and motion in (None, motion_of(labels, track)):
            parts.append(track.cuboids[rows])
            owners.append(i)
    return Cuboids.concatenate(parts), np.array(owners, np.int64)


def distances(a: Cuboids, b: Cuboids) -> NDArray[np.float64]:
    """Distances (A, B) of the centres in the plane."""
    return np.linalg.norm(a.centers[:, None, :2] - b.centers[None, :, :2], axis=2)


def in_view(recording: Recording, boxes: Cuboids, instant: int) -> NDArray[np.bool_]:
    """Which boxes lie where people labelled."""
    if not recording.camera_only:
        return np.ones(len(boxes), np.bool_)
    sensor = picture_camera(recording.drive.rig)
    instants = np.full(len(boxes), instant)
    seen = into_sensor(boxes, sensor, recording.drive.trajectory, timestamps_ns=instants)
    return ~np.isnan(outlines(seen, sensor.camera)).any(axis=1)


def recall(recording: Recording, found: Labels, frames_ns: NDArray[np.int64], motion: Motion) -> dict[str, float]:
    """How many labels of one kind are found, and how often they change their name."""
    near: list[bool] = []
    overlapping: list[bool] = []
    pairs = []
    for instant in frames_ns:
        truth, true_ids = boxes_at(recording.truth, instant, motion)
        ours, our_ids = boxes_at(found, instant, motion)
        if len(truth):
            seen = points_in_cuboids(points_at(recording.drive, int(instant)), truth).counts >= FEWEST_POINTS
            truth, true_ids = truth[seen], true_ids[seen]
        apart = distances(truth, ours)
        near += (apart.min(axis=1, initial=np.inf) <= NEAR).tolist()
        overlapping += (bev_iou(truth, ours).max(axis=1, initial=0.0) >= LEAST_IOU).tolist()
        pairs.append((true_ids, our_ids, np.maximum(1 - apart / (2 * NEAR), 0.0)))
    return {
        "labels": len(near),
        "IoU 0.3": float(np.mean(overlapping)) if near else np.nan,
        "2 m": float(np.mean(near)) if near else np.nan,
        "switches": clear(Pairing.of_frames(*map(list, zip(*pairs, strict=True))), threshold=0.5).id_switches,
    }


def near_labels(recording: Recording, track: Track) -> NDArray[np.bool_]:
    """Which of a track's boxes lie within 2 m of a label, of those where people labelled."""
    near = []
    for row, instant in enumerate(track.timestamps_ns.tolist()):
        box = track.cuboids[row : row + 1]
        if in_view(recording, box, instant)[0]:
            truth, _ = boxes_at(recording.truth, instant)
            near.append(distances(box, truth).min(initial=np.inf) <= NEAR)
    return np.array(near, np.bool_)


def confidence_rows(recording: Recording, found: Labels) -> list[str]:
    """Rows of the table of what is invented, one per least confidence."""
    rows = []
    frames_ns = frame_timestamps_ns(recording.drive)
    near = {track.id: near_labels(recording, track) for track in found.tracks}
    for confidence in CONFIDENCES:
        labels = at_least(found, confidence)
        share = recall(recording, labels, frames_ns, Motion.VEHICLE)["2 m"]
        viewed = [near[track.id] for track in labels.tracks if len(near[track.id])]
        false = [own for own in viewed if own.mean() < 0.5]
        rows.append(
            f"| {recording.name} | {confidence:.2f} | {100 * share:.1f} % | {len(viewed)} "
            f"| {len(false)} | {sum(map(len, false)) / len(frames_ns):.1f} |"
        )
    return rows


def speed_table(n_frames: int = 100) -> str:
    """Seconds and memory of a whole drive with a full LiDAR; its sweeps are simulated before the clock runs."""
    drive, _ = sa.simulate_drive(seed=1, n_frames=n_frames, n_actors=60, n_beams=64, n_columns=1900)
    n_scans = len(drive.times[RADAR])
    held = replace(drive, _sweeps=Recent(n_frames + n_scans))
    n_points = np.mean([len(held.sweep(LIDAR, index)) for index in range(n_frames)])
    for index in range(n_scans):
        held.sweep(RADAR, index)
    sa.prelabel(held, frames=slice(0, 4))  # compiles outside the timing
    tracemalloc.start()
    sa.prelabel(held, frames=slice(0, SHORT))
    short = tracemalloc.get_traced_memory()[1]
    tracemalloc.reset_peak()
    sa.prelabel(held, frames=slice(0, 2 * SHORT))
    double = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    start, busy = time.perf_counter(), time.process_time()
    sa.prelabel(held)
    seconds, busy = time.perf_counter() - start, time.process_time() - busy
    return "\n".join(
        [
            f"| simulated | points per sweep | seconds | aim | of one core | memory, {SHORT} frames | {2 * SHORT} |",
            "|---" * 7 + "|",
            f"| {n_frames} frames | {n_points:,.0f} | {seconds:.0f} | 60 | {busy:.0f} | {short / 2**20:.0f} MiB "
            f"| {double / 2**20:.0f} MiB |",
        ]
    )


def recall_rows(recording: Recording, found: Labels) -> list[str]:
    """Rows of the table of what is found, one per kind."""
    frames_ns = frame_timestamps_ns(recording.drive)
    rows = []
    for kind, motion in KINDS.items():
        row = recall(recording, found, frames_ns, motion)
        shares = " | ".join(f"{100 * row[column]:.1f} %" for column in ("IoU 0.3", "2 m"))
        rows.append(f"| {recording.name} | {kind} | {row['labels']} | {shares} | {row['switches']} |")
    return rows


def at_least(found: Labels, confidence: float) -> Labels:
    """Without the tracks that look less like an object."""
    kept = tuple(track for track in found.tracks if float(track.attributes["confidence"]) >= confidence)
    return replace(found, tracks=kept)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the recorded drives (SENSORANN_DATA)")
    parser.add_argument("--write", action="store_true", help="update docs/prelabel.md")
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    recalls = ["| recording | kind | labels | found, IoU 0.3 | found, 2 m | switches |", "|---" * 6 + "|"]
    confidences = [
        "| recording | least confidence | vehicles found, 2 m | tracks | false | false boxes per frame |",
        "|---" * 6 + "|",
    ]
    for recording in recordings(options.data):
        found = sa.prelabel(recording.drive, min_confidence=0.0)
        recalls += recall_rows(recording, at_least(found, LEAST_CONFIDENCE))
        confidences += confidence_rows(recording, found)
    tables = {"recall": "\n".join(recalls), "false": "\n".join(confidences), "speed": speed_table()}
    print("\n\n".join(tables.values()))
    if options.write:
        write(tables, DOCUMENT)


if __name__ == "__main__":
    main()
