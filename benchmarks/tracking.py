"""How good tracks of public detections are: PointRCNN on KITTI tracking, against what AB3DMOT published for the same.

Sequences: the even ones of AB3DMOT's validation list. Nothing was tuned on them; what was tuned (`--split tuned`) was
tuned on 0000, 0002, 0004 and 0020, of which the list has none.

Matching: the most overlap (3D IoU) per frame above a threshold. As in KITTI's evaluation, labels that are truncated or
largely hidden and those of the neighbouring class (Van for Car) neither count when missed nor when found, nor do tracks
lower than 25 pixels or half inside a DontCare region. Scores sweep 40 recalls (X. Weng et al., IROS 2020): sAMOTA is
the mean of the scaled accuracies, MOTA, MOTP, identity switches, false positives and misses are those of the best one.

The published figures are of all eleven sequences of that list, ours of those that are at hand.

    python -m benchmarks.tracking [--data FOLDER] [--category Car] [--split tuned] [--json]
"""

from __future__ import annotations

import argparse
import json
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

import sensorann as sa
from benchmarks.kitti_interpolation import DATA
from sensorann.formats.kitti.boxes import outlines, picture_camera
from sensorann.geometry import Cuboids
from sensorann.geometry.overlap import iou_3d
from sensorann.scene import Drive, Labels, frame_timestamps_ns, into_sensor

SPLITS = {
    "validation": ("0006", "0008", "0010", "0012", "0014", "0016", "0018"),
    "tuned": ("0000", "0002", "0004", "0020"),
}
NEIGHBOURS = {"Car": ("Van",), "Pedestrian": ("Person_sitting",), "Cyclist": ()}
THRESHOLDS = {"Car": (0.25, 0.7), "Pedestrian": (0.25, 0.5), "Cyclist": (0.25, 0.5)}
# Table of AB3DMOT's repository, KITTI val with PointRCNN, and the frames per second it names.
PUBLISHED = {
    ("Car", 0.25): {"sAMOTA": 93.34, "MOTA": 86.47, "MOTP": 79.40, "IDS": 0, "fps": 108.7},
    ("Car", 0.7): {"MOTA": 62.48, "IDS": 0},
    ("Pedestrian", 0.25): {"MOTA": 73.86, "MOTP": 67.58, "IDS": 4, "fps": 119.2},
    ("Cyclist", 0.25): {"MOTA": 84.79, "MOTP": 77.27, "IDS": 1, "fps": 980.7},
}
LOWEST_PX = 25
LARGELY_HIDDEN = 2


@dataclass(frozen=True, eq=False, kw_only=True)
class Frame:
    """What is compared in one frame.

    Attributes
    ----------
    truths, neutral : (T,) ids, and which of them do not count
    found, scores, harmless : (F,) ids and scores of the tracks, and which of them do no harm where nothing is
    ious : (T, F) float64
    """

    truths: NDArray[np.str_]
    neutral: NDArray[np.bool_]
    found: NDArray[np.str_]
    scores: NDArray[np.float64]
    harmless: NDArray[np.bool_]
    ious: NDArray[np.float64]


def boxes_at(labels: Labels, categories: tuple[str, ...], time_ns: int) -> Iterator[tuple[int, int]]:
    """Number of the track and row of every box of some categories at an instant."""
    for i, track in enumerate(labels.tracks):
        if track.category in categories:
            for row in np.flatnonzero(track.timestamps_ns == time_ns):
                yield i, int(row)


def gathered(labels: Labels, rows: list[tuple[int, int]]) -> Cuboids:
    """Those boxes as columns."""
    empty = Cuboids.from_yaws(np.zeros((0, 3)), np.ones((0, 3)), np.zeros(0), frame=labels.frame)
    return Cuboids.concatenate([empty, *(labels.tracks[i].cuboids[row : row + 1] for i, row in rows)])


def frames_of(drive: Drive, truth: Labels, tracks: Labels, category: str) -> Iterator[Frame]:
    """Pair up what is to be compared, frame by frame."""
    sensor = picture_camera(drive.rig)
    ignored = [track for track in truth.image_tracks if track.category == "DontCare"]
    for now in frame_timestamps_ns(drive):
        truths = list(boxes_at(truth, (category, *NEIGHBOURS[category]), now))
        found = list(boxes_at(tracks, (category,), now))
        boxes = gathered(tracks, found)
        instants = np.full(len(found), now)
        drawn = outlines(into_sensor(boxes, sensor, drive.trajectory, timestamps_ns=instants), sensor.camera)
        visible = ~np.isnan(drawn).any(axis=1)
        found = [pair for pair, seen in zip(found, visible, strict=True) if seen]
        boxes, drawn = boxes[visible], drawn[visible]
        regions = [track.boxes[track.timestamps_ns == now] for track in ignored]
        yield Frame(
            truths=np.array([truth.tracks[i].id for i, _ in truths], np.str_),
            neutral=np.array([is_neutral(truth, i, row, category) for i, row in truths], np.bool_),
            found=np.array([tracks.tracks[i].id for i, _ in found], np.str_),
            scores=np.array([tracks.tracks[i].attributes["score"] for i, _ in found], np.float64),
            harmless=is_harmless(drawn, np.concatenate([np.zeros((0, 4)), *regions])),
            ious=iou_3d(gathered(truth, truths), boxes),
        )


def is_neutral(truth: Labels, i: int, row: int, category: str) -> bool:
    """Tell whether a label does not count."""
    track = truth.tracks[i]
    occluded, truncated = (track.box_attributes[name][row] for name in ("occluded", "truncated"))
    return bool(track.category != category or occluded > LARGELY_HIDDEN or truncated > 0)


def is_harmless(drawn: NDArray[np.float64], regions: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell which outlines (F, 4) are low, or lie by half in one of the regions (R, 4)."""
    sizes = drawn[:, 2:] - drawn[:, :2]
    shared = np.minimum(drawn[:, None, 2:], regions[:, 2:]) - np.maximum(drawn[:, None, :2], regions[:, :2])
    inside = np.maximum(shared, 0).prod(axis=2) > 0.5 * sizes.prod(axis=1)[:, None]
    return np.asarray((sizes[:, 1] <= LOWEST_PX) | inside.any(axis=1))


def counts(drives: list[list[Frame]], threshold: float, least: float = -np.inf) -> dict[str, float]:
    """CLEAR MOT counts (K. Bernardin and R. Stiefelhagen, 2008) of the tracks of at least a score."""
    total = dict.fromkeys(("labels", "hits", "misses", "false", "IDS"), 0)
    overlap = 0.0
    for frames in drives:
        last: dict[str, str] = {}
        for frame in frames:
            kept = np.flatnonzero(frame.scores >= least)
            ious = frame.ious[:, kept]
            rows, columns = linear_sum_assignment(np.where(ious >= threshold, ious, 0.0), maximize=True)
            matched = ious[rows, columns] >= threshold
            rows, columns = rows[matched], columns[matched]
            counted = ~frame.neutral[rows]
            total["labels"] += int((~frame.neutral).sum())
            total["hits"] += int(counted.sum())
            total["misses"] += int((~frame.neutral).sum() - counted.sum())
            total["false"] += int((~np.delete(frame.harmless[kept], columns)).sum())
            overlap += float(ious[rows[counted], columns[counted]].sum())
            for row, column in zip(rows[counted], columns[counted], strict=True):
                name, own = str(frame.truths[row]), str(frame.found[kept[column]])
                total["IDS"] += last.get(name, own) != own
                last[name] = own
    return {**total, "MOTP": 100 * overlap / max(total["hits"], 1)}


def hit_scores(drives: list[list[Frame]], threshold: float) -> NDArray[np.float64]:
    """Scores of the tracks at all hits, falling."""
    parts = [np.zeros(0)]
    for frame in (frame for frames in drives for frame in frames):
        gains = np.where(frame.ious >= threshold, frame.ious, 0.0)
        rows, columns = linear_sum_assignment(gains, maximize=True)
        hit = (frame.ious[rows, columns] >= threshold) & ~frame.neutral[rows]
        parts.append(frame.scores[columns[hit]])
    return np.sort(np.concatenate(parts))[::-1]


def swept(drives: list[list[Frame]], threshold: float) -> dict[str, float]:
    """Accuracy over 40 recalls; a recall that is never reached counts 0."""
    scores = hit_scores(drives, threshold)
    n_labels = counts(drives, threshold)["labels"]
    scaled, best = [], {"MOTA": -np.inf}
    for recall in np.arange(1, 41) / 40:
        needed = int(np.ceil(recall * n_labels))
        if needed > len(scores):
            scaled.append(0.0)
            continue
        row = counts(drives, threshold, scores[needed - 1])
        wrong = row["misses"] + row["false"] + row["IDS"]
        scaled.append(min(1.0, max(0.0, 1 - (wrong - (1 - recall) * n_labels) / (recall * n_labels))))
        best = max(best, {"MOTA": 100 * (1 - wrong / n_labels), **row}, key=lambda one: one["MOTA"])
    return {"sAMOTA": 100 * float(np.mean(scaled)), **best}


def measure(data: Path, category: str, sequences: tuple[str, ...]) -> dict[str, dict[str, float]]:
    """Track every sequence, compare, and time the tracking alone, on one core and without reading."""
    root = data / "kitti_tracking" / "training"
    drives, spent, n_frames = [], 0.0, 0
    for name in sequences:
        drive = sa.open_drive(f"{root}#{name}")
        truth = sa.read_labels(root / "label_02" / f"{name}.txt", drive=drive)
        detections = sa.read_detections(root / "det_pointrcnn" / category / f"{name}.txt", drive=drive)
        tracks = sa.track(detections, drive)  # also compiles outside the timing
        start = time.perf_counter()
        sa.track(detections, drive)
        spent += time.perf_counter() - start
        frames = list(frames_of(drive, truth, tracks, category))
        n_frames += len(frames)
        drives.append(frames)
    speed = {"fps": n_frames / spent}
    return {f"{threshold:g}": {**swept(drives, threshold), **speed} for threshold in THRESHOLDS[category]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA, help="folder that holds kitti_tracking (SENSORANN_DATA)")
    parser.add_argument("--category", choices=tuple(NEIGHBOURS), default="Car")
    parser.add_argument("--split", choices=tuple(SPLITS), default="validation")
    parser.add_argument("--json", action="store_true", help="machine-readable output")
    arguments = parser.parse_args()
    logging.disable(logging.WARNING)
    table = measure(arguments.data, arguments.category, SPLITS[arguments.split])
    if arguments.json:
        print(json.dumps(table, indent=2))
        return
    columns = ("sAMOTA", "MOTA", "MOTP", "IDS", "false", "misses", "fps")
    print(f"| {arguments.category}, 3D IoU at least | | {' | '.join(columns)} |")
    print(f"|---|---{'|---' * len(columns)}|")
    for threshold, row in table.items():
        for who, figures in (
            ("sensorann", row),
            ("AB3DMOT, published", PUBLISHED.get((arguments.category, float(threshold)), {})),
        ):
            cells = [f"{figures[name]:.{2 if name[-1] in 'AP' else 0}f}" if name in figures else "" for name in columns]
            print(f"| {threshold} | {who} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
