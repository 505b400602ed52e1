"""What kind of object a track is, and how large, by what its points span."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sensorann.fitting.anchoring import length_lies_along
from sensorann.fitting.candidates import LARGEST_COMPLETION
from sensorann.fitting.size_belief import Extent, joint_size
from sensorann.scene import Category

# All frames but this share see less than the whole.
_BEST_SHARE = 0.9
_HIDDEN_WEIGHT = 0.5
# Chance that an object ends where its points end, at either side: nobody looked whether something hides the rest.
_ENDS = np.array([0.7, 0.7])


def extent_of(
    points: NDArray[np.float64], yaw: float, viewer: NDArray[np.float64], *, bottom: float, straying: float = 0.0
) -> Extent:
    """Measure what points (P, 3) span along a heading and across it, seen from a viewer (3,).

    Parameters
    ----------
    points, yaw, viewer : in one frame
    bottom : z of the ground under them
    straying : share of the points that is left out at either end: mirrors, twigs, the kerb
    """
    axes = np.array([[np.cos(yaw), -np.sin(yaw)], [np.sin(yaw), np.cos(yaw)]])
    low, high = np.quantile(points[:, :2] @ axes, [straying, 1 - straying], axis=0)
    return Extent(low=low, high=high, sensor=viewer[:2] @ axes, height=float(points[:, 2].max()) - bottom, ends=_ENDS)


def kind_and_size(
    extents: Sequence[Extent], categories: Sequence[Category], *, along: bool
) -> tuple[Category, tuple[float, float, float]]:
    """Tell the category nearest in size, and the size that an object of it has of which this was seen.

    Frames that show most of an edge tell its length. A hidden rear or front is made no longer than in a single sweep.

    Parameters
    ----------
    extents : one or more
    categories : that it may belong to
    along : whether their first axis is surely along the object; else it may be across
    """
    sides = np.array([_sides(extent) for extent in extents])
    most = np.quantile(sides, _BEST_SHARE, axis=0)
    category = nearest_kind(most, categories)
    telling = [extents[i] for i in np.flatnonzero((sides >= most).any(axis=1)).tolist()]
    if not along and not length_lies_along(most[:2], category.size):
        telling = [extent.turned() for extent in telling]
    length, width, height = joint_size(telling, category).tolist()
    return category, (min(length, float(most[:2].max()) + LARGEST_COMPLETION), width, height)


def nearest_kind(size: NDArray[np.float64], categories: Sequence[Category]) -> Category:
    """Category whose usual size is nearest, in ratios; a side of which little is in sight counts less against it."""

    def misfit(category: Category) -> float:
        ratios = np.log(np.maximum(size, 0.05) / category.size)
        hidden = (ratios < 0) & [True, True, False]
        return float((np.where(hidden, _HIDDEN_WEIGHT * ratios, ratios) ** 2).sum())

    return min(categories, key=misfit)


def _sides(extent: Extent) -> NDArray[np.float64]:
    """Length, width and height (3,) of what was seen."""
    return np.append(extent.high - extent.low, extent.height)
