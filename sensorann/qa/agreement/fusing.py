"""The boxes of one object by several people as one box at each instant, and how far each of them is from it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from sensorann.geometry import Cuboids
from sensorann.geometry.overlap import paired_iou_3d
from sensorann.geometry.rotations import rotations_from_yaws, wrap_angle
from sensorann.qa.agreement.gathering import Gathered
from sensorann.qa.agreement.medians import geometric_median, median_heading, weighted_median
from sensorann.qa.agreement.units import by_unit

# Metres; a person who kept the size of an object kept it to rounding.
_SAME_SIZE = 1e-6


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Fused:
    """An object at U instants.

    Attributes
    ----------
    cuboids : U boxes
    for_front : (U,) float64, share of the weight that is for the front, 0.5 to 1
    least_iou : (U,) float64, least overlap of two people's boxes; NaN where there is one box
    center_m, yaw_deg : (U,) float64, how far the farthest person's box is off; headings of either end count
    """

    cuboids: Cuboids
    for_front: NDArray[np.float64]
    least_iou: NDArray[np.float64]
    center_m: NDArray[np.float64]
    yaw_deg: NDArray[np.float64]


def fused(gathered: Gathered, units: NDArray[np.int64], voices: NDArray[np.float64]) -> Fused:
    """Fuse the boxes (U, R) of people with voices (R,)."""
    centers, yaws = by_unit(units, gathered.cuboids.centers), by_unit(units, gathered.cuboids.yaws)
    middle = geometric_median(centers, voices)
    heading, for_front = median_heading(yaws, voices)
    sizes = _sizes(by_unit(units, gathered.cuboids.sizes), voices)
    return Fused(
        cuboids=Cuboids(
            centers=middle,
            sizes=sizes,
            rotations=_turned(gathered.cuboids, units, wrap_angle(heading - yaws)),
            frame=gathered.cuboids.frame,
        ),
        for_front=for_front,
        least_iou=_least_ious(gathered.cuboids, units),
        center_m=np.nanmax(np.linalg.norm(centers - middle, axis=2), axis=0),
        yaw_deg=np.degrees(np.nanmax(np.abs(wrap_angle(yaws - heading)), axis=0)),
    )


def _sizes(sizes: NDArray[np.float64], voices: NDArray[np.float64]) -> NDArray[np.float64]:
    """Median edges (U, 3) of sizes (R, U, 3); the same throughout where everybody kept the size of the object."""
    n_units = sizes.shape[1]
    said = np.isfinite(sizes[..., 0]).any(axis=1)
    own, weights = sizes[said], voices[said]
    if (np.nanmax(own, axis=1) - np.nanmin(own, axis=1)).max() < _SAME_SIZE:
        edges = [weighted_median(np.nanmean(own[..., axis], axis=1)[:, None], weights) for axis in range(3)]
        return np.tile(np.concatenate(edges), (n_units, 1))
    return np.column_stack([weighted_median(own[..., axis], weights) for axis in range(3)])


def _turned(cuboids: Cuboids, units: NDArray[np.int64], turns: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn the box of whoever is nearest in heading by what is left (R, U): so the tilt of a box stays, (U, 3, 3)."""
    nearest = np.nanargmin(np.abs(turns), axis=0)
    rows = np.arange(len(units))
    return np.asarray(rotations_from_yaws(turns[nearest, rows]) @ cuboids.rotations[units[rows, nearest]])


def _least_ious(cuboids: Cuboids, units: NDArray[np.int64]) -> NDArray[np.float64]:
    least = np.full(len(units), np.inf)
    for one, other in combinations(range(units.shape[1]), 2):
        both = np.flatnonzero((units[:, [one, other]] >= 0).all(axis=1))
        shared = paired_iou_3d(cuboids[units[both, one]], cuboids[units[both, other]])
        least[both] = np.minimum(least[both], shared)
    return np.where(np.isfinite(least), least, np.nan)
