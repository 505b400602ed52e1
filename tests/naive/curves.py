"""Curves through keyframes."""

import numpy as np


def smooth_track(seconds, values, q, variances, at):
    """Posterior mean (F, C) and variance (F,) of integrated white acceleration noise, by one dense solve.

    The unknowns are position and velocity at every keyframe and every instant asked for; nothing is known of the first
    velocity. Exact keyframes (variance 0) are eliminated, the others add their information.
    """
    grid = np.unique(np.concatenate([seconds, at]))
    n = len(grid)
    information = np.zeros((2 * n, 2 * n))
    for i, h in enumerate(np.diff(grid)):
        step = np.hstack([-np.array([[1, h], [0, 1]]), np.eye(2)])
        noise = q * np.array([[h**3 / 3, h**2 / 2], [h**2 / 2, h]])
        information[2 * i : 2 * i + 4, 2 * i : 2 * i + 4] += step.T @ np.linalg.inv(noise) @ step
    right = np.zeros((2 * n, values.shape[1]))
    known = np.zeros(2 * n, bool)
    known_values = np.zeros((2 * n, values.shape[1]))
    for second, value, r in zip(seconds, values, variances, strict=True):
        row = 2 * int(np.searchsorted(grid, second))
        if r == 0:
            known[row], known_values[row] = True, value
        else:
            information[row, row] += 1 / r
            right[row] += value / r
    right -= information[:, known] @ known_values[known]
    mean, variance = known_values.copy(), np.zeros(2 * n)
    covariance = np.linalg.inv(information[np.ix_(~known, ~known)])
    mean[~known] = covariance @ right[~known]
    variance[~known] = np.diag(covariance)
    rows = 2 * np.searchsorted(grid, at)
    return mean[rows], variance[rows]


def linear(seconds, values, at):
    return np.stack([np.interp(at, seconds, column) for column in values.T], axis=1)


def natural_cubic(seconds, values, at):
    from scipy.interpolate import CubicSpline

    return linear(seconds, values, at) if len(seconds) < 3 else CubicSpline(seconds, values, bc_type="natural")(at)


def pchip(seconds, values, at):
    from scipy.interpolate import PchipInterpolator

    return linear(seconds, values, at) if len(seconds) < 3 else PchipInterpolator(seconds, values)(at)


def hermite(seconds, values, slopes, at):
    from scipy.interpolate import CubicHermiteSpline

    return CubicHermiteSpline(seconds, values, slopes)(at) if len(seconds) > 1 else np.tile(values, (len(at), 1))


def unwrap(angles):
    return np.unwrap(angles) - angles[0]
