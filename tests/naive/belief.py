"""What an edge of a category may have shown."""

import numpy as np
from scipy.stats import norm, truncnorm


def weigh_edge(seen, whole, usual, spread, margin, scatter):
    """Log density of one measured edge and the expected edge."""
    density_of_whole = whole * norm.pdf(seen + margin, usual, np.hypot(spread, scatter))
    density_of_part = (1 - whole) * norm.sf(seen, usual, spread) / usual
    density = density_of_whole + density_of_part
    precision = spread**-2 + scatter**-2
    edge_of_whole = (usual * spread**-2 + (seen + margin) * scatter**-2) / precision
    edge_of_part = truncnorm.mean((seen - usual) / spread, np.inf, usual, spread)
    edge = (density_of_whole * edge_of_whole + density_of_part * edge_of_part) / density
    return np.log(density), max(edge, seen)


def near_sides(low, high, sensor):
    return [0.0 if a <= s <= b else np.sign(s - (a + b) / 2) for a, b, s in zip(low, high, sensor, strict=True)]


def end_chances(low, high, sensor, ends):
    near, middle, chances = near_sides(low, high, sensor), (low + high) / 2, np.ones((2, 2))
    for axis in range(2):
        for side, extreme in enumerate((low, high)):
            if near[axis] == (-1, 1)[side]:
                continue
            corner = [low if n < 0 else high if n > 0 else middle for n in near]
            corner[axis] = extreme
            offset = np.array([corner[0][0], corner[1][1]]) - sensor
            azimuths = np.arctan2([offset[1], (middle - sensor)[1]], [offset[0], (middle - sensor)[0]])
            is_left = (azimuths[0] - azimuths[1]) % (2 * np.pi) < np.pi
            chances[axis, side] = ends[int(is_left)]
    return chances


def whole_chances(low, high, sensor, ends, end_on, from_aside, aside_sine):
    offset = np.abs(sensor - (low + high) / 2)
    sines = offset[::-1] / np.linalg.norm(offset)
    chances = end_chances(low, high, sensor, ends)
    return [np.interp(sines[i], [0, aside_sine], [end_on, from_aside]) * chances[i].prod() for i in range(2)]


def log_mixture(angles, headings, shares, sigma, even):
    turns = 2 * np.pi * np.arange(-3, 4)
    peaks = sum(
        share * norm.pdf(angles[:, None], heading + turns, sigma).max(axis=1)
        for heading, share in zip(headings, shares, strict=True)
    )
    return np.log(even + peaks)
