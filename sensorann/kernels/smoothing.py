"""The constant-velocity smoothing spline of many tracks at once, solved at the keyframes only.

Motion is integrated white acceleration noise of spectral density q; a keyframe measures the position with variance r.
The mean of all positions given all keyframes is then a cubic smoothing spline (G. Wahba, J. R. Stat. Soc. B 40(3),
1978), between keyframes the cubic Hermite of the smoothed states, and r = 0 gives the natural cubic. Kalman filter
forward, Rauch-Tung-Striebel backward. Gains and covariances hold no data, so one recursion serves every column, and
every following track whose keyframes have the same times and noises.

The packing of tracks into columns is that of `sensorann.kernels.curves`.
"""

import numpy as np

from sensorann.kernels._jit import kernel
from sensorann.kernels.curves import SECONDS, hermite_segment, segment_end
from sensorann.kernels.smoothing_gains import THIRD, same_problem, solve_gains


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
