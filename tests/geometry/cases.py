"""Seeded boxes and points that the geometry tests share."""

import numpy as np
from hypothesis import strategies as st

from sensorann.geometry import Cuboids
from sensorann.geometry.rotations import rotations_from_quaternions

seeds = st.integers(0, 2**32 - 1)


def random_rotations(rng, n):
    """Rotations of every kind, uniform."""
    return rotations_from_quaternions(rng.normal(size=(n, 4)))


def random_cuboids(rng, n, *, spread=6.0, tilted=False, around=(0.0, 0.0, 0.0), frame="ego"):
    """Boxes of car size that overlap now and then; upright ones stand on round coordinates and headings too."""
    centers = np.asarray(around) + rng.uniform(-spread, spread, (n, 3)) * [1, 1, 0.2]
    sizes = rng.uniform([2, 1, 1], [6, 3, 3], (n, 3))
    if tilted:
        return Cuboids(centers=centers, sizes=sizes, rotations=random_rotations(rng, n), frame=frame)
    yaws = rng.uniform(-4, 4, n)
    # Faces in line, equal boxes, boxes inside others: where clipping goes wrong first.
    round_ones = rng.random(n) < 0.5
    centers[round_ones], sizes[round_ones] = np.round(centers[round_ones]), np.round(sizes[round_ones])
    yaws[round_ones] = np.round(yaws[round_ones] * 2 / np.pi) * np.pi / 2
    return Cuboids.from_yaws(centers, sizes, yaws, frame=frame)


def random_points(rng, n, *, spread=8.0, dtype=np.float32):
    """Points of which half lie on a grid of quarters, so that they meet faces and borders; some are NaN."""
    points = rng.uniform(-spread, spread, (n, 3))
    on_grid = rng.random(n) < 0.5
    points[on_grid] = np.round(points[on_grid] * 4) / 4
    points[rng.random(n) < 0.05, rng.integers(3)] = np.nan
    return points.astype(dtype)
