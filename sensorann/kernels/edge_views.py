"""How much of a rectangle a sensor sees: the sides that face it, the ends that are those of the object, whole edges."""

import math

import numpy as np

from sensorann.kernels._jit import kernel


@kernel
def near_sides(low, high, sensor):
    """Side of each axis on which a sensor stands: -1, 1, or 0 between the two faces.

    low, high (2,) of the rectangle and sensor (2,) along its axes -> (2,) float64.
    """
    near = np.zeros(2)
    for axis in range(2):
        toward = sensor[axis] - (low[axis] + high[axis]) / 2
        if abs(toward) > (high[axis] - low[axis]) / 2:
            near[axis] = 1.0 if toward > 0.0 else -1.0
    return near


@kernel
def end_chances(low, high, sensor, ends):
    """Chances that an object ends with its points, at the low and the high end of each axis.

    low, high, sensor (2,) as above, ends (2,) chances at its right and at its left as the sensor sees it -> (2, 2).
    An end that is turned to the sensor is a face or a corner in full sight. Any other is seen in outline, beside the
    ray that passes it.
    """
    near, chances, corner = near_sides(low, high, sensor), np.ones((2, 2)), np.empty(2)
    middle_x, middle_y = (low[0] + high[0]) / 2, (low[1] + high[1]) / 2
    for axis in range(2):
        other = 1 - axis
        for side in range(2):
            if near[axis] == 2.0 * side - 1.0:
                continue
            corner[axis] = high[axis] if side else low[axis]
            corner[other] = (low[other] + high[other]) / 2
            if near[other] != 0.0:
                corner[other] = high[other] if near[other] > 0.0 else low[other]
            turn = (middle_x - sensor[0]) * (corner[1] - sensor[1]) - (middle_y - sensor[1]) * (corner[0] - sensor[0])
            chances[axis, side] = ends[1] if turn > 0.0 else ends[0]
    return chances


@kernel
def whole_chances(low, high, sensor, ends, end_on, from_aside, aside_sine):
    """Chances (2,) that each edge was seen from end to end: a face looked at from aside shows its full edge.

    low, high, sensor and ends as above; end_on and from_aside: chances of an edge along the view, and of one whose face
    is looked at under an angle of at least that sine.
    """
    across = np.empty(2)
    for axis in range(2):
        across[1 - axis] = abs(sensor[axis] - (low[axis] + high[axis]) / 2)
    distance = max(math.sqrt(across[0] * across[0] + across[1] * across[1]), 1e-9)
    chances, whole = end_chances(low, high, sensor, ends), np.empty(2)
    for axis in range(2):
        share = min(across[axis] / distance / aside_sine, 1.0)
        whole[axis] = (end_on + (from_aside - end_on) * share) * chances[axis, 0] * chances[axis, 1]
    return whole
