"""Rays against boxes and a ground of gentle waves with kerbs: what a spinning LiDAR, a radar or a camera sees.

A column is a fan of rays in one plane: direction = forward + slope * up, with forward and up orthogonal, up of length
one and forward of any length. Distances along a ray are counted in multiples of that direction until the very end,
so that all rays of a column share their position along `forward`.
"""

import numpy as np

from sensorann.kernels._jit import kernel

ROAD = -1
PAVEMENT = -2
NOTHING = -3
# Half of the thinnest thing that matters: vertical distance to the ground, and distance to a kerb, metres.
GROUND_TOLERANCE = 1e-4
KERB_TOLERANCE = 1e-3


@kernel
def wave_height(x, y, waves):
    """Height of the smooth ground at one place; waves (W, 4): amplitude, wave numbers along x and y, phase."""
    height = 0.0
    for i in range(waves.shape[0]):
        height += waves[i, 0] * np.sin(waves[i, 1] * x + waves[i, 2] * y + waves[i, 3])
    return height


@kernel
def pavement_distance(x, y, street):
    """Signed distance to the kerb of the block that a place belongs to: negative on the pavement, positive on the road.

    street (4,): spacing of the streets, half of their width, radius of the kerb's corners, height of the kerb. Streets
    run along every multiple of the spacing in x and in y.
    """
    spacing, half_width, radius = street[0], street[1], street[2]
    straight = spacing / 2 - half_width - radius
    qx = abs(x - (np.floor(x / spacing) + 0.5) * spacing) - straight
    qy = abs(y - (np.floor(y / spacing) + 0.5) * spacing) - straight
    outside = np.sqrt(max(qx, 0.0) ** 2 + max(qy, 0.0) ** 2)
    return outside + min(max(qx, qy), 0.0) - radius


@kernel
def ground_heights(places, waves, street):
    """Height of the ground, kerbs included, at places (N, 2) -> (N,)."""
    heights = np.empty(places.shape[0])
    for i in range(places.shape[0]):
        x, y = places[i, 0], places[i, 1]
        heights[i] = wave_height(x, y, waves)
        if pavement_distance(x, y, street) <= 0:
            heights[i] += street[3]
    return heights


@kernel
def trace_waves(origin, direction, lift, start, limit, waves, steepest):
    """First multiple of the direction, from `start` on, where a ray meets the smooth ground raised by `lift`.

    Sphere tracing: `steepest` bounds the slope of the ground, so a step of gap / closing speed never jumps through it
    (J. C. Hart, The Visual Computer 12, 1996). Returns `limit` where the ray meets nothing before it.
    """
    closing = steepest * np.sqrt(direction[0] ** 2 + direction[1] ** 2) - direction[2]
    if closing <= 0:
        return limit  # climbs faster than the ground can
    t = start
    while t < limit:
        ground = wave_height(origin[0] + t * direction[0], origin[1] + t * direction[1], waves)
        gap = origin[2] + t * direction[2] - lift - ground
        if gap < GROUND_TOLERANCE:
            return t
        t += gap / closing
    return limit


@kernel
def trace_kerb(origin, direction, start, limit, street):
    """First multiple of the direction between `start` and `limit` where a ray over the road runs into a kerb."""
    length = np.sqrt(direction[0] ** 2 + direction[1] ** 2)
    t = start
    while t < limit:
        distance = pavement_distance(origin[0] + t * direction[0], origin[1] + t * direction[1], street)
        if distance < KERB_TOLERANCE:
            return t
        t += distance / length
    return limit


@kernel
def cast_on_ground(origin, forward, up, slopes, waves, street, steepest, best, hits, faces, cosines):
    """Shorten the rays of one column to where they meet road, pavement or kerb.

    Slopes ascend, so a ray lies above its predecessor everywhere and cannot meet the ground earlier: each search
    starts where the last one ended.
    """
    t_road = 0.0
    t_pavement = 0.0
    direction = np.empty(3)
    for r in range(slopes.shape[0]):
        for axis in range(3):
            direction[axis] = forward[axis] + slopes[r] * up[axis]
        limit = best[r]
        t_pavement = trace_waves(origin, direction, street[3], t_pavement, limit, waves, steepest)
        if t_pavement >= limit:
            continue
        x = origin[0] + t_pavement * direction[0]
        y = origin[1] + t_pavement * direction[1]
        t, hit = t_pavement, PAVEMENT
        normal_up = True
        if pavement_distance(x, y, street) > 0:
            t_road = trace_waves(origin, direction, 0.0, max(t_road, t_pavement), limit, waves, steepest)
            t = trace_kerb(origin, direction, t_pavement, t_road, street)
            normal_up = t >= t_road
            if normal_up:
                hit = ROAD
        if t < limit:
            length = np.sqrt(direction[0] ** 2 + direction[1] ** 2 + direction[2] ** 2)
            rise = direction[2] / length
            best[r] = t
            hits[r] = hit
            faces[r] = 4
            cosines[r] = abs(rise) if normal_up else np.sqrt(1.0 - rise * rise)


@kernel
def cast_on_box(origin, forward, up, slopes, center, rotation, half_size, number, best, hits, faces, cosines):
    """Shorten the rays of one column to where they enter one box; faces are numbered +x -x +y -y +z -z of the box."""
    # Everything that the rays of the column share, once: culled by the bounding sphere, then in box coordinates.
    to_x = center[0] - origin[0]
    to_y = center[1] - origin[1]
    to_z = center[2] - origin[2]
    radius = np.sqrt(half_size[0] ** 2 + half_size[1] ** 2 + half_size[2] ** 2)
    side_x = up[1] * forward[2] - up[2] * forward[1]
    side_y = up[2] * forward[0] - up[0] * forward[2]
    side_z = up[0] * forward[1] - up[1] * forward[0]
    stretch = np.sqrt(forward[0] ** 2 + forward[1] ** 2 + forward[2] ** 2)
    if abs(to_x * side_x + to_y * side_y + to_z * side_z) > radius * stretch:
        return
    ahead = (to_x * forward[0] + to_y * forward[1] + to_z * forward[2]) / stretch
    above = to_x * up[0] + to_y * up[1] + to_z * up[2]
    if ahead < -radius:
        return
    lowest, highest = -np.inf, np.inf
    if ahead > radius:
        lowest = stretch * (above - radius) / (ahead - radius if above < radius else ahead + radius)
        highest = stretch * (above + radius) / (ahead - radius if above > -radius else ahead + radius)
    start = np.empty(3)
    along = np.empty(3)
    upward = np.empty(3)
    for axis in range(3):
        start[axis] = -(rotation[0, axis] * to_x + rotation[1, axis] * to_y + rotation[2, axis] * to_z)
        along[axis] = rotation[0, axis] * forward[0] + rotation[1, axis] * forward[1] + rotation[2, axis] * forward[2]
        upward[axis] = rotation[0, axis] * up[0] + rotation[1, axis] * up[1] + rotation[2, axis] * up[2]
    for r in range(slopes.shape[0]):
        if slopes[r] < lowest or slopes[r] > highest:
            continue
        enter, leave = -np.inf, np.inf
        face = 0
        entry_speed = 0.0
        for axis in range(3):
            speed = along[axis] + slopes[r] * upward[axis]
            if speed == 0.0:
                if abs(start[axis]) > half_size[axis]:
                    leave = -np.inf
                continue
            near = (-half_size[axis] - start[axis]) / speed
            far = (half_size[axis] - start[axis]) / speed
            near, far = min(near, far), max(near, far)
            if near > enter:
                enter = near
                face = 2 * axis + (1 if speed > 0 else 0)
                entry_speed = abs(speed)
            leave = min(leave, far)
        if 0.0 < enter <= leave and enter < best[r]:
            best[r] = enter
            hits[r] = number
            faces[r] = face
            cosines[r] = entry_speed / np.sqrt(stretch * stretch + slopes[r] * slopes[r])


@kernel
def cast_rays(
    origins,
    forwards,
    ups,
    slopes,
    moving_centers,
    moving_rotations,
    moving_half_sizes,
    fixed_centers,
    fixed_rotations,
    fixed_half_sizes,
    waves,
    street,
    max_range,
):
    """Cast a fan of rays per column, each column with its own origin and its own places of the moving boxes.

    origins, forwards, ups (C, 3): fan of each column, in the world. slopes (R,) ascending. moving_centers (C, M, 3),
    moving_rotations (C, M, 3, 3), moving_half_sizes (M, 3). fixed_centers (S, 3), fixed_rotations (S, 3, 3),
    fixed_half_sizes (S, 3). waves (W, 4) and street (4,): see `wave_height` and `pavement_distance`.

    Returns distances (C, R) float64 in metres (inf where there is nothing within max_range), hits (C, R) int32 (moving
    boxes from 0, fixed ones from M, else ROAD, PAVEMENT, NOTHING), faces (C, R) int8, cosines of incidence (C, R)
    float32.
    """
    n_columns, n_rays = origins.shape[0], slopes.shape[0]
    n_moving = moving_half_sizes.shape[0]
    distances = np.full((n_columns, n_rays), np.inf)
    hits = np.full((n_columns, n_rays), NOTHING, np.int32)
    faces = np.zeros((n_columns, n_rays), np.int8)
    cosines = np.zeros((n_columns, n_rays), np.float32)
    steepest = 0.0
    for i in range(waves.shape[0]):
        steepest += abs(waves[i, 0]) * np.sqrt(waves[i, 1] ** 2 + waves[i, 2] ** 2)
    lengths = np.empty(n_rays)
    for c in range(n_columns):
        origin, forward, up = origins[c], forwards[c], ups[c]
        best, hit, face, cosine = distances[c], hits[c], faces[c], cosines[c]
        squared = forward[0] ** 2 + forward[1] ** 2 + forward[2] ** 2
        for r in range(n_rays):
            lengths[r] = np.sqrt(squared + slopes[r] * slopes[r])
            best[r] = max_range / lengths[r]
        for i in range(n_moving):
            cast_on_box(
                origin, forward, up, slopes,
                moving_centers[c, i], moving_rotations[c, i], moving_half_sizes[i], i,
                best, hit, face, cosine,
            )  # fmt: skip
        for i in range(fixed_half_sizes.shape[0]):
            cast_on_box(
                origin, forward, up, slopes,
                fixed_centers[i], fixed_rotations[i], fixed_half_sizes[i], n_moving + i,
                best, hit, face, cosine,
            )  # fmt: skip
        cast_on_ground(origin, forward, up, slopes, waves, street, steepest, best, hit, face, cosine)
        for r in range(n_rays):
            best[r] = best[r] * lengths[r] if hit[r] != NOTHING else np.inf
    return distances, hits, faces, cosines
