"""What a sensor saw around an object."""

import numpy as np


def look_toward(points, frame_from_points, sensor, forward, half_angle):
    rays = []
    for point in points:
        offset = frame_from_points.apply(point) - sensor
        azimuth = np.arctan2(forward[0] * offset[1] - forward[1] * offset[0], offset[:2] @ forward)
        if abs(azimuth) <= half_angle:
            distance = np.linalg.norm(offset[:2])
            rays.append([azimuth, distance, offset[2] / distance])
    return np.array(rays).reshape(-1, 3)


def count_rays(rays, azimuths, slopes, nearer, farther):
    ends = [
        0 if distance < nearer else 2 if distance > farther else 1
        for azimuth, distance, slope in rays
        if azimuths[0] < azimuth < azimuths[1] and slopes[0] < slope < slopes[1]
    ]
    return [ends.count(kind) for kind in range(3)]


def gather_around(points, frame_from_points, place, reach):
    rows, moved = [], []
    for row, point in enumerate(points):
        there = frame_from_points.apply(point)
        if np.isfinite(there).all() and (np.abs(there[:2] - place) <= reach).all():
            rows.append(row)
            moved.append(there)
    return np.array(rows, np.int64), np.array(moved).reshape(-1, 3)


def lowest_of_cells(points, place, radius, cell):
    lowest = {}
    for point in points:
        offset = point[:2] - place
        square = tuple(np.floor(offset / cell))
        if offset @ offset <= radius**2 and (square not in lowest or point[2] < lowest[square][2]):
            lowest[square] = point
    return np.array([lowest[square] for square in sorted(lowest)]).reshape(-1, 3)


def standing_on(points, place, height, slope, lowest, highest, radius):
    rows = []
    for row, point in enumerate(points):
        offset = point[:2] - place
        if np.hypot(*offset) <= radius and lowest < point[2] - (height + slope @ offset) < highest:
            rows.append(row)
    return rows
