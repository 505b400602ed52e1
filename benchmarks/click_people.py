"""People and two-wheelers from one click: how good their boxes are, and whether doubt about the heading is honest.

    python -m benchmarks.click_people [--data FOLDER] [--write]

Every labelled person and two-wheeler of `click_cases`, clicked at one random point, alone and with the category said.
"off" is how often the heading was wrong by half or a quarter of a turn, "said" the mean of what was said before. Both
halves: the one constant that is theirs (`sensorann.fitting.bodies`) was chosen on the tuning half, which holds the
people of KITTI and of one Argoverse 2 sweep; PandaSet's are of the other. `--write` puts the table into docs/click.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

import sensorann as sa
from benchmarks.annotator import overlap
from benchmarks.click_cases import Case, all_cases
from benchmarks.pages import run
from sensorann.errors import SensorannError
from sensorann.scene import Motion, default_ontology

KINDS = {Motion.PEDESTRIAN: "people", Motion.TWO_WHEELER: "two-wheelers"}
HEAD = "| one click | n | IoU | > 0.5 | centre m | half a turn off | said | quarter off | said |"


def outcome(case: Case, point: np.ndarray, category: str | None) -> list[float]:
    """IoU, error of the centre in plan, error of the heading in degrees, and both chances of an error."""
    try:
        found = sa.cuboid_from_click(
            case.scan.sweep, point, default_ontology(), category, ego_from_sensor=case.scan.ego_from_sensor
        )
    except SensorannError:
        return [0.0, np.nan, np.nan, np.nan, np.nan]
    apart = np.hypot(*(found.cuboid.center - case.truth.center)[:2])
    off = abs((np.degrees(found.cuboid.yaw - case.truth.yaw) + 180) % 360 - 180)
    heading = found.heading
    return [
        overlap(found.cuboid, case.truth), apart, off, heading.half_turn_probability, heading.quarter_turn_probability
    ]  # fmt: skip


def rows(cases: list[Case]) -> Iterator[str]:
    rng = np.random.default_rng(0)
    for motion, kind in KINDS.items():
        for data in dict.fromkeys(case.data for case in cases):
            own = [case for case in cases if case.data == data and case.motion is motion]
            points = [case.click(rng) for case in own]
            for known in (False, True):
                results = [
                    outcome(case, point, case.category if known else None)
                    for case, point in zip(own, points, strict=True)
                ]
                if results:
                    yield f"| {kind}, {data}{', category said' if known else ''} | {row(np.array(results))} |"


def row(results: np.ndarray) -> str:
    iou, apart = results[:, 0], results[:, 1]
    _, _, off, half, quarter = results[np.isfinite(results[:, 2])].T
    turned = [(off > 135).mean(), half.mean(), ((off > 45) & (off <= 135)).mean(), quarter.mean()]
    found = f"{len(iou)} | {iou.mean():.3f} | {(iou > 0.5).mean():.3f} | {np.nanmedian(apart):.3f}"
    return " | ".join([found, *(f"{share:.2f}" for share in turned)])


def report(root: Path) -> str:
    return "\n".join([HEAD, "|---" * 9 + "|", *rows(all_cases(root))])


if __name__ == "__main__":
    run(__doc__, report, page="click.md", mark="people")
