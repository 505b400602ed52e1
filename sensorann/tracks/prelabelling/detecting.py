"""Candidates of every sweep of a drive, as detections that can be tracked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sensorann.fitting import Candidates, find_candidates
from sensorann.geometry import Cuboids, Transform, rotated_nms
from sensorann.scene import Category, Detections, Drive, Motion, Ontology
from sensorann.tracks.clouds import points_at, viewer_at

# Boxes that overlap more were proposed twice: parts of one object.
_LARGEST_OVERLAP = 0.2


def detect_candidates(
    drive: Drive,
    frames_ns: NDArray[np.int64],
    *,
    categories: Sequence[Category],
    ontology: Ontology,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Detections, int]:
    """Look for candidates in all sweeps; one sweep is held at a time.

    What a partly hidden object is changes from frame to frame, so that all vehicles go under the name of one category
    and all others under that of another; the finished track says better which.

    Parameters
    ----------
    drive : Drive
    frames_ns : (F,) int64, instants of sweeps; those without points hold no candidate
    categories : what is looked for
    ontology : that they belong to
    progress : called with the number of frames done and of all frames

    Returns
    -------
    detections, and how many of the sweeps are missing
    """
    stand_ins = _stand_ins(categories)
    frame = "ego" if drive.trajectory is None else "world"
    parts = [_none(frame, ontology)]
    n_missing = 0
    for n_done, instant in enumerate(frames_ns, start=1):
        points = points_at(drive, int(instant))
        n_missing += points is None
        if points is not None and len(points):
            frame_from_level = _frame_from_level(drive, int(instant))
            found = find_candidates(frame_from_level.inverse().apply(points), sensor=np.zeros(3), categories=categories)
            placed = replace(found, cuboids=found.cuboids.moved(frame_from_level, frame=frame))
            parts.append(_detections(placed, int(instant), stand_ins, ontology))
        if progress is not None:
            progress(n_done, len(frames_ns))
    return Detections.concatenate(parts), n_missing


def _frame_from_level(drive: Drive, timestamp_ns: int) -> Transform:
    """Axes at the LiDARs, x ahead of the vehicle, z up: there a sweep looks alike whichever way the world lies."""
    heading = 0.0 if drive.trajectory is None else drive.trajectory.at(timestamp_ns).yaw
    return Transform.from_yaw(heading, viewer_at(drive, timestamp_ns))


def is_vehicle(category: Category) -> bool:
    """Tell vehicles from all that is no larger than a person on a bicycle."""
    return category.motion is Motion.VEHICLE


def _stand_ins(categories: Sequence[Category]) -> dict[bool, str]:
    """Name of the first vehicle and of the first other category; reversed, so that earlier ones win."""
    return {is_vehicle(category): category.name for category in reversed(categories)}


def _detections(found: Candidates, instant: int, stand_ins: dict[bool, str], ontology: Ontology) -> Detections:
    kept = np.sort(rotated_nms(found.cuboids, found.scores, threshold=_LARGEST_OVERLAP))
    return Detections(
        timestamps_ns=np.full(len(kept), instant, np.int64),
        cuboids=found.cuboids[kept],
        categories=tuple(stand_ins[is_vehicle(found.categories[i])] for i in kept),
        scores=found.scores[kept],
        ontology=ontology,
    )


def _none(frame: str, ontology: Ontology) -> Detections:
    empty = Cuboids.from_yaws(np.zeros((0, 3)), np.ones((0, 3)), np.zeros(0), frame=frame)
    return Detections(
        timestamps_ns=np.zeros(0, np.int64), cuboids=empty, categories=(), scores=np.zeros(0), ontology=ontology
    )
