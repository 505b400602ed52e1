"""The ground."""

import numpy as np


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


def fit_ground_plane(points, place, height, n_rounds, widest, narrowing, narrowest, level_weight, steepest):
    slope, near = np.zeros(2), np.zeros(len(points), bool)
    for i in range(n_rounds):
        offsets = points[:, :2] - place
        near = np.abs(points[:, 2] - height - offsets @ slope) <= max(widest - narrowing * i, narrowest)
        if near.sum() < 3:
            break
        design = np.column_stack([np.ones(near.sum()), offsets[near]])
        normal = design.T @ design + np.diag([0.0, level_weight, level_weight])
        height, *slope = np.linalg.solve(normal, design.T @ points[near, 2])
        slope = np.array(slope) * min(1.0, steepest / np.hypot(*slope))
    return height, slope, near.sum()
