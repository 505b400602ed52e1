"""Where people stand in their boxes: in the middle, with room for arms and legs around what a sensor sees of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sensorann.geometry import Cuboid, Transform

# Metres from the middle of the points on a person to the middle of the box behind them, chosen on the tuning half of
# `benchmarks.click_fit`; and the share of the points on either side that may be a hand or a bag.
_DEPTH, _STRAYING = 0.09, 0.05


def centred_on_body(cuboid: Cuboid, cloud: NDArray[np.float64], sensor: NDArray[np.float64]) -> Cuboid:
    """Move a person's box until the body that was seen stands in its middle.

    The faces of a car are where its points are. A person's box has room for a stride: its faces touch no points, and a
    box hung on them would stand a forearm too far from the sensor.

    Parameters
    ----------
    cuboid : box of a person
    cloud : (N, 3) points on it, in its frame, N >= 1
    sensor : (3,) where they were seen from
    """
    offsets = cloud[:, :2] - sensor[:2]
    ray = np.median(offsets, axis=0)
    ray = ray / max(float(np.hypot(*ray)), 1e-9)
    beside = np.array([-ray[1], ray[0]])
    along = float(np.median(offsets @ ray)) + _DEPTH
    across = float(np.quantile(offsets @ beside, [_STRAYING, 1 - _STRAYING]).mean())
    center = np.append(sensor[:2] + along * ray + across * beside, cuboid.center[2])
    return replace(cuboid, frame_from_cuboid=Transform(cuboid.frame_from_cuboid.rotation, center))
