"""Inputs that all benchmarks share: synthetic, seeded, of real sizes."""

import numpy as np
import pytest


@pytest.fixture(scope="session")
def sweep_points():
    """(N, 3) float32 points of a full 64-beam sweep, 124,668 as in a KITTI recording: ground, walls and cars."""
    rng = np.random.default_rng(0)
    n = 124_668
    azimuth = rng.uniform(-np.pi, np.pi, n)
    on_ground = rng.random(n) < 0.58
    ground_range = 1.73 / np.tan(np.radians(rng.uniform(1.3, 24.8, n)))
    wall_range = 6.0 + 40.0 * np.abs(np.sin(3.0 * azimuth + np.floor(azimuth * 9.0))) + rng.normal(0, 0.02, n)
    distance = np.where(on_ground, np.minimum(ground_range, 75.0), wall_range)
    height = np.where(on_ground, -1.73 + rng.normal(0, 0.02, n), rng.uniform(-1.6, 2.5, n))
    return np.stack([distance * np.cos(azimuth), distance * np.sin(azimuth), height], axis=1).astype(np.float32)
