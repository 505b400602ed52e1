"""Clouds with known objects: what one sensor sees of boxes on a plane."""

import numpy as np

SENSOR = np.array([0.0, 0.0, 1.8])


def visible_faces(center, size, yaw, *, n=400, noise=0.01, sensor=SENSOR, seed=0):
    """Points (n, 3) on the upright faces of a box that look at the sensor, and on its roof."""
    rng = np.random.default_rng(seed)
    half = np.asarray(size) / 2
    axes = np.array([[np.cos(yaw), np.sin(yaw)], [-np.sin(yaw), np.cos(yaw)]])
    toward = axes @ (sensor[:2] - np.asarray(center)[:2])
    parts = []
    for axis in (0, 1):
        if abs(toward[axis]) > half[axis]:
            face = rng.uniform(-half, half, (n, 3))
            face[:, axis] = np.sign(toward[axis]) * half[axis]
            parts.append(face[: max(int(n * half[1 - axis] / half[:2].sum()), 3)])
    local = np.concatenate(parts)
    world = np.column_stack([local[:, :2] @ axes, local[:, 2]]) + center
    return world + rng.normal(0, noise, world.shape)


def ground(*, radius=30.0, step=0.35, slope=(0.0, 0.0), height=0.0, seed=0):
    """Points on a plane around the origin."""
    rng = np.random.default_rng(seed)
    grid = np.arange(-radius, radius, step)
    xy = np.stack(np.meshgrid(grid, grid), axis=-1).reshape(-1, 2) + rng.normal(0, 0.05, (len(grid) ** 2, 2))
    return np.column_stack([xy, height + xy @ np.asarray(slope) + rng.normal(0, 0.02, len(xy))])
