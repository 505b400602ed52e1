"""Krippendorff's alpha: how far several people agree beyond chance, where some values may be missing.

alpha = 1 - D_o / D_e: differences within the units against differences between any two values (K. Krippendorff,
"Content Analysis", 3rd ed., chapter 12). Both follow from sums that are additive over units, so that a drive is a few
numbers, and resampling drives costs a product of matrices.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sensorann.errors import ArgumentError
from sensorann.geometry.arrays import as_array

Level = Literal["nominal", "interval", "circular"]


def krippendorff_alpha(values: ArrayLike, *, level: Level = "nominal") -> float:
    """Agreement of R people about U units.

    Parameters
    ----------
    values : (R, U) float64
        Codes of categories (nominal), numbers (interval) or radians (circular); NaN where somebody said nothing.
    level : the difference of two values: 0 or 1, its square, or sin^2 of half the angle between them

    Returns
    -------
    float
        1 where all agree, 0 at chance; NaN where no unit has two values, or no two values differ at all.

    Raises
    ------
    ArgumentError
        When the shape is wrong or a value is infinite.
    """
    checked = as_array(values, (None, None), np.float64, name="values")
    if np.isinf(checked).any():
        raise ArgumentError("values must be finite, or NaN where somebody said nothing")
    if level == "nominal":
        sums = nominal_sums(checked, np.unique(checked[~np.isnan(checked)]))
    else:
        sums = circular_sums(checked) if level == "circular" else interval_sums(checked[..., None])
    return float(alpha_of_sums(sums.sum(axis=0), level=level))


def nominal_sums(values: NDArray[np.float64], codes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sums (U, 2 + C) of units of categories (R, U): D_o n, n, and how often each of the codes (C,) is named."""
    counts: NDArray[np.float64] = np.equal(values[..., None], codes).sum(axis=0).astype(np.float64)
    n: NDArray[np.float64] = counts.sum(axis=1)
    return _sums(n, n**2 - (counts**2).sum(axis=1), counts)


def interval_sums(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sums (U, 3 + D) of units of numbers or points (R, U, D): D_o n, n, the sum of squares, and of each coordinate.

    Coordinates should be taken from somewhere near: the sums of squares of UTM northings would lose all digits.
    """
    said = np.asarray(np.isfinite(values).all(axis=2))
    known = np.where(said[..., None], values, 0.0)
    n, totals = said.sum(axis=0).astype(np.float64), known.sum(axis=0)
    squares = (known**2).sum(axis=(0, 2))
    # Differences to the mean of the unit are small where the numbers themselves are not.
    offsets = np.where(said[..., None], values - (totals / np.maximum(n, 1.0)[:, None]), 0.0)
    return _sums(n, 2.0 * n * (offsets**2).sum(axis=(0, 2)), np.column_stack([squares, totals]))


def circular_sums(angles: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sums (U, 4) of units of angles (R, U), radians: D_o n, n, and the sums of cosines and sines."""
    said = ~np.isnan(angles)
    n = said.sum(axis=0).astype(np.float64)
    cosines = np.where(said, np.cos(angles), 0.0).sum(axis=0)
    sines = np.where(said, np.sin(angles), 0.0).sum(axis=0)
    # sin^2 of half of each difference, over all ordered pairs, is half of n^2 less the squared resultant.
    return _sums(n, (n**2 - cosines**2 - sines**2) / 2.0, np.column_stack([cosines, sines]))


def alpha_of_sums(sums: NDArray[np.float64], *, level: Level) -> NDArray[np.float64]:
    """Alpha (...) of added sums (..., K); NaN where nothing can be compared."""
    within, n, moments = sums[..., 0], sums[..., 1], sums[..., 2:]
    most = n**2
    if level == "nominal":
        between = n**2 - (moments**2).sum(axis=-1)
    elif level == "interval":
        most = 2.0 * n * moments[..., 0]
        between = most - 2.0 * (moments[..., 1:] ** 2).sum(axis=-1)
    else:
        between = (n**2 - (moments**2).sum(axis=-1)) / 2.0
    # Rounding leaves a trace where all values are equal.
    varied = between > 1e-12 * most
    expected = np.where(varied, between, np.nan) / np.where(n > 1, n - 1.0, np.nan)
    return np.asarray(1.0 - within / expected)


def _sums(
    n: NDArray[np.float64], differences: NDArray[np.float64], moments: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Join the columns; units with a single value cannot be compared and count as nothing."""
    paired = n > 1
    within = np.where(paired, np.maximum(differences, 0.0) / np.maximum(n - 1.0, 1.0), 0.0)
    return np.column_stack([within, np.where(paired, n, 0.0), np.where(paired[:, None], moments, 0.0)])
