"""Agreement and consensus of people whose errors are known: copies of KITTI's labels with noise, even sequences.

Every person misses some objects, turns some round, takes some cars for vans, sizes each object once, and places each
object and each of its boxes with normal errors in x, y and z. What that makes of the figures of agreement is known by
arithmetic, and stands beside what `sensorann compare` measures. The labels themselves, which nobody noised, are the
truth that the consensus is measured against.

    python -m benchmarks.agreement            print the tables of docs/agreement.md; --write puts them there
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks import pages
from benchmarks.kitti_interpolation import even_sequences
from sensorann import qa
from sensorann.geometry import Cuboids
from sensorann.geometry.rotations import rotations_from_yaws
from sensorann.scene import Labels, Track

PEOPLE = ("anna", "ben", "cleo", "dora", "emil")
# What the table shows of agreement, in its order.
SHOWN = ("f1", "center_m", "flipped", "iou", "alpha_class", "alpha_center", "alpha_length", "alpha_yaw")


@dataclass(frozen=True, kw_only=True)
class Errors:
    """Errors of a person: normal errors in metres and radians, shares of objects for the rest."""

    of_box: float
    of_track: float
    size: float = 0.03
    yaw: float = 0.03
    missed: float = 0.05
    turned: float = 0.02
    confused: float = 0.1

    @property
    def center_m(self) -> float:
        """Mean distance of two people's centres: Maxwell's, of a normal error in each axis by each of both."""
        return 4.0 * float(np.hypot(self.of_box, self.of_track)) / float(np.sqrt(np.pi))


CAREFUL = Errors(of_box=0.03, of_track=0.03)
USUAL = Errors(of_box=0.07, of_track=0.07)
HASTY = Errors(of_box=0.12, of_track=0.12, size=0.06, yaw=0.08, missed=0.15, turned=0.06)


def copied(truth: Labels, errors: Errors, random: np.random.Generator) -> Labels:
    """Labels as a person with these errors would have made them."""
    tracks = tuple(_copied(track, errors, random) for track in truth.tracks if random.random() >= errors.missed)
    return replace(truth, tracks=tracks)


def _copied(track: Track, errors: Errors, random: np.random.Generator) -> Track:
    boxes, n = track.cuboids, len(track)
    centers = boxes.centers + random.normal(0.0, errors.of_track, 3) + random.normal(0.0, errors.of_box, (n, 3))
    sizes = boxes.sizes * np.exp(random.normal(0.0, errors.size, 3))
    turns = random.normal(0.0, errors.yaw, n)
    faces = rotations_from_yaws(np.pi if random.random() < errors.turned else 0.0)
    rotations = rotations_from_yaws(turns) @ boxes.rotations @ faces
    swapped = {"Car": "Van", "Van": "Car"}.get(track.category, track.category)
    category = swapped if random.random() < errors.confused else track.category
    cuboids = Cuboids(centers=centers, sizes=sizes, rotations=rotations, frame=boxes.frame)
    return replace(track, category=category, cuboids=cuboids)


def teams(truths: list[Labels], errors: Errors, n: int, *, seed: int) -> list[Mapping[str, Labels]]:
    """Each drive as n people labelled it."""
    random = np.random.default_rng(seed)
    return [{name: copied(truth, errors, random) for name in PEOPLE[:n]} for truth in truths]


def agreement_rows(truths: list[Labels]) -> Iterator[str]:
    yield f"| people | | {' | '.join(SHOWN)} |"
    yield "|---|---|" + "---|" * len(SHOWN)
    for name, errors in (("careful", CAREFUL), ("usual", USUAL), ("hasty", HASTY)):
        known = {
            "f1": 1.0 - errors.missed,
            "center_m": errors.center_m,
            "flipped": 2.0 * errors.turned * (1.0 - errors.turned),
        }
        yield f"| {name} | put in | {' | '.join(f'{known[f]:.3f}' if f in known else '' for f in SHOWN)} |"
        found = qa.measure_agreement(teams(truths, errors, 3, seed=1)).groups["all"].figures
        cells = (f"{found[f].value:.3f} ({found[f].low:.3f} to {found[f].high:.3f})" for f in SHOWN)
        yield f"| | measured | {' | '.join(cells)} |"


def consensus_rows(truths: list[Labels], errors: Errors, n: int) -> Iterator[str]:
    """Errors against the truth of every person, and of what they say together."""
    drives = teams(truths, errors, n, seed=2)
    merged = [qa.consensus(people) for people in drives]
    n_open = sum(len(one.disputes) for one in merged)
    yield "| | missing | extra | wrong class | centre, mean | 95 % below | yaw | IoU |"
    yield "|---|---|---|---|---|---|---|---|"
    for name in PEOPLE[:n]:
        yield _error_row(name, truths, [people[name] for people in drives])
    yield _error_row(f"**consensus of {n}**", truths, [one.labels for one in merged])
    yield ""
    yield f"{n_open} questions are left for somebody to decide, about {sum(len(t.tracks) for t in truths)} objects."


def _error_row(name: str, truths: list[Labels], others: list[Labels]) -> str:
    """Errors over all drives, whatever class anybody gave an object."""
    pairs = list(zip(truths, others, strict=True))
    tables = [qa.error_table(_of_one_class(truth), _of_one_class(other)) for truth, other in pairs]
    counts = np.array([table.rows["all"].n_boxes for table in tables])
    rows = np.array(
        [
            (one.center_mean_m, one.center_p95_m, one.yaw_mean_deg, one.iou_mean)
            for one in (table.rows["all"] for table in tables)
        ]
    )
    center, below, yaw, iou = (counts[:, None] * rows).sum(axis=0) / counts.sum()
    missing = sum(table.n_missing for table in tables) / sum(truth.n_boxes for truth in truths)
    extra = sum(table.n_extra for table in tables) / sum(truth.n_boxes for truth in truths)
    wrong = 1.0 - sum(qa.error_table(*pair).rows["all"].n_boxes for pair in pairs) / counts.sum()
    shares = f"{missing:.1%} | {extra:.1%} | {wrong:.1%}"
    return f"| {name} | {shares} | {100 * center:.1f} cm | {100 * below:.1f} cm | {yaw:.2f} deg | {iou:.3f} |"


def _of_one_class(labels: Labels) -> Labels:
    return replace(labels, tracks=tuple(replace(track, category="Car") for track in labels.tracks))


def report(data: Path) -> str:
    logging.disable(logging.WARNING)
    truths = [labels for _, labels in even_sequences(data)]
    n_boxes = sum(labels.n_boxes for labels in truths)
    lines = [
        f"Three people, {len(truths)} drives, {n_boxes} boxes each. In brackets: 95 % intervals over drives.",
        "",
        *agreement_rows(truths),
        "",
        "Sequence 0000 by three usual people, against the labels that their errors were put into:",
        "",
        *consensus_rows(truths[:1], USUAL, 3),
    ]
    for name, errors, n in (("usual", USUAL, 3), ("hasty", HASTY, 3), ("hasty", HASTY, 5)):
        lines += ["", f"All {len(truths)} drives, {n} {name} people:", "", *consensus_rows(truths, errors, n)]
    return "\n".join(lines)


if __name__ == "__main__":
    pages.run(__doc__, report, page="agreement.md", mark="agreement")
