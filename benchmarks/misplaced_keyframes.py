"""How many misplaced keyframes are named, and how many that are not: simulated drives whose truth is known.

    python -m benchmarks.misplaced_keyframes       print the table of misplaced keyframes in docs/points.md

In two drives of `benchmarks.points_simulated` one keyframe of every vehicle and cyclist is moved along its box, forward
or back. "named" are those told to lie beside their object, "otherwise" those told for another reason only (no point
inside, or a gap after them that fits nothing); "others" are exact keyframes told to lie beside their object: of two
that disagree nobody can tell which is wrong.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from unittest.mock import patch

import numpy as np

import sensorann as sa
from benchmarks.points_simulated import hide, read_case
from sensorann.scene import Labels
from sensorann.tracks import points_in_loop
from sensorann.tracks.findings import Finding, FindingKind
from sensorann.tracks.misplaced import LARGE

SEEDS = {0: 16, 2: 64}  # and their beams
GAPS, OFFSETS = (10, 20, 30), (0.0, 1.5, 2.0, 3.0)
Place = tuple[int, str]


def main() -> None:
    print("| keyframes | moved by | moved keyframes | named | otherwise | others | of |")
    print("|---|---|---|---|---|---|---|")
    cases = [read_case(seed=seed, n_beams=n_beams) for seed, n_beams in SEEDS.items()]
    for gap in GAPS:
        for offset in OFFSETS:
            counts = np.zeros(5, np.int64)
            for case in cases:
                labels, moved = displaced(hide(case, gap)[0], offset)
                counts += judged(told(labels, case.drive), labels, moved)
            print(f"| {gap} frames | {offset:.1f} m | {' | '.join(map(str, counts))} |")


def displaced(labels: Labels, offset: float) -> tuple[Labels, set[Place]]:
    """Move one keyframe of every track along its box; the new labels, and where they differ from the truth."""
    rng = np.random.default_rng(1)
    tracks, places = [], set()
    for track in labels.tracks:
        if labels.ontology[track.category].motion in LARGE:
            row, side = rng.integers(len(track)), rng.choice([-1, 1])
            centers = track.cuboids.centers.copy()
            centers[row] += side * offset * track.cuboids.rotations[row][:, 0]
            places |= {(int(track.timestamps_ns[row]), track.id)} if offset else set()
            tracks.append(replace(track, cuboids=replace(track.cuboids, centers=centers)))
    return replace(labels, tracks=tuple(tracks)), places


def told(labels: Labels, drive: Any) -> list[Finding]:
    """Everything that following says against keyframes, not only the first places."""
    heard: list[Finding] = []
    with patch.object(points_in_loop, "tell", heard.extend):
        sa.interpolate(labels, drive)
    return heard


def judged(found: list[Finding], labels: Labels, moved: set[Place]) -> list[int]:
    """Count the columns of the table."""
    beside = {(f.timestamp_ns, f.track) for f in found if f.kind is FindingKind.BESIDE}
    otherwise = {(f.timestamp_ns, f.track) for f in found} - beside
    n_exact = sum(len(track) for track in labels.tracks) - len(moved)
    return [len(moved), len(moved & beside), len(moved & otherwise), len(beside - moved), n_exact]


if __name__ == "__main__":
    main()
