"""How near boxes come to hidden human boxes when they follow their object's points: KITTI 0000, by keyframe gap.

    python -m benchmarks.points_in_loop            print the first table of docs/points.md

Scored as in kitti_interpolation.py, at hidden frames that a person placed, on the one sequence with sweeps: straight
lines in the world, the curve through the keyframes, and the curve with the points in the loop; all objects, then each
class. The centre is scored in plan view, the overlap in 3D. The recording is small: three objects are scored, a van, a
parked van far away, a cyclist.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

import sensorann as sa
from benchmarks.kitti_interpolation import DATA, case_of
from sensorann.geometry import paired_iou_3d
from sensorann.geometry.rotations import wrap_angle
from sensorann.scene import Labels, Source, Track

GAPS = (10, 20, 30, 40, 50)
FORMS: dict[str, dict[str, Any]] = {
    "straight line": {"method": "linear", "points": False},
    "curve": {"method": "smooth", "points": False},
    "points in the loop": {"method": "smooth", "points": True},
}
HEADER = (
    "| keyframes | objects | form | boxes | centre m | p95 m | IoU | IoU > 0.7 | yaw deg | fitted | in 50% | in 90% |\n"
    "|---|---|---|---|---|---|---|---|---|---|---|---|"
)


@dataclass(frozen=True, eq=False, kw_only=True)
class Scores:
    """Misses of N boxes.

    Attributes
    ----------
    centre : (N,) metres, in plan view
    iou : (N,) overlap in 3D
    yaw : (N,) degrees
    fitted : (N,) whether points decided
    doubt : (N, 3) misses of x, y, z over the sigmas that the boxes state
    groups : name to (N,), which boxes belong to it
    """

    centre: NDArray[np.float64]
    iou: NDArray[np.float64]
    yaw: NDArray[np.float64]
    fitted: NDArray[np.bool_]
    doubt: NDArray[np.float64]
    groups: Mapping[str, NDArray[np.bool_]]

    @classmethod
    def joined(cls, parts: Sequence[Scores]) -> Scores:
        """Scores of several drives as one."""
        columns = {name: np.concatenate([getattr(part, name) for part in parts]) for name in _COLUMNS}
        groups = {name: np.concatenate([part.groups[name] for part in parts]) for name in parts[0].groups}
        return cls(**columns, groups=groups)

    def row(self, group: str) -> str:
        """Figures of one group, as columns of a table."""
        own = self.groups[group]
        if not own.any():
            return "0" + " | -" * 8
        centre, iou, doubt = self.centre[own], self.iou[own], self.doubt[own]
        return (
            f"{len(centre)} | {centre.mean():.3f} | {np.quantile(centre, 0.95):.3f} | {iou.mean():.3f} | "
            f"{(iou > 0.7).mean():.3f} | {self.yaw[own].mean():.2f} | {self.fitted[own].mean():.0%} | "
            f"{(doubt <= 0.6745).mean():.0%} | {(doubt <= 1.6449).mean():.0%}"
        )


_COLUMNS = ("centre", "iou", "yaw", "fitted", "doubt")


def main() -> None:
    root = DATA / "kitti_tracking" / "training"
    drive = sa.open_drive(f"{root}#0000")
    labels = sa.read_labels(root / "label_02" / "0000.txt", drive=drive)
    print(HEADER)
    for gap in GAPS:
        case = case_of(drive, labels, gap=gap, classes=None)
        tables = {
            name: scores_of(sa.interpolate(case.keyframes, case.drive, **options), case.hidden, by_class(case.hidden))
            for name, options in FORMS.items()
        }
        for group in tables["curve"].groups:
            for name, scores in tables.items():
                print(f"| {gap} frames | {group} | {name} | {scores.row(group)} |")


def by_class(hidden: Mapping[str, Track]) -> dict[str, list[NDArray[np.bool_]]]:
    """Which hidden boxes, track after track, belong to all objects and to each class."""
    classes = sorted({track.category for track in hidden.values()})
    groups = {"all": [np.ones(len(track), bool) for track in hidden.values()]}
    for name in classes:
        groups[name] = [np.full(len(track), track.category == name) for track in hidden.values()]
    return groups


def scores_of(result: Labels, hidden: Mapping[str, Track], groups: Mapping[str, Sequence[NDArray[np.bool_]]]) -> Scores:
    """Compare a result with the boxes that were hidden from it; groups as in `by_class`."""
    columns: dict[str, list[NDArray[Any]]] = {name: [] for name in _COLUMNS}
    for name, truth in hidden.items():
        track = result.track(name)
        track = track[np.isin(track.timestamps_ns, truth.timestamps_ns)]
        misses = track.cuboids.centers - truth.cuboids.centers
        turns = np.abs(wrap_angle(track.cuboids.yaws - truth.cuboids.yaws))
        columns["centre"].append(np.hypot(misses[:, 0], misses[:, 1]))
        columns["iou"].append(paired_iou_3d(track.cuboids, truth.cuboids))
        columns["yaw"].append(np.degrees(turns))
        columns["fitted"].append(track.sources == Source.FITTED)
        columns["doubt"].append(np.abs(misses) / track.sigmas[:, :3])
    joined = {name: np.concatenate(parts) for name, parts in columns.items()}
    return Scores(**joined, groups={name: np.concatenate(parts) for name, parts in groups.items()})


if __name__ == "__main__":
    main()
