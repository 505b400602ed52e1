"""Beliefs over the circle."""

import math

import numpy as np

from sensorann.kernels._jit import kernel


@kernel
def log_mixture(angles, headings, shares, sigma, even):
    """Log density of normal peaks around headings over an even one.

    angles (A,) and headings (K,) radians, shares (K,) of the peaks, sigma float: their standard deviation, even float:
    the density that is everywhere -> (A,) float64.
    """
    density = np.full(angles.shape[0], even)
    for k in range(headings.shape[0]):
        height = shares[k] / (sigma * math.sqrt(2 * math.pi))
        for a in range(angles.shape[0]):
            offset = abs(angles[a] - headings[k]) % (2 * math.pi)
            away = min(offset, 2 * math.pi - offset) / sigma
            # Farther out it is below the least that a float can add to the even one.
            if away < 12.0:
                density[a] += height * math.exp(-0.5 * away * away)
    return np.log(density)
