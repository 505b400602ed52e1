"""Good labels of drives, errors sown into them, and what a check finds there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import sensorann as sa
from benchmarks.kitti_interpolation import DATA
from benchmarks.seeding import Field, Seed, Seeded
from sensorann.qa.checking import RULES, Finding, check
from sensorann.qa.checking.evidence import gather
from sensorann.scene import Drive, Labels, Track

N_SIMULATED = 25
TOLERANCE_NS = 150_000_000
# A finding that names no track lies this near to the middle of the object that was taken away, or to its sides, metres
# in plan: of a lorry that shows its back alone, the middle is far from everything that shows.
LOST_M, LOST_SIDE_M = 2.5, 1.0
SHARE_OF_TRACKS = 0.25


@dataclass(frozen=True, eq=False, kw_only=True)
class Run:
    """Labels with errors, and what was found in them.

    Attributes
    ----------
    case : the good labels
    labels : with the errors
    seeded : the errors
    findings : of `sensorann.check`
    hits : (findings, seeded) bool, which finding points at which error
    """

    case: Case
    labels: Labels
    seeded: list[Seeded]
    findings: list[Finding]
    hits: NDArray[np.bool_]


@dataclass(frozen=True, eq=False, kw_only=True)
class Case:
    """Good labels of one drive.

    Attributes
    ----------
    drive, labels : as published, or as simulated
    counts, lags : points in each box of each track, and how long after it they were measured, seconds; empty where
        errors are sown that need no points
    """

    drive: Drive
    labels: Labels
    counts: Mapping[str, NDArray[np.int64]] = field(default_factory=dict)
    lags: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)


def runs(cases: list[Case], seeds: list[Seed], *, n_rounds: int, seed: int, points: bool = False) -> Iterator[Run]:
    """Sow each drive several times and check it, by all rules or by those that need no points."""
    rules = [rule.id for rule in RULES if points or not rule.needs_points]
    for number, case in enumerate(cases):
        drive, labels = case.drive, case.labels
        for round_ in range(n_rounds):
            rng = np.random.default_rng([seed, number, round_])
            soil, sown = Field(labels=labels, drive=drive, counts=case.counts, lags=case.lags), []
            for _ in range(max(1, round(SHARE_OF_TRACKS * len(labels.tracks)))):
                found = seeds[int(rng.integers(len(seeds)))](soil, rng)
                if found is not None:
                    soil = replace(soil, labels=found[0], used=soil.used | found[1].objects)
                    sown.append(found[1])
            findings = check(soil.labels, drive, rules=rules)
            hits = pointing(findings, sown, labels)
            yield Run(case=case, labels=soil.labels, seeded=sown, findings=findings, hits=hits)


def pointing(findings: list[Finding], seeded: list[Seeded], published: Labels) -> NDArray[np.bool_]:
    """Which finding points at which error."""
    hits = [[_points_at(finding, error, published) for error in seeded] for finding in findings]
    return np.array(hits, np.bool_).reshape(len(findings), len(seeded))


def _points_at(finding: Finding, error: Seeded, published: Labels) -> bool:
    if finding.place is None:
        early, late = error.first_ns - TOLERANCE_NS, error.last_ns + TOLERANCE_NS
        return finding.object in error.objects and early <= finding.timestamp_ns <= late
    # Where the boxes of an object were put elsewhere, the object itself is without a label.
    return any(names_place(finding, track) for track in published.tracks if track.id in error.objects)


def names_place(finding: Finding, lost: Track) -> bool:
    """Tell whether a finding without a track lies where a track was."""
    row = int(np.argmin(np.abs(lost.timestamps_ns - finding.timestamp_ns)))
    if finding.place is None:
        return False
    boxes = lost.cuboids
    offset = np.array(finding.place) - boxes.centers[row]
    local = np.abs(boxes.rotations[row].T @ offset)[:2] - boxes.sizes[row, :2] / 2
    return bool(np.hypot(*offset[:2]) < LOST_M or (local < LOST_SIDE_M).all())


def sequences(names: tuple[str, ...], *, pictures: bool = False) -> list[Case]:
    """Sequences of KITTI, whose sweeps are not looked at.

    Its boxes in the pictures were drawn from those in space: left in, they would give every moved box away.
    """
    cases = []
    for name in names:
        root = DATA / "kitti_tracking" / "training"
        drive = sa.open_drive(f"{root}#{name}")
        labels = sa.read_labels(root / "label_02" / f"{name}.txt", drive=drive)
        labels = labels if pictures else replace(labels, image_tracks=())
        cases.append(Case(drive=drive, labels=labels))
    return cases


def simulated(seeds: tuple[int, ...], folder: Path) -> list[Case]:
    """Simulated drives with gardens, whose hedges, bins and posts nobody labels.

    They are packed: casting rays anew for every check would take most of the time.
    """
    cases = []
    for seed in seeds:
        drive, labels = sa.simulate_drive(seed=seed, n_frames=N_SIMULATED, n_actors=30, gardens=True)
        address = folder / f"{seed}.drive.h5"
        sa.pack(drive, address)
        cases.append(with_points(sa.open_drive(address), labels))
    return cases


def with_points(drive: Drive, labels: Labels) -> Case:
    """Labels in the world, and how many points each box holds."""
    evidence = gather(labels, drive, with_points=True)
    seen = {path.track.id: seen for path, seen in zip(evidence.paths, evidence.sightings, strict=True)}
    return Case(
        drive=drive,
        labels=evidence.labels,
        counts={name: one.n_inside for name, one in seen.items()},
        lags={name: one.lags for name, one in seen.items()},
    )


def pandaset() -> Case:
    address = DATA / "pandaset_nuscenes"
    drive = sa.open_drive(address)
    return with_points(drive, sa.read_labels(address, drive=drive))
