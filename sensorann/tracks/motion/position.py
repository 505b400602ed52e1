"""Where objects are between keyframes, and how sure that is."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sensorann.kernels import curves, smoothing
from sensorann.tracks.keyframes import Ragged

Method = Literal["smooth", "linear", "spline"]


def fill_positions(
    keys: Ragged,
    values: NDArray[np.float64],
    wanted: Ragged,
    *,
    spectral_noises: NDArray[np.float64],
    sigmas: NDArray[np.float64],
    method: Method = "smooth",
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Positions of all tracks at the wanted instants, and their standard deviations.

    ``smooth`` is the mean of constant-velocity motion given the keyframes; ``linear`` and ``spline`` (natural cubic)
    pass through them. The standard deviation is that of the true position about the result, were the motion model
    true: for a curve that is not the mean, its distance from the mean adds in squares.

    Parameters
    ----------
    keys : keyframe instants, at least one per track
    values : (M, C) float64, metres, one row per keyframe; a row of UTM size loses no digits
    wanted : instants between the first and the last keyframe of each track
    spectral_noises : (T,) float64, of the white acceleration, (m/s^2)^2 s, > 0
    sigmas : (M, C) float64, metres, of each keyframe along each axis
    method : ``smooth``, ``linear`` or ``spline``

    Returns
    -------
    (F, C) float64 positions and (F, C) float64 standard deviations, metres
    """
    starts = np.repeat(keys.offsets[:-1], np.diff(keys.offsets))
    relative = values - values[starts]
    mean, variances = _smoothed(keys, relative, wanted, spectral_noises, sigmas**2)
    result = mean
    if method != "smooth":
        result = np.empty_like(mean)
        times = (keys.offsets, wanted.timestamps_ns, wanted.offsets, result)
        if method == "linear":
            curves.linear(keys.timestamps_ns, relative, *times)
        else:
            slopes = curves.natural_slopes(keys.timestamps_ns, relative, keys.offsets)
            curves.hermite(keys.timestamps_ns, relative, slopes, *times)
        variances = variances + (result - mean) ** 2
    origins = values[np.repeat(keys.offsets[:-1], np.diff(wanted.offsets))]
    return result + origins, np.sqrt(variances)


def _smoothed(
    keys: Ragged,
    relative: NDArray[np.float64],
    wanted: Ragged,
    spectral_noises: NDArray[np.float64],
    variances: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and variance per axis; one pass serves all axes whose keyframes are equally sure."""
    mean = np.empty((len(wanted), relative.shape[1]))
    spread = np.empty_like(mean)
    left = list(range(relative.shape[1]))
    while left:
        alike = [axis for axis in left if np.array_equal(variances[:, axis], variances[:, left[0]])]
        left = [axis for axis in left if axis not in alike]
        # Always all columns: the compiled loop, and so every last bit, is the same whoever shares the batch.
        every_mean, variance = np.empty_like(mean), np.empty(len(wanted))
        smoothing.smooth_tracks(
            keys.timestamps_ns,
            relative,
            keys.offsets,
            spectral_noises,
            np.ascontiguousarray(variances[:, alike[0]]),
            wanted.timestamps_ns,
            wanted.offsets,
            every_mean,
            variance,
        )
        mean[:, alike] = every_mean[:, alike]
        spread[:, alike] = variance[:, None]
    return mean, spread
