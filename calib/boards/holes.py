"""Boards with four round holes in a square, found in a LiDAR sweep by the gaps that the holes leave in its scan lines.

Every gap is a chord of a circle of known size, which leaves two places for the middle of its hole. The square that most
of these places agree on is fitted to the ends of the chords (after C. Guindel et al., ITSC 2017, who fit each circle).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import least_squares
from scipy.spatial import cKDTree

from calib.boards.clouds import BEAMS_DIFFER, LEAST_POINTS, CloudBoard, grown_patch, plane_of, scan_lines, seeds_of
from calib.targets.detections import Floats
from sensorann.errors import MissingDataError
from sensorann.geometry.arrays import as_array

# A flat patch is looked at so far around a seed, in sides of the square.
_REACH = 2.5
# A gap is a hole when it is so long, in diameters, and so many steps between neighbouring points.
_SHORTEST, _LONGEST, _LEAST_STEPS = 0.25, 1.2, 2.5
# Of a street a tenth of the points are at an edge; where lines are mixed up most seem to be.
_MOST_LEAVE = 0.5
# Diagonal of a square over its side; beams that may see what is behind a hole.
_ACROSS, _MOST_BEHIND = 1.42, 200
_LEAST_GAPS, _AGREES, _LARGEST_RMS = 6, 0.04, 0.025
# Of a hole so much of its radius is surely empty, and board is seen in so many directions from it.
_EMPTY, _SECTORS = 0.7, 8
_SIGNS = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) / 2


@dataclass(frozen=True, slots=True)
class Holes:
    """Four round holes in a square.

    Attributes
    ----------
    spacing, diameter : between middles of neighbouring holes, and of a hole, metres
    """

    spacing: float
    diameter: float


def find_holes_in_cloud(points: Floats, holes: Holes, *, rings: ArrayLike | None = None) -> CloudBoard | None:
    """Find the four middles of the holes of a board.

    Parameters
    ----------
    points : (N, 3), metres, sensor frame
    holes : Holes
    rings : (N,) number of the scan line of each point; told from the elevation where None

    Returns
    -------
    the middles as the corners of a board, around it; None where no square of holes is seen

    Raises
    ------
    MissingDataError
        When the scan lines are not numbered, and cannot be told apart.
    """
    points = as_array(points, (None, 3), np.float64, name="points")
    usable = np.flatnonzero(np.isfinite(points).all(axis=1) & (np.linalg.norm(points, axis=1) > 0.3))
    if len(usable) < LEAST_POINTS:
        return None
    kept = points[usable]
    lines = scan_lines(kept) if rings is None else np.asarray(rings, np.intp)[usable]
    tree, seen, found = cKDTree(kept), np.zeros(len(kept), np.bool_), []
    before_gaps = _before_gaps(kept, lines, holes)
    for seed in before_gaps[seeds_of(kept[before_gaps])]:
        if seen[seed]:
            continue
        patch, _ = grown_patch(kept, tree, kept[seed], _REACH * holes.spacing)
        # Only what is near the seed is surely looked at whole.
        near = np.linalg.norm(kept[patch] - kept[seed], axis=1) < holes.spacing / 2
        seen[patch[near]] = True
        board = _fitted(kept[patch], lines[patch], holes) if len(patch) >= LEAST_POINTS else None
        if board is not None:
            found.append(board)
    return min(found, key=lambda board: board.edge_rms / np.sqrt(board.n_points), default=None)


def _before_gaps(points: Floats, lines: NDArray[np.intp], holes: Holes) -> NDArray[np.intp]:
    """Rows of points (N, 3) whose scan line leaves what they lie on and comes back a hole farther, with others around.

    Only beside them a board can be. Most gaps of a street are its edges: their lines do not come back.
    """
    azimuths = np.arctan2(points[:, 1], points[:, 0])
    order = np.lexsort((azimuths, lines))
    ordered, line = points[order], lines[order]
    ranges = np.linalg.norm(ordered, axis=1)
    steps = np.diff(azimuths[order])[np.diff(line) == 0]
    reach = float(np.median(steps)) * ranges if len(steps) else np.zeros(len(ranges))
    longest = _LONGEST * holes.diameter + reach
    shortest = np.maximum(_SHORTEST * holes.diameter, _LEAST_STEPS * reach)
    leaves = np.flatnonzero(np.append(np.linalg.norm(np.diff(ordered, axis=0), axis=1), 0.0) > shortest)
    if len(leaves) > _MOST_LEAVE * len(points):
        raise MissingDataError("has no field ring, and its scan lines are too near to each other to be told apart")
    # Beams through the hole see what is behind: as many as fit into it may lie between.
    most = np.minimum(longest / np.maximum(reach, 1e-6) + 1, _MOST_BEHIND)[leaves]
    returns = np.zeros(len(leaves), np.bool_)
    for ahead in range(1, int(most.max(initial=0)) + 1):
        after = np.minimum(leaves + ahead, len(ordered) - 1)
        gap = np.linalg.norm(ordered[after] - ordered[leaves], axis=1)
        hole = (gap > shortest[leaves]) & (gap < longest[leaves])
        returns |= hole & (ahead <= most) & (line[after] == line[leaves])
    starts = ordered[leaves[returns]]
    if not len(starts):
        return np.zeros(0, np.intp)
    around = cKDTree(starts).query_ball_point(starts, _ACROSS * (holes.spacing + holes.diameter), return_length=True)
    return np.sort(order[leaves[returns][np.asarray(around) >= _LEAST_GAPS]])


def _fitted(points: Floats, lines: NDArray[np.intp], holes: Holes) -> CloudBoard | None:
    center, axes, spans = plane_of(points)
    flat = (points - center) @ axes[:2].T
    chords = _chords(points, flat, lines, holes)
    if len(chords) < _LEAST_GAPS:
        return None
    pose = _voted(_middles(chords, holes), holes)
    if pose is None:
        return None
    ends = chords.reshape(-1, 2)
    mine = np.abs(_off_circles(pose, ends, holes)) < _AGREES
    fit = least_squares(_off_circles, pose, loss="soft_l1", f_scale=0.01, args=(ends[mine], holes))
    rms = float(np.sqrt(np.mean(_off_circles(fit.x, ends[mine], holes) ** 2)))
    held = np.bincount(_nearest(fit.x, ends[mine], holes)[1], minlength=4)
    if rms > _LARGEST_RMS or held.min() < 2 or held.sum() < 2 * _LEAST_GAPS or not _are_holes(fit.x, flat, holes):
        return None
    return CloudBoard(
        corners=_square(fit.x, holes) @ axes[:2] + center,
        sigma_flat=float(np.hypot(spans[2] * np.sqrt(7 / len(points)), BEAMS_DIFFER)),
        sigma_edge=float(np.hypot(rms / np.sqrt(held.min() / 2), BEAMS_DIFFER)),
        n_points=int(held.sum()),
        edge_rms=rms,
    )


def _are_holes(pose: Floats, flat: Floats, holes: Holes) -> bool:
    """Tell whether there is nothing within the holes, and board all around each of them."""
    radius = holes.diameter / 2
    for middle in _square(pose, holes):
        off = flat - middle
        away = np.linalg.norm(off, axis=1)
        rim = (away > radius) & (away < radius + (holes.spacing - holes.diameter) / 2 + radius / 2)
        sectors = np.floor(np.arctan2(off[rim, 1], off[rim, 0]) / (2 * np.pi / _SECTORS))
        if (away < _EMPTY * radius).any() or len(np.unique(sectors)) < _SECTORS:
            return False
    return True


def _chords(points: Floats, flat: Floats, lines: NDArray[np.intp], holes: Holes) -> Floats:
    """Ends (G, 2, 2) in the plane of the gaps of scan lines that are as long as chords of a hole."""
    middle = points.mean(axis=0)
    # Bearings from the middle of the patch: behind the sensor a line would break at half a turn.
    bearings = np.arctan2(
        middle[0] * points[:, 1] - middle[1] * points[:, 0], middle[0] * points[:, 0] + middle[1] * points[:, 1]
    )
    order = np.lexsort((bearings, lines))
    ordered, same = flat[order], np.diff(lines[order]) == 0
    steps = np.diff(ordered, axis=0)
    lengths = np.linalg.norm(steps, axis=1)
    if not same.any():
        return np.zeros((0, 2, 2))
    step = float(np.median(lengths[same]))
    gap = same & (lengths > max(_SHORTEST * holes.diameter, _LEAST_STEPS * step))
    gap &= lengths < _LONGEST * holes.diameter + step
    # The edge lies anywhere between the last point on the board and the one that is missing.
    inwards = steps[gap] / lengths[gap, None] * step / 2
    return np.stack([ordered[:-1][gap] + inwards, ordered[1:][gap] - inwards], axis=1)


def _middles(chords: Floats, holes: Holes) -> Floats:
    """Places (2 G, 2) of the middle of a hole that chords leave: on either side of each."""
    half = (chords[:, 1] - chords[:, 0]) / 2
    length = np.linalg.norm(half, axis=1, keepdims=True)
    away = np.sqrt(np.maximum((holes.diameter / 2) ** 2 - length**2, 0.0))
    across = np.stack([-half[:, 1], half[:, 0]], axis=1) / length * away
    between = chords.mean(axis=1)
    return np.concatenate([between + across, between - across])


def _voted(middles: Floats, holes: Holes) -> Floats | None:
    """Pose (x, y, angle) of the square with whose holes most middles agree; None where a hole has none."""
    tree = cKDTree(middles)
    poses = _squares(middles, tree, holes)
    if not len(poses):
        return None
    votes = np.asarray(tree.query_ball_point(_square(poses, holes), _AGREES, return_length=True), np.intp)
    totals = np.where(votes.min(axis=1) > 0, votes.sum(axis=1), 0)
    best = int(totals.argmax())
    return poses[best] if totals[best] > 0 else None


def _squares(middles: Floats, tree: cKDTree, holes: Holes) -> Floats:
    """Poses (S, 3) of squares over every two middles that are a side apart, to either side of it."""
    pairs = tree.query_pairs(holes.spacing + _AGREES, output_type="ndarray")
    sides = middles[pairs[:, 1]] - middles[pairs[:, 0]]
    apart = np.abs(np.linalg.norm(sides, axis=1) - holes.spacing) < _AGREES
    sides, between = sides[apart], middles[pairs[apart]].mean(axis=1)
    across, angles = np.stack([-sides[:, 1], sides[:, 0]], axis=1) / 2, np.arctan2(sides[:, 1], sides[:, 0])
    return np.concatenate([np.column_stack([between + sign * across, angles]) for sign in (1.0, -1.0)])


def _square(pose: Floats, holes: Holes) -> Floats:
    """Middles (..., 4, 2) of the holes of squares (..., 3) at (x, y, angle)."""
    c, s = np.cos(pose[..., 2]), np.sin(pose[..., 2])
    turns = np.stack([np.stack([c, s], axis=-1), np.stack([-s, c], axis=-1)], axis=-2)
    return np.asarray(holes.spacing * _SIGNS @ turns + pose[..., None, :2])


def _nearest(pose: Floats, ends: Floats, holes: Holes) -> tuple[Floats, NDArray[np.intp]]:
    """Distance of points (N, 2) from the nearest middle of a hole, and which it is."""
    away = np.linalg.norm(ends[:, None] - _square(pose, holes), axis=2)
    return away.min(axis=1), away.argmin(axis=1)


def _off_circles(pose: Floats, ends: Floats, holes: Holes) -> Floats:
    """Distances (N,) of points from the rim of the nearest hole, negative inside."""
    return np.asarray(_nearest(pose, ends, holes)[0] - holes.diameter / 2)
