"""Whether the repairs that a check suggests bring labels nearer to what they were before an error was sown.

Every finding that calls a sown error by its name is repaired, each in the labels as they were checked, and the objects
concerned are compared with the good labels, before and after: boxes of one instant are paired, and a pair is off by
what its boxes do not share of their volume, by the angle between their headings in turns, and by the share of what
is said of it otherwise; a box without a partner is off by 1. Changes from one object to another count 1, 2D boxes as
boxes do.

    python -m benchmarks.seeded_repairs [--write]
"""

from __future__ import annotations

import argparse
import logging
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from benchmarks.seeded_errors import JUDGED, JUDGED_SEEDS, printed, told
from benchmarks.seeded_kinds import KINDS, KINDS_WITH_PICTURES, KINDS_WITH_POINTS, Kind
from benchmarks.seeded_runs import Case, Run, runs, sequences, simulated
from sensorann.errors import SensorannError
from sensorann.geometry import Cuboids, iou_3d, rectangle_overlaps
from sensorann.geometry.rotations import wrap_angle
from sensorann.qa.checking import repaired
from sensorann.scene import Labels, Track

# Labels that differ by less are equally good, in boxes; so many repairs of each kind are looked at.
_SAME, _MOST = 1e-3, 30
# Repairs that read sweeps take their time: on so many simulated drives.
_N_SIMULATED = 2


@dataclass(frozen=True, kw_only=True)
class Repair:
    """What became of one finding.

    Attributes
    ----------
    rule : of the finding
    before, after : how far the objects concerned were off, in boxes
    refused : why it could not be applied
    """

    rule: str
    before: float = 0.0
    after: float = 0.0
    refused: str = ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="put the table into docs/quality.md")
    told("repairs", print_all, write=parser.parse_args().write)


def print_all() -> None:
    """All kinds on drives that scores are judged on, side by side on as many processors as there are."""
    print("| error | size | repaired | nearer | farther | off by, before | after | refused |")
    print("|---|---|---|---|---|---|---|---|")
    with ProcessPoolExecutor(len(SECTIONS)) as pool:
        print("".join(pool.map(printed, SECTIONS)), end="")


def of_labels() -> None:
    print_repairs(sequences(JUDGED), KINDS)


def of_pictures() -> None:
    print_repairs(sequences(JUDGED, pictures=True), KINDS_WITH_PICTURES)


def of_points() -> None:
    with tempfile.TemporaryDirectory() as folder:
        print_repairs(simulated(JUDGED_SEEDS[:_N_SIMULATED], Path(folder)), KINDS_WITH_POINTS, points=True)


SECTIONS = (of_labels, of_pictures, of_points)


def print_repairs(cases: list[Case], kinds: Sequence[Kind], *, points: bool = False) -> None:
    logging.disable(logging.WARNING)
    for number, (kind, size, rules, seed) in enumerate(kinds):
        sown = runs(cases, [seed], n_rounds=1, seed=100 + number, points=points)
        made = list(islice((repair for run in sown for repair in repairs_of(run, rules)), _MOST))
        done = [one for one in made if not one.refused]
        changes = np.array([one.after - one.before for one in done])
        offs = f"{_middle([r.before for r in done])} | {_middle([r.after for r in done])}"
        print(
            f"| {kind} | {size} | {len(done)} | {(changes < -_SAME).sum()} | {(changes > _SAME).sum()} | {offs} | "
            f"{len(made) - len(done)} |"
        )


def _middle(values: list[float]) -> str:
    return f"{np.median(values):.2f}" if values else ""


def repairs_of(run: Run, rules: Sequence[str]) -> Iterator[Repair]:
    """Repair every finding of a run that calls a sown error by its name and knows how."""
    case = run.case
    for finding, own in zip(run.findings, run.hits, strict=True):
        if not own.any() or not finding.repair or finding.rule not in rules:
            continue
        try:
            mended = repaired(run.labels, finding, case.drive)
        except SensorannError as error:
            yield Repair(rule=finding.rule, refused=str(error))
            continue
        touched = {name for hit, error in zip(own, run.seeded, strict=True) if hit for name in error.objects}
        touched |= _changed(run.labels, mended)
        yield Repair(
            rule=finding.rule,
            before=farness(case.labels, run.labels, touched),
            after=farness(case.labels, mended, touched),
        )


def _changed(before: Labels, after: Labels) -> set[str]:
    """Ids of tracks that are not the same objects any more."""
    was, now = ({track.id: track for track in labels.tracks} for labels in (before, after))
    return {name for name in was | now if was.get(name) is not now.get(name)}


def farness(good: Labels, labels: Labels, names: set[str]) -> float:
    """How far the labels of some objects are from good ones."""
    truth, tracks = ([track for track in one.tracks if track.id in names] for one in (good, labels))
    partners: dict[str, list[str]] = defaultdict(list)
    total = 0.0
    for time_ns in np.unique(np.concatenate([np.zeros(0, np.int64), *(t.timestamps_ns for t in [*truth, *tracks])])):
        ours, theirs = _boxes(truth, int(time_ns)), _boxes(tracks, int(time_ns))
        costs = _costs(ours, theirs)
        rows, columns = linear_sum_assignment(costs)
        paired = costs[rows, columns] < 2.0
        total += len(ours) + len(theirs) - 2 * int(paired.sum()) + float(costs[rows, columns][paired].sum())
        for i, j in zip(rows[paired], columns[paired], strict=True):
            partners[ours[i][0].id].append(theirs[j][0].id)
            total += _apart(_words(good, ours[i]), _words(labels, theirs[j]))
    for ids in partners.values():
        total += sum(a != b for a, b in pairwise(ids))
    return total + _pictures(good, labels, names)


def _boxes(tracks: Sequence[Track], time_ns: int) -> list[tuple[Track, int]]:
    rows = [(track, int(np.searchsorted(track.timestamps_ns, time_ns))) for track in tracks]
    return [(track, row) for track, row in rows if row < len(track) and track.timestamps_ns[row] == time_ns]


def _costs(ours: Sequence[tuple[Track, int]], theirs: Sequence[tuple[Track, int]]) -> NDArray[np.float64]:
    if not ours or not theirs:
        return np.zeros((len(ours), len(theirs)))
    a, b = (Cuboids.concatenate([track.cuboids[row : row + 1] for track, row in some]) for some in (ours, theirs))
    turned = np.abs(wrap_angle(a.yaws[:, None] - b.yaws)) / (2.0 * np.pi)
    shared = iou_3d(a, b)
    # What does not touch is paired, too, when it is near: a box that is off is no worse than none.
    apart = np.linalg.norm(a.centers[:, None] - b.centers, axis=2)
    return np.where(apart < 4.0, 1.0 - shared + turned, 2.0)


def _words(labels: Labels, box: tuple[Track, int]) -> dict[str, object]:
    track, row = box
    said = {**track.attributes, **{name: values[row] for name, values in track.box_attributes.items()}}
    return {"category": labels.ontology[track.category].name, **{k: v for k, v in said.items() if v is not None}}


def _apart(a: dict[str, object], b: dict[str, object]) -> float:
    """Share of what is said of a box in two ways that is said otherwise."""
    names = a.keys() | b.keys()
    return sum(a.get(name) != b.get(name) for name in names) / len(names)


def _pictures(good: Labels, labels: Labels, names: set[str]) -> float:
    """How far 2D boxes are from good ones; boxes without a partner count 1."""
    ours, theirs = (
        {
            (one.id, one.camera, int(time)): box
            for one in some.image_tracks
            if one.id in names
            for time, box in zip(one.timestamps_ns, one.boxes, strict=True)
        }
        for some in (good, labels)
    )
    both = ours.keys() & theirs.keys()
    shared = sum(float(rectangle_overlaps(ours[key], theirs[key])) for key in both)
    return len(ours) + len(theirs) - len(both) - shared


if __name__ == "__main__":
    main()
