"""A flat rectangular board found in a LiDAR sweep: by its size alone, wherever it stands.

Around seeds spread over the sweep, flat patches are grown until they end; a patch that ends where a board of the stated
size would is a candidate. Where scan lines leave the patch, they cross an edge: these crossings place the rectangle,
which is known in size, far better than the points between two lines would.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import ndimage
from scipy.optimize import least_squares
from scipy.spatial import cKDTree

from calib.targets.detections import Floats
from sensorann.errors import ArgumentError
from sensorann.geometry.arrays import as_array

_SEED_STEP = 0.25
_FLAT = 0.04  # metres: range noise and the warp of a board of wood
_SEED_REACH = 0.2
LEAST_POINTS = 40
# Scan lines of 16 beams are 2 degrees apart: points of one board are closer than one and a half of these steps.
_LINK = np.deg2rad(3.0)
_LINE_STEP = np.deg2rad(0.15)
# Neighbours in a file are neighbours of a line where most steps are that small.
_NEXT_STEP, _LINE_BREAK, _IN_ORDER = np.deg2rad(1.0), np.deg2rad(30.0), 0.9
# A sweep loses up to a line at each end of a board, and its noise adds a little.
_SHORTEST, _LONGEST = 0.7, 1.15
# What the beams of one LiDAR differ by, metres: it does not average out on a board.
BEAMS_DIFFER = 0.004
_EDGE_SIGMA, _LARGEST_EDGE_RMS = 0.02, 0.04


@dataclass(frozen=True, eq=False, slots=True)
class CloudBoard:
    """A board in a sweep.

    Attributes
    ----------
    corners : (4, 3) metres, sensor frame, around the board; the first side is the one along its columns
    sigma_flat, sigma_edge : metres, of a corner across and along the board
    n_points : points on it
    edge_rms : metres, of the crossings of scan lines about its edges
    """

    corners: Floats
    sigma_flat: float
    sigma_edge: float
    n_points: int
    edge_rms: float

    @property
    def center(self) -> Floats:
        """Middle of the board (3,)."""
        return np.asarray(self.corners.mean(axis=0))


def find_board_in_cloud(
    points: Floats, size: tuple[float, float], *, rings: ArrayLike | None = None
) -> CloudBoard | None:
    """Find the patch that fits a board best.

    Parameters
    ----------
    points : (N, 3), metres, sensor frame
    size : (along the columns of its pattern, along its rows), metres
    rings : (N,) number of the scan line of each point; told from the elevation where None

    Returns
    -------
    the board, or None where no patch ends as it would
    """
    points = as_array(points, (None, 3), np.float64, name="points")
    if not min(size) > 0:
        raise ArgumentError(f"size of a board must be two lengths above 0, got {size}")
    reach = float(np.hypot(*size))
    usable = np.flatnonzero(np.isfinite(points).all(axis=1) & (np.linalg.norm(points, axis=1) > 0.3))
    if len(usable) < LEAST_POINTS:
        return None
    kept = points[usable]
    lines = scan_lines(kept) if rings is None else np.asarray(rings, np.intp)[usable]
    tree, seen = cKDTree(kept), np.zeros(len(kept), np.bool_)
    found = []
    for seed in seeds_of(kept):
        if seen[seed]:
            continue
        patch, ends = grown_patch(kept, tree, kept[seed], reach)
        seen[patch] = True
        board = _fit(kept[patch], lines[patch], size) if ends else None
        if board is not None:
            found.append(board)
    return min(found, key=lambda board: board.edge_rms, default=None)


def seeds_of(points: Floats) -> NDArray[np.intp]:
    """Return the row of one point of each cube of a sweep."""
    return np.unique(np.floor(points / _SEED_STEP), axis=0, return_index=True)[1]


def scan_lines(points: Floats) -> NDArray[np.intp]:
    """Number the scan lines of points (N, 3): as they are stored one by one, else by elevations that are apart."""
    azimuth = np.arctan2(points[:, 1], points[:, 0])
    elevation = np.arctan2(points[:, 2], np.hypot(points[:, 0], points[:, 1]))
    steps, rises = np.diff(azimuth), np.abs(np.diff(elevation))
    if np.mean((np.abs(steps) < _NEXT_STEP) & (rises < _LINE_STEP)) > _IN_ORDER:
        # Where a line goes back, or sees nothing for long, the next one begins.
        back = -steps * np.sign(np.median(steps)) > _NEXT_STEP
        return np.asarray(np.append(0, np.cumsum(back | (np.abs(steps) > _LINE_BREAK))), np.intp)
    order = np.argsort(elevation)
    numbers = np.empty(len(points), np.intp)
    numbers[order] = np.cumsum(np.diff(elevation[order], prepend=elevation[order[0]]) > _LINE_STEP)
    return numbers


def grown_patch(points: Floats, tree: cKDTree, seed: Floats, reach: float) -> tuple[NDArray[np.intp], bool]:
    """Return the rows of the flat patch around a seed, and whether it ends within the reach of a board."""
    link = _LINK * float(np.linalg.norm(seed))
    rows = np.array(tree.query_ball_point(seed, max(_SEED_REACH, 1.2 * link)), np.intp)
    around = np.array(tree.query_ball_point(seed, 1.3 * reach), np.intp)
    for _ in range(4):
        if len(rows) < LEAST_POINTS // 4:
            return rows, False
        center, axes, spans = plane_of(points[rows])
        if spans[2] > _FLAT or spans[1] < 3 * spans[2]:
            return rows, False
        off = points[around] - center
        flat = np.abs(off @ axes[2]) < _FLAT
        # Far away the points of a patch are farther apart than a board is wide.
        if not flat.any():
            return rows, False
        rows = around[flat][_connected((off[flat]) @ axes[:2].T, (seed - center) @ axes[:2].T, link)]
    ends = len(rows) >= LEAST_POINTS and np.linalg.norm(points[rows] - seed, axis=1).max() < 1.1 * reach
    return rows, bool(ends)


def plane_of(points: Floats) -> tuple[Floats, Floats, Floats]:
    """Return middle (3,), axes (3, 3) by falling spread, the normal last, and spreads (3,) of points."""
    center = points.mean(axis=0)
    values, vectors = np.linalg.eigh(np.cov((points - center).T))
    return center, vectors.T[::-1], np.sqrt(np.maximum(values[::-1], 0.0))


def _connected(flat: Floats, start: Floats, link: float) -> NDArray[np.bool_]:
    """Tell which points (N, 2) of a plane hang together with the one nearest to the start."""
    cells = np.floor((flat - flat.min(axis=0)) / (link / 1.5)).astype(np.intp)
    taken = np.zeros(cells.max(axis=0) + 1, np.bool_)
    taken[tuple(cells.T)] = True
    labels = ndimage.label(taken, structure=np.ones((3, 3)))[0][tuple(cells.T)]
    return np.asarray(labels == labels[int(np.linalg.norm(flat - start, axis=1).argmin())])


def _fit(points: Floats, lines: NDArray[np.intp], size: tuple[float, float]) -> CloudBoard | None:
    center, axes, spans = plane_of(points)
    flat = (points - center) @ axes[:2].T
    middle, sides, degrees = cv2.minAreaRect(flat.astype(np.float32))
    shares = np.sort(sides) / np.sort(size)
    if shares.min() < _SHORTEST or shares.max() > _LONGEST:
        return None
    crossings = _crossings(flat, lines)
    if len(crossings) < 8:
        return None
    best = min(
        (
            least_squares(
                _off_edges,
                [*middle, np.deg2rad(degrees) + turn],
                loss="soft_l1",
                f_scale=_EDGE_SIGMA,
                args=(crossings, size),
            )
            for turn in (0.0, np.pi / 4, np.pi / 2, -np.pi / 4)
        ),
        key=lambda fit: fit.cost,
    )
    off = _off_edges(best.x, crossings, size)
    edge_rms = float(np.sqrt(np.mean(off**2)))
    if edge_rms > _LARGEST_EDGE_RMS:
        return None
    corners = _rectangle(best.x, size) @ axes[:2] + center
    n = len(points)
    return CloudBoard(
        corners=corners,
        # A corner of a plane fitted to a full rectangle has 1 + 3 + 3 times the variance of its middle.
        sigma_flat=float(np.hypot(spans[2] * np.sqrt(7 / n), BEAMS_DIFFER)),
        sigma_edge=float(np.hypot(2 * edge_rms / np.sqrt(len(crossings) / 4), BEAMS_DIFFER)),
        n_points=n,
        edge_rms=edge_rms,
    )


def _crossings(flat: Floats, lines: NDArray[np.intp]) -> Floats:
    """Where scan lines enter and leave the patch (2 * lines, 2)."""
    ends = []
    for line in np.unique(lines):
        on_line = flat[lines == line]
        if len(on_line) > 2:
            along = np.linalg.svd(on_line - on_line.mean(axis=0), full_matrices=False)[2][0]
            ends += [on_line[int((on_line @ along).argmin())], on_line[int((on_line @ along).argmax())]]
    return np.reshape(ends, (-1, 2))


def _off_edges(pose: Floats, crossings: Floats, size: tuple[float, float]) -> Floats:
    """Distances (N,) of crossings from the nearest edge of a rectangle at (x, y, angle), negative inside."""
    local = np.abs(_turn(-pose[2], crossings - pose[:2])) - np.array(size) / 2
    outside = np.linalg.norm(np.maximum(local, 0.0), axis=1)
    return np.asarray(outside + np.minimum(local.max(axis=1), 0.0))


def _rectangle(pose: Floats, size: tuple[float, float]) -> Floats:
    half = np.array(size) / 2
    return _turn(pose[2], half * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])) + pose[:2]


def _turn(angle: float, points: Floats) -> Floats:
    c, s = np.cos(angle), np.sin(angle)
    return np.asarray(points @ np.array([[c, s], [-s, c]]))
