"""Where the rays of a sensor ended, around one direction, and how many passed beside an object.

Directions in plan are told by numbers that grow with the angle and take no arc tangent: most of the time went there.
"""

import math

import numpy as np

from sensorann.kernels._jit import kernel


@kernel
def look_toward(points, rotation, translation, sensor, forward, half_angle):
    """Directions and distances of the points within an angle of a direction, as seen from a sensor.

    points (N, 3), rotation (3, 3) and translation (3,) into the frame of the rest, sensor (3,), forward (2,) unit
    vector in plan, half_angle float below pi / 2 -> (K, 3) float64: tangent of the azimuth to the left of forward,
    distance in plan, rise per distance. Points with NaN are in no angle.
    """
    steepest = math.tan(half_angle)
    found = np.empty((points.shape[0], 3))
    k = 0
    for i in range(points.shape[0]):
        x, y, z = points[i, 0], points[i, 1], points[i, 2]
        dx = rotation[0, 0] * x + rotation[0, 1] * y + rotation[0, 2] * z + translation[0] - sensor[0]
        dy = rotation[1, 0] * x + rotation[1, 1] * y + rotation[1, 2] * z + translation[1] - sensor[1]
        ahead = dx * forward[0] + dy * forward[1]
        aside = dy * forward[0] - dx * forward[1]
        if not (ahead > 0.0 and abs(aside) <= steepest * ahead):
            continue
        dz = rotation[2, 0] * x + rotation[2, 1] * y + rotation[2, 2] * z + translation[2] - sensor[2]
        distance = math.sqrt(ahead * ahead + aside * aside)
        found[k, 0] = aside / ahead
        found[k, 1] = distance
        found[k, 2] = dz / distance
        k += 1
    return found[:k]


@kernel
def outermost(points, sensor, forward):
    """Rows of the points furthest to the right and to the left as seen from a sensor, and their azimuths.

    points (N, 3), N >= 1, sensor (3,), forward (2,) unit vector in plan -> rows (2,) int64, azimuths (2,) to the left
    of forward, radians.
    """
    rows, turns, azimuths = np.zeros(2, np.int64), np.array([np.inf, -np.inf]), np.empty(2)
    for i in range(points.shape[0]):
        dx, dy = points[i, 0] - sensor[0], points[i, 1] - sensor[1]
        turn = _turn(dx * forward[0] + dy * forward[1], dy * forward[0] - dx * forward[1])
        if turn < turns[0]:
            rows[0], turns[0] = i, turn
        if turn > turns[1]:
            rows[1], turns[1] = i, turn
    for side in range(2):
        dx, dy = points[rows[side], 0] - sensor[0], points[rows[side], 1] - sensor[1]
        azimuths[side] = math.atan2(dy * forward[0] - dx * forward[1], dx * forward[0] + dy * forward[1])
    return rows, azimuths


@kernel
def _turn(ahead, aside):
    """Number from -2 to 2 that grows with the azimuth from -pi to pi."""
    share = aside / max(abs(ahead) + abs(aside), 1e-12)
    if ahead >= 0.0:
        return share
    return (2.0 if aside >= 0.0 else -2.0) - share


@kernel
def count_rays(rays, tangents, slopes, nearer, farther):
    """Count rays in a window of direction by where they ended.

    rays (K, 3) tangent of the azimuth, distance, slope; tangents (2,) and slopes (2,) open intervals, nearer and
    farther distances -> (3,) int64: before nearer, in between, beyond farther.
    """
    counts = np.zeros(3, np.int64)
    for k in range(rays.shape[0]):
        if tangents[0] < rays[k, 0] < tangents[1] and slopes[0] < rays[k, 2] < slopes[1]:
            if rays[k, 1] < nearer:
                counts[0] += 1
            elif rays[k, 1] > farther:
                counts[2] += 1
            else:
                counts[1] += 1
    return counts


@kernel
def count_beside(rays, points, sensor, forward, heights, strip, widest, nearer, farther):
    """Count the rays in a strip beside each end of some points by where they ended; see `count_rays`.

    rays (K, 3), points (N, 3), N >= 1, sensor (3,), forward (2,) unit vector in plan, heights (2,) between which rays
    would meet the points, strip (3,): its distance from the end and its width there, metres, and its least width,
    radians; widest azimuth that is looked at, nearer and farther: metres before and behind the end -> counts (2, 3)
    int64, at the right and at the left.
    """
    counts, tangents, slopes = np.empty((2, 3), np.int64), np.empty(2), np.empty(2)
    rows, azimuths = outermost(points, sensor, forward)
    for end in range(2):
        side = 2.0 * end - 1.0
        dx, dy = points[rows[end], 0] - sensor[0], points[rows[end], 1] - sensor[1]
        distance = max(math.sqrt(dx * dx + dy * dy), 1e-6)
        begin = strip[0] / distance
        inner, outer = azimuths[end] + side * begin, azimuths[end] + side * (begin + max(strip[1] / distance, strip[2]))
        # Beyond the widest the tangent would start anew.
        tangents[0] = math.tan(min(max(min(inner, outer), -widest), widest))
        tangents[1] = math.tan(min(max(max(inner, outer), -widest), widest))
        slopes[0], slopes[1] = (heights[0] - sensor[2]) / distance, (heights[1] - sensor[2]) / distance
        counts[end] = count_rays(rays, tangents, slopes, distance - nearer, distance + farther)
    return counts
