"""How near boxes come to hidden human boxes when they follow their object's points: KITTI 0000, by keyframe gap.

    python -m benchmarks.points_in_loop            print the table of docs/points.md

Scored as in kitti_interpolation.py, at hidden frames that a person placed, on the one sequence with sweeps: straight
lines in the world, the curve through the keyframes, and the curve with the points in the loop. The centre is scored in
plan view, the overlap in 3D. The recording is small: three objects are scored, a van, a parked van far away, a cyclist.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

import sensorann as sa
from benchmarks.kitti_interpolation import DATA, Case, case_of
from sensorann.geometry import paired_iou_3d
from sensorann.geometry.rotations import wrap_angle
from sensorann.scene import Source

GAPS = (10, 20, 30, 40, 50)
FORMS: dict[str, dict[str, Any]] = {
    "straight line": {"method": "linear", "points": False},
    "curve": {"method": "smooth", "points": False},
    "points in the loop": {"method": "smooth", "points": True},
}


def main() -> None:
    root = DATA / "kitti_tracking" / "training"
    drive = sa.open_drive(f"{root}#0000")
    labels = sa.read_labels(root / "label_02" / "0000.txt", drive=drive)
    print("| keyframes | form | boxes | centre m | p95 m | IoU | IoU > 0.7 | yaw deg | fitted | in 50% | in 90% |")
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    for gap in GAPS:
        case = case_of(drive, labels, gap=gap, classes=None)
        for name, options in FORMS.items():
            print(f"| {gap} frames | {name} | {row(case, options)} |")


def row(case: Case, options: dict[str, Any]) -> str:
    """Figures of one form over all hidden frames of a case."""
    columns: dict[str, list[NDArray[Any]]] = {"centre": [], "iou": [], "yaw": [], "fitted": [], "doubt": []}
    result = sa.interpolate(case.keyframes, case.drive, **options)
    for name, truth in case.hidden.items():
        track = result.track(name)
        track = track[np.isin(track.timestamps_ns, truth.timestamps_ns)]
        misses = track.cuboids.centers - truth.cuboids.centers
        turns = np.abs(wrap_angle(track.cuboids.yaws - truth.cuboids.yaws))
        columns["centre"].append(np.hypot(misses[:, 0], misses[:, 1]))
        columns["iou"].append(paired_iou_3d(track.cuboids, truth.cuboids))
        columns["yaw"].append(np.degrees(turns))
        columns["fitted"].append(track.sources == Source.FITTED)
        columns["doubt"].append(np.abs(misses) / track.sigmas[:, :3])
    centre, iou, yaw, fitted, doubt = (np.concatenate(parts) for parts in columns.values())
    return (
        f"{len(centre)} | {centre.mean():.3f} | {np.quantile(centre, 0.95):.3f} | {iou.mean():.3f} | "
        f"{(iou > 0.7).mean():.3f} | {yaw.mean():.2f} | {fitted.mean():.0%} | "
        f"{(doubt <= 0.6745).mean():.0%} | {(doubt <= 1.6449).mean():.0%}"
    )


if __name__ == "__main__":
    main()
