"""Slow, obviously right versions of every compiled loop: the reference that the fast ones are checked against."""

import numpy as np

# --- simulated sensors -------------------------------------------------------------------------------------------


def ray_into_box(origin, direction, center, rotation, half_size):
    """Distance along a unit direction to the first of the six faces that a ray from outside crosses, else inf."""
    nearest = np.inf
    for axis in range(3):
        for sign in (-1.0, 1.0):
            normal = sign * rotation[:, axis]
            speed = direction @ normal
            if speed == 0:
                continue
            distance = (center + half_size[axis] * normal - origin) @ normal / speed
            local = rotation.T @ (origin + distance * direction - center)
            others = [a for a in range(3) if a != axis]
            if distance > 0 and all(abs(local[a]) <= half_size[a] for a in others):
                nearest = min(nearest, distance)
    return nearest


def town_height(x, y, waves, street):
    """Height of the ground: a sum of sines, raised by the kerb inside the rounded square of each block."""
    spacing, half_width, radius, kerb = street
    height = sum(a * np.sin(kx * x + ky * y + phase) for a, kx, ky, phase in waves)
    half = spacing / 2 - half_width
    u, v = abs(x % spacing - spacing / 2), abs(y % spacing - spacing / 2)
    on_block = u <= half and v <= half
    if u > half - radius and v > half - radius:
        on_block = np.hypot(u - (half - radius), v - (half - radius)) <= radius
    return height + (kerb if on_block else 0.0)


def ray_into_ground(origin, direction, waves, street, *, reach, step):
    """First of many small steps along a unit direction that ends below the ground, else inf."""
    for distance in np.arange(step, reach, step):
        x, y, z = origin + distance * direction
        if z < town_height(x, y, waves, street):
            return distance
    return np.inf


# --- interpolation: one track, times in float seconds ------------------------------------------------------------


def smooth_track(seconds, values, q, variances, at):
    """Posterior mean (F, C) and variance (F,) of integrated white acceleration noise, by one dense solve.

    The unknowns are position and velocity at every keyframe and every instant asked for; nothing is known of the first
    velocity. Exact keyframes (variance 0) are eliminated, the others add their information.
    """
    grid = np.unique(np.concatenate([seconds, at]))
    n = len(grid)
    information = np.zeros((2 * n, 2 * n))
    for i, h in enumerate(np.diff(grid)):
        step = np.hstack([-np.array([[1, h], [0, 1]]), np.eye(2)])
        noise = q * np.array([[h**3 / 3, h**2 / 2], [h**2 / 2, h]])
        information[2 * i : 2 * i + 4, 2 * i : 2 * i + 4] += step.T @ np.linalg.inv(noise) @ step
    right = np.zeros((2 * n, values.shape[1]))
    known = np.zeros(2 * n, bool)
    known_values = np.zeros((2 * n, values.shape[1]))
    for second, value, r in zip(seconds, values, variances, strict=True):
        row = 2 * int(np.searchsorted(grid, second))
        if r == 0:
            known[row], known_values[row] = True, value
        else:
            information[row, row] += 1 / r
            right[row] += value / r
    right -= information[:, known] @ known_values[known]
    mean, variance = known_values.copy(), np.zeros(2 * n)
    covariance = np.linalg.inv(information[np.ix_(~known, ~known)])
    mean[~known] = covariance @ right[~known]
    variance[~known] = np.diag(covariance)
    rows = 2 * np.searchsorted(grid, at)
    return mean[rows], variance[rows]


def linear(seconds, values, at):
    return np.stack([np.interp(at, seconds, column) for column in values.T], axis=1)


def natural_cubic(seconds, values, at):
    from scipy.interpolate import CubicSpline

    return linear(seconds, values, at) if len(seconds) < 3 else CubicSpline(seconds, values, bc_type="natural")(at)


def pchip(seconds, values, at):
    from scipy.interpolate import PchipInterpolator

    return linear(seconds, values, at) if len(seconds) < 3 else PchipInterpolator(seconds, values)(at)


def hermite(seconds, values, slopes, at):
    from scipy.interpolate import CubicHermiteSpline

    return CubicHermiteSpline(seconds, values, slopes)(at) if len(seconds) > 1 else np.tile(values, (len(at), 1))


def unwrap(angles):
    return np.unwrap(angles) - angles[0]


# --- LZF ----------------------------------------------------------------------------------------------------------


def lzf_decompress(packed):
    """Unpack bytes; None where a copy starts before the beginning or the data ends within an entry."""
    out = bytearray()
    rest = list(packed)
    while rest:
        control = rest.pop(0)
        if control < 32:
            if len(rest) < control + 1:
                return None
            out += bytes(rest[: control + 1])
            del rest[: control + 1]
            continue
        length = control // 32 + 2
        if length == 9:
            if not rest:
                return None
            length += rest.pop(0)
        if not rest:
            return None
        distance = control % 32 * 256 + rest.pop(0) + 1
        if distance > len(out):
            return None
        for _ in range(length):
            out.append(out[-distance])
    return bytes(out)


# --- edges of a rectangle ----------------------------------------------------------------------------------------


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


# --- geometry: one point or one pair at a time -------------------------------------------------------------------


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


def project_pinhole(point, matrix, distortion):
    """Pixel of one point in the camera frame, after the formulas of OpenCV's manual; no limits."""
    k1, k2, p1, p2, k3, k4, k5, k6 = [*distortion, *[0.0] * (8 - len(distortion))]
    x, y = point[0] / point[2], point[1] / point[2]
    r2 = x**2 + y**2
    radial = (1 + k1 * r2 + k2 * r2**2 + k3 * r2**3) / (1 + k4 * r2 + k5 * r2**2 + k6 * r2**3)
    bent = [
        x * radial + 2 * p1 * x * y + p2 * (r2 + 2 * x**2),
        y * radial + p1 * (r2 + 2 * y**2) + 2 * p2 * x * y,
        1.0,
    ]
    return (matrix @ bent)[:2]


def project_fisheye(point, matrix, distortion):
    """Pixel of one point in the camera frame by the equidistant model with a polynomial; no limits."""
    off_axis = np.hypot(point[0], point[1])
    angle = np.arctan2(off_axis, point[2])
    bent = angle * (1 + sum(k * angle ** (2 * i + 2) for i, k in enumerate(distortion)))
    direction = point[:2] / off_axis if off_axis > 0 else np.zeros(2)
    return (matrix @ [*(bent * direction), 1.0])[:2]


def points_in_cuboid(points, center, rotation, size):
    """Mask of the points inside one box: subtract in float64, project onto each axis in turn, compare."""
    dx, dy, dz = (points.astype(np.float64) - center).T
    inside = np.ones(len(points), bool)
    for axis in range(3):
        along = rotation[0, axis] * dx + rotation[1, axis] * dy + rotation[2, axis] * dz
        inside &= np.abs(along) <= size[axis] / 2
    return inside


def voxels(points, edge):
    """Points of each voxel, in the order in which the voxels are first met."""
    rows_of_voxel = {}
    for row, point in enumerate(points.astype(np.float64)):
        if np.isfinite(point).all():
            rows_of_voxel.setdefault(tuple(np.floor(point / edge)), []).append(row)
    return list(rows_of_voxel.values())


def clusters(points, distance):
    """Labels of single linkage by flooding from one point after the other; -1 for points that are not finite."""
    points = points.astype(np.float64)
    labels = np.full(len(points), -1)
    finite = np.isfinite(points).all(axis=1)
    n_clusters = 0
    for seed in range(len(points)):
        if labels[seed] >= 0 or not finite[seed]:
            continue
        front = [seed]
        while front:
            row = front.pop()
            labels[row] = n_clusters
            dx, dy, dz = (points[row] - np.where(finite[:, None], points, np.inf)).T
            reached = dx * dx + dy * dy + dz * dz <= distance * distance
            front.extend(np.flatnonzero(reached & (labels < 0)))
        n_clusters += 1
    return labels


def footprint(center, size, yaw):
    """Rectangle of a box seen from above, as a shapely polygon."""
    import shapely

    turn = np.array([[np.cos(yaw), -np.sin(yaw)], [np.sin(yaw), np.cos(yaw)]])
    signs = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]])
    return shapely.Polygon(signs * size[:2] / 2 @ turn.T + center[:2])


def footprint_iou(one, other):
    """Intersection over union of two shapely polygons."""
    shared = one.intersection(other).area
    return shared / (one.area + other.area - shared)


def shared_volume(one_corners, other_corners):
    """Volume that two convex solids share: the hull of the vertices of the intersection of their half-spaces.

    A point deep inside both is found by linear programming; without one the solids share nothing.
    """
    from scipy.optimize import linprog
    from scipy.spatial import ConvexHull, HalfspaceIntersection

    planes = np.vstack([ConvexHull(one_corners).equations, ConvexHull(other_corners).equations])
    # The largest ball inside: maximise its radius under normal * x + radius <= -offset.
    deepest = linprog(
        [0, 0, 0, -1], A_ub=np.column_stack([planes[:, :3], np.ones(len(planes))]), b_ub=-planes[:, 3],
        bounds=[(None, None)] * 3 + [(0, None)],
    )  # fmt: skip
    if deepest.status != 0 or deepest.x[3] < 1e-7:
        return 0.0
    vertices = HalfspaceIntersection(planes, deepest.x[:3]).intersections
    return ConvexHull(vertices, qhull_options="QJ").volume


def suppress(overlaps, scores, threshold):
    """Rows kept by greedy suppression, given the overlaps (N, N) of all pairs."""
    waiting = sorted(range(len(scores)), key=lambda row: -scores[row])
    kept = []
    while waiting:
        best = waiting.pop(0)
        kept.append(best)
        waiting = [row for row in waiting if overlaps[best, row] <= threshold]
    return kept


def deskew(points, offsets_ns, timestamp_ns, ego_from_sensor, trajectory):
    """Carry each point into the world at its own instant, and back into the sensor at the one instant."""
    sensor_from_world = (trajectory.at(timestamp_ns) @ ego_from_sensor).inverse()
    moved = [
        (sensor_from_world @ trajectory.at(timestamp_ns + int(offset)) @ ego_from_sensor).apply(point)
        for point, offset in zip(points, offsets_ns, strict=True)
    ]
    return np.array(moved).reshape(-1, 3)


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


def constant_velocity_filter(seconds, boxes, noises):
    """State (10,) and covariance (10, 10) after filtering boxes (N, 9) with filterpy, as `track_filter` lays them out.

    Headings must stay within a right angle of each other.
    """
    from filterpy.kalman import KalmanFilter

    filtered = KalmanFilter(dim_x=10, dim_z=7)
    filtered.H = np.eye(7, 10)
    filtered.R = np.diag([noises[4], noises[4], noises[5], noises[6], *noises[[7, 7, 7]]])
    filtered.x = np.concatenate([boxes[0, :7], np.zeros(3)])
    filtered.P = np.diag([*np.diag(filtered.R), noises[8], noises[8], noises[9]])
    velocity = {"R": np.eye(2) * noises[10], "H": np.eye(2, 10, k=7)}
    if not np.isnan(boxes[0, 7]):
        filtered.update(boxes[0, 7:], **velocity)
    for i in range(1, len(boxes)):
        h = seconds[i] - seconds[i - 1]
        transition, noise = np.eye(10), np.zeros((10, 10))
        for axis, q in enumerate((noises[0], noises[0], noises[1])):
            transition[axis, 7 + axis] = h
            noise[np.ix_([axis, 7 + axis], [axis, 7 + axis])] = q * np.array([[h**3 / 3, h**2 / 2], [h**2 / 2, h]])
        noise[3, 3] = noises[2] * h
        noise[4:7, 4:7] = np.eye(3) * noises[3] * h
        filtered.predict(F=transition, Q=noise)
        filtered.update(boxes[i, :7])
        if not np.isnan(boxes[i, 7]):
            filtered.update(boxes[i, 7:], **velocity)
    return filtered.x, filtered.P


def misfit(end, begin, gap, noises):
    """-2 log density, less a constant, of the first state of a piece (filtered back in time) `gap` s after another."""
    h, q = gap, noises[0]
    transition = np.array([[1, h], [0, 1]])
    before = np.array([[end[10], end[11]], [end[11], end[12]]])
    after = np.array([[begin[10], -begin[11]], [-begin[11], begin[12]]])
    spread = transition @ before @ transition.T + q * np.array([[h**3 / 3, h**2 / 2], [h**2 / 2, h]]) + after
    total = 2 * np.log(np.linalg.det(spread))
    for axis in range(2):
        carried = transition @ end[[axis, 7 + axis]]
        miss = np.array([begin[axis], -begin[7 + axis]]) - carried
        total += miss @ np.linalg.inv(spread) @ miss
    return total


def distance_iou(a, b, ious, *, hull_weight, distance_weight):
    """Rotated generalised distance IoU (N, M) of footprints, given their IoU: hulls and spans by shapely."""
    from shapely.geometry import MultiPoint

    result = np.empty((len(a), len(b)))
    for i, j in np.ndindex(result.shape):
        # The corners of the bottom face, seen from above.
        first, second = a.corners()[i, [0, 1, 4, 5], :2], b.corners()[j, [0, 1, 4, 5], :2]
        hull = MultiPoint(np.concatenate([first, second])).convex_hull.area
        areas = a.sizes[i, :2].prod() + b.sizes[j, :2].prod()
        union = areas / (1 + ious[i, j])
        span = np.linalg.norm(first[:, None] - second[None], axis=2).max()
        distance = np.linalg.norm(a.centers[i, :2] - b.centers[j, :2])
        result[i, j] = ious[i, j] - hull_weight * (hull - union) / hull - distance_weight * distance / span
    return result


def closeness(a, b, ahead, aside):
    """1 less the distance (N, M) of the centres in the axes of boxes `a`, as shares of the half axes of an ellipse."""
    result = np.empty((len(a), len(b)))
    for i, j in np.ndindex(result.shape):
        c, s = np.cos(a[i, 3]), np.sin(a[i, 3])
        place = np.array([[c, s], [-s, c]]) @ (b[j, :2] - a[i, :2]) / [ahead[i], aside]
        result[i, j] = 1 - np.linalg.norm(place) if np.linalg.norm(place) <= 1 else -np.inf
    return result


# --- metrics -----------------------------------------------------------------------------------------------------


def near_pairs(frames, places, reaches, other_frames, other_places, other_reaches):
    """Pairs of one frame whose circles meet, one by one."""
    return [
        (i, j)
        for i, j in np.ndindex(len(frames), len(other_frames))
        if frames[i] == other_frames[j] and np.linalg.norm(places[i] - other_places[j]) <= reaches[i] + other_reaches[j]
    ]


def best_choice(gains):
    """Column (R,) of each row in the choice of positive gains (R, C) that sums to the most, -1 where it has none."""
    from scipy.optimize import linear_sum_assignment

    choice = np.full(len(gains), -1)
    rows, columns = linear_sum_assignment(gains, maximize=True)
    chosen = gains[rows, columns] > 0
    choice[rows[chosen]] = columns[chosen]
    return choice


def greedy_choice(order, nearness):
    """Column (R,) that each row takes in its turn: the nearest of those left (NaN: no pair), -1 where none is."""
    choice, left = np.full(len(nearness), -1), list(range(nearness.shape[1]))
    for row in order:
        if able := [j for j in left if not np.isnan(nearness[row, j])]:
            choice[row] = max(able, key=lambda j: nearness[row, j])
            left.remove(choice[row])
    return choice


def loyal_choice(frames, bonus):
    """Choice of each frame of (objects, names, gains); pairs of object and name of the frame before gain a bonus."""
    choices, before = [], {}
    for objects, names, gains in frames:
        loyal = np.array([[before.get(i) == j for j in names] for i in objects]).reshape(gains.shape)
        choice = best_choice(np.where(gains > 0, gains + bonus * loyal, 0.0))
        before = {i: names[j] for i, j in zip(objects, choice, strict=True) if j >= 0}
        choices.append(choice)
    return choices


def interruptions(objects, places, names):
    """Changes of name, and gaps in the places, along each object."""
    switches = fragments = 0
    for i in np.unique(objects):
        own_names, own_places = names[objects == i], places[objects == i]
        switches += int((np.diff(own_names) != 0).sum())
        fragments += int((np.diff(own_places) > 1).sum())
    return switches, fragments


def swept_accuracy(frames, threshold, n_recalls=40):
    """(sAMOTA, AMOTA, AMOTP), frame by frame; frames of (truths, found, ious, score by name, neutral, harmless).

    Overlaps are assigned so that most boxes, then most overlap, are paired; a score is let through at each recall.
    """
    matched = set()
    everything, hit_scores = _counted(frames, threshold, -np.inf, matched)
    aimed, steps = 0.0, []
    n_truth = everything["hits"] + everything["misses"]
    for i, score in enumerate(hit_scores):
        last = i == len(hit_scores) - 1
        nearer_later = abs((i + 2) / n_truth - aimed) < abs(aimed - (i + 1) / n_truth)
        if (i + 1) / n_truth < aimed and nearer_later and not last:
            continue
        steps.append((score, aimed))
        aimed += 1 / n_recalls
    sums = np.zeros(3)
    for score, recall in steps[1:]:
        own, _ = _counted(frames, threshold, score, matched)
        wrong, n = own["misses"] + own["false"] + own["switches"], own["counted"]
        scaled = 1 - (wrong - (1 - recall) * n) / (recall * n)
        sums += [np.clip(scaled, 0, 1), 1 - wrong / n, own["overlap"] / max(1, own["hits"])]
    return sums / n_recalls


def _counted(frames, threshold, least, matched):
    """Counts at a score, and scores of the hits; what is matched, now or in a call before, is harmless no more."""
    from scipy.optimize import linear_sum_assignment

    own = dict.fromkeys(("counted", "hits", "misses", "false", "switches", "overlap"), 0)
    scores, history = [], {}
    for frame, (truths, found, ious, score_of, neutral, harmless) in enumerate(frames):
        kept = [j for j, name in enumerate(found) if score_of[name] >= least]
        costs = np.where(ious[:, kept] >= threshold, 1 - ious[:, kept], 1e4)
        pairs = [(i, kept[j]) for i, j in zip(*linear_sum_assignment(costs), strict=True) if costs[i, j] < 1e4]
        partner = dict(pairs)
        own["hits"] += len(pairs)
        own["overlap"] += sum(ious[i, j] for i, j in pairs)
        matched.update((frame, j) for _, j in pairs)
        own["false"] += sum(not harmless[j] or (frame, j) in matched for j in kept if j not in partner.values())
        scores += [score_of[found[j]] for _, j in pairs]
        for i, name in enumerate(truths):
            name_now = found[partner[i]] if i in partner else None
            now = None if neutral[i] else name_now
            own["counted"] += not neutral[i]
            own["misses"] += i not in partner and not neutral[i]
            before, is_first = history.get(name), name not in history
            own["switches"] += before is not None and now is not None and before != now
            history[name] = name_now if is_first else now
    return own, sorted(scores, reverse=True)


# --- what a sensor sees beside an object -------------------------------------------------------------------------


def look_toward(points, frame_from_points, sensor, forward, half_angle):
    rays = []
    for point in points:
        offset = frame_from_points.apply(point) - sensor
        azimuth = np.arctan2(forward[0] * offset[1] - forward[1] * offset[0], offset[:2] @ forward)
        if abs(azimuth) <= half_angle:
            distance = np.linalg.norm(offset[:2])
            rays.append([azimuth, distance, offset[2] / distance])
    return np.array(rays).reshape(-1, 3)


def count_rays(rays, azimuths, slopes, nearer, farther):
    ends = [
        0 if distance < nearer else 2 if distance > farther else 1
        for azimuth, distance, slope in rays
        if azimuths[0] < azimuth < azimuths[1] and slopes[0] < slope < slopes[1]
    ]
    return [ends.count(kind) for kind in range(3)]


# --- the ground of a cloud ---------------------------------------------------------------------------------------


def cell_means(points, coordinates, origin, shape):
    """Mean (A, B, 3) of the points of each cell relative to the origin, and the height of each cell's points."""
    means, spans = np.full((*shape, 3), np.nan), np.full(shape, np.inf)
    for a in range(shape[0]):
        for b in range(shape[1]):
            inside = [i for i, (u, v) in enumerate(coordinates.T) if (int(u), int(v)) == (a, b) and u >= 0]
            if inside:
                own = points[inside].astype(np.float64) - origin
                means[a, b], spans[a, b] = own.mean(axis=0), np.ptp(own[:, 2])
    return means, spans


def grow_ground(means, spans, seeds, closed, *, reaches, standing, kerb, noise, rise, bend, steepest, smoothing):
    """Cells that continue the ground of the seeds, and their slopes (A, B, 2): ring by ring outward, inward, outward.

    A cell in which nothing stands hears the last ground cell before it of its own and both neighbouring sectors, the
    last one passed in its ring, going up and then down the sectors, and, from the second sweep on, the next one after
    it in its own sector. Its height may differ from the mean of what they predict (weights 1 / (d^2 + 0.04)) by a kerb,
    by less where they are close, and by the bend of the ground over the shortest distance.
    """
    n_sectors, n_rings = spans.shape
    ground = {(a, b) for a in range(n_sectors) for b in range(n_rings) if seeds[a, b]}
    slopes = np.zeros((n_sectors, n_rings, 2))

    def believed(a, b, heard, reach):
        weights, heights, gradients, offsets, distances = [], [], [], [], []
        for cell in heard:
            offset = means[a, b, :2] - means[cell][:2]
            if np.hypot(*offset) <= reach:
                weights.append(1 / (offset @ offset + 0.04))
                heights.append(means[cell][2] + slopes[cell] @ offset)
                gradients.append(slopes[cell].copy())
                offsets.append(offset)
                distances.append(np.hypot(*offset))
        if not weights:
            return False
        surprise = means[a, b, 2] - np.average(heights, weights=weights)
        if abs(surprise) > min(kerb, noise + rise * min(distances)) + bend * min(distances):
            return False
        offset = np.average(offsets, axis=0, weights=weights)
        slope = np.average(gradients, axis=0, weights=weights)
        slope = slope + smoothing * surprise * offset / (offset @ offset + 0.25)
        slopes[a, b] = slope * min(1.0, steepest / max(np.hypot(*slope), steepest))
        return True

    for sweep, reach in enumerate(reaches):
        last = {}
        for b in range(n_rings) if sweep % 2 == 0 else reversed(range(n_rings)):
            ring = [a for a in range(n_sectors) if spans[a, b] <= standing]
            for order in (ring, ring[::-1]):
                beside = None
                for a in order * 2 if closed else order:
                    if (a, b) not in ground:
                        near = [(c % n_sectors) if closed else c for c in (a - 1, a, a + 1)]
                        heard = [(c, last[c]) for c in near if c in last]
                        heard += [(beside, b)] if beside is not None else []
                        after = range(b + 1, n_rings) if sweep % 2 == 0 else range(b - 1, -1, -1)
                        heard += [(a, d) for d in after if (a, d) in ground][:1] if sweep else []
                        if believed(a, b, heard, reach):
                            ground.add((a, b))
                    if (a, b) in ground:
                        beside = a
            last.update({a: b for a in ring if (a, b) in ground})
    return ground, slopes


def filled_height(heights, a, b, closed, widths, lengths):
    """Height of one cell: its own, else that of the nearest ones in four directions by 1 / distance^2; NaN for none."""
    n_sectors, n_rings = heights.shape
    if np.isfinite(heights[a, b]):
        return heights[a, b]
    found = []
    for step in (1, -1):
        cells = [(a + step * k) for k in range(1, n_sectors + 1)]
        cells = [c % n_sectors for c in cells] if closed else [c for c in cells if 0 <= c < n_sectors]
        hits = [(k * widths[b], heights[c, b]) for k, c in enumerate(cells, start=1) if np.isfinite(heights[c, b])]
        found += hits[:1]
        inward = range(b + step, n_rings if step > 0 else -1, step)
        hits = [(lengths[b:c:step].sum(), heights[a, c]) for c in inward if np.isfinite(heights[a, c])]
        found += hits[:1]
    if not found:
        return np.nan
    return np.average([height for _, height in found], weights=[1 / distance**2 for distance, _ in found])


def height_on_lattice(heights, u, v, closed):
    """Height at fractional coordinates, linear between the centres of four cells, constant beyond the rim."""
    n_sectors, n_rings = heights.shape
    a, b = int(np.floor(u - 0.5)), int(np.floor(v - 0.5))
    total = 0.0
    for c, share in ((a, 1 - (u - 0.5 - a)), (a + 1, u - 0.5 - a)):
        for d, other in ((b, 1 - (v - 0.5 - b)), (b + 1, v - 0.5 - b)):
            sector = c % n_sectors if closed else min(max(c, 0), n_sectors - 1)
            total += share * other * heights[sector, min(max(d, 0), n_rings - 1)]
    return total


def gather_around(points, frame_from_points, place, reach):
    rows, moved = [], []
    for row, point in enumerate(points):
        there = frame_from_points.apply(point)
        if np.isfinite(there).all() and (np.abs(there[:2] - place) <= reach).all():
            rows.append(row)
            moved.append(there)
    return np.array(rows, np.int64), np.array(moved).reshape(-1, 3)


def lowest_of_cells(points, place, radius, cell):
    lowest = {}
    for point in points:
        offset = point[:2] - place
        square = tuple(np.floor(offset / cell))
        if offset @ offset <= radius**2 and (square not in lowest or point[2] < lowest[square][2]):
            lowest[square] = point
    return np.array([lowest[square] for square in sorted(lowest)]).reshape(-1, 3)


def standing_on(points, place, height, slope, lowest, highest, radius):
    rows = []
    for row, point in enumerate(points):
        offset = point[:2] - place
        if np.hypot(*offset) <= radius and lowest < point[2] - (height + slope @ offset) < highest:
            rows.append(row)
    return rows
