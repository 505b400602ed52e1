"""Undo the motion during a sweep."""

import math

import numpy as np

from sensorann.kernels._jit import kernel


@kernel
def deskew(points, offsets, knots, quaternions, translations, rotation, lever):
    """Move each point from where the sensor was when it was measured to where the sensor is at offset zero.

    points (N, 3), offsets (N,) int64, knots (K,) int64: offsets with known poses, K >= 1, around all offsets;
    quaternions (K, 4) w first and turned towards their predecessors, translations (K, 3): pose of the vehicle at each
    knot in its own frame at offset zero; rotation (3, 3), lever (3,): sensor to vehicle -> (N, 3) like the points.
    """
    moved = np.empty_like(points)
    q, p, turned = np.empty(4), np.empty(3), np.empty(3)
    left = 0
    for i in range(points.shape[0]):
        # Points come mostly in the order of time: walk from the segment of the last one.
        while left > 0 and offsets[i] < knots[left]:
            left -= 1
        while left + 2 < knots.shape[0] and offsets[i] >= knots[left + 1]:
            left += 1
        right = min(left + 1, knots.shape[0] - 1)
        share = (offsets[i] - knots[left]) / (knots[right] - knots[left]) if right > left else 0.0
        cosine = 0.0
        for axis in range(4):
            cosine += quaternions[left, axis] * quaternions[right, axis]
        angle = math.acos(min(cosine, 1.0))
        sine = math.sin(angle)
        # Below 1e-8 rad the ratio of sines loses its digits, and the straight line is exact to 1e-16.
        start = math.sin((1.0 - share) * angle) / sine if sine > 1e-8 else 1.0 - share
        end = math.sin(share * angle) / sine if sine > 1e-8 else share
        for axis in range(4):
            q[axis] = start * quaternions[left, axis] + end * quaternions[right, axis]
        for axis in range(3):
            p[axis] = lever[axis]
            for k in range(3):
                p[axis] += rotation[axis, k] * points[i, k]
        # Rotation by a quaternion: p + w t + v x t, with t = 2 v x p.
        tx = 2.0 * (q[2] * p[2] - q[3] * p[1])
        ty = 2.0 * (q[3] * p[0] - q[1] * p[2])
        tz = 2.0 * (q[1] * p[1] - q[2] * p[0])
        turned[0] = p[0] + q[0] * tx + q[2] * tz - q[3] * ty
        turned[1] = p[1] + q[0] * ty + q[3] * tx - q[1] * tz
        turned[2] = p[2] + q[0] * tz + q[1] * ty - q[2] * tx
        for axis in range(3):
            shift = translations[left, axis] + share * (translations[right, axis] - translations[left, axis])
            turned[axis] += shift - lever[axis]
        for axis in range(3):
            moved[i, axis] = (
                rotation[0, axis] * turned[0] + rotation[1, axis] * turned[1] + rotation[2, axis] * turned[2]
            )
    return moved
