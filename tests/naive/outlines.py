"""Rectangles around points."""

import numpy as np


def edge_score(points, angle, rank, width):
    """Reward of one angle: every point by its distance to the nearest of four lines through order statistics."""
    u = points[:, 0] * np.cos(angle) + points[:, 1] * np.sin(angle)
    v = points[:, 1] * np.cos(angle) - points[:, 0] * np.sin(angle)
    score = 0.0
    for a, b in zip(u, v, strict=True):
        lines_u, lines_v = np.sort(u)[[rank, -1 - rank]], np.sort(v)[[rank, -1 - rank]]
        distance = min(np.abs(a - lines_u).min(), np.abs(b - lines_v).min())
        if distance < 4 * width:
            score += np.exp(-(distance**2) / (2 * width**2))
    return score


def l_shape_yaw(points, criterion, step_deg=1.0):
    """Angle in [0, pi / 2) of the rectangle that Zhang, Xu, Dong and Dolan (IV 2017) lay around points (N, 2).

    The criterion is theirs: `l_shape_area`, `l_shape_closeness` or `l_shape_variance`.
    """
    angles = np.radians(np.arange(0, 90, step_deg))
    u = [points @ [np.cos(angle), np.sin(angle)] for angle in angles]
    v = [points @ [-np.sin(angle), np.cos(angle)] for angle in angles]
    return angles[np.argmax([criterion(*pair) for pair in zip(u, v, strict=True)])]


def l_shape_area(u, v):
    return -np.ptp(u) * np.ptp(v)


def _to_nearer_edge(values):
    return np.minimum(values.max() - values, values - values.min())


def l_shape_closeness(u, v, smallest=0.01):
    return (1 / np.maximum(np.minimum(_to_nearer_edge(u), _to_nearer_edge(v)), smallest)).sum()


def l_shape_variance(u, v):
    to_u, to_v = _to_nearer_edge(u), _to_nearer_edge(v)
    nearer = to_u < to_v
    return -sum(np.var(distances) for distances in (to_u[nearer], to_v[~nearer]) if len(distances))
