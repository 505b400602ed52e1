"""How well a rectangle's edges explain the points of an object seen from above."""

import math

import numpy as np

from sensorann.kernels._jit import kernel

# Beyond four widths a point's reward is below 4e-4: it counts as none.
_CUTOFF_WIDTHS = 4.0


@kernel
def _order_statistics(values, rank):
    """Return the values at `rank` from both ends, values (N,), rank < N / 2.

    Two short sorted buffers: the rank is a hundredth of N, a full sort would cost most of the time.
    """
    low = np.full(rank + 1, np.inf)
    high = np.full(rank + 1, -np.inf)
    last_low, last_high = np.inf, -np.inf
    for i in range(values.shape[0]):
        value = values[i]
        if value < last_low:
            j = rank
            while j > 0 and low[j - 1] > value:
                low[j] = low[j - 1]
                j -= 1
            low[j] = value
            last_low = low[rank]
        if value > last_high:
            j = rank
            while j > 0 and high[j - 1] < value:
                high[j] = high[j - 1]
                j -= 1
            high[j] = value
            last_high = high[rank]
    return last_low, last_high


@kernel
def _falling_exponential(x):
    """Exponential of -x for x from 0 to 8, to 2e-12 of itself: seven terms of the series of its 256th root.

    The one of the library is a call, which keeps a loop from using the vector units.
    """
    y = x / 256.0
    power = 1.0 - y * (1.0 - y * (1 / 2 - y * (1 / 6 - y * (1 / 24 - y * (1 / 120 - y / 720)))))
    for _ in range(8):
        power *= power
    return power


@kernel
def _edge_score(points, angle, rank, width, u, v):
    """Reward of one angle; u and v (N,) are scratch."""
    c, s = math.cos(angle), math.sin(angle)
    n, flat = points.shape[0], points.reshape(-1)
    for i in range(n):
        u[i] = flat[2 * i] * c + flat[2 * i + 1] * s
        v[i] = flat[2 * i + 1] * c - flat[2 * i] * s
    u_low, u_high = _order_statistics(u, rank)
    v_low, v_high = _order_statistics(v, rank)
    factor, most = 0.5 / (width * width), 0.5 * _CUTOFF_WIDTHS * _CUTOFF_WIDTHS
    for i in range(n):
        # Absolute distances: points that were trimmed away outside of the rectangle pay as well.
        across = min(abs(u[i] - u_low), abs(u_high - u[i]))
        along = min(abs(v[i] - v_low), abs(v_high - v[i]))
        distance = min(across, along)
        exponent = factor * distance * distance
        reward = _falling_exponential(exponent if exponent < most else 0.0)
        u[i] = reward if exponent < most else 0.0
    # Four sums side by side: each waits for its own last addition only.
    first = second = third = fourth = 0.0
    whole = n - n % 4
    for i in range(0, whole, 4):
        first, second, third, fourth = first + u[i], second + u[i + 1], third + u[i + 2], fourth + u[i + 3]
    for i in range(whole, n):
        first += u[i]
    return (first + second) + (third + fourth)


@kernel
def edge_scores(points, angles, rank, width):
    """Sum over the points of exp(-d^2 / (2 width^2)), d the distance to the nearest edge line.

    points (N, 2) float64 finite, angles (K,) float64, rank int < N / 2 (points trimmed at each end of each axis before
    the edges are laid), width float -> (K,) float64.
    """
    scores = np.empty(angles.shape[0])
    u = np.empty(points.shape[0])
    v = np.empty(points.shape[0])
    for k in range(angles.shape[0]):
        scores[k] = _edge_score(points, angles[k], rank, width, u, v)
    return scores


@kernel
def search_edge_angle(points, rank, width, n_coarse, n_candidates):
    """Angle in [0, pi / 2) with the best edge score, from coarse to fine, and its score.

    points (N, 2) float64 finite, rank int < N / 2, width float, n_coarse int angles over the quarter turn,
    n_candidates int of them searched further -> angle float, score float.

    The coarse pass uses edges of three times the width: a peak is about width / length wide, and between coarse
    angles a sharp one would be lost.
    """
    quarter = 0.5 * math.pi
    u = np.empty(points.shape[0])
    v = np.empty(points.shape[0])
    step = quarter / n_coarse
    coarse = np.empty(n_coarse)
    for k in range(n_coarse):
        coarse[k] = _edge_score(points, k * step, rank, 3.0 * width, u, v)
    peaks = np.full(n_coarse, -1.0)
    for k in range(n_coarse):
        # A rectangle turned by 90 degrees is the same one: the range is a circle.
        if coarse[k] >= coarse[k - 1] and coarse[k] >= coarse[(k + 1) % n_coarse]:
            peaks[k] = coarse[k]
    best_angle, best_score = 0.0, -1.0
    half = 0.5 * step
    for _ in range(n_candidates):
        top = np.argmax(peaks)
        if peaks[top] < 0.0:
            break
        peaks[top] = -1.0
        angle = top * step
        half = 0.5 * step
        score = _edge_score(points, angle, rank, width, u, v)
        for _level in range(4):
            before = _edge_score(points, angle - half, rank, width, u, v)
            after = _edge_score(points, angle + half, rank, width, u, v)
            if before > score and before >= after:
                angle, score = angle - half, before
            elif after > score:
                angle, score = angle + half, after
            half *= 0.5
        if score > best_score:
            best_angle, best_score = angle, score
    # Vertex of the parabola through the best angle and its neighbours, when it really is better.
    before = _edge_score(points, best_angle - half, rank, width, u, v)
    after = _edge_score(points, best_angle + half, rank, width, u, v)
    bend = before - 2.0 * best_score + after
    if bend < 0.0:
        shift = 0.5 * (before - after) / bend
        if -1.0 <= shift <= 1.0:
            refined = best_angle + shift * half
            score = _edge_score(points, refined, rank, width, u, v)
            if score > best_score:
                best_angle, best_score = refined, score
    return best_angle % quarter, best_score


@kernel
def plan_extent(points, angle):
    """Lowest and highest coordinate along the axis at an angle and across it: points (N, 2) -> low (2,), high (2,)."""
    c, s = math.cos(angle), math.sin(angle)
    low, high = np.full(2, np.inf), np.full(2, -np.inf)
    for i in range(points.shape[0]):
        u, v = points[i, 0] * c + points[i, 1] * s, points[i, 1] * c - points[i, 0] * s
        low[0], high[0] = min(low[0], u), max(high[0], u)
        low[1], high[1] = min(low[1], v), max(high[1], v)
    return low, high
