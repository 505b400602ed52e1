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
    for i in range(values.shape[0]):
        value = values[i]
        if value < low[rank]:
            j = rank
            while j > 0 and low[j - 1] > value:
                low[j] = low[j - 1]
                j -= 1
            low[j] = value
        if value > high[rank]:
            j = rank
            while j > 0 and high[j - 1] < value:
                high[j] = high[j - 1]
                j -= 1
            high[j] = value
    return low[rank], high[rank]


@kernel
def _edge_score(points, angle, rank, width, u, v):
    """Reward of one angle; u and v (N,) are scratch."""
    c, s = math.cos(angle), math.sin(angle)
    n = points.shape[0]
    for i in range(n):
        u[i] = points[i, 0] * c + points[i, 1] * s
        v[i] = points[i, 1] * c - points[i, 0] * s
    u_low, u_high = _order_statistics(u, rank)
    v_low, v_high = _order_statistics(v, rank)
    factor = -0.5 / (width * width)
    cutoff = _CUTOFF_WIDTHS * width
    score = 0.0
    for i in range(n):
        # Absolute distances: points that were trimmed away outside of the rectangle pay as well.
        across = min(abs(u[i] - u_low), abs(u_high - u[i]))
        along = min(abs(v[i] - v_low), abs(v_high - v[i]))
        distance = min(across, along)
        if distance < cutoff:
            score += math.exp(factor * distance * distance)
    return score


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
