"""Gains and covariances of the smoothing spline of `sensorann.kernels.smoothing`; they hold no data.

Every 2 x 2 formula is a sum of terms that keep their sign, so that r = 0, very short and very long gaps lose no digits.

Work array of one track with n keyframes: `joint` (n, 13). A covariance of (position, velocity) is written a, b, c for
[[a, b], [b, c]].
    0:3   covariance of the state: filtered first, smoothed in the end
    3:7   gain, row-major: state k = gain @ state k + 1 + data + rest
    7:10  covariance of that rest
    10    determinant of the filtered covariance
    11    share of the prediction in the filtered position; the rest is the measured value
    12    filtered velocity per metre of (value - prediction)
"""

from sensorann.kernels._jit import kernel
from sensorann.kernels.curves import SECONDS

THIRD = 1.0 / 3.0


@kernel
def same_problem(times, offsets, noises, variances, t, other):
    """Tell whether two tracks have keyframes at the same steps of time with the same noises (bool)."""
    first, first_other = offsets[t], offsets[other]
    n = offsets[t + 1] - first
    if n != offsets[other + 1] - first_other or noises[t] != noises[other]:
        return False
    shift = times[first] - times[first_other]
    for k in range(n):
        if times[first + k] - times[first_other + k] != shift:
            return False
        if variances[first + k] != variances[first_other + k]:
            return False
    return True


@kernel
def solve_gains(times, first, n, q, variances, joint):
    """Fill the work array of one track, whose n keyframes start at row `first`; arguments of `smooth_tracks`."""
    joint[0, 0] = variances[first]
    if n > 1:
        h = (times[first + 1] - times[first]) * SECONDS
        start_filter(h, q, variances[first], variances[first + 1], joint)
        for k in range(2, n):
            filter_step((times[first + k] - times[first + k - 1]) * SECONDS, k, q, variances[first + k], joint)
        for k in range(n - 2, 0, -1):
            smooth_step((times[first + k + 1] - times[first + k]) * SECONDS, k, q, joint)
        smooth_first(h, q, variances[first], joint)


@kernel
def start_filter(h, q, r_first, r, joint):
    """Filter the first two keyframes, h seconds apart.

    Nothing is known of the first velocity, so the second keyframe has a closed form: the limit of an ever larger start
    variance, without its loss of digits.
    """
    rate = 1.0 / h
    bridge = r_first + q * h * h * h * THIRD
    joint[1, 0] = r
    joint[1, 1] = r * rate
    joint[1, 2] = (bridge + r) * rate * rate
    joint[1, 10] = r * bridge * rate * rate
    joint[1, 11] = 0.0
    joint[1, 12] = rate


@kernel
def predicted_determinant(a, b, c, determinant, q1, q3, h):
    """Determinant of the covariance a, b, c after a prediction over h seconds; q1 = q h, q3 = q h^3 / 3."""
    return determinant + (q1 * (a + h * b) + (q3 * c + 0.25 * q1 * q3))


@kernel
def filter_step(h, k, q, r, joint):
    """Predict keyframe k from the one h seconds before and update it with a value of variance r."""
    a, b, c = joint[k - 1, 0], joint[k - 1, 1], joint[k - 1, 2]
    q1, q2, q3 = q * h, 0.5 * q * h * h, q * h * h * h * THIRD
    determinant = predicted_determinant(a, b, c, joint[k - 1, 10], q1, q3, h)
    a_predicted = a + (2.0 * h * b + (h * h * c + q3))
    b_predicted = b + (h * c + q2)
    c_predicted = c + q1
    inverse = 1.0 / (a_predicted + r)
    joint[k, 0] = a_predicted * r * inverse
    joint[k, 1] = b_predicted * r * inverse
    joint[k, 2] = (determinant + c_predicted * r) * inverse
    joint[k, 10] = determinant * r * inverse
    joint[k, 11] = r * inverse
    joint[k, 12] = b_predicted * inverse


@kernel
def smooth_step(h, k, q, joint):
    """Smooth the covariance of keyframe k, filtered so far, with its successor h seconds later."""
    a, b, c, determinant = joint[k, 0], joint[k, 1], joint[k, 2], joint[k, 10]
    q1, q2, q3 = q * h, 0.5 * q * h * h, q * h * h * h * THIRD
    inverse = 1.0 / predicted_determinant(a, b, c, determinant, q1, q3, h)
    joint[k, 3] = (determinant + q1 * a + q2 * b) * inverse
    joint[k, 4] = -(h * determinant + q2 * a + 0.5 * q3 * b) * inverse
    joint[k, 5] = (q1 * b + q2 * c) * inverse
    joint[k, 6] = (determinant - q2 * b - 0.5 * q3 * c) * inverse
    # (A^-1 + B^-1)^-1 = (|B| A + |A| B) / |A + B| for 2 x 2: A is filtered, B is the process noise seen backward.
    process = 0.25 * q1 * q3
    joint[k, 7] = (process * a + determinant * q3) * inverse
    joint[k, 8] = (process * b - determinant * q2) * inverse
    joint[k, 9] = (process * c + determinant * q1) * inverse
    spread_back(k, joint)


@kernel
def smooth_first(h, q, r, joint):
    """Smooth the covariance of the first keyframe: the limit of `smooth_step` where its velocity is unknown."""
    q1, q2, q3 = q * h, 0.5 * q * h * h, q * h * h * h * THIRD
    inverse = 1.0 / (q3 + r)
    joint[0, 3] = r * inverse
    joint[0, 4] = -h * r * inverse
    joint[0, 5] = q2 * inverse
    joint[0, 6] = (r - 0.5 * q3) * inverse
    joint[0, 7] = r * q3 * inverse
    joint[0, 8] = -r * q2 * inverse
    joint[0, 9] = (0.25 * q1 * q3 + q1 * r) * inverse
    joint[0, 11] = r * inverse
    joint[0, 12] = q2 * inverse
    spread_back(0, joint)


@kernel
def spread_back(k, joint):
    """Smoothed covariance of keyframe k from that of its successor: rest + gain P gain^T."""
    a, b, c = joint[k + 1, 0], joint[k + 1, 1], joint[k + 1, 2]
    g0, g1, g2, g3 = joint[k, 3], joint[k, 4], joint[k, 5], joint[k, 6]
    joint[k, 0] = joint[k, 7] + (g0 * g0 * a + 2.0 * g0 * g1 * b + g1 * g1 * c)
    joint[k, 1] = joint[k, 8] + (g0 * g2 * a + (g0 * g3 + g1 * g2) * b + g1 * g3 * c)
    joint[k, 2] = joint[k, 9] + (g2 * g2 * a + 2.0 * g2 * g3 * b + g3 * g3 * c)
