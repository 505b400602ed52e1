"""How many of the errors that were put into good labels are found, and how many findings are false.

Labels: KITTI tracking, even sequences, as published; whatever is found in them as they are counts as a false alarm,
though some of it is wrong. Into copies of them errors are sown (`benchmarks.seeding`), one kind and size at a time, at
most one in every fourth track. An error is found when a finding names one of its tracks within 0.15 s of its boxes, and
named when the finding's rule is the one for its kind. Positions, sizes and headings are changed within 30 m of the
vehicle, where an object shows points; labels and ego poses are all that is looked at there. Errors that only points
show (`benchmarks.seeding_points`) are sown into 0000, whose sweeps are at hand, and into simulated drives.

Scores are learnt on the sequences of FITTED (`--fit` prints the table of sensorann/qa/checking/scores.py) and judged on
those of JUDGED. For both, kinds are mixed, one error in every fourth track, so that a score is the probability that a
finding is right in labels with as many errors as that.

    python -m benchmarks.seeded_errors [--fit | --rules] [--write]
"""

from __future__ import annotations

import argparse
import contextlib
import io
import logging
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

import sensorann as sa
from benchmarks.kitti_interpolation import DATA
from benchmarks.report import REPOSITORY, between_marks
from benchmarks.seeded_kinds import KINDS, KINDS_WITH_PICTURES, KINDS_WITH_POINTS, Kind
from benchmarks.seeding import Field, Seed, Seeded
from calib.drift import suspicion
from sensorann.qa.checking import RULES, Finding, check
from sensorann.qa.checking.evidence import gather
from sensorann.qa.checking.scores import Calibration
from sensorann.scene import Drive, Labels, Track

FITTED = ("0002", "0006", "0010", "0014", "0018")
FITTED_SEEDS, JUDGED_SEEDS, N_SIMULATED = (1, 2), (9, 10, 11, 12), 25
JUDGED = ("0000", "0004", "0008", "0012", "0016", "0020")
TOLERANCE_NS = 150_000_000
# A finding that names no track lies this near to the middle of the object that was taken away, or to its sides, metres
# in plan: of a lorry that shows its back alone, the middle is far from everything that shows.
LOST_M, LOST_SIDE_M = 2.5, 1.0
SHARE_OF_TRACKS = 0.25
N_ROUNDS = 4
FALSE_ALARMS = 20.0


@dataclass(frozen=True, eq=False, kw_only=True)
class Run:
    """Labels with errors, and what was found in them.

    Attributes
    ----------
    n_boxes : in the labels
    seeded : the errors
    findings : of `sensorann.check`
    hits : (findings, seeded) bool, which finding points at which error
    """

    n_boxes: int
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
            yield Run(n_boxes=soil.labels.n_boxes, seeded=sown, findings=findings, hits=hits)


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


def least_score(all_runs: list[Run]) -> float:
    """The score from which on false alarms are few enough."""
    wrong = sorted(
        (f.score for run in all_runs for f, own in zip(run.findings, run.hits, strict=True) if not own.any()),
        reverse=True,
    )
    allowed = int(FALSE_ALARMS * sum(run.n_boxes for run in all_runs) / 1000)
    return 0.0 if len(wrong) <= allowed else float(np.nextafter(wrong[allowed], 1.0))


def fit(all_runs: list[Run]) -> Mapping[str, Calibration]:
    """Logistic curves over the logarithm of the excess; two imagined findings keep a few from being sure."""
    curves = {}
    for rule in RULES:
        pairs = [
            (np.log(max(f.excess, 1.0)), own.any())
            for run in all_runs
            for f, own in zip(run.findings, run.hits, strict=True)
            if f.rule == rule.id
        ]
        x, right = (np.array(column, np.float64) for column in zip(*pairs, (0.0, 0.0), (0.0, 1.0), strict=True))

        def loss(p: NDArray[np.float64], x: NDArray[np.float64] = x, right: NDArray[np.float64] = right) -> float:
            odds = p[0] + np.exp(p[1]) * x
            return float((np.logaddexp(0.0, odds) - right * odds).sum() + 0.02 * p[0] ** 2 + 0.5 * p[1] ** 2)

        best = minimize(loss, np.zeros(2), method="Nelder-Mead").x
        curves[rule.id] = Calibration(round(float(best[0]), 2), round(float(np.exp(best[1])), 2))
    return curves


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


def print_recall(cases: list[Case], kinds: Sequence[Kind], least: float, *, points: bool = False) -> None:
    print("| error | size | sown | found | by its rule | false alarms per 1,000 boxes |")
    print("|---|---|---|---|---|---|")
    for number, (kind, size, rules, seed) in enumerate(kinds):
        n, found, named, false, boxes = 0, 0, 0, 0, 0
        for run in runs(cases, [seed], n_rounds=2, seed=number + 1, points=points):
            kept = np.array([f.score >= least for f in run.findings], np.bool_)
            own = np.array([f.rule in rules for f in run.findings], np.bool_)
            n += len(run.seeded)
            found += int(run.hits[kept].any(axis=0).sum())
            named += int(run.hits[kept & own].any(axis=0).sum())
            false += int((~run.hits[kept].any(axis=1)).sum())
            boxes += run.n_boxes
        shares = f"{found / n:.3f} | {named / n:.3f}" if n else " | "
        print(f"| {kind} | {size} | {n} | {shares} | {1000 * false / boxes:.1f} |")


def print_scores(all_runs: list[Run]) -> None:
    scores = np.array([f.score for run in all_runs for f in run.findings])
    right = np.concatenate([run.hits.any(axis=1) for run in all_runs])
    print("\n| score | findings | of them right |")
    print("|---|---|---|")
    for low, high in ((0.0, 0.2), (0.2, 0.4), (0.4, 0.6), (0.6, 0.8), (0.8, 0.9), (0.9, 1.01)):
        mine = (scores >= low) & (scores < high)
        share = f"{right[mine].mean():.2f}" if mine.any() else ""
        print(f"| {low:.1f} to {min(high, 1.0):.1f} | {mine.sum()} | {share} |")
    top = np.argsort(-scores, kind="stable")[:100]
    n_boxes = sum(run.n_boxes for run in all_runs)
    print(f"\nOf the first {len(top)} findings {right[top].mean():.0%} are right; {n_boxes} boxes.")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fit", action="store_true", help="learn the scores anew and print their table")
    parser.add_argument("--rules", action="store_true", help="print the table of rules, which takes no measuring")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/quality.md")
    arguments = parser.parse_args()
    if arguments.rules:
        told("rules", print_rules, write=arguments.write)
        return
    logging.disable(logging.WARNING)
    if arguments.fit:
        with tempfile.TemporaryDirectory() as folder:
            print_fit(Path(folder))
    else:
        told("recall", print_judgement, write=arguments.write)


def told(mark: str, printing: Callable[[], None], *, write: bool) -> None:
    """Print, and put what is printed between the marks of the page."""
    text = printed(printing)
    print(text, end="")
    if write:
        page = REPOSITORY / "docs" / "quality.md"
        page.write_text(between_marks(page.read_text(), mark, text.rstrip()))


def printed(printing: Callable[[], None]) -> str:
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        printing()
    return text.getvalue()


def print_rules() -> None:
    print("| rule | severity | evidence | what it means |")
    print("|---|---|---|---|")
    for rule in RULES:
        evidence = "points" if rule.needs_points else "labels"
        print(f"| `{rule.id}` | {rule.severity.label} | {evidence} | {rule.text} |")
    print(f"| `{suspicion.RULE}` | error | 2D boxes | {suspicion.TEXT} |")


def print_fit(folder: Path) -> None:
    plain = list(runs(sequences(FITTED), seeds_of(KINDS), n_rounds=6 * N_ROUNDS, seed=0))
    pictured = list(runs(sequences(FITTED, pictures=True), seeds_of(KINDS_WITH_PICTURES), n_rounds=N_ROUNDS, seed=0))
    seen = [pandaset(), *simulated(FITTED_SEEDS, folder)]
    pointed = list(runs(seen, seeds_of(KINDS_WITH_POINTS), n_rounds=N_ROUNDS, seed=0, points=True))
    needing = {rule.id for rule in RULES if rule.needs_points}
    of_pictures = {rule for _, _, names, _ in KINDS_WITH_PICTURES for rule in names}
    curves = dict(fit(plain))
    for more, names in ((pictured, of_pictures - needing), (pointed, needing)):
        curves |= {rule: curve for rule, curve in fit(more).items() if rule in names}
    for rule, curve in curves.items():
        print(f'"{rule}": Calibration({curve.at_limit}, {curve.slope}),')


def print_judgement() -> None:
    """All tables of one state of the program, side by side on as many processors as there are."""
    with ProcessPoolExecutor(len(SECTIONS)) as pool:
        print("\n".join(pool.map(printed, SECTIONS)), end="")


def print_judged_labels() -> None:
    print("### Labels and ego poses, KITTI tracking\n")
    judge(sequences(JUDGED), KINDS)


def print_judged_pictures() -> None:
    print("### With 2D boxes, KITTI tracking\n")
    judge(sequences(JUDGED, pictures=True), KINDS_WITH_PICTURES)


def print_judged_points() -> None:
    print("### With points, KITTI tracking 0000\n")
    (first,) = sequences(JUDGED[:1])
    judge([with_points(first.drive, first.labels)], KINDS_WITH_POINTS, points=True)


def print_judged_simulations() -> None:
    print("### With points, simulated streets with gardens\n")
    with tempfile.TemporaryDirectory() as folder:
        judge(simulated(JUDGED_SEEDS, Path(folder)), KINDS_WITH_POINTS, points=True)


def judge(cases: list[Case], kinds: Sequence[Kind], *, points: bool = False) -> None:
    logging.disable(logging.WARNING)
    mixed = list(runs(cases, seeds_of(kinds), n_rounds=N_ROUNDS, seed=0, points=points))
    print_recall(cases, kinds, least_score(mixed), points=points)
    print_scores(mixed)


SECTIONS = (print_judged_labels, print_judged_pictures, print_judged_points, print_judged_simulations)


def seeds_of(kinds: Sequence[Kind]) -> list[Seed]:
    return [seed for _, _, _, seed in kinds]


if __name__ == "__main__":
    main()
