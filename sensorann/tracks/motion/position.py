"""Where objects are between keyframes, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sensorann.kernels import curves, smoothing
from sensorann.scene import Wander
from sensorann.tracks.keyframes import Ragged

Method = Literal["smooth", "linear", "spline"]


def fill_positions(
    keys: Ragged,
    values: NDArray[np.float64],
    wanted: Ragged,
    *,
    wanders: Sequence[Wander],
    sigmas: NDArray[np.float64],
    method: Method = "smooth",
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Positions of all tracks at the wanted instants, and their standard deviations.

    ``smooth`` is the mean of constant-velocity motion given the keyframes; ``linear`` and ``spline`` (natural cubic)
    pass through them. The standard deviation is that of a person's box about the result, were the motion model true:
    doubt of the motion and of the placement; for a curve that is not the mean, its distance from the mean adds in
    squares.

    Parameters
    ----------
    keys : keyframe instants, at least one per track
    values : (M, C) float64, metres, one row per keyframe; UTM-size coordinates lose no digits
    wanted : instants between the first and the last keyframe of each track
    wanders : T models of how the coordinates wander
    sigmas : (M, C) float64, metres, of each keyframe along each axis
    method : ``smooth``, ``linear`` or ``spline``

    Returns
    -------
    (F, C) float64 positions and (F, C) float64 standard deviations, metres
    """
    mean, spread = _smoothed(keys, values, wanted, np.array([wander.noise for wander in wanders], np.float64), sigmas)
    placement = np.repeat([wander.placement for wander in wanders], np.diff(wanted.offsets))
    spread = np.hypot(spread, placement[:, None])
    if method == "smooth":
        return mean, spread
    result = np.empty_like(mean)
    if method == "linear":
        curves.linear(keys.timestamps_ns, values, keys.offsets, wanted.timestamps_ns, wanted.offsets, result)
    else:
        slopes = curves.natural_slopes(keys.timestamps_ns, values, keys.offsets)
        curves.hermite(keys.timestamps_ns, values, slopes, keys.offsets, wanted.timestamps_ns, wanted.offsets, result)
    return result, np.hypot(spread, result - mean)


def smooth(
    keys: Ragged,
    values: NDArray[np.float64],
    wanted: Ragged,
    *,
    spectral_noises: NDArray[np.float64],
    sigmas: NDArray[np.float64],
    with_sigma: bool = True,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Smoothed positions (F, C) and their standard deviation (F,), of keyframes equally sure along every axis.

    Arguments as in `fill_positions`, but `sigmas` (M,) and `spectral_noises` (T,) of the white acceleration; without
    `with_sigma` no standard deviations are computed, and none come back.
    """
    mean = np.empty((len(wanted), values.shape[1]))
    spread = np.empty(len(wanted) if with_sigma else 0)
    smoothing.smooth_tracks(
        keys.timestamps_ns,
        values,
        keys.offsets,
        spectral_noises,
        sigmas**2,
        wanted.timestamps_ns,
        wanted.offsets,
        mean,
        spread,
    )
    return mean, spread


def _smoothed(
    keys: Ragged,
    values: NDArray[np.float64],
    wanted: Ragged,
    spectral_noises: NDArray[np.float64],
    sigmas: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and standard deviation per axis; one pass serves all axes whose keyframes are equally sure."""
    mean, spread = np.empty((2, len(wanted), values.shape[1]))
    left = list(range(values.shape[1]))
    while left:
        alike = [axis for axis in left if np.array_equal(sigmas[:, axis], sigmas[:, left[0]])]
        left = [axis for axis in left if axis not in alike]
        # Always all columns: the compiled loop, and so every last bit, is the same whoever shares the batch.
        every_mean, doubt = smooth(keys, values, wanted, spectral_noises=spectral_noises, sigmas=sigmas[:, alike[0]])
        mean[:, alike] = every_mean[:, alike]
        spread[:, alike] = doubt[:, None]
    return mean, spread
