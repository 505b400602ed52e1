"""Everything in a cloud that may be an object: what stands on the ground, in groups, with a box around each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from sensorann.errors import ArgumentError
from sensorann.fitting.clustering import object_groups
from sensorann.fitting.cuboid_fit import CuboidFit, fit_cuboid
from sensorann.fitting.ground_model import ground
from sensorann.fitting.likeness import Shape, first_like, smallest_first
from sensorann.geometry import Cuboids
from sensorann.geometry.arrays import as_array
from sensorann.scene import Category

# Grass and kerbs lie below, and nothing that is looked for reaches so high.
_LOWEST, _HIGHEST = 0.15, 4.5
_FEWEST = 8
# A hidden side is made this much longer than the longest one in sight, at most: a car seen from behind gets its length.
LARGEST_COMPLETION = 2.5
# A rider is narrow from this share of the height on, a car is not.
_UPPER_SHARE = 0.8
# So many points make a box sure.
_SURE_POINTS = 60.0


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Candidates:
    """N boxes that may hold objects.

    Attributes
    ----------
    cuboids : N boxes in the frame of the cloud, of the usual size of the category where the points allow it
    categories : (N,) smallest category that each may belong to
    n_points : (N,) int64
    scores : (N,) float64, 0 to 1: how well the box explains its points, times how many there are
    """

    cuboids: Cuboids
    categories: tuple[Category, ...]
    n_points: NDArray[np.int64]
    scores: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.n_points)


def find_candidates(
    points: ArrayLike, *, sensor: ArrayLike, categories: Sequence[Category], frame: str = "world"
) -> Candidates:
    """Propose boxes for everything in a cloud that could be of one of the categories.

    Points above the ground are grouped; a group too large, too high or too low for all categories is split. Each other
    one gets a box that stands on the ground, with the usual size of its category completed away from the sensor.

    Parameters
    ----------
    points : (N, 3) metres, z up; rows with NaN are left out
    sensor : (3,) place of the LiDAR
    categories : what is looked for
    frame : name of the frame of the points
    """
    cloud = as_array(points, (None, 3), np.float64, name="points")
    place = as_array(sensor, (3,), np.float64, name="sensor", finite=True)
    offsets = cloud - place
    found = ground(offsets.astype(np.float32))
    rises = offsets[:, 2] - found.heights
    standing = ~found.on_ground & (rises > _LOWEST) & (rises < _HIGHEST)  # all of them False for NaN
    offsets, rises = offsets[standing], rises[standing]
    ordered = smallest_first(categories)
    groups = object_groups(
        offsets, recognise=lambda rows: _candidate(offsets[rows], rises[rows], ordered), fewest=_FEWEST
    )
    fits = [(fit, category) for _, (fit, category) in groups]
    n_points = np.array([fit.n_points for fit, _ in fits], np.int64)
    return Candidates(
        cuboids=Cuboids.from_yaws(
            np.array([fit.cuboid.center for fit, _ in fits]).reshape(-1, 3) + place,
            np.array([fit.cuboid.size for fit, _ in fits]).reshape(-1, 3),
            np.array([fit.cuboid.yaw for fit, _ in fits]),
            frame=frame,
        ),
        categories=tuple(category for _, category in fits),
        n_points=n_points,
        scores=np.array([fit.score for fit, _ in fits]) * np.minimum(n_points / _SURE_POINTS, 1.0),
    )


def _candidate(
    offsets: NDArray[np.float64], rises: NDArray[np.float64], categories: Sequence[Category]
) -> tuple[CuboidFit, Category] | None:
    """Box of the points (K, 3) of one group, and its category; None when it could be of none."""
    sides = _sides(offsets)
    top = float(rises.max())
    category = first_like(
        Shape(sides, float(rises.min()), top, _sides(offsets[rises >= _UPPER_SHARE * top])[0]), categories
    )
    if category is None:
        return None
    length = min(category.size[0], sides[0] + LARGEST_COMPLETION)
    size = (length, category.size[1], top)
    try:
        fit = fit_cuboid(offsets, ground_height=float(np.median(offsets[:, 2] - rises)), size=size)
    except ArgumentError:
        return None  # nearly all of it lies on the ground, or above one spot
    return fit, category


def _sides(offsets: NDArray[np.float64]) -> tuple[float, float]:
    """Longer and shorter side of the smallest rectangle around points (K, 3), seen from above."""
    _, sides, _ = cv2.minAreaRect(np.ascontiguousarray(offsets[:, :2], np.float32))
    return float(max(sides)), float(min(sides))
