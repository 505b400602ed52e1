"""How large boxes are between keyframes: an object has one size, unless people say otherwise."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# Two people who mean the same size place edges this far apart, metres.
SIZE_TOLERANCE = 0.02


def fill_sizes(
    sizes: NDArray[np.float64],
    sigmas: NDArray[np.float64],
    rows: NDArray[np.int64],
    fractions: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Sizes of one track at the wanted instants, and their standard deviations.

    One size, the median of the surest keyframes, where no keyframe departs from it by more than its sigma or 2 cm;
    its standard deviation is the keyframes' scatter about it. Else (articulated bodies, doors) each edge goes straight
    from keyframe to keyframe; when it changed in between is not known, so at fraction u of a change d the standard
    deviation is |d| sqrt(u (1 - u)), that of a sudden change at any time.

    Parameters
    ----------
    sizes : (K, 3) float64, metres, of the keyframes
    sigmas : (K, 3) float64, metres
    rows : (F,) int64, the keyframe before each instant
    fractions : (F,) float64, 0 at that keyframe and 1 at the next

    Returns
    -------
    (F, 3) float64 sizes and (F, 3) float64 standard deviations, metres
    """
    total = sigmas.sum(axis=1)
    surest = total <= total.min()
    usual = np.median(sizes[surest], axis=0)
    departures = np.abs(sizes - usual)
    if (departures <= np.maximum(sigmas, SIZE_TOLERANCE)).all():
        scatter = np.sqrt((departures**2).mean(axis=0))
        doubt = np.sqrt(scatter**2 + sigmas.min(axis=0) ** 2)
        return np.tile(usual, (len(rows), 1)), np.tile(doubt, (len(rows), 1))
    following = np.minimum(rows + 1, len(sizes) - 1)
    u = fractions[:, None]
    change = sizes[following] - sizes[rows]
    measured = (1 - u) * sigmas[rows] ** 2 + u * sigmas[following] ** 2
    return sizes[rows] + u * change, np.sqrt(measured + u * (1 - u) * change**2)
