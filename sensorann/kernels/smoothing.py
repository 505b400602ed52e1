"""The constant-velocity smoothing spline of many tracks at once, solved at the keyframes only.

Motion is integrated white acceleration noise of spectral density q; a keyframe measures the position with variance r.
The mean of all positions given all keyframes is then a cubic smoothing spline (G. Wahba, J. R. Stat. Soc. B 40(3),
1978), between keyframes the cubic Hermite of the smoothed states, and r = 0 gives the natural cubic. Kalman filter
forward, Rauch-Tung-Striebel backward. Gains and covariances hold no data, so one recursion serves every column, and
every following track whose keyframes have the same times and noises.

Every 2 x 2 formula is a sum of terms that keep their sign, so that r = 0, very short and very long gaps lose no digits.
The packing of tracks into columns is that of `sensorann.kernels.curves`.

Work array of one track with n keyframes: `joint` (n, 13). A covariance of (position, velocity) is written a, b, c for
[[a, b], [b, c]].
    0:3   covariance of the state: filtered first, smoothed in the end
    3:7   gain, row-major: state k = gain @ state k + 1 + data + rest
    7:10  covariance of that rest
    10    determinant of the filtered covariance
    11    share of the prediction in the filtered position; the rest is the measured value
    12    filtered velocity per metre of (value - prediction)
"""

import numpy as np

from sensorann.kernels._jit import kernel
from sensorann.kernels.curves import SECONDS, hermite_segment, segment_end

THIRD = 1.0 / 3.0


@kernel
def smooth_tracks(times, values, offsets, noises, variances, at, at_offsets, out, out_sigmas):
    """Smoothed positions at any instant between keyframes, and their standard deviation.

    times (M,) int64 ns, values (M, C) float64, offsets (T + 1,), noises (T,) float64 > 0 spectral densities,
    variances (M,) float64 >= 0 of the keyframes, at (F,) int64 ns, at_offsets (T + 1,)
    -> out (F, C), out_sigmas (F,), filled in place; with no rows the standard deviations are left out.
    """
    n_longest = 0
    for t in range(offsets.shape[0] - 1):
        n_longest = max(n_longest, offsets[t + 1] - offsets[t])
    positions = np.empty((n_longest, values.shape[1]))
    velocities = np.empty((n_longest, values.shape[1]))
    joint = np.zeros((n_longest, 13))
    flat = out.reshape(-1)
    solved = -1
    for t in range(offsets.shape[0] - 1):
        first, n = offsets[t], offsets[t + 1] - offsets[t]
        if n == 0:
            continue
        if solved < 0 or not same_problem(times, offsets, noises, variances, t, solved):
            solve_gains(times, first, n, noises[t], variances, joint)
            solved = t
        smooth_values(times, values, first, n, joint, positions, velocities)
        start = guess = at_offsets[t]
        if n == 1:
            for i in range(start, at_offsets[t + 1]):
                out[i] = positions[0]
                if out_sigmas.shape[0] > 0:
                    out_sigmas[i] = np.sqrt(joint[0, 0])
        for k in range(n - 1):
            base = times[first + k]
            span = times[first + k + 1] - base
            stop = segment_end(times, first + k, k + 2 == n, at, start, guess, at_offsets[t + 1])
            hermite_segment(base, span, positions, velocities, k, at, start, stop, flat)
            if out_sigmas.shape[0] > 0:
                sigma_segment(base, span, noises[t], joint, k, at, start, stop, out_sigmas)
            start, guess = stop, stop + (stop - start)


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


@kernel
def smooth_values(times, values, first, n, joint, positions, velocities):
    """Smooth the values of one track with solved gains.

    times (M,), values (M, C), first row of the track and its n keyframes, joint of `solve_gains`
    -> positions (n, C) and velocities (n, C) per second, filled in place.
    """
    if values.shape[1] == 3:
        smooth_three(times, values, first, n, joint, positions, velocities)
        return
    n_columns = values.shape[1]
    for column in range(n_columns):
        positions[0, column] = 0.0
        velocities[0, column] = 0.0
    for k in range(1, n):
        h = (times[first + k] - times[first + k - 1]) * SECONDS
        keep, kick = joint[k, 11], joint[k, 12]
        for column in range(n_columns):
            # From the first keyframe on: differences of UTM-size coordinates keep all their digits.
            value = values[first + k, column] - values[first, column]
            error = value - (positions[k - 1, column] + h * velocities[k - 1, column])
            # From the value, not from the prediction: without noise the curve passes through it exactly.
            positions[k, column] = value - keep * error
            velocities[k, column] = velocities[k - 1, column] + kick * error
    for k in range(n - 2, 0, -1):
        h = (times[first + k + 1] - times[first + k]) * SECONDS
        g0, g1, g2, g3 = joint[k, 3], joint[k, 4], joint[k, 5], joint[k, 6]
        for column in range(n_columns):
            x, v = positions[k, column], velocities[k, column]
            dx = positions[k + 1, column] - (x + h * v)
            dv = velocities[k + 1, column] - v
            positions[k, column] = x + (g0 * dx + g1 * dv)
            velocities[k, column] = v + (g2 * dx + g3 * dv)
    for column in range(n_columns):
        if n > 1:
            h = (times[first + 1] - times[first]) * SECONDS
            error = h * velocities[1, column] - positions[1, column]
            positions[0, column] = -joint[0, 11] * error
            velocities[0, column] = velocities[1, column] - joint[0, 12] * error
        for k in range(n):
            positions[k, column] += values[first, column]


@kernel
def smooth_three(times, values, first, n, joint, positions, velocities):
    """`smooth_values` of three columns, written out: the states stay in registers, 1.5 times as fast, bit for bit."""
    start_x, start_y, start_z = values[first, 0], values[first, 1], values[first, 2]
    px = py = pz = vx = vy = vz = 0.0
    for k in range(1, n):
        h = (times[first + k] - times[first + k - 1]) * SECONDS
        keep, kick = joint[k, 11], joint[k, 12]
        x, y, z = values[first + k, 0] - start_x, values[first + k, 1] - start_y, values[first + k, 2] - start_z
        error_x, error_y, error_z = x - (px + h * vx), y - (py + h * vy), z - (pz + h * vz)
        px, py, pz = x - keep * error_x, y - keep * error_y, z - keep * error_z
        vx, vy, vz = vx + kick * error_x, vy + kick * error_y, vz + kick * error_z
        put(positions, k, px, py, pz)
        put(velocities, k, vx, vy, vz)
    put(positions, n - 1, px + start_x, py + start_y, pz + start_z)
    for k in range(n - 2, 0, -1):
        h = (times[first + k + 1] - times[first + k]) * SECONDS
        g0, g1, g2, g3 = joint[k, 3], joint[k, 4], joint[k, 5], joint[k, 6]
        x, y, z = positions[k, 0], positions[k, 1], positions[k, 2]
        ux, uy, uz = velocities[k, 0], velocities[k, 1], velocities[k, 2]
        dx, dy, dz = px - (x + h * ux), py - (y + h * uy), pz - (z + h * uz)
        dvx, dvy, dvz = vx - ux, vy - uy, vz - uz
        px, py, pz = x + (g0 * dx + g1 * dvx), y + (g0 * dy + g1 * dvy), z + (g0 * dz + g1 * dvz)
        vx, vy, vz = ux + (g2 * dx + g3 * dvx), uy + (g2 * dy + g3 * dvy), uz + (g2 * dz + g3 * dvz)
        put(positions, k, px + start_x, py + start_y, pz + start_z)
        put(velocities, k, vx, vy, vz)
    if n > 1:
        h = (times[first + 1] - times[first]) * SECONDS
        keep, kick = joint[0, 11], joint[0, 12]
        error_x, error_y, error_z = h * vx - px, h * vy - py, h * vz - pz
        put(positions, 0, -keep * error_x + start_x, -keep * error_y + start_y, -keep * error_z + start_z)
        put(velocities, 0, vx - kick * error_x, vy - kick * error_y, vz - kick * error_z)
    else:
        put(velocities, 0, 0.0, 0.0, 0.0)


@kernel
def put(rows, k, x, y, z):
    """Write one row: rows (K, 3), k int, three floats."""
    rows[k, 0], rows[k, 1], rows[k, 2] = x, y, z


@kernel
def sigma_segment(base, span, q, joint, k, at, start, stop, out):
    """Standard deviation of the position between keyframes k and k + 1 at the instants start to stop.

    base and span int64 ns: start and length of the segment, joint of `solve_gains` -> out (F,), filled in place.
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
        # Both are squares; rounding may leave the sum of their terms a hair below zero.
        out[i] = np.sqrt(max(rest + carried + bridge * uw * uw * uw, 0.0))
