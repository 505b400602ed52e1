"""Boards with four round holes in a square, found in a LiDAR sweep by the gaps that the holes leave in its scan lines.

Every gap is a chord of a circle of known size, which leaves two places for the middle of its hole. The square that most
of these places agree on is fitted to the ends of the chords (after C. Guindel et al., ITSC 2017, who fit each circle).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import least_squares
from scipy.spatial import cKDTree

from calib.boards.clouds import BEAMS_DIFFER, LEAST_POINTS, CloudBoard, grown_patch, plane_of, scan_lines, seeds_of
from calib.targets.detections import Floats
from sensorann.geometry.arrays import as_array

# A flat patch is looked at so far around a seed, in sides of the square.
_REACH = 2.5
# A gap is a hole when it is so long, in diameters, and so many steps between neighbouring points.
_SHORTEST, _LONGEST, _LEAST_STEPS = 0.25, 1.2, 2.5
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
    """Rows of points (N, 3) whose scan line leaves what they lie on: only beside them a hole can be."""
    azimuths = np.arctan2(points[:, 1], points[:, 0])
    order = np.lexsort((azimuths, lines))
    ordered = points[order]
    jumps = np.linalg.norm(np.diff(ordered, axis=0), axis=1)
    same_line = np.diff(lines[order]) == 0
    step = float(np.median(np.diff(azimuths[order])[same_line])) if same_line.any() else 0.0
    leaves = same_line & (jumps > _SHORTEST * holes.diameter)
    leaves &= jumps > _LEAST_STEPS * step * np.linalg.norm(ordered[:-1], axis=1)
    return np.sort(order[:-1][leaves])


def _fitted(points: Floats, lines: NDArray[np.intp], holes: Holes) -> CloudBoard | None:
    center, axes, spans = plane_of(points)
    flat = (points - center) @ axes[:2].T
    chords = _chords(flat, lines, holes)
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


def _chords(flat: Floats, lines: NDArray[np.intp], holes: Holes) -> Floats:
    """Ends (G, 2, 2) of the gaps of scan lines that are as long as chords of a hole."""
    chords = []
    for line in np.unique(lines):
        on_line = flat[lines == line]
        if len(on_line) < 4:
            continue
        along = on_line @ np.linalg.svd(on_line - on_line.mean(axis=0), full_matrices=False)[2][0]
        ordered = on_line[np.argsort(along)]
        lengths = np.linalg.norm(np.diff(ordered, axis=0), axis=1)
        step = float(np.median(lengths))
        gap = (lengths > _SHORTEST * holes.diameter) & (lengths < _LONGEST * holes.diameter + step)
        for k in np.flatnonzero(gap & (lengths > _LEAST_STEPS * step)):
            # The edge lies anywhere between the last point on the board and the one that is missing.
            inwards = (ordered[k + 1] - ordered[k]) / lengths[k] * step / 2
            chords.append([ordered[k] + inwards, ordered[k + 1] - inwards])
    return np.reshape(chords, (-1, 2, 2))


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
    best, most = None, 0
    for pose in _squares(middles, tree, holes):
        votes = np.asarray(tree.query_ball_point(_square(pose, holes), _AGREES, return_length=True), np.intp)
        if votes.min() > 0 and votes.sum() > most:
            best, most = pose, int(votes.sum())
    return best


def _squares(middles: Floats, tree: cKDTree, holes: Holes) -> Iterator[Floats]:
    """Squares over every two middles that are a side apart, to either side of it."""
    for i, j in sorted(tree.query_pairs(holes.spacing + _AGREES)):
        side = middles[j] - middles[i]
        if abs(np.linalg.norm(side) - holes.spacing) > _AGREES:
            continue
        across = np.array([-side[1], side[0]]) / 2
        for sign in (1.0, -1.0):
            yield np.array([*((middles[i] + middles[j]) / 2 + sign * across), np.arctan2(side[1], side[0])])


def _square(pose: Floats, holes: Holes) -> Floats:
    """Middles (4, 2) of the holes of a square at (x, y, angle)."""
    c, s = np.cos(pose[2]), np.sin(pose[2])
    return np.asarray(holes.spacing * _SIGNS @ np.array([[c, s], [-s, c]]) + pose[:2])


def _nearest(pose: Floats, ends: Floats, holes: Holes) -> tuple[Floats, NDArray[np.intp]]:
    """Distance of points (N, 2) from the nearest middle of a hole, and which it is."""
    away = np.linalg.norm(ends[:, None] - _square(pose, holes), axis=2)
    return away.min(axis=1), away.argmin(axis=1)


def _off_circles(pose: Floats, ends: Floats, holes: Holes) -> Floats:
    """Distances (N,) of points from the rim of the nearest hole, negative inside."""
    return np.asarray(_nearest(pose, ends, holes)[0] - holes.diameter / 2)
