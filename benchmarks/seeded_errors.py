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
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

from benchmarks.report import REPOSITORY, between_marks
from benchmarks.seeded_kinds import KINDS, KINDS_WITH_PICTURES, KINDS_WITH_POINTS, Kind
from benchmarks.seeded_runs import Case, Run, pandaset, runs, sequences, simulated, with_points
from benchmarks.seeded_scores import fit
from benchmarks.seeding import Seed
from calib.drift import suspicion
from sensorann.qa.checking import RULES, suggestion_of

FITTED = ("0002", "0006", "0010", "0014", "0018")
FITTED_SEEDS, JUDGED_SEEDS = (1, 2), (9, 10, 11, 12)
JUDGED = ("0000", "0004", "0008", "0012", "0016", "0020")
N_ROUNDS = 4
FALSE_ALARMS = 20.0


def least_score(all_runs: list[Run]) -> float:
    """The score from which on false alarms are few enough."""
    wrong = sorted(
        (f.score for run in all_runs for f, own in zip(run.findings, run.hits, strict=True) if not own.any()),
        reverse=True,
    )
    allowed = int(FALSE_ALARMS * sum(run.labels.n_boxes for run in all_runs) / 1000)
    return 0.0 if len(wrong) <= allowed else float(np.nextafter(wrong[allowed], 1.0))


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
            boxes += run.labels.n_boxes
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
    n_boxes = sum(run.labels.n_boxes for run in all_runs)
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
    print("| rule | severity | evidence | what it means | repair |")
    print("|---|---|---|---|---|")
    for rule in RULES:
        evidence = "points" if rule.needs_points else "labels"
        print(f"| `{rule.id}` | {rule.severity.label} | {evidence} | {rule.text} | {suggestion_of(rule.id)} |")
    suggested = suggestion_of(suspicion.RULE)
    print(f"| `{suspicion.RULE}` | error | 2D boxes | {suspicion.TEXT} | {suggested} |")


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
