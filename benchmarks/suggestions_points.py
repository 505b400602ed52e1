"""How many keyframes it takes when points are followed: every so many frames, and where `suggest` says.

Simulated drives as in `benchmarks.points_simulated`, moving objects that are seen for 21 frames or more, true boxes as
answers. The IoU in space is that of all frames, keyframes among them. Each round takes up what `sensorann.suggest`
values most over all drives, half a keyframe per object, on tracks completed by curve and points.

    python -m benchmarks.suggestions_points
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

import sensorann as sa
from benchmarks.points_simulated import Case, read_case
from benchmarks.suggestions import SHORTEST_RUN
from sensorann.geometry import paired_iou_3d
from sensorann.scene import Labels, Track

BEAMS = (32, 64)
SPACINGS = (200, 70, 50, 40, 33, 25, 20, 15)
ROUNDS = 8
AIMS = (0.8, 0.9)
# Rows of the keyframes of each track of each case.
Keys = list[dict[str, NDArray[np.int64]]]
# Keyframes per object, mean IoU, share above 0.7.
Row = tuple[float, float, float]


def main() -> None:
    logging.disable(logging.WARNING)
    cases = [read_case(seed=seed, n_beams=n_beams) for seed, n_beams in enumerate(BEAMS)]
    print("| keyframes | per object | IoU | IoU > 0.7 |")
    print("|---|---|---|---|")
    found = {}
    for name, form in (("every", every), ("suggested", suggested)):
        found[name] = list(form(cases))
        for row in found[name]:
            print(f"| {name} | {row[0]:.2f} | {row[1]:.3f} | {row[2]:.3f} |")
    for aim in AIMS:
        needed = ", ".join(f"{name} {np.interp(aim, *np.array(rows).T[[1, 0]]):.2f}" for name, rows in found.items())
        print(f"\nKeyframes per object for a mean IoU of {aim}: {needed}.")


def followed(case: Case) -> list[Track]:
    return [track for track in case.truth.tracks if len(track) >= SHORTEST_RUN]


def every(cases: list[Case]) -> Iterator[Row]:
    for spacing in SPACINGS:
        keys = [
            {track.id: np.unique([*range(0, len(track), spacing), len(track) - 1]) for track in followed(case)}
            for case in cases
        ]
        yield measure(keys, [completed(*pair) for pair in zip(cases, keys, strict=True)], cases)


def suggested(cases: list[Case]) -> Iterator[Row]:
    keys: Keys = [{track.id: np.array([0, len(track) - 1]) for track in followed(case)} for case in cases]
    n_each = sum(len(own) for own in keys) // 2
    for _ in range(ROUNDS):
        results = [completed(*pair) for pair in zip(cases, keys, strict=True)]
        yield measure(keys, results, cases)
        offers = [
            (item.gain, i, item)
            for i, (case, result) in enumerate(zip(cases, results, strict=True))
            for item in sa.suggest(result, case.drive, n=len(keys[i]))
        ]
        for _, i, item in sorted(offers, key=lambda offer: -offer[0])[:n_each]:
            row = np.searchsorted(cases[i].truth.track(item.track_id).timestamps_ns, item.timestamp_ns)
            keys[i][item.track_id] = np.union1d(keys[i][item.track_id], row)


def completed(case: Case, keys: dict[str, NDArray[np.int64]]) -> Labels:
    known = tuple(track[keys[track.id]] for track in followed(case))
    return sa.interpolate(replace(case.truth, tracks=known), case.drive)


def measure(keys: Keys, results: list[Labels], cases: list[Case]) -> Row:
    ious = []
    for result, case in zip(results, cases, strict=True):
        for true in followed(case):
            track = result.track(true.id)
            _, i, j = np.intersect1d(track.timestamps_ns, true.timestamps_ns, return_indices=True)
            ious.append(paired_iou_3d(track.cuboids[i], true.cuboids[j]))
    values, counts = np.concatenate(ious), [len(rows) for own in keys for rows in own.values()]
    return float(np.mean(counts)), float(values.mean()), float((values > 0.7).mean())


if __name__ == "__main__":
    main()
