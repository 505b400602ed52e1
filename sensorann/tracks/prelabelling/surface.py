"""What the surface of a proposed object is like: rough as leaves, or open where a car is closed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

_NEIGHBOURS, _MOST_SAMPLED = 12, 100
# Where too few points tell how rough a surface is, it is as that of most objects.
_USUAL_ROUGHNESS = 0.2
# What is further than this from all four sides is inside (metres): in the lower half, beneath hood and windows.
_WALL, _LOWER = 0.35, 0.5
_FEWEST_COUNTED = 10


def roughness(looks: Sequence[NDArray[np.float64]]) -> float:
    """How far points (P, 3) scatter about the surface around each: 0 where it is flat, 1 where they fill the space.

    The smallest over the largest spread of a point's neighbours, as surface variation is measured (M. Pauly et al.,
    Efficient Simplification of Point-Sampled Surfaces, 2002), of each look by itself: one on top of the other they
    would be as rough as the poses of the vehicle are wrong.
    """
    ratios, n_sampled = [], []
    for points in looks:
        if len(points) < 2 * _NEIGHBOURS:
            continue
        sampled = points[:: -(-len(points) // _MOST_SAMPLED)]
        _, nearest = cKDTree(points).query(sampled, k=_NEIGHBOURS)
        around = points[nearest] - points[nearest].mean(axis=1, keepdims=True)
        spreads = np.linalg.eigvalsh(np.einsum("nki,nkj->nij", around, around))
        least, most = np.sqrt(np.maximum(spreads[:, [0, 2]], 0.0)).mean(axis=0)
        ratios.append(least / max(most, 1e-9))
        n_sampled.append(len(sampled))
    return float(np.average(ratios, weights=n_sampled)) if ratios else _USUAL_ROUGHNESS


def openness(looks: Sequence[NDArray[np.float64]], sizes: NDArray[np.float64]) -> float:
    """Share of the low points (P, 3) that lie inside a box, away from its sides: vehicles are closed, hedges are not.

    Parameters
    ----------
    looks : L clouds of points, in the axes of their boxes
    sizes : (L, 3) of these, metres
    """
    n_low, n_inside = 0, 0
    for points, size in zip(looks, sizes, strict=True):
        low = points[points[:, 2] + size[2] / 2 < _LOWER * size[2]]
        n_low += len(low)
        n_inside += int((size[:2] / 2 - np.abs(low[:, :2]) > _WALL).all(axis=1).sum())
    return n_inside / max(n_low, _FEWEST_COUNTED)
