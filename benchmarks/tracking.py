"""How good tracks of public detections are: PointRCNN on KITTI tracking, against what AB3DMOT published for the same.

Sequences: the even ones of AB3DMOT's validation list. Nothing was tuned on them; what was tuned (`--split tuned`) was
tuned on 0000, 0002, 0004 and 0020, of which the list has none.

Evaluated by `sensorann.qa.amota`: boxes are the same whose 3D IoU is above a threshold, most pairs first. As in KITTI's
evaluation, labels that are truncated or largely hidden and those of the neighbouring class (Van for Car) neither count
when missed nor when found, nor do tracks lower than 25 pixels or half inside a DontCare region that find nothing.
Scores sweep 40 recalls (X. Weng et al., IROS 2020): sAMOTA, AMOTA and AMOTP are means over them, MOTA, MOTP, identity
switches (from one frame to the next), false positives and misses are those of the best one.

The published figures are of all eleven sequences of that list, ours of those that are at hand; so is the row of the
method of AB3DMOT written anew (`benchmarks.ab3dmot`).

`--every 5` gives the tracker every fifth frame of detections, 2 Hz as nuScenes has it; all frames are judged.

    python -m benchmarks.tracking [--data FOLDER] [--category Car] [--split tuned] [--every 5] [--json]
"""

from __future__ import annotations

import argparse
import json
import logging
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import sensorann as sa
from benchmarks import ab3dmot
from benchmarks.kitti_interpolation import DATA
from sensorann.formats.kitti.boxes import picture_camera
from sensorann.geometry import Cuboids, outlines
from sensorann.geometry.overlap import iou_3d
from sensorann.qa import Pairing
from sensorann.qa.amota import ScoredSequence, evaluate
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


def sequence_of(frames: list[Frame]) -> ScoredSequence:
    """The frames of one drive as columns."""
    truths = np.unique(np.concatenate([np.zeros(0, np.str_), *(frame.truths for frame in frames)]))
    found = np.unique(np.concatenate([np.zeros(0, np.str_), *(frame.found for frame in frames)]))
    return ScoredSequence(
        pairing=Pairing.of_frames(
            [np.searchsorted(truths, frame.truths) for frame in frames],
            [np.searchsorted(found, frame.found) for frame in frames],
            [np.minimum(frame.ious, 1.0) for frame in frames],
        ),
        scores=np.concatenate([np.zeros(0), *(frame.scores for frame in frames)]),
        neutral=np.concatenate([np.zeros(0, np.bool_), *(frame.neutral for frame in frames)]),
        harmless=np.concatenate([np.zeros(0, np.bool_), *(frame.harmless for frame in frames)]),
    )


def figures(drives: list[ScoredSequence], threshold: float) -> dict[str, float]:
    """Columns of the table."""
    swept = evaluate(drives, threshold=threshold)
    best = swept.best
    return {
        "sAMOTA": 100 * swept.samota,
        "AMOTA": 100 * swept.amota,
        "AMOTP": 100 * swept.amotp,
        "MOTA": 100 * best.mota,
        "MOTP": 100 * best.motp,
        "IDS": best.id_switches,
        "false": best.false,
        "misses": best.misses,
    }


@dataclass(frozen=True, eq=False, kw_only=True)
class Measured:
    """Figures by threshold and name, of ours, and of AB3DMOT's method on the same sequences where it was run."""

    ours: dict[str, dict[str, float]]
    peer: dict[str, dict[str, float]]


def measure(data: Path, category: str, sequences: tuple[str, ...], every: int = 1) -> Measured:
    """Track detections of every so many frames, compare, and time the tracking alone, one core, without reading."""
    root = data / "kitti_tracking" / "training"
    drives, peers, spent, n_frames = [], [], 0.0, 0
    for name in sequences:
        drive = sa.open_drive(f"{root}#{name}")
        truth = sa.read_labels(root / "label_02" / f"{name}.txt", drive=drive)
        detections = sa.read_detections(root / "det_pointrcnn" / category / f"{name}.txt", drive=drive)
        i_frames = np.searchsorted(frame_timestamps_ns(drive), detections.timestamps_ns)
        detections = detections[i_frames % every == 0]
        tracks = sa.track(detections, drive)  # also compiles outside the timing
        start = time.process_time()
        sa.track(detections, drive)
        spent += time.process_time() - start
        frames = list(frames_of(drive, truth, tracks, category))
        n_frames += len(frames[::every])
        drives.append(sequence_of(frames))
        if every == 1:  # its filter and parameters are those of 10 Hz
            theirs = ab3dmot.track(detections, drive, category)
            peers.append(sequence_of(list(frames_of(drive, truth, theirs, category))))
    speed = {"fps": n_frames / spent}
    return Measured(
        ours={f"{threshold:g}": {**figures(drives, threshold), **speed} for threshold in THRESHOLDS[category]},
        peer={f"{threshold:g}": figures(peers, threshold) for threshold in THRESHOLDS[category] if peers},
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA, help="folder that holds kitti_tracking (SENSORANN_DATA)")
    parser.add_argument("--category", choices=tuple(NEIGHBOURS), default="Car")
    parser.add_argument("--split", choices=tuple(SPLITS), default="validation")
    parser.add_argument("--every", type=int, default=1, help="track only every so many frames")
    parser.add_argument("--json", action="store_true", help="machine-readable output")
    arguments = parser.parse_args()
    logging.disable(logging.WARNING)
    measured = measure(arguments.data, arguments.category, SPLITS[arguments.split], arguments.every)
    if arguments.json:
        print(json.dumps(asdict(measured), indent=2))
        return
    published = PUBLISHED if arguments.every == 1 else {}
    columns = ("sAMOTA", "AMOTA", "AMOTP", "MOTA", "MOTP", "IDS", "false", "misses", "fps")
    print(f"| {arguments.category}, 3D IoU at least | | {' | '.join(columns)} |")
    print(f"|---|---{'|---' * len(columns)}|")
    for threshold, row in measured.ours.items():
        for who, figures in (
            ("sensorann", row),
            ("AB3DMOT's method, same sequences", measured.peer.get(threshold, {})),
            ("AB3DMOT, published", published.get((arguments.category, float(threshold)), {})),
        ):
            if not figures:
                continue
            cells = [f"{figures[name]:.{2 if name[-1] in 'AP' else 0}f}" if name in figures else "" for name in columns]
            print(f"| {threshold} | {who} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
