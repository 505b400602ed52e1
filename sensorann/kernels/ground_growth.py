"""Which cells of a lattice are ground: grown from sure ones over gaps, with the slope carried along."""

import numpy as np

from sensorann.kernels._jit import kernel

STANDING = 0.35  # metres from the lowest to the highest point of a cell in which something stands
# A cell may lie off the height that others predict by a kerb, which side by side shows as a steep rise over some noise
# (else the ground would climb a car by many small steps), and by this per metre between them for bends.
KERB, NOISE, RISE, BEND = 0.20, 0.03, 0.3, 0.03
STEEPEST = 0.25
SMOOTHING = 0.25  # share of a surprise that goes into the slope
_SOFTENING = 0.04  # m^2: cells side by side count alike


@kernel
def _continues(a, b, references, means, slopes, reach):
    """Tell whether cell (a, b) continues the ground of reference cells (R, 2), and set its slope if so.

    Rows of the references with a negative ring stand for none.
    """
    total, height, slope_x, slope_y, offset_x, offset_y = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    nearest = reach * reach
    for k in range(references.shape[0]):
        c, d = references[k, 0], references[k, 1]
        if d < 0:
            continue
        dx, dy = means[a, b, 0] - means[c, d, 0], means[a, b, 1] - means[c, d, 1]
        squared = dx * dx + dy * dy
        if squared > reach * reach:
            continue
        weight = 1.0 / (squared + _SOFTENING)
        total += weight
        height += weight * (means[c, d, 2] + slopes[c, d, 0] * dx + slopes[c, d, 1] * dy)
        slope_x += weight * slopes[c, d, 0]
        slope_y += weight * slopes[c, d, 1]
        offset_x += weight * dx
        offset_y += weight * dy
        nearest = min(nearest, squared)
    if total == 0.0:
        return False
    surprise = means[a, b, 2] - height / total
    distance = np.sqrt(nearest)
    if not abs(surprise) <= min(KERB, NOISE + RISE * distance) + BEND * distance:
        return False
    offset_x, offset_y = offset_x / total, offset_y / total
    gain = SMOOTHING * surprise / (offset_x * offset_x + offset_y * offset_y + 0.25)
    slope_x, slope_y = slope_x / total + gain * offset_x, slope_y / total + gain * offset_y
    shrink = STEEPEST / max(np.sqrt(slope_x * slope_x + slope_y * slope_y), STEEPEST)
    slopes[a, b, 0], slopes[a, b, 1] = slope_x * shrink, slope_y * shrink
    return True


@kernel
def bare_cells(spans):
    """Sectors of the cells in which nothing stands, ring after ring -> (K,) int64, and starts (B + 1,) of the rings."""
    n_sectors, n_rings = spans.shape
    sectors = np.empty(n_sectors * n_rings + 1, np.int64)
    starts = np.zeros(n_rings + 1, np.int64)
    n = 0
    for b in range(n_rings):
        for a in range(n_sectors):
            sectors[n] = a
            n += spans[a, b] <= STANDING
        starts[b + 1] = n
    return sectors[:n], starts


@kernel
def _next_ground(a, b, step, ground):
    """Ring of the first ground cell of sector a after ring b, going by `step`; -1 for none."""
    ring = b + step
    while 0 <= ring < ground.shape[1]:
        if ground[a, ring]:
            return ring
        ring += step
    return -1


@kernel
def _grow_along(b, step, own, before, means, slopes, ground, closed, reach):
    """Go once along ring b over its bare cells `own`, changing `ground` and `slopes`.

    before (A,): ring of the last ground cell of each sector, -1 for none; step: 1 or -1, to the rings that come after,
    0 when nothing is known of them.
    """
    n_sectors, n_own = ground.shape[0], own.shape[0]
    references = np.empty((5, 2), np.int64)
    beside = -1
    # Going on past the end of a closed ring, the cells before its first ground cell hear it too.
    for k in range(2 * n_own if closed else n_own):
        a = own[k if k < n_own else k - n_own]
        if ground[a, b]:
            if k >= n_own:
                break
            beside = a
            continue
        for side in range(-1, 2):
            c = a + side
            if closed and not 0 <= c < n_sectors:
                c -= n_sectors * side
            references[side + 1, 0] = c
            references[side + 1, 1] = before[c] if 0 <= c < n_sectors else -1
        references[3, 0] = beside
        references[3, 1] = b if beside >= 0 else -1
        references[4, 0] = a
        references[4, 1] = _next_ground(a, b, step, ground) if step != 0 else -1
        if _continues(a, b, references, means, slopes, reach):
            ground[a, b] = True
            beside = a


@kernel
def grow_ground(means, spans, ground, closed, reaches):
    """Spread the ground from some bare cells to others, changing `ground` (A, B) bool -> slopes (A, B, 2).

    means (A, B, 3), spans (A, B), closed: whether the first axis is a ring, reaches (S,): the longest gap that each
    sweep bridges, metres. Sweeps run outward and inward by turns. A cell hears the last ground cells before it in its
    own and both neighbouring sectors, the next one after it, and its neighbours in the ring from both sides: so islands
    behind an object are reached round it, and what rises above the ground before and behind it is none.
    """
    n_sectors, n_rings = ground.shape
    slopes = np.zeros((n_sectors, n_rings, 2))
    sectors, starts = bare_cells(spans)
    for sweep in range(reaches.shape[0]):
        before = np.full(n_sectors, -1)
        for k in range(n_rings):
            b = k if sweep % 2 == 0 else n_rings - 1 - k
            step = 0 if sweep == 0 else (1 if sweep % 2 == 0 else -1)
            own = sectors[starts[b] : starts[b + 1]]
            _grow_along(b, step, own, before, means, slopes, ground, closed, reaches[sweep])
            _grow_along(b, step, own[::-1].copy(), before, means, slopes, ground, closed, reaches[sweep])
            for a in own:
                if ground[a, b]:
                    before[a] = b
    return slopes
