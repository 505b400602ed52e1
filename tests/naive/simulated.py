"""Rays into a simulated world."""

import numpy as np


def ray_into_box(origin, direction, center, rotation, half_size):
    """Distance along a unit direction to the first of the six faces that a ray from outside crosses, else inf."""
    nearest = np.inf
    for axis in range(3):
        for sign in (-1.0, 1.0):
            normal = sign * rotation[:, axis]
            speed = direction @ normal
            if speed == 0:
                continue
            distance = (center + half_size[axis] * normal - origin) @ normal / speed
            local = rotation.T @ (origin + distance * direction - center)
            others = [a for a in range(3) if a != axis]
            if distance > 0 and all(abs(local[a]) <= half_size[a] for a in others):
                nearest = min(nearest, distance)
    return nearest


def town_height(x, y, waves, street):
    """Height of the ground: a sum of sines, raised by the kerb inside the rounded square of each block."""
    spacing, half_width, radius, kerb = street
    height = sum(a * np.sin(kx * x + ky * y + phase) for a, kx, ky, phase in waves)
    half = spacing / 2 - half_width
    u, v = abs(x % spacing - spacing / 2), abs(y % spacing - spacing / 2)
    on_block = u <= half and v <= half
    if u > half - radius and v > half - radius:
        on_block = np.hypot(u - (half - radius), v - (half - radius)) <= radius
    return height + (kerb if on_block else 0.0)


def ray_into_ground(origin, direction, waves, street, *, reach, step):
    """First of many small steps along a unit direction that ends below the ground, else inf."""
    for distance in np.arange(step, reach, step):
        x, y, z = origin + distance * direction
        if z < town_height(x, y, waves, street):
            return distance
    return np.inf
