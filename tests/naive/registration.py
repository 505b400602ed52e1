"""Points of an object laid onto its template, and the poses that follow."""

import numpy as np


def lay_onto(
    template, across, outward, target, viewer, prior_information, scales, *,
    point_sigma, most_points, n_steps, limits, turned_away, outside, probe,
):  # fmt: skip
    """Robust Gauss-Newton that lays target points onto template points, nearest neighbours by brute force.

    The offset (along, across, yaw) minimises the weighted squares of A (m - R^T (p - t)) and of the prior; A weighs
    what lies across the surface of the template point m, and everything where the point lies `outside` the limits of
    the box. Surfaces that look away from the viewer do not match. Also the information (3, 3) of the points, along its
    weakest direction in plan no more than moving by `probe` shows.
    """

    def residuals(offset):
        rotation = np.array([[np.cos(offset[2]), -np.sin(offset[2])], [np.sin(offset[2]), np.cos(offset[2])]])
        placed = np.column_stack([(target[:, :2] - offset[:2]) @ rotation, target[:, 2]])
        for point in placed:
            distances = np.linalg.norm(template - point, axis=1)
            m = distances.argmin()
            away = (viewer - offset[:2]) @ rotation - point[:2]
            if outward[m] @ away < -np.sqrt(turned_away) * np.linalg.norm(away):
                continue
            uu, uv, vv = across[m]
            surface = np.array([[uu, uv], [uv, vv]])
            past = np.clip((np.abs(point[:2]) - limits).max() / outside, 0, 1)
            jacobian = np.column_stack([-rotation.T, [point[1], -point[0]]])
            weights = surface + past * (np.eye(2) - surface)
            yield distances[m], template[m, :2] - point[:2], weights, jacobian

    def normal_equations(offset, scale):
        information, gradient, missed, total, n = np.zeros((3, 3)), np.zeros(3), 0.0, 0.0, 0
        for distance, residual, surface, jacobian in residuals(offset):
            if distance <= 3 * scale:
                weights = surface / (1 + distance**2 / scale**2) ** 2
                information += jacobian.T @ weights @ jacobian
                gradient += jacobian.T @ weights @ residual
                missed, total, n = missed + residual @ weights @ residual, total + np.trace(weights), n + 1
        share = min(1.0, most_points / n) / max(point_sigma**2, missed / total)
        return share * information, share * gradient

    def cost(offset, scale):
        squared = np.array([residual @ weights @ residual for _, residual, weights, _ in residuals(offset)])
        share = min(1.0, most_points / len(target)) / point_sigma**2
        return share * (squared / (1 + squared / scale**2)).sum() / 2

    offset, information = np.zeros(3), np.zeros((3, 3))
    for scale in scales:
        for _ in range(n_steps):
            information, gradient = normal_equations(offset, scale)
            step = np.linalg.solve(information + prior_information, gradient - prior_information @ offset)
            offset = offset + step
            if np.abs(step).sum() < 1e-3:
                break
    values, vectors = np.linalg.eigh(information[:2, :2])
    weak = np.append(vectors[:, 0], 0.0)
    growth = min(cost(offset + sign * probe * weak, scales[-1]) for sign in (-1, 1)) - cost(offset, scales[-1])
    squeeze = np.eye(3) - (1 - np.sqrt(np.clip(2 * growth / probe**2 / values[0], 0, 1))) * np.outer(weak, weak)
    return offset, squeeze @ information @ squeeze


def on_template(template, outward, target, viewer, offset, size, margin, *, inlier_distance, turned_away):
    """Count target points in a box (length, width) at an offset, and those on template points that the viewer sees."""
    c, s = np.cos(offset[2]), np.sin(offset[2])
    into_box = np.array([[c, s], [-s, c]])
    seen_from, n_inside, n_near = into_box @ (viewer - offset[:2]), 0, 0
    for point in target:
        placed = np.append(into_box @ (point[:2] - offset[:2]), point[2])
        if (np.abs(placed[:2]) < size[:2] / 2 + margin).all():
            n_inside += 1
            distances = np.linalg.norm(template - placed, axis=1)
            away = seen_from - placed[:2]
            behind = outward[distances.argmin()] @ away < -np.sqrt(turned_away) * np.linalg.norm(away)
            n_near += distances.min() < inlier_distance and not behind
    return n_inside, n_near


def explained(
    template, outward, points, viewer, pose, size, tilt, height, margin, n_known, *, lowest, highest, **rules
):
    """Share of the points of a frame in a box at a pose that lie on a template, times the share that they are of it."""
    c, s = np.cos(pose[2]), np.sin(pose[2])
    upright = np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]])
    local = (points - [*pose[:2], height]) @ (tilt.T @ upright).T
    near = local[(local[:, 2] > lowest - size[2] / 2) & (local[:, 2] < size[2] / 2 + highest)]
    seen_from = upright[:2, :2] @ (viewer - pose[:2])
    n_inside, n_near = on_template(template, outward, near, seen_from, np.zeros(3), size, margin, **rules)
    return n_near / max(n_inside, 1) * min(n_near / max(n_known, 1), 1)


def smooth_poses(seconds, poses, covariances, noise, at):
    """Mean and covariance of x, y, yaw at instants: one dense Gaussian over all states, conditioned on the poses."""
    times = np.unique(np.concatenate([seconds, at]))
    n = len(times)
    information, pull = np.zeros((6 * n, 6 * n)), np.zeros(6 * n)
    information[:6, :6] += np.diag([1e-8] * 6)
    for i in range(n - 1):
        h = times[i + 1] - times[i]
        transition = np.block([[np.eye(3), h * np.eye(3)], [np.zeros((3, 3)), np.eye(3)]])
        q = np.diag(noise)
        spread = np.block([[q * h**3 / 3, q * h**2 / 2], [q * h**2 / 2, q * h]])
        residual = np.hstack([-transition, np.eye(6)])
        own = slice(6 * i, 6 * i + 12)
        information[own, own] += residual.T @ np.linalg.solve(spread, residual)
    for second, pose, covariance in zip(seconds, poses, covariances, strict=True):
        i = 6 * int(np.searchsorted(times, second))
        information[i : i + 3, i : i + 3] += np.linalg.inv(covariance)
        pull[i : i + 3] += np.linalg.solve(covariance, pose)
    covariance = np.linalg.inv(information)
    mean = covariance @ pull
    rows = [6 * int(np.searchsorted(times, second)) for second in at]
    return np.array([mean[i : i + 3] for i in rows]), np.array([covariance[i : i + 3, i : i + 3] for i in rows])


def roll(state, covariance, behind, sigma):
    """Kalman update of (x, y, yaw and their rates) by a sideways speed of 0 at a point behind the middle."""

    def sideways(values):
        left = np.array([-np.sin(values[2]), np.cos(values[2])])
        return values[3:5] @ left - behind * values[5]

    step = 1e-6
    slope = np.array([(sideways(state + step * e) - sideways(state - step * e)) / (2 * step) for e in np.eye(6)])
    gain = covariance @ slope / (slope @ covariance @ slope + sigma**2)
    return state - gain * sideways(state), covariance - np.outer(gain, slope @ covariance)
