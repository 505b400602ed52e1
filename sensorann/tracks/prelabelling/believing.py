"""How much a proposed track looks like an object, between 0 and 1."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sensorann.scene import Motion
from sensorann.tracks.prelabelling.refining import Refined, Seen

# What these add up to was read off labelled drives (`python -m benchmarks.prelabel`), not fitted.
_SURE_DETECTIONS = 8
_STANDS, _HANGS = 0.4, 1.4  # metres from the ground to the lowest points of what stands on it, of what hangs above it
_FEW_LARGE = 0.5  # most of what is as large as a truck is a house or a hedge
_LARGE = 6.0
_CROOKED = 0.3  # a path this much longer than the way from its start to its end is that of no vehicle


def confidence(seen: Seen, refined: Refined) -> float:
    """Multiply what speaks for an object.

    Seen in many frames and without gaps, points that reach down to the ground, for a standing vehicle points along
    its whole length and width (walls and hedges have one side), for a moving object a straight way.
    """
    category = refined.category
    believed = min(1.0, len(seen.boxes) / _SURE_DETECTIONS) * _without_gaps(seen) * _standing_on_ground(seen)
    if category.motion is Motion.VEHICLE:
        believed *= _FEW_LARGE if category.size[0] > _LARGE else 1.0
        believed *= _straightness(seen) if refined.moving else _filled(seen, refined)
    return float(believed)


def _without_gaps(seen: Seen) -> float:
    """Share of the frames between the first and the last detection that have one."""
    if len(seen.seconds) < 2:
        return 1.0
    steps = np.diff(seen.seconds)
    return float(min(1.0, len(steps) * np.median(steps) / seen.seconds[-1]))


def _standing_on_ground(seen: Seen) -> float:
    lowest = [float(cloud.min()) for cloud in _heights(seen) if len(cloud)]
    if not lowest:
        return 0.0
    return float(np.interp(np.median(lowest), [_STANDS, _HANGS], [1.0, 0.1]))


def _heights(seen: Seen) -> list[NDArray[np.float64]]:
    return [cloud[:, 2] - seen.bottom(k) for k, cloud in zip(seen.looked.tolist(), seen.points(), strict=True)]


def _filled(seen: Seen, refined: Refined) -> float:
    """Shares of the length and the width of a standing box along which it has points."""
    points = np.concatenate(seen.points())
    if not len(points):
        return 0.0
    local = (points - refined.boxes.centers[0]) @ refined.boxes.rotations[0]
    length, width = np.minimum(np.ptp(local[:, :2], axis=0) / refined.boxes.sizes[0, :2], 1.0)
    return float((0.2 + 0.8 * length) * (0.1 + 0.9 * width))


def _straightness(seen: Seen) -> float:
    places = seen.boxes.centers[:, :2]
    way = float(np.linalg.norm(np.diff(places, axis=0), axis=1).sum())
    direct = max(float(np.linalg.norm(places[-1] - places[0])), 1e-6)
    return float(np.clip(1.0 - (way / direct - 1.0) / _CROOKED, 0.1, 1.0))
