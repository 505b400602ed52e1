"""Follow one object through the frames between two keyframes, from both ends inward.

Each registration that is accepted becomes a measurement of a filter, so that the prior of the next frame stays a
decimetre wide even in the middle of a gap of several seconds.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sensorann.kernels._jit import kernel
from sensorann.kernels.nearest import add_point, looks_away, nearest_point, outward_normal, surface_weights
from sensorann.kernels.pose_filter import fuse, predict, predict_back, update
from sensorann.kernels.registration import FEWEST_MATCHES, register, turned
from sensorann.kernels.small import inverse

FEWEST_POINTS = 10
MOST_POINTS = 600
MOST_REFUSALS = 4  # in a row: the object is hidden, or no longer looks like its template
INLIER_DISTANCE = 0.2
INLIER_SHARE = 0.5
LOWEST = 0.25  # above the bottom of the box: leaves out the ground
HIGHEST = 0.2  # above its top
MOST_CHI_SQUARE = 11.3  # of an answer against its prior: 99 % of three degrees of freedom
NARROWEST_PRIOR = (0.08, 0.08, 0.01)
WIDEST_PRIOR = (1.0, 0.5, 0.1)
NEIGHBOURHOOD = 0.4  # metres: the neighbours that show which way a surface faces
# A frame teaches the template when its place and yaw are this sure, with the points that are this far from all others.
GROWTH_SIGMAS, NOVEL_DISTANCE, GROWTH_REACH = (0.10, 0.02), 0.2, 0.5


class Gates(NamedTuple):
    """What a motion class is searched with and trusted by.

    scales (S,) of the robust weights, the first one used only where the prior is wider than wide_sigma; the crop
    reaches crop_margin + crop_sigmas * sigma beyond the box, at most crop_limit; points within box_margin of the box
    are the object's; floors (3,): along, across, yaw are never known better.
    """

    scales: NDArray[np.float64]
    wide_sigma: float
    crop_margin: float
    crop_sigmas: float
    crop_limit: float
    box_margin: float
    floors: NDArray[np.float64]


class Ends(NamedTuple):
    """Filtered states (6,) and covariances (6, 6) at the two keyframes: forward at the first, backward at the last."""

    start: NDArray[np.float64]
    start_covariance: NDArray[np.float64]
    end: NDArray[np.float64]
    end_covariance: NDArray[np.float64]


@kernel
def follow_between(
    points, offsets, viewers, seconds, ends, noise, size, tilts, heights, template, gates, poses, covariances
):
    """Register the frames between two keyframes; frame 0 and the last frame are the keyframes.

    points (P, 3) of all frames, frame k owns rows offsets[k] to offsets[k + 1] and was seen from viewers[k] (2,);
    seconds (K,); ends Ends; noise (3,) of the filter; size (3,); tilts (K, 3, 3) and heights (K,) of the box at each
    frame; template NearestGrid in box axes;
    gates Gates -> accepted (K,) bool; poses (K, 3) and covariances (K, 3, 3) are filled where accepted, and the
    template grows.
    """
    accepted = np.zeros(seconds.shape[0], np.bool_)
    left, right = 0, seconds.shape[0] - 1
    before, before_covariance = ends.start, ends.start_covariance
    after, after_covariance = ends.end, ends.end_covariance
    refusals = np.zeros(2, np.int64)
    side = 0
    while right - left > 1 and (refusals[0] < MOST_REFUSALS or refusals[1] < MOST_REFUSALS):
        if refusals[side] >= MOST_REFUSALS:
            side = 1 - side
        k = left + 1 if side == 0 else right - 1
        earlier, earlier_covariance = predict(before, before_covariance, seconds[k] - seconds[left], noise)
        later, later_covariance = predict_back(after, after_covariance, seconds[right] - seconds[k], noise)
        prior, prior_covariance = fuse(earlier, earlier_covariance, later, later_covariance)
        own = points[offsets[k] : offsets[k + 1]]
        accepted[k] = register_frame(
            own,
            viewers[k],
            prior,
            prior_covariance,
            size,
            tilts[k],
            heights[k],
            template,
            gates,
            poses[k],
            covariances[k],
        )
        if side == 0:
            before, before_covariance, left = earlier, earlier_covariance, k
            if accepted[k]:
                before, before_covariance = update(earlier, earlier_covariance, poses[k], covariances[k])
                grow(template, own, viewers[k], before, before_covariance, size, tilts[k], heights[k], gates)
        else:
            after, after_covariance, right = later, later_covariance, k
            if accepted[k]:
                after, after_covariance = update(later, later_covariance, poses[k], covariances[k])
                grow(template, own, viewers[k], after, after_covariance, size, tilts[k], heights[k], gates)
        refusals[side] = 0 if accepted[k] else refusals[side] + 1
        side = 1 - side
    return accepted


@kernel
def grow(template, points, viewer, state, covariance, size, tilt, height, gates):
    """Let points of a frame whose place is sure join the template where it knows nothing yet, in place."""
    if max(covariance[0, 0], covariance[1, 1]) > GROWTH_SIGMAS[0] ** 2 or covariance[2, 2] > GROWTH_SIGMAS[1] ** 2:
        return
    target = crop(points, state, tilt, height, size, gates.box_margin)
    seen_from = turned(viewer, state)
    first = template.n_points[0]
    for i in range(target.shape[0]):
        u, v, w = target[i, 0], target[i, 1], target[i, 2]
        _, squared = nearest_point(template, u, v, w)
        if squared > NOVEL_DISTANCE**2:
            add_point(template, u, v, w, GROWTH_REACH)
    for m in range(first, template.n_points[0]):
        uu, uv, vv = surface_weights(template.points, template.n_points[0], m, NEIGHBOURHOOD)
        away_u, away_v = seen_from[0] - template.points[m, 0], seen_from[1] - template.points[m, 1]
        template.across[m] = uu, uv, vv
        template.outward[m] = outward_normal(uu, uv, vv, away_u, away_v)


@kernel
def frames_at_rest(points, offsets, viewers, poses, size, tilts, heights, template, gates, seen, agreeing):
    """Tell in which frames between the keyframes points are near given poses, and in which of those on the template.

    points (P, 3), offsets (K + 1,), viewers (K, 2), poses (K, 3), size (3,), tilts (K, 3, 3), heights (K,) as in
    `follow_between` -> seen (K,) bool, agreeing (K,) bool, filled in place.
    """
    rest = np.zeros(3)
    for k in range(1, poses.shape[0] - 1):
        own = points[offsets[k] : offsets[k + 1]]
        target = crop(own, poses[k], tilts[k], heights[k], size, gates.crop_margin)
        seen[k] = target.shape[0] >= FEWEST_POINTS
        if seen[k]:
            agreeing[k] = supported(template, target, turned(viewers[k], poses[k]), rest, size, gates.box_margin)


@kernel
def register_frame(points, viewer, prior, prior_covariance, size, tilt, height, template, gates, pose, covariance):
    """Register one frame; True and pose (3,), covariance (3, 3) filled where the points are to be believed."""
    cosine, sine = math.cos(prior[2]), math.sin(prior[2])
    sigma = prior_sigmas(prior_covariance, cosine, sine)
    widest = max(sigma[0], sigma[1])
    margin = min(gates.crop_limit, gates.crop_margin + gates.crop_sigmas * widest)
    target = crop(points, prior, tilt, height, size, margin)
    if target.shape[0] < FEWEST_POINTS:
        return False
    seen_from = turned(viewer, prior)
    information = np.zeros((3, 3))
    for axis in range(3):
        information[axis, axis] = 1.0 / sigma[axis] ** 2
    scales = gates.scales if widest > gates.wide_sigma else gates.scales[1:]
    offset, data, n_matches = register(template, target, seen_from, information, scales)
    if n_matches < FEWEST_MATCHES:
        return False
    chi_square = 0.0
    for axis in range(3):
        chi_square += (offset[axis] / sigma[axis]) ** 2
    if chi_square > MOST_CHI_SQUARE:
        return False
    if not supported(template, target, seen_from, offset, size, gates.box_margin):
        return False
    pose[0] = prior[0] + cosine * offset[0] - sine * offset[1]
    pose[1] = prior[1] + sine * offset[0] + cosine * offset[1]
    pose[2] = prior[2] + offset[2]
    fill_covariance(data, cosine, sine, gates.floors, covariance)
    return True


@kernel
def prior_sigmas(covariance, cosine, sine):
    """Standard deviations along, across and of yaw, kept within what registration can use."""
    along = cosine * cosine * covariance[0, 0] + 2 * cosine * sine * covariance[0, 1] + sine * sine * covariance[1, 1]
    across = sine * sine * covariance[0, 0] - 2 * cosine * sine * covariance[0, 1] + cosine * cosine * covariance[1, 1]
    variances = (along, across, covariance[2, 2])
    sigma = np.empty(3)
    for axis in range(3):
        sigma[axis] = min(max(math.sqrt(max(variances[axis], 0.0)), NARROWEST_PRIOR[axis]), WIDEST_PRIOR[axis])
    return sigma


@kernel
def fill_covariance(information, cosine, sine, floors, covariance):
    """Covariance (3, 3) in the axes of the frame from information in the axes of the box, never below the floors."""
    spread = inverse(information + 1e-6 * np.eye(3))
    along = max(spread[0, 0], floors[0] ** 2)
    across = max(spread[1, 1], floors[1] ** 2)
    covariance[:] = 0.0
    covariance[0, 0] = cosine * cosine * along + sine * sine * across
    covariance[1, 1] = sine * sine * along + cosine * cosine * across
    covariance[0, 1] = covariance[1, 0] = cosine * sine * (along - across)
    covariance[2, 2] = max(spread[2, 2], floors[2] ** 2)


@kernel
def crop(points, pose, tilt, height, size, margin):
    """Points near the box at a pose, in its axes (n, 3), thinned evenly to MOST_POINTS."""
    near = points_near(points, pose, tilt, height, size, margin)
    n = near.shape[0]
    if n <= MOST_POINTS:
        return near
    thinned = np.empty((MOST_POINTS, 3))
    for i in range(MOST_POINTS):
        thinned[i] = near[i * n // MOST_POINTS]
    return thinned


@kernel
def points_near(points, pose, tilt, height, size, margin):
    """Points near the box at a pose, in its axes (n, 3), without the ground under it."""
    cosine, sine = math.cos(pose[2]), math.sin(pose[2])
    near = np.empty((points.shape[0], 3))
    n = 0
    for i in range(points.shape[0]):
        dx, dy, z = points[i, 0] - pose[0], points[i, 1] - pose[1], points[i, 2] - height
        x, y = cosine * dx + sine * dy, -sine * dx + cosine * dy
        u = tilt[0, 0] * x + tilt[1, 0] * y + tilt[2, 0] * z
        v = tilt[0, 1] * x + tilt[1, 1] * y + tilt[2, 1] * z
        w = tilt[0, 2] * x + tilt[1, 2] * y + tilt[2, 2] * z
        beside = abs(u) < 0.5 * size[0] + margin and abs(v) < 0.5 * size[1] + margin
        if beside and -0.5 * size[2] + LOWEST < w < 0.5 * size[2] + HIGHEST:
            near[n, 0], near[n, 1], near[n, 2] = u, v, w
            n += 1
    return near[:n]


@kernel
def supported(template, target, viewer, offset, size, margin):
    """Tell whether the box at the solution holds enough points, most of them on the template."""
    n_inside, n_near = on_template(template, target, viewer, offset, size, margin)
    return n_inside >= FEWEST_POINTS and n_near > INLIER_SHARE * n_inside


@kernel
def on_template(template, target, viewer, offset, size, margin):
    """Count the points (n, 3) that lie in the box at an offset (3,), and those of them that lie on the template."""
    cosine, sine = math.cos(offset[2]), math.sin(offset[2])
    seen_from = turned(viewer, offset)
    n_inside = n_near = 0
    for i in range(target.shape[0]):
        dx, dy = target[i, 0] - offset[0], target[i, 1] - offset[1]
        u, v = cosine * dx + sine * dy, -sine * dx + cosine * dy
        if abs(u) < 0.5 * size[0] + margin and abs(v) < 0.5 * size[1] + margin:
            n_inside += 1
            m, squared = nearest_point(template, u, v, target[i, 2])
            if squared < INLIER_DISTANCE**2 and not looks_away(template, m, u, v, seen_from):
                n_near += 1
    return n_inside, n_near


@kernel
def explained(template, points, viewer, pose, size, tilt, height, margin, n_known):
    """How well a template explains the points of a frame (P, 3) at a pose (3,), 0 to 1.

    The share of the points in the box there that lie on the template, times how many they are of the n_known points
    that it was known by.
    """
    near = points_near(points, pose, tilt, height, size, margin)
    n_inside, n_near = on_template(template, near, turned(viewer, pose), np.zeros(3), size, margin)
    return n_near / max(n_inside, 1) * min(n_near / max(n_known, 1), 1.0)
