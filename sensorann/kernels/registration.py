"""Lay the points of an object onto its template: robust Gauss-Newton with a prior, in the plane of the box.

The unknown is x = (along, across, yaw), the offset of the object's box in the axes of the box that the points are
given in. Point-to-point residuals with Geman-McClure weights, from a wide scale to a narrow one (graduated
non-convexity; M. J. Black and A. Rangarajan, Int. J. Computer Vision 19(1), 1996).
"""

import math

import numpy as np

from sensorann.kernels._jit import kernel
from sensorann.kernels.nearest import nearest_point
from sensorann.kernels.small import inverse

POINT_SIGMA = 0.05  # metres
# Residuals on one surface are correlated: however many points match, they count as this many.
MOST_INDEPENDENT_POINTS = 40
FEWEST_MATCHES = 8
MOST_STEPS = 8
SMALLEST_STEP = 1e-3


@kernel
def register(template, target, prior_information, scales):
    """Most probable offset of the object given its points and the prior, and what the points alone say.

    template NearestGrid, target (N, 3), prior_information (3, 3) about offset zero, scales (S,) metres, decreasing ->
    offset (3,), information of the points (3, 3), number of matches at the last scale (fewer than FEWEST_MATCHES: no
    answer).
    """
    offset = np.zeros(3)
    information = np.zeros((3, 3))
    gradient = np.zeros(3)
    n_matches = 0
    for s in range(scales.shape[0]):
        for _ in range(MOST_STEPS):
            n_matches = weigh_matches(template, target, offset, scales[s], information, gradient)
            if n_matches < FEWEST_MATCHES:
                return offset, information, n_matches
            if take_step(offset, information, gradient, prior_information) < SMALLEST_STEP:
                break
    return offset, information, n_matches


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
def weigh_matches(template, target, offset, scale, information, gradient):
    """Fill the normal equations at an offset, in place; number of matches within three scales."""
    cosine, sine = math.cos(offset[2]), math.sin(offset[2])
    information[:] = 0.0
    gradient[:] = 0.0
    n_matches = 0
    squared_scale = scale * scale
    jacobian = np.empty((2, 3))
    # A point in the axes of the box is R(yaw)^T (p - offset), so the offset moves it by -R^T.
    jacobian[0, 0], jacobian[0, 1] = -cosine, -sine
    jacobian[1, 0], jacobian[1, 1] = sine, -cosine
    for p in range(target.shape[0]):
        dx, dy = target[p, 0] - offset[0], target[p, 1] - offset[1]
        u, v = cosine * dx + sine * dy, -sine * dx + cosine * dy
        m, squared = nearest_point(template, u, v, target[p, 2])
        if m < 0 or squared > 9.0 * squared_scale:
            continue
        n_matches += 1
        root = 1.0 / (1.0 + squared / squared_scale)
        weight = root * root
        jacobian[0, 2], jacobian[1, 2] = v, -u
        residual_u, residual_v = template.points[m, 0] - u, template.points[m, 1] - v
        # A point may slide along its surface: only what lies across it says where the object is.
        uu, uv, vv = weight * template.across[m, 0], weight * template.across[m, 1], weight * template.across[m, 2]
        for a in range(3):
            along_u = uu * jacobian[0, a] + uv * jacobian[1, a]
            along_v = uv * jacobian[0, a] + vv * jacobian[1, a]
            gradient[a] += along_u * residual_u + along_v * residual_v
            for b in range(a, 3):
                information[a, b] += along_u * jacobian[0, b] + along_v * jacobian[1, b]
    share = min(1.0, MOST_INDEPENDENT_POINTS / max(n_matches, 1)) / POINT_SIGMA**2
    for a in range(3):
        gradient[a] *= share
        for b in range(a, 3):
            information[a, b] *= share
            information[b, a] = information[a, b]
    return n_matches
