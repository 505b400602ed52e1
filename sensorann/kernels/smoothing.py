"""The constant-velocity smoothing spline of many tracks at once, solved at the keyframes only.

Motion is integrated white acceleration noise of spectral density q; a keyframe measures the position with variance r.
The mean of all positions given all keyframes is then a cubic smoothing spline (G. Wahba, J. R. Stat. Soc. B 40(3),
1978), between keyframes the cubic Hermite of the smoothed states, and r = 0 gives the natural cubic. Kalman filter
forward, Rauch-Tung-Striebel backward. The covariances hold no data, so one recursion serves every column.

Every 2 x 2 formula is a sum of terms that keep their sign, so that r = 0, very short and very long gaps lose no digits.
The packing of tracks into columns is that of `sensorann.kernels.curves`.

Work arrays of one track with n keyframes: positions and velocities (n, C), and `joint` (n, 11), what the covariances
are made of. A covariance of (position, velocity) is written a, b, c for [[a, b], [b, c]].
    0:3   covariance of the state: filtered first, smoothed in the end
    3:7   gain, row-major: state k = gain @ state k + 1 + data + rest
    7:10  covariance of that rest
    10    determinant of the filtered covariance
"""

import numpy as np

from sensorann.kernels._jit import kernel
from sensorann.kernels.curves import SECONDS, hermite_segment, segment_end

THIRD = 1.0 / 3.0


@kernel
def smooth_tracks(times, values, offsets, noises, variances, at, at_offsets, out, out_variances):
    """Smoothed positions at any instant between keyframes, and their variance.

    times (M,) int64 ns, values (M, C) float64 (relative to something near: keep UTM coordinates out), offsets (T + 1,),
    noises (T,) float64 > 0 spectral densities, variances (M,) float64 >= 0 of the keyframes, at (F,) int64 ns,
    at_offsets (T + 1,) -> out (F, C), out_variances (F,), filled in place; with no rows the variances are left out.
    """
    n_longest = 0
    for t in range(offsets.shape[0] - 1):
        n_longest = max(n_longest, offsets[t + 1] - offsets[t])
    positions = np.empty((n_longest, values.shape[1]))
    velocities = np.empty((n_longest, values.shape[1]))
    joint = np.empty((n_longest, 11))
    flat = out.reshape(-1)
    for t in range(offsets.shape[0] - 1):
        first, n = offsets[t], offsets[t + 1] - offsets[t]
        if n == 0:
            continue
        smooth_track(times, values, first, n, noises[t], variances, positions, velocities, joint)
        start = at_offsets[t]
        if n == 1:
            for i in range(start, at_offsets[t + 1]):
                out[i] = positions[0]
                if out_variances.shape[0] > 0:
                    out_variances[i] = joint[0, 0]
        for k in range(n - 1):
            base = times[first + k]
            span = times[first + k + 1] - base
            stop = segment_end(times, first + k, k + 2 == n, at, start, at_offsets[t + 1])
            hermite_segment(base, span, positions, velocities, k, at, start, stop, flat)
            if out_variances.shape[0] > 0:
                variance_segment(base, span, noises[t], joint, k, at, start, stop, out_variances)
            start = stop


@kernel
def smooth_track(times, values, first, n, q, variances, positions, velocities, joint):
    """Fill the work arrays of one track, whose n keyframes start at row `first`; arguments of `smooth_tracks`."""
    for column in range(values.shape[1]):
        positions[0, column] = values[first, column]
        velocities[0, column] = 0.0
    joint[0, 0] = variances[first]
    if n > 1:
        start_filter(times, values, first, q, variances, positions, velocities, joint)
        for k in range(2, n):
            filter_step(times, values, first, k, q, variances[first + k], positions, velocities, joint)
        for k in range(n - 2, 0, -1):
            smooth_step((times[first + k + 1] - times[first + k]) * SECONDS, k, q, positions, velocities, joint)
        h = (times[first + 1] - times[first]) * SECONDS
        smooth_first(values, first, h, q, variances[first], positions, velocities, joint)


@kernel
def start_filter(times, values, first, q, variances, positions, velocities, joint):
    """Filter the first two keyframes; arguments of `smooth_track`.

    Nothing is known of the first velocity, so the second keyframe has a closed form: the limit of an ever larger start
    variance, without its loss of digits.
    """
    h = (times[first + 1] - times[first]) * SECONDS
    r = variances[first + 1]
    rate = 1.0 / h
    bridge = variances[first] + q * h * h * h * THIRD
    joint[1, 0] = r
    joint[1, 1] = r * rate
    joint[1, 2] = (bridge + r) * rate * rate
    joint[1, 10] = r * bridge * rate * rate
    for column in range(values.shape[1]):
        positions[1, column] = values[first + 1, column]
        velocities[1, column] = (values[first + 1, column] - values[first, column]) * rate


@kernel
def predicted_determinant(a, b, c, determinant, q1, q3, h):
    """Determinant of a covariance a, b, c after a prediction over h seconds; q1 = q h, q3 = q h^3 / 3."""
    return determinant + (q1 * (a + h * b) + (q3 * c + 0.25 * q1 * q3))


@kernel
def filter_step(times, values, first, k, q, r, positions, velocities, joint):
    """Predict keyframe k from the one before and update it with its value; arguments of `smooth_track`."""
    row = first + k
    h = (times[row] - times[row - 1]) * SECONDS
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
    for column in range(values.shape[1]):
        error = values[row, column] - (positions[k - 1, column] + h * velocities[k - 1, column])
        # From the value, not from the prediction: without noise the curve passes through it exactly.
        positions[k, column] = values[row, column] - r * inverse * error
        velocities[k, column] = velocities[k - 1, column] + b_predicted * inverse * error


@kernel
def smooth_step(h, k, q, positions, velocities, joint):
    """Smooth keyframe k, filtered so far, with its successor h seconds later; arguments of `smooth_track`."""
    a, b, c, determinant = joint[k, 0], joint[k, 1], joint[k, 2], joint[k, 10]
    q1, q2, q3 = q * h, 0.5 * q * h * h, q * h * h * h * THIRD
    inverse = 1.0 / predicted_determinant(a, b, c, determinant, q1, q3, h)
    g0 = (determinant + q1 * a + q2 * b) * inverse
    g1 = -(h * determinant + q2 * a + 0.5 * q3 * b) * inverse
    g2 = (q1 * b + q2 * c) * inverse
    g3 = (determinant - q2 * b - 0.5 * q3 * c) * inverse
    joint[k, 3], joint[k, 4], joint[k, 5], joint[k, 6] = g0, g1, g2, g3
    # (A^-1 + B^-1)^-1 = (|B| A + |A| B) / |A + B| for 2 x 2: A is filtered, B is the process noise seen backward.
    process = 0.25 * q1 * q3
    joint[k, 7] = (process * a + determinant * q3) * inverse
    joint[k, 8] = (process * b - determinant * q2) * inverse
    joint[k, 9] = (process * c + determinant * q1) * inverse
    for column in range(positions.shape[1]):
        x, v = positions[k, column], velocities[k, column]
        dx = positions[k + 1, column] - (x + h * v)
        dv = velocities[k + 1, column] - v
        positions[k, column] = x + (g0 * dx + g1 * dv)
        velocities[k, column] = v + (g2 * dx + g3 * dv)
    spread_back(k, joint)


@kernel
def smooth_first(values, first, h, q, r, positions, velocities, joint):
    """Smooth the first keyframe: the limit of `smooth_step` for an unknown velocity; arguments of `smooth_track`."""
    q1, q2, q3 = q * h, 0.5 * q * h * h, q * h * h * h * THIRD
    inverse = 1.0 / (q3 + r)
    joint[0, 3] = r * inverse
    joint[0, 4] = -h * r * inverse
    joint[0, 5] = q2 * inverse
    joint[0, 6] = (r - 0.5 * q3) * inverse
    joint[0, 7] = r * q3 * inverse
    joint[0, 8] = -r * q2 * inverse
    joint[0, 9] = (0.25 * q1 * q3 + q1 * r) * inverse
    for column in range(values.shape[1]):
        v = velocities[1, column]
        error = values[first, column] - (positions[1, column] - h * v)
        positions[0, column] = values[first, column] - r * inverse * error
        velocities[0, column] = v - q2 * inverse * error
    spread_back(0, joint)


@kernel
def spread_back(k, joint):
    """Smoothed covariance of keyframe k from that of its successor: rest + gain P gain^T; joint of `smooth_track`."""
    a, b, c = joint[k + 1, 0], joint[k + 1, 1], joint[k + 1, 2]
    g0, g1, g2, g3 = joint[k, 3], joint[k, 4], joint[k, 5], joint[k, 6]
    joint[k, 0] = joint[k, 7] + (g0 * g0 * a + 2.0 * g0 * g1 * b + g1 * g1 * c)
    joint[k, 1] = joint[k, 8] + (g0 * g2 * a + (g0 * g3 + g1 * g2) * b + g1 * g3 * c)
    joint[k, 2] = joint[k, 9] + (g2 * g2 * a + 2.0 * g2 * g3 * b + g3 * g3 * c)


@kernel
def variance_segment(base, span, q, joint, k, at, start, stop, out):
    """Variance of the position between keyframes k and k + 1 at the instants start to stop, given all keyframes.

    base and span int64 ns: start and length of the segment, joint of `smooth_track` -> out (F,), filled in place.
    The Hermite weights carry the covariance of both states; between them the motion adds its bridge
    q h^3 u^3 (1 - u)^3 / 3.
    """
    h = span * SECONDS
    scale = 1.0 / span
    a, b, c = joint[k + 1, 0], joint[k + 1, 1], joint[k + 1, 2]
    g0, g1, g2, g3 = joint[k, 3], joint[k, 4], joint[k, 5], joint[k, 6]
    r0, r1, r2 = joint[k, 7], joint[k, 8], joint[k, 9]
    bridge = q * h * h * h * THIRD
    for i in range(start, stop):
        u = (at[i] - base) * scale
        w = 1.0 - u
        w0 = (1.0 + 2.0 * u) * w * w
        w1 = u * w * w * h
        x = g0 * w0 + g2 * w1 + u * u * (3.0 - 2.0 * u)
        v = g1 * w0 + g3 * w1 - u * u * w * h
        uw = u * w
        rest = r0 * w0 * w0 + 2.0 * r1 * w0 * w1 + r2 * w1 * w1
        carried = a * x * x + 2.0 * b * x * v + c * v * v
        out[i] = rest + carried + bridge * uw * uw * uw
