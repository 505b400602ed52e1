"""How many keyframes it takes where the program says which frame comes next, on KITTI's even sequences.

Objects and kinks (frames that a person placed) as in `benchmarks.kitti_interpolation`, runs of at least 21 frames.

every: first and last frame of a run, and every so many frames in between, answered as suggestions are.
uniform: first and last frame of a run, and kinks at least so many frames apart; this one knows where paths bend.
suggested: first and last frame, then what `sensorann.suggest` values most over all drives, a quarter of a keyframe per
object and round. The answer is the label at the kink nearest to the named frame in the same gap; where the gap has no
kink, the label of the frame itself, which costs as much.

Curves alone, no points: all but one sequence come without sweeps. IoU in space over all kinks, keyframes among them
(where it is 1), so that both are measured at the same boxes; "hidden" leaves each form's own keyframes out.

    python -m benchmarks.suggestions
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import sensorann as sa
from benchmarks.kitti_interpolation import CLASSES, DATA, choose_keyframes, even_sequences, in_ego, kinks, runs
from sensorann.geometry.overlap import paired_iou_3d
from sensorann.scene import Drive, Labels, Track

SHORTEST_RUN = 21
REGULAR_SPACINGS = (100, 80, 70, 60, 55, 50, 45, 40, 35, 30, 26)
SPACINGS = (60, 50, 40, 30, 28, 26, 24, 22, 20, 15, 10, 7, 5)
ROUNDS = 8
AIM = 0.8


@dataclass(eq=False, kw_only=True)
class Run:
    """One object: its labels, which frames are kinks, and which are keyframes so far."""

    track: Track
    bends: NDArray[np.bool_]
    keys: NDArray[np.int64]

    @property
    def keyframes(self) -> Track:
        return self.track[self.keys]

    def answer(self, timestamp_ns: int) -> None:
        """Make the label that a person would give at a frame a keyframe."""
        row = int(np.searchsorted(self.track.timestamps_ns, timestamp_ns))
        place = int(np.searchsorted(self.keys, row))
        first, last = self.keys[place - 1], self.keys[place]
        near = np.flatnonzero(self.bends[first + 1 : last]) + first + 1
        chosen = near[np.argmin(np.abs(near - row))] if len(near) else row
        self.keys = np.insert(self.keys, place, chosen)


def runs_of(drive: Drive, labels: Labels) -> Iterator[Run]:
    for track in labels.tracks:
        if track.category not in CLASSES:
            continue
        for number, part in enumerate(runs(track)):
            if len(part) >= SHORTEST_RUN:
                named = replace(part, id=f"{track.id}.{number}", box_attributes={})
                bends = kinks(in_ego(part, drive).cuboids.centers)
                yield Run(track=named, bends=bends, keys=np.array([0, len(part) - 1]))


def keyframe_labels(labels: Labels, parts: list[Run]) -> Labels:
    tracks = tuple(run.keyframes for run in parts)
    return Labels(drive_name=labels.drive_name, frame=labels.frame, tracks=tracks, ontology=labels.ontology)


def overlaps(drive: Drive, labels: Labels, parts: list[Run]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """IoU at every kink (N,), and which of them are keyframes."""
    result = sa.interpolate(keyframe_labels(labels, parts), drive, points=False)
    values, known = [np.zeros(0)], [np.zeros(0, np.bool_)]
    for run in parts:
        rows = np.flatnonzero(run.bends)
        track, times = result.track(run.track.id), run.track.timestamps_ns[rows]
        values.append(
            paired_iou_3d(track.cuboids[np.searchsorted(track.timestamps_ns, times)], run.track.cuboids[rows])
        )
        known.append(np.isin(rows, run.keys))
    return np.concatenate(values), np.concatenate(known)


def measure(cases: list[tuple[Drive, Labels, list[Run]]]) -> tuple[float, float, float, float]:
    """Keyframes per run, mean IoU over all kinks and over hidden ones, share of all above 0.7."""
    n_keys = sum(len(run.keys) for _, _, parts in cases for run in parts)
    n_runs = sum(len(parts) for _, _, parts in cases)
    found = [overlaps(*case) for case in cases]
    values, known = (np.concatenate(column) for column in zip(*found, strict=True))
    return n_keys / n_runs, float(values.mean()), float(values[~known].mean()), float((values > 0.7).mean())


def every(cases: list[tuple[Drive, Labels, list[Run]]]) -> Iterator[tuple[float, float, float, float]]:
    for spacing in REGULAR_SPACINGS:
        for _, _, parts in cases:
            for run in parts:
                run.keys = np.array([0, len(run.track) - 1])
                for row in range(spacing, len(run.track) - 1, spacing):
                    if row not in run.keys:
                        run.answer(int(run.track.timestamps_ns[row]))
        yield measure(cases)


def uniform(cases: list[tuple[Drive, Labels, list[Run]]]) -> Iterator[tuple[float, float, float, float]]:
    for spacing in SPACINGS:
        for _, _, parts in cases:
            for run in parts:
                run.keys = choose_keyframes(run.bends, spacing)
        yield measure(cases)


def suggested(cases: list[tuple[Drive, Labels, list[Run]]]) -> Iterator[tuple[float, float, float, float]]:
    for _, _, parts in cases:
        for run in parts:
            run.keys = np.array([0, len(run.track) - 1])
    yield measure(cases)
    n_each = max(1, sum(len(parts) for _, _, parts in cases) // 4)
    for _ in range(ROUNDS):
        # One queue over all drives, as one spacing holds for all drives.
        queue: list[tuple[float, Run, int]] = []
        for drive, labels, parts in cases:
            by_id = {run.track.id: run for run in parts}
            for item in sa.suggest(keyframe_labels(labels, parts), drive, n=len(parts)):
                queue.append((item.gain, by_id[item.track_id], item.timestamp_ns))
        queue.sort(key=lambda entry: -entry[0])
        for _, run, timestamp_ns in queue[:n_each]:
            run.answer(timestamp_ns)
        yield measure(cases)


def needed(rows: list[tuple[float, float, float, float]]) -> float:
    """Keyframes per run at which the mean IoU over all kinks reaches the aim, between two measured rows."""
    keys, values = np.array(rows)[:, 0], np.array(rows)[:, 1]
    return float(np.interp(AIM, values, keys)) if values[0] <= AIM <= values[-1] else float("nan")


def cases_of(data: Path) -> list[tuple[Drive, Labels, list[Run]]]:
    """Drives that have such objects."""
    cases = [(drive, labels, list(runs_of(drive, labels))) for drive, labels in even_sequences(data)]
    return [case for case in cases if case[2]]


def main() -> None:
    logging.disable(logging.WARNING)
    cases = cases_of(DATA)
    print("| keyframes | per object | IoU at all kinks | IoU at hidden kinks | IoU > 0.7 |")
    print("|---|---|---|---|---|")
    summary = []
    for name, form in (("every", every), ("uniform", uniform), ("suggested", suggested)):
        rows = list(form(cases))
        for row in rows:
            print(f"| {name} | {row[0]:.2f} | {row[1]:.3f} | {row[2]:.3f} | {row[3]:.3f} |")
        summary.append(f"{name} {needed(rows):.2f}")
    print(f"\nKeyframes per object for a mean IoU of {AIM} at all kinks: {', '.join(summary)}.")


if __name__ == "__main__":
    main()
