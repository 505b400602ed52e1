"""Lay the points of an object onto its template: robust Gauss-Newton with a prior, in the plane of the box.

The unknown is x = (along, across, yaw), the offset of the object's box in the axes of the box that the points are
given in. Point-to-point residuals with Geman-McClure weights, from a wide scale to a narrow one (graduated
non-convexity; M. J. Black and A. Rangarajan, Int. J. Computer Vision 19(1), 1996).
"""

import math

import numpy as np

from sensorann.kernels._jit import kernel
from sensorann.kernels.nearest import looks_away, nearest_point
from sensorann.kernels.small import inverse, product, symmetrised

POINT_SIGMA = 0.05  # metres
# Residuals on one surface are correlated: however many points match, they count as this many.
MOST_INDEPENDENT_POINTS = 40
FEWEST_MATCHES = 8
PROBE = 0.3  # metres that an object is moved to see whether its points mind
OUTSIDE = 0.1  # metres beyond the box at which a point is surely outside
MOST_STEPS = 8
SMALLEST_STEP = 1e-3


@kernel
def register(template, target, viewer, prior_information, scales):
    """Most probable offset of the object given its points and the prior, and what the points alone say.

    template NearestGrid, target (N, 3), viewer (2,): where they were seen from, prior_information (3, 3) about offset
    zero, scales (S,) metres, decreasing -> offset (3,), information of the points (3, 3), number of matches at the last
    scale (fewer than FEWEST_MATCHES: no answer).
    """
    offset = np.zeros(3)
    information = np.zeros((3, 3))
    gradient = np.zeros(3)
    n_matches = 0
    for s in range(scales.shape[0]):
        for _ in range(MOST_STEPS):
            n_matches = weigh_matches(template, target, viewer, offset, scales[s], information, gradient)
            if n_matches < FEWEST_MATCHES:
                return offset, information, n_matches
            if take_step(offset, information, gradient, prior_information) < SMALLEST_STEP:
                break
    forget_sliding(template, target, viewer, offset, scales[scales.shape[0] - 1], information)
    return offset, information, n_matches


@kernel
def forget_sliding(template, target, viewer, offset, scale, information):
    """Cut the information along its weakest direction in plan to what moving the object that way shows, in place.

    Nearest points slide along with the object: on a wall they agree wherever it is, and the normal equations take the
    noise across the wall for knowledge along it. What is really there is the curvature of the mismatch over PROBE, on
    the side where it grows less: 2 growth / PROBE^2 = w^T J w, reached by squeezing J to S J S.
    """
    half, apart = 0.5 * (information[0, 0] + information[1, 1]), 0.5 * (information[0, 0] - information[1, 1])
    weakest = half - math.sqrt(apart * apart + information[0, 1] ** 2)
    angle = 0.5 * math.atan2(information[0, 1], apart) + 0.5 * math.pi
    direction = np.array([math.cos(angle), math.sin(angle), 0.0])
    growth = min(
        mismatch(template, target, viewer, offset - PROBE * direction, scale),
        mismatch(template, target, viewer, offset + PROBE * direction, scale),
    ) - mismatch(template, target, viewer, offset, scale)
    shown = max(2.0 * growth / PROBE**2, 0.0)
    if shown < weakest:
        squeeze = np.eye(3)
        for a in range(2):
            for b in range(2):
                squeeze[a, b] -= (1.0 - math.sqrt(shown / weakest)) * direction[a] * direction[b]
        information[:] = symmetrised(product(product(squeeze, information), squeeze))


@kernel
def mismatch(template, target, viewer, offset, scale):
    """Robust cost of all points at an offset: half their squared residuals over their variance."""
    cosine, sine = math.cos(offset[2]), math.sin(offset[2])
    seen_from = turned(viewer, offset)
    cost = 0.0
    for p in range(target.shape[0]):
        dx, dy = target[p, 0] - offset[0], target[p, 1] - offset[1]
        u, v = cosine * dx + sine * dy, -sine * dx + cosine * dy
        m, _ = nearest_point(template, u, v, target[p, 2])
        if m >= 0 and not looks_away(template, m, u, v, seen_from):
            uu, uv, vv = match_weights(template, m, u, v)
            residual_u, residual_v = template.points[m, 0] - u, template.points[m, 1] - v
            squared = uu * residual_u**2 + 2.0 * uv * residual_u * residual_v + vv * residual_v**2
            cost += 0.5 * squared / (1.0 + squared / (scale * scale))
    return cost * min(1.0, MOST_INDEPENDENT_POINTS / max(target.shape[0], 1)) / POINT_SIGMA**2


@kernel
def take_step(offset, information, gradient, prior_information):
    """Move the offset by one Gauss-Newton step, in place; sum of the absolute moves."""
    spread = inverse(information + prior_information)
    pull = np.empty(3)
    for a in range(3):
        pull[a] = gradient[a]
        for b in range(3):
            pull[a] -= prior_information[a, b] * offset[b]
    moved = 0.0
    for a in range(3):
        step = 0.0
        for b in range(3):
            step += spread[a, b] * pull[b]
        offset[a] += step
        moved += abs(step)
    return moved


@kernel
def weigh_matches(template, target, viewer, offset, scale, information, gradient):
    """Fill the normal equations at an offset, in place; number of matches within three scales."""
    cosine, sine = math.cos(offset[2]), math.sin(offset[2])
    seen_from = turned(viewer, offset)
    information[:] = 0.0
    gradient[:] = 0.0
    n_matches, missed, weights = 0, 0.0, 0.0
    squared_scale = scale * scale
    jacobian = np.empty((2, 3))
    # A point in the axes of the box is R(yaw)^T (p - offset), so the offset moves it by -R^T.
    jacobian[0, 0], jacobian[0, 1] = -cosine, -sine
    jacobian[1, 0], jacobian[1, 1] = sine, -cosine
    for p in range(target.shape[0]):
        dx, dy = target[p, 0] - offset[0], target[p, 1] - offset[1]
        u, v = cosine * dx + sine * dy, -sine * dx + cosine * dy
        m, squared = nearest_point(template, u, v, target[p, 2])
        if m < 0 or squared > 9.0 * squared_scale or looks_away(template, m, u, v, seen_from):
            continue
        n_matches += 1
        root = 1.0 / (1.0 + squared / squared_scale)
        weight = root * root
        jacobian[0, 2], jacobian[1, 2] = v, -u
        residual_u, residual_v = template.points[m, 0] - u, template.points[m, 1] - v
        uu, uv, vv = match_weights(template, m, u, v)
        uu, uv, vv = weight * uu, weight * uv, weight * vv
        missed += residual_u * (uu * residual_u + uv * residual_v) + residual_v * (uv * residual_u + vv * residual_v)
        weights += uu + vv
        for a in range(3):
            along_u = uu * jacobian[0, a] + uv * jacobian[1, a]
            along_v = uv * jacobian[0, a] + vv * jacobian[1, a]
            gradient[a] += along_u * residual_u + along_v * residual_v
            for b in range(a, 3):
                information[a, b] += along_u * jacobian[0, b] + along_v * jacobian[1, b]
    # A coarse template misses by more than the noise of a range.
    variance = max(POINT_SIGMA**2, missed / max(weights, 1e-12))
    share = min(1.0, MOST_INDEPENDENT_POINTS / max(n_matches, 1)) / variance
    for a in range(3):
        gradient[a] *= share
        for b in range(a, 3):
            information[a, b] *= share
            information[b, a] = information[a, b]
    return n_matches


@kernel
def turned(place, offset):
    """A place (2,) in the axes of the box at an offset."""
    dx, dy, cosine, sine = place[0] - offset[0], place[1] - offset[1], math.cos(offset[2]), math.sin(offset[2])
    return np.array([cosine * dx + sine * dy, -sine * dx + cosine * dy])


@kernel
def match_weights(template, m, u, v):
    """Weights (uu, uv, vv) of the residual of a point at (u, v) against template point m.

    A point may slide along its surface: only what lies across it says where the object is. Outside the box, though,
    the way back is along it.
    """
    uu, uv, vv = template.across[m, 0], template.across[m, 1], template.across[m, 2]
    outside = max(abs(u) - template.limits[0], abs(v) - template.limits[1])
    past = min(max(outside / OUTSIDE, 0.0), 1.0)
    return uu + past * (1.0 - uu), (1.0 - past) * uv, vv + past * (1.0 - vv)
