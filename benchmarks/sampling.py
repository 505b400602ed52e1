"""How often samples decide rightly, how much they look at, and how often their intervals hold: by trial.

Lots are the objects of KITTI's even sequences, ten times over as many drives. Wrong objects are drawn: a share of all
alike in every drive, or a share of its own for each drive. Every trial draws a plan's sample as `store review plan`
does, looks at objects until the plan decides, and compares with what is in the lot.

    python -m benchmarks.sampling            print the tables of docs/review.md; --write puts them there
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks import pages
from benchmarks.kitti_interpolation import even_sequences
from sensorann.qa.sampling import Item, Look, Plan, Sample, SequentialPlan, assess, drawn, lot_of, smallest_plan

GOOD, BAD = 0.01, 0.05
N_TRIALS = 400
COPIES = 10
# Spread of the shares of drives: a Beta distribution with so many objects' worth of weight.
UNEVEN = 5.0


def lot(data: Path) -> list[Item]:
    once = [item for drive, labels in even_sequences(data) for item in lot_of(drive.name, labels, by=["class"])]
    return [replace(item, drive=f"{item.drive} {copy}") for copy in range(COPIES) for item in once]


def wrong_of(items: list[Item], share: float, random: np.random.Generator, *, uneven: bool) -> set[tuple[str, str]]:
    """Objects that are wrong: a share of all, or of each drive its own share, whose mean that is."""
    drives = sorted({item.drive for item in items})
    shares = random.beta(share * UNEVEN, (1 - share) * UNEVEN, len(drives)) if uneven else np.full(len(drives), share)
    chances = dict(zip(drives, shares, strict=True))
    return {item.key for item in items if random.random() < chances[item.drive]}


def looks_at(sample: Sample, wrong: set[tuple[str, str]], n: int) -> dict[tuple[str, str], Look]:
    return {
        item.key: Look(errors=("centre",) if item.key in wrong else (), reviewer="", fingerprint=item.fingerprint)
        for item in sample.items[:n]
    }


def looked_until_clear(sample: Sample, wrong: set[tuple[str, str]]) -> tuple[int, bool]:
    """Objects that were looked at until the plan decided, and whether it accepted."""
    errors = 0
    for n, item in enumerate(sample.items, 1):
        errors += item.key in wrong
        verdict = sample.plan.verdict(n, errors)
        if verdict != "continue":
            return n, verdict == "accept"
    raise AssertionError("a plan decides by its last object")


def decision_rows(items: list[Item]) -> Iterator[str]:
    single = smallest_plan(good=GOOD, bad=BAD, population=len(items))
    plans: dict[str, Plan] = {
        f"single, n = {single.n}, c = {single.c}": single,
        "sequential": SequentialPlan(good=GOOD, bad=BAD, n_max=3 * single.n),
    }
    yield "| plan | wrong in the lot | accepted | looked at, mean | at most |"
    yield "|---|---|---|---|---|"
    for name, plan in plans.items():
        for share in (0.0, GOOD, 0.025, BAD, 0.1):
            random, ends = np.random.default_rng(0), []
            for trial in range(N_TRIALS):
                wrong = wrong_of(items, share, random, uneven=False)
                ends.append(looked_until_clear(drawn(items, plan, good=GOOD, bad=BAD, seed=trial), wrong))
            numbers, accepted = np.array([n for n, _ in ends]), np.mean([yes for _, yes in ends])
            yield f"| {name} | {share:.1%} | {accepted:.1%} | {numbers.mean():.0f} | {numbers.max()} |"


def interval_rows(items: list[Item]) -> Iterator[str]:
    yield "| drawn | wrong objects | interval holds | width, mean | taken as single objects of a large lot |"
    yield "|---|---|---|---|---|"
    for drawn_as, n_drives in (("objects of all drives", None), ("30 of 110 drives first", 30)):
        for spread, uneven in (("alike in all drives", False), ("uneven", True)):
            random, held, naive, widths = np.random.default_rng(1), [], [], []
            for trial in range(N_TRIALS):
                wrong = wrong_of(items, BAD, random, uneven=uneven)
                plan = smallest_plan(good=0.03, bad=0.1)
                sample = drawn(items, plan, good=0.03, bad=0.1, seed=trial, n_drives=n_drives)
                now = {item.key: item.fingerprint for item in sample.items}
                found = assess(sample, looks_at(sample, wrong, len(sample.items)), now)
                truth = len(wrong) / len(items)
                held.append(found.count.low <= truth <= found.count.high)
                naive.append(found.plain.low <= truth <= found.plain.high)
                widths.append(found.count.high - found.count.low)
            yield f"| {drawn_as} | {spread} | {np.mean(held):.1%} | {np.mean(widths):.1%} | {np.mean(naive):.1%} |"


def report(data: Path) -> str:
    items = lot(data)
    n_drives = len({item.drive for item in items})
    return "\n".join(
        [
            f"{len(items)} objects in {n_drives} drives, {N_TRIALS} trials each. Plans that should accept {GOOD:.0%}",
            f"of wrong objects in 95 of 100 cases, and {BAD:.0%} in 10 at most:",
            "",
            *decision_rows(items),
            "",
            f"95 % intervals, {BAD:.0%} of all objects wrong:",
            "",
            *interval_rows(items),
        ]
    )


if __name__ == "__main__":
    pages.run(__doc__, report, page="review.md", mark="sampling")
