"""What a sensor saw around an object."""

import numpy as np


def look_toward(points, frame_from_points, sensor, forward, half_angle):
    rays = []
    for point in points:
        offset = frame_from_points.apply(point) - sensor
        azimuth = np.arctan2(forward[0] * offset[1] - forward[1] * offset[0], offset[:2] @ forward)
        if abs(azimuth) <= half_angle:
            distance = np.linalg.norm(offset[:2])
            rays.append([np.tan(azimuth), distance, offset[2] / distance])
    return np.array(rays).reshape(-1, 3)


def outermost(points, sensor, forward):
    ahead, aside = np.array([forward, [-forward[1], forward[0]]]) @ (points[:, :2] - sensor[:2]).T
    azimuths = np.arctan2(aside, ahead)
    rows = [int(np.argmin(azimuths)), int(np.argmax(azimuths))]
    return rows, azimuths[rows]


def count_rays(rays, tangents, slopes, nearer, farther):
    ends = [
        0 if distance < nearer else 2 if distance > farther else 1
        for tangent, distance, slope in rays
        if tangents[0] < tangent < tangents[1] and slopes[0] < slope < slopes[1]
    ]
    return [ends.count(kind) for kind in range(3)]


def count_beside(rays, points, sensor, forward, heights, strip, widest, nearer, farther):
    counts = []
    rows, azimuths = outermost(points, sensor, forward)
    for side, row, azimuth in zip((-1, 1), rows, azimuths, strict=True):
        distance = np.linalg.norm(points[row, :2] - sensor[:2])
        begin, width = strip[0] / distance, max(strip[1] / distance, strip[2])
        sector = np.sort(azimuth + side * np.array([begin, begin + width]))
        slopes = (heights - sensor[2]) / distance
        window = np.tan(np.clip(sector, -widest, widest))
        counts.append(count_rays(rays, window, slopes, distance - nearer, distance + farther))
    return counts


def gather_around(points, frame_from_points, place, reach):
    rows, moved = [], []
    for row, point in enumerate(points):
        there = frame_from_points.apply(point)
        if np.isfinite(there).all() and (np.abs(there[:2] - place) <= reach).all():
            rows.append(row)
            moved.append(there)
    return np.array(rows, np.int64), np.array(moved).reshape(-1, 3)


def lowest_of_cells(points, frame_from_points, place, radius, cell):
    lowest = {}
    for point in points[np.isfinite(points).all(axis=1)]:
        there = frame_from_points.apply(point)
        offset = there[:2] - place
        square = tuple(np.floor(offset / cell))
        if offset @ offset <= radius**2 and (square not in lowest or there[2] < lowest[square][2]):
            lowest[square] = there
    return np.array([lowest[square] for square in sorted(lowest)]).reshape(-1, 3)


def standing_on(points, frame_from_points, place, height, slope, lowest, highest, radius):
    rows, moved = [], []
    for row, point in enumerate(points):
        there = frame_from_points.apply(point)
        offset = there[:2] - place
        if np.hypot(*offset) <= radius and lowest < there[2] - (height + slope @ offset) < highest:
            rows.append(row)
            moved.append(there)
    return rows, np.array(moved).reshape(-1, 3)


def nearest_row(points, place):
    distances = np.linalg.norm(points - place, axis=1)
    return (int(np.argmin(distances)), distances.min() ** 2) if len(points) else (-1, np.inf)


def plan_bounds(points, rows):
    return points[rows, :2].min(axis=0), points[rows, :2].max(axis=0)


def within_cone(points, apex, axis, least_cosine, farthest):
    rows = []
    for row, point in enumerate(points):
        distance = np.linalg.norm(point - apex)
        if distance <= farthest and (point - apex) @ axis >= least_cosine * distance:
            rows.append(row)
    return rows


def lowest_around(points, frame_from_points, places, cell):
    low = places[:, :2].min(axis=0)
    moved = np.array([frame_from_points.apply(point) for point in points if np.isfinite(point).all()]).reshape(-1, 3)
    squares = np.floor((moved[:, :2] - low) / cell)
    ground = []
    for place in places:
        around = np.abs(squares - np.floor((place[:2] - low) / cell)).max(axis=1, initial=0.0) <= 1
        ground.append(moved[around, 2].min(initial=np.inf))
    return ground
