"""What a ray from the eye meets: boxes and points."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sensorann.geometry import Cuboid


def entry_into(cuboid: Cuboid, origin: NDArray[np.float64], direction: NDArray[np.float64]) -> float:
    """How far along a ray it enters a box, in lengths of the direction; infinite where it misses.

    The slab method: T. L. Kay and J. T. Kajiya, Ray Tracing Complex Scenes, SIGGRAPH 1986.
    """
    cuboid_from_frame = cuboid.frame_from_cuboid.inverse()
    start, along = cuboid_from_frame.apply(origin), cuboid_from_frame.rotate(direction)
    half = np.asarray(cuboid.size) / 2
    # A ray along a face has no entry into its slab: the smallest number stands for none.
    along = np.where(along == 0.0, np.finfo(np.float64).tiny, along)
    with np.errstate(over="ignore"):
        ends = np.stack([(-half - start) / along, (half - start) / along])
    entry, leave = float(ends.min(axis=0).max()), float(ends.max(axis=0).min())
    return max(entry, 0.0) if entry <= leave and leave >= 0.0 else np.inf


def point_along(
    points: NDArray[np.floating], origin: NDArray[np.float64], direction: NDArray[np.float64], *, tolerance: float
) -> NDArray[np.float64] | None:
    """Point that a ray points at: the nearest to the eye of those within an angle of the ray; None where none is.

    Parameters
    ----------
    points : (N, 3) in the frame of the ray
    origin, direction : (3,)
    tolerance : radians; the nearest one is often a little off the middle of what is meant
    """
    x, y, z = (points - origin).T
    dx, dy, dz = direction / np.linalg.norm(direction)
    along = dx * x + dy * y + dz * z
    ahead = np.flatnonzero(along > 0.0)
    squared = x[ahead] ** 2 + y[ahead] ** 2 + z[ahead] ** 2
    near = ahead[squared <= (along[ahead] / np.cos(tolerance)) ** 2]
    return np.asarray(points[near[np.argmin(along[near])]], np.float64) if len(near) else None


def on_plane(origin: NDArray[np.float64], direction: NDArray[np.float64], height: float) -> NDArray[np.float64] | None:
    """Where a ray meets the level plane at a height, (3,); None where it does not, as above the horizon."""
    if abs(direction[2]) < np.finfo(np.float64).eps * np.linalg.norm(direction):
        return None
    distance = (height - origin[2]) / direction[2]
    return origin + distance * direction if distance > 0 else None
