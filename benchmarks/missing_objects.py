"""Of objects that nobody labelled, how many are found in points: each well seen one is taken away once.

Without a threshold on scores, and without errors of other kinds: what `missing` and `perhaps_missing` can know at all.

    python -m benchmarks.missing_objects [--write]
"""

from __future__ import annotations

import argparse
import logging
import tempfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

from benchmarks.seeded_errors import JUDGED_SEEDS, told
from benchmarks.seeded_runs import Case, names_place, pandaset, sequences, simulated, with_points
from benchmarks.seeding import Field, Seeded
from benchmarks.seeding_points import seen_tracks
from sensorann.qa.checking import check
from sensorann.scene import Motion, Track

RULES = ("missing", "perhaps_missing")
# Objects taken away together are few among those that stay.
N_GROUPS = 3


def print_found(folder: Path) -> None:
    print("| drive | vehicles | found | people and cycles | found | findings at nothing |")
    print("|---|---|---|---|---|---|")
    (kitti,) = sequences(("0000",))
    cases = {"PandaSet 002": pandaset(), "KITTI 0000": with_points(kitti.drive, kitti.labels)}
    cases |= {
        f"simulated, seed {n}": case for n, case in zip(JUDGED_SEEDS, simulated(JUDGED_SEEDS, folder), strict=True)
    }
    for name, case in cases.items():
        n, found, n_wrong = counted(case)
        columns = [n["vehicle"], found["vehicle"], n["other"], found["other"], n_wrong]
        print(f"| {name} | {' | '.join(map(str, columns))} |")


def counted(case: Case) -> tuple[Counter[str], Counter[str], int]:
    """Objects by kind, those found, and different places at which something is told that was not taken away."""
    field = Field(labels=case.labels, drive=case.drive, counts=case.counts)
    tracks = seen_tracks(field, Motion.VEHICLE, Motion.PEDESTRIAN, Motion.TWO_WHEELER)
    n, found, wrong = Counter[str](), Counter[str](), set[tuple[int, ...]]()
    for number in range(N_GROUPS):
        lost = [taken_away(track) for track in tracks[number::N_GROUPS]]
        names = {name for error in lost for name in error.objects}
        left = replace(case.labels, tracks=tuple(track for track in case.labels.tracks if track.id not in names))
        findings = check(left, case.drive, rules=RULES)
        for error in lost:
            kind = "vehicle" if case.labels.ontology[error.lost.category].motion is Motion.VEHICLE else "other"
            n[kind] += 1
            found[kind] += any(names_place(one, error.lost) for one in findings)
        others = [one for one in findings if not any(names_place(one, error.lost) for error in lost)]
        wrong |= {tuple(round(edge) for edge in one.place) for one in others}
    return n, found, len(wrong)


def taken_away(track: Track) -> Seeded:
    first, last = int(track.timestamps_ns[0]), int(track.timestamps_ns[-1])
    return Seeded(kind="missing", objects=frozenset({track.id}), first_ns=first, last_ns=last, lost=track)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="put the table into docs/quality.md")
    arguments = parser.parse_args()
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as folder:
        told("missing", lambda: print_found(Path(folder)), write=arguments.write)


if __name__ == "__main__":
    main()
