"""Whether the shape of a clicked car tells its front, and whether the doubt that is said holds.

    python -m benchmarks.click_front [--data FOLDER] [--write]

Every labelled vehicle of `click_cases`, clicked at one random point with its category said, where the box lies along
the labelled one: the front is at one end or at the other. "wrong" is how often it was said to be at the other end, with
an interval over objects (see `over_objects`), since frames of one object err together; "said" is what was said before.
Both halves are shown: the constants of `sensorann.fitting.front` were chosen on the tuning half, by the likelihood of
the right end. `--write` puts the table into docs/click.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import sensorann as sa
from benchmarks.click_cases import Case, all_cases
from benchmarks.pages import run
from sensorann.errors import SensorannError
from sensorann.scene import Motion, default_ontology

_N_RESAMPLED, _FEWEST_OBJECTS = 2000, 5
HEAD = "| vehicles | n | objects | wrong | 95 % interval | said |"


@dataclass(frozen=True, eq=False, kw_only=True)
class Guess:
    """Whether the front of one box was said to be at the wrong end, and the chance of that which was said."""

    case: Case
    wrong: bool
    said: float


def over_objects(wrong: NDArray[np.bool_], objects: list[str]) -> str:
    """Interval (95 %) of a share when whole objects are drawn anew, as often as there are; none of a few objects."""
    if len(set(objects)) < _FEWEST_OBJECTS:
        return ""
    rng = np.random.default_rng(0)
    names, rows = np.unique(objects, return_inverse=True)
    counts, sums = np.bincount(rows), np.bincount(rows, weights=wrong)
    drawn = rng.integers(0, len(names), (_N_RESAMPLED, len(names)))
    low, high = np.quantile(sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1), [0.025, 0.975])
    return f"{low:.2f} to {high:.2f}"


def guesses(cases: list[Case]) -> Iterator[Guess]:
    rng = np.random.default_rng(0)
    for case in cases:
        if case.motion is not Motion.VEHICLE:
            continue
        point, sweep, pose = case.click(rng), case.scan.sweep, case.scan.ego_from_sensor
        try:
            found = sa.cuboid_from_click(sweep, point, default_ontology(), case.category, ego_from_sensor=pose)
        except SensorannError:
            continue
        off = abs((np.degrees(found.cuboid.yaw - case.truth.yaw) + 180) % 360 - 180)
        if not 45 < off < 135:
            yield Guess(case=case, wrong=off > 90, said=found.heading.half_turn_probability)


def row(name: str, chosen: list[Guess]) -> str:
    wrong, objects = np.array([each.wrong for each in chosen]), [each.case.object_id for each in chosen]
    interval, said = over_objects(wrong, objects), np.mean([each.said for each in chosen])
    return f"| {name} | {len(chosen)} | {len(set(objects))} | {wrong.mean():.3f} | {interval} | {said:.3f} |"


def report(root: Path) -> str:
    found = list(guesses(all_cases(root)))
    groups: dict[str, Callable[[Guess], bool]] = {}
    for name, half in (("tuning", 0), ("judging", 1)):
        for data in dict.fromkeys(guess.case.data for guess in found):
            groups[f"{data}, {name} half"] = lambda guess, data=data, half=half: (
                guess.case.data == data and guess.case.half == half
            )
    for category in dict.fromkeys(guess.case.category for guess in found):
        groups[f"{category}, both halves"] = lambda guess, category=category: guess.case.category == category
    for low, high in ((0.0, 0.1), (0.1, 0.3), (0.3, 1.0)):
        groups[f"said {low} to {high}, judging half"] = lambda guess, low=low, high=high: (
            guess.case.half == 1 and low <= guess.said < high
        )
    chosen = {name: [guess for guess in found if belongs(guess)] for name, belongs in groups.items()}
    return "\n".join([HEAD, "|---" * 6 + "|", *(row(name, own) for name, own in chosen.items() if own)])


if __name__ == "__main__":
    run(__doc__, report, page="click.md", mark="front")
