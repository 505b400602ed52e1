"""What kind of object a track is, and how large, by what its points span."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

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


def spans_of(extents: Sequence[Extent]) -> NDArray[np.float64]:
    """Length, width and height (3,) of what was seen of an object, by the frames that show most of each."""
    return np.asarray(np.quantile([_sides(extent) for extent in extents], _BEST_SHARE, axis=0))


def likely_size(extents: Sequence[Extent], category: Category) -> tuple[float, float, float]:
    """Size that an object of a category has of which this was seen, by the frames that show most of an edge.

    A hidden rear or front is made no longer than in a single sweep.

    Parameters
    ----------
    extents : one or more, their first axis along the object
    category : of the object
    """
    sides, spans = np.array([_sides(extent) for extent in extents]), spans_of(extents)
    telling = [extents[i] for i in np.flatnonzero((sides >= spans).any(axis=1)).tolist()]
    length, width, height = joint_size(telling, category).tolist()
    return min(length, float(spans[:2].max()) + LARGEST_COMPLETION), width, height


def nearest_kind(size: NDArray[np.float64], categories: Sequence[Category]) -> Category:
    """Category whose usual size is nearest, in ratios; a side of which little is in sight counts less against it."""

    def misfit(category: Category) -> float:
        ratios = np.log(np.maximum(size, 0.05) / category.size)
        hidden = (ratios < 0) & [True, True, False]
        return float((np.where(hidden, _HIDDEN_WEIGHT * ratios, ratios) ** 2).sum())

    return min(categories, key=misfit)


def _sides(extent: Extent) -> NDArray[np.float64]:
    """Length, width and height (3,) of one extent."""
    return np.append(extent.high - extent.low, extent.height)
