"""Tracking metrics beside TrackEval on the same ids and similarities: how far apart, and how long each takes.

Sequences: pedestrians of MOT17 with a copy of the truth as tracker, perturbed with a fixed seed (boxes moved, a tenth
missed, names swapped, false boxes); cars of KITTI tracking with the tracks that `sensorann track` makes of PointRCNN's
detections, by 3D IoU; and 1,000 drawn frames of 40 objects. TrackEval's metric classes run in their own environment
(`make judges`) and time themselves, without reading and without preprocessing; the best of three runs of both sides.
"Pairing" is what it takes to make columns of the matrices that TrackEval is given.

    python -m benchmarks.metrics [--data FOLDER] [--judge PYTHON]
"""

from __future__ import annotations

import argparse
import json
import logging
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import sensorann as sa
from benchmarks.kitti_interpolation import DATA
from sensorann.qa import Pairing, clear, hota, identity, pair_labels

REPOSITORY = Path(__file__).parents[1]
JUDGE = REPOSITORY / ".cache" / "judges" / "trackeval" / "bin" / "python"
SCRIPT = REPOSITORY / "tests" / "judges" / "trackeval_judge.py"
N_RUNS = 3
KITTI = ("0006", "0010", "0018")


@dataclass(frozen=True, eq=False, kw_only=True)
class Frames:
    """One sequence: F lists of ids of both sides and F matrices."""

    name: str
    truth: list[NDArray[np.int64]]
    other: list[NDArray[np.int64]]
    similarities: list[NDArray[np.float64]]

    def document(self) -> dict:
        """As the judge reads it."""
        return {
            "truth": [own.tolist() for own in self.truth],
            "other": [own.tolist() for own in self.other],
            "similarities": [matrix.tolist() for matrix in self.similarities],
        }

    def pairing(self) -> Pairing:
        return Pairing.of_frames(self.truth, self.other, self.similarities)


def drawn_frames(*, n_frames: int = 1000, n_objects: int = 40, seed: int = 0) -> Frames:
    """Objects that come and go, found nine times in ten, a twentieth of all other pairs overlapping a little."""
    rng = np.random.default_rng(seed)
    truth, other, similarities = [], [], []
    for _ in range(n_frames):
        ours, theirs = (np.flatnonzero(rng.random(n_objects) < 0.9) for _ in range(2))
        shape = (len(ours), len(theirs))
        near = np.where(rng.random(shape) < 0.05, rng.uniform(0.0, 0.4, shape), 0.0)
        truth.append(ours)
        other.append(theirs)
        similarities.append(np.where(ours[:, None] == theirs, rng.uniform(0.4, 1.0, shape), near))
    return frames_of("drawn, 40 objects", Pairing.of_frames(truth, other, similarities))


def mot17(folder: Path, *, seed: int = 0) -> Frames:
    """Pedestrians that count, and a perturbed copy of them."""
    rng = np.random.default_rng(seed)
    rows = np.loadtxt(folder / "gt" / "gt.txt", delimiter=",")
    rows = rows[(rows[:, 6] == 1) & (rows[:, 7] == 1)]
    frames, ids = rows[:, 0].astype(int) - 1, np.unique(rows[:, 1], return_inverse=True)[1]
    names, n_ids = np.arange(ids.max() + 1), ids.max() + 1
    truth, other, similarities = [], [], []
    for frame in range(frames.max() + 1):
        mine = frames == frame
        boxes = rows[mine, 2:6]
        if rng.random() < 0.05:
            i, j = rng.choice(n_ids, 2, replace=False)
            names[[i, j]] = names[[j, i]]
        kept = rng.random(len(boxes)) < 0.9
        moved = boxes[kept] + rng.uniform(-0.2, 0.2, (kept.sum(), 4)) * np.tile(boxes[kept, 2:], 2)
        false = boxes[rng.random(len(boxes)) < 0.05] + [40.0, 0, 0, 0]
        truth.append(ids[mine])
        other.append(np.concatenate([names[ids[mine][kept]], n_ids + np.arange(len(false))]))
        similarities.append(overlaps(boxes, np.concatenate([moved, false])))
    return frames_of(folder.name, Pairing.of_frames(truth, other, similarities))


def overlaps(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """IoU (N, M) of boxes (left, top, width, height)."""
    low = np.maximum(a[:, None, :2], b[:, :2])
    high = np.minimum(a[:, None, :2] + a[:, None, 2:], b[:, :2] + b[:, 2:])
    shared = np.maximum(high - low, 0).prod(axis=2)
    return shared / (a[:, 2:].prod(axis=1)[:, None] + b[:, 2:].prod(axis=1) - shared)


def kitti(root: Path, name: str) -> Frames:
    """Cars, and the tracks of public detections of them."""
    drive = sa.open_drive(f"{root}#{name}")
    truth = sa.read_labels(root / "label_02" / f"{name}.txt", drive=drive)
    detections = sa.read_detections(root / "det_pointrcnn" / "Car" / f"{name}.txt", drive=drive)
    return frames_of(f"KITTI {name}", pair_labels(truth, sa.track(detections, drive), categories={"car"}))


def frames_of(name: str, pairing: Pairing) -> Frames:
    """The columns of a pairing as lists and matrices; ids have no gaps, as TrackEval wants them."""
    counts = [np.bincount(side.frames, minlength=pairing.n_frames) for side in (pairing.truth, pairing.other)]
    first = [np.concatenate([[0], np.cumsum(own)]) for own in counts]
    matrices = [np.zeros((n, m)) for n, m in zip(*counts, strict=True)]
    for row, column, value in zip(pairing.rows, pairing.columns, pairing.similarities, strict=True):
        frame = pairing.truth.frames[row]
        matrices[frame][row - first[0][frame], column - first[1][frame]] = value
    return Frames(
        name=name,
        truth=np.split(pairing.truth.ids, first[0][1:-1]),
        other=np.split(pairing.other.ids, first[1][1:-1]),
        similarities=matrices,
    )


def recorded_sequences(data: Path) -> Iterator[Frames]:
    """The sequences of recorded data."""
    for folder in sorted((data / "formats" / "mot17").glob("MOT17-*")):
        yield mot17(folder)
    for name in KITTI:
        yield kitti(data / "kitti_tracking" / "training", name)


def judged(python: Path, sequences: list[Frames]) -> list[dict]:
    """TrackEval's figures and seconds, several runs one after the other."""
    document = json.dumps([one.document() for one in sequences])
    result = subprocess.run([str(python), str(SCRIPT)], input=document, capture_output=True, text=True, check=True)
    return json.loads(result.stdout)


def best_time(function, *arguments) -> float:
    """Shortest of several runs, seconds; the first one, which compiles, is left out."""
    function(*arguments)
    times = []
    for _ in range(N_RUNS):
        start = time.perf_counter()
        function(*arguments)
        times.append(time.perf_counter() - start)
    return min(times)


def largest_difference(pairing: Pairing, theirs: dict) -> float:
    """Over HOTA, DetA, AssA, LocA per threshold, MOTA, MOTP, switches and IDF1."""
    weighed, counted, named = hota(pairing), clear(pairing), identity(pairing)
    pairs = [
        (weighed.hota_per_alpha, theirs["HOTA"]["HOTA"]),
        (weighed.detection, theirs["HOTA"]["DetA"]),
        (weighed.association, theirs["HOTA"]["AssA"]),
        (weighed.localisation, theirs["HOTA"]["LocA"]),
        (counted.mota, theirs["CLEAR"]["MOTA"]),
        (counted.motp, theirs["CLEAR"]["MOTP"]),
        (counted.id_switches, theirs["CLEAR"]["IDSW"]),
        (counted.fragments, theirs["CLEAR"]["Frag"]),
        (named.f1, theirs["Identity"]["IDF1"]),
    ]
    return max(float(np.abs(np.subtract(ours, own)).max()) for ours, own in pairs)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the recordings (SENSORANN_DATA)")
    parser.add_argument("--judge", type=Path, default=JUDGE, help="Python of an environment with TrackEval")
    arguments = parser.parse_args()
    logging.disable(logging.WARNING)
    sequences = [*recorded_sequences(arguments.data), drawn_frames()]
    runs = [judged(arguments.judge, sequences) for _ in range(N_RUNS)]
    columns = ("HOTA", "CLEAR", "Identity")
    print("| sequence | frames | boxes | difference | " + " | ".join(columns) + " | all three | with pairing |")
    print("|---|---|---|---|---|---|---|---|---|")
    for i, one in enumerate(sequences):
        pairing = one.pairing()
        theirs = [min(run[i][name]["seconds"] for run in runs) for name in columns]
        ours = [best_time(function, pairing) for function in (hota, clear, identity)]
        ratios = [b / a for a, b in zip(ours, theirs, strict=True)]
        ratios += [sum(theirs) / sum(ours), sum(theirs) / (sum(ours) + best_time(one.pairing))]
        shown = " | ".join(f"{ratio:.0f}x" for ratio in ratios)
        difference = largest_difference(pairing, runs[0][i])
        print(f"| {one.name} | {len(one.truth)} | {len(pairing.truth)} | {difference:.0e} | {shown} |")


if __name__ == "__main__":
    main()
