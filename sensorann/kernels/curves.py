"""Curves through the keyframes of many tracks at once.

Ragged columns are packed end to end: track t owns rows offsets[t] to offsets[t + 1] of the keyframes, and rows
at_offsets[t] to at_offsets[t + 1] of the instants that are asked for. Both are in time order, and the instants lie
between the first and the last keyframe of their track. Times are int64 ns and are subtracted before they become
seconds. Large results are filled in place: numpy asks for huge pages, numba does not, and page faults cost more than
the sums.
"""

import numpy as np

from sensorann.kernels._jit import kernel

SECONDS = 1e-9


@kernel
def segment_end(times, k, is_last, at, start, guess, end):
    """Find where the instants of a segment end (int): the first row of `at` that belongs to keyframe k + 1.

    The last segment of a track owns its end too. The search begins at the row `guess`: keyframes mostly come at equal
    steps, and a segment as long as the one before it is found at once.
    """
    if is_last:
        return end
    stop = min(guess, end)
    while stop > start and at[stop - 1] >= times[k + 1]:
        stop -= 1
    while stop < end and at[stop] < times[k + 1]:
        stop += 1
    return stop


@kernel
def locate(times, offsets, at, at_offsets):
    """Find the keyframe at or before each instant, and how far the instant is on the way to the next one.

    times (M,) int64, offsets (T + 1,) int64, at (F,) int64, at_offsets (T + 1,) int64
    -> rows (F,) int64, fractions (F,) float64 in [0, 1]. The end of a track counts to its last segment, as 1.
    """
    rows = np.empty(at.shape[0], np.int64)
    fractions = np.zeros(at.shape[0])
    for t in range(offsets.shape[0] - 1):
        start = guess = at_offsets[t]
        for k in range(offsets[t], offsets[t + 1]):
            stop = segment_end(times, k, k + 2 >= offsets[t + 1], at, start, guess, at_offsets[t + 1])
            for i in range(start, stop):
                rows[i] = k
                if k + 1 < offsets[t + 1]:
                    fractions[i] = (at[i] - times[k]) / (times[k + 1] - times[k])
            start, guess = stop, stop + (stop - start)
    return rows, fractions


@kernel
def hermite_segment(base, span, values, slopes, k, at, start, stop, out):
    """Evaluate the cubic between rows k and k + 1 of values and slopes at the instants start to stop.

    base and span int64 ns: start and length of the segment, values and slopes (K, C) float64, at (F,) int64
    -> out (F * C,) float64, filled in place. A constant stays exactly constant, whatever its size.
    """
    h = span * SECONDS
    scale = 1.0 / span
    n_columns = values.shape[1]
    if n_columns == 3:
        # Written out: with a stride known to the compiler the loop runs on vectors, 1.3 times as fast as below.
        x0, y0, z0 = values[k, 0], values[k, 1], values[k, 2]
        rise_x, rise_y, rise_z = values[k + 1, 0] - x0, values[k + 1, 1] - y0, values[k + 1, 2] - z0
        x1, y1, z1 = h * slopes[k, 0], h * slopes[k, 1], h * slopes[k, 2]
        end_x, end_y, end_z = h * slopes[k + 1, 0], h * slopes[k + 1, 1], h * slopes[k + 1, 2]
        x2, x3 = 3.0 * rise_x - 2.0 * x1 - end_x, x1 + end_x - 2.0 * rise_x
        y2, y3 = 3.0 * rise_y - 2.0 * y1 - end_y, y1 + end_y - 2.0 * rise_y
        z2, z3 = 3.0 * rise_z - 2.0 * z1 - end_z, z1 + end_z - 2.0 * rise_z
        for i in range(start, stop):
            u = (at[i] - base) * scale
            out[3 * i] = x0 + u * (x1 + u * (x2 + u * x3))
            out[3 * i + 1] = y0 + u * (y1 + u * (y2 + u * y3))
            out[3 * i + 2] = z0 + u * (z1 + u * (z2 + u * z3))
        return
    for column in range(n_columns):
        value = values[k, column]
        rise = values[k + 1, column] - value
        first = h * slopes[k, column]
        last = h * slopes[k + 1, column]
        for i in range(start, stop):
            u = (at[i] - base) * scale
            third = first + last - 2.0 * rise
            out[n_columns * i + column] = value + u * (first + u * (3.0 * rise - 2.0 * first - last + u * third))


@kernel
def hermite(times, values, slopes, offsets, at, at_offsets, out):
    """Evaluate the cubic Hermite curves through values with the given slopes (per second).

    times (M,) int64, values and slopes (M, C) float64, offsets (T + 1,), at (F,) int64, at_offsets (T + 1,)
    -> out (F, C) float64, filled in place. A track with one keyframe is constant.
    """
    flat = out.reshape(-1)
    for t in range(offsets.shape[0] - 1):
        start = guess = at_offsets[t]
        if offsets[t + 1] - offsets[t] == 1:
            for i in range(start, at_offsets[t + 1]):
                out[i] = values[offsets[t]]
        for k in range(offsets[t], offsets[t + 1] - 1):
            stop = segment_end(times, k, k + 2 == offsets[t + 1], at, start, guess, at_offsets[t + 1])
            hermite_segment(times[k], times[k + 1] - times[k], values, slopes, k, at, start, stop, flat)
            start, guess = stop, stop + (stop - start)


@kernel
def linear(times, values, offsets, at, at_offsets, out):
    """Evaluate the straight lines between values.

    times (M,) int64, values (M, C) float64, offsets (T + 1,), at (F,) int64, at_offsets (T + 1,)
    -> out (F, C) float64, filled in place.
    """
    rows, fractions = locate(times, offsets, at, at_offsets)
    for j in range(at.shape[0]):
        k = rows[j]
        for column in range(values.shape[1]):
            out[j, column] = values[k, column]
            if fractions[j] > 0.0:
                out[j, column] += fractions[j] * (values[k + 1, column] - values[k, column])


@kernel
def natural_slopes(times, values, offsets):
    """Slopes of the natural cubic spline (no curvature at either end) at its knots.

    times (M,) int64, values (M, C) float64, offsets (T + 1,) -> (M, C) float64, per second.
    The tridiagonal system of continuous second derivatives is diagonally dominant, so it is solved by elimination
    without pivoting (C. de Boor, A Practical Guide to Splines, chapter IV).
    """
    slopes = np.zeros(values.shape)
    above = np.empty(values.shape[0])
    for t in range(offsets.shape[0] - 1):
        first, last = offsets[t], offsets[t + 1] - 1
        if last <= first:
            continue
        for k in range(first, last + 1):
            before = 1.0 / ((times[k] - times[k - 1]) * SECONDS) if k > first else 0.0
            after = 1.0 / ((times[k + 1] - times[k]) * SECONDS) if k < last else 0.0
            diagonal = 2.0 * (before + after)
            if k > first:
                diagonal -= before * above[k - 1]
            above[k] = after / diagonal
            for column in range(values.shape[1]):
                right = 0.0
                if k > first:
                    rise = values[k, column] - values[k - 1, column]
                    right += before * (3.0 * before * rise - slopes[k - 1, column])
                if k < last:
                    right += 3.0 * after * after * (values[k + 1, column] - values[k, column])
                slopes[k, column] = right / diagonal
        for k in range(last - 1, first - 1, -1):
            for column in range(values.shape[1]):
                slopes[k, column] -= above[k] * slopes[k + 1, column]
    return slopes


@kernel
def pchip_end_slope(h, h_next, rise, rise_next):
    """Slope at an end by the three-point formula, clipped so that the curve keeps its shape (floats -> float)."""
    slope = ((2.0 * h + h_next) * rise - h * rise_next) / (h + h_next)
    if slope * rise <= 0.0:
        return 0.0
    if rise * rise_next <= 0.0 and abs(slope) > 3.0 * abs(rise):
        return 3.0 * rise
    return slope


@kernel
def pchip_slopes(times, values, offsets):
    """Slopes that never overshoot: zero at a turning point, else a weighted harmonic mean of the two rises.

    times (M,) int64, values (M, C) float64, offsets (T + 1,) -> (M, C) float64, per second.
    F. N. Fritsch and J. Butland, SIAM J. Sci. Stat. Comput. 5(2), 1984.
    """
    slopes = np.zeros(values.shape)
    for t in range(offsets.shape[0] - 1):
        first, last = offsets[t], offsets[t + 1] - 1
        for column in range(values.shape[1]):
            h = rise = h_last = rise_last = 0.0
            for k in range(first, last):
                h_last, rise_last = h, rise
                h = (times[k + 1] - times[k]) * SECONDS
                rise = (values[k + 1, column] - values[k, column]) / h
                if k > first and rise_last * rise > 0.0:
                    weight_last = 2.0 * h + h_last
                    weight = h + 2.0 * h_last
                    slopes[k, column] = (weight_last + weight) / (weight_last / rise_last + weight / rise)
                if k == first + 1:
                    slopes[first, column] = pchip_end_slope(h_last, h, rise_last, rise)
            if last - first == 1:
                slopes[first, column] = slopes[last, column] = rise
            elif last - first > 1:
                slopes[last, column] = pchip_end_slope(h, h_last, rise, rise_last)
    return slopes


@kernel
def unwrap(angles, offsets):
    """Add whole turns so that each track turns the shorter way from keyframe to keyframe.

    angles (M,) float64, radians, offsets (T + 1,) -> (M,) float64, relative to the first angle of the track.
    """
    out = np.zeros(angles.shape[0])
    for t in range(offsets.shape[0] - 1):
        for k in range(offsets[t] + 1, offsets[t + 1]):
            out[k] = out[k - 1] + ((angles[k] - angles[k - 1] + np.pi) % (2.0 * np.pi) - np.pi)
    return out
