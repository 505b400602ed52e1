"""What points say of the faces of one box: how far it is cut, and how much room it leaves."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FACES = ("front", "back", "left", "right")
# Outward normals of the side faces: axis of the box and its sign.
NORMALS = ((0, 1.0), (0, -1.0), (1, 1.0), (1, -1.0))
# Points are looked for this far outside, metres, slice by slice until one holds too few.
REACH, _SLICE, _FEWEST_IN_SLICE = 0.8, 0.1, 2
_FEWEST_OUTSIDE, _SHARE_OUTSIDE = 5, 0.04
# So many points before a face, and more than in the box, are the face.
_FEWEST_BEFORE = 25
# Across a face, points this far beside the box are still its own; the outermost few may be noise.
_BESIDE, _TOP, _OUTERMOST = 0.05, 0.1, 3
# Faces seen at less than this sine of the angle show no points that could lie on them.
_GRAZING = 0.35


def read_faces(
    points: NDArray[np.float64], half_size: NDArray[np.float64], sensor: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], int, int]:
    """Measure the side faces of one box.

    Parameters
    ----------
    points : (P, 3) metres, in the frame of the box, above the ground and in no other box, as far as `REACH` outside
    half_size : (3,) metres
    sensor : (3,) where the LiDAR is, in the frame of the box

    Returns
    -------
    cuts : (4,) metres by which connected points reach beyond each of `FACES`, 0 where none do
    rooms : (4,) metres between each face and the outermost points inside; NaN for faces that the sensor does not see
    n_inside : points in the box
    n_own : of these and those that reach beyond a face
    """
    cuts, rooms, n_beyond = np.zeros(4), np.full(4, np.nan), np.zeros(4, np.int64)
    within = np.abs(points) - half_size
    low = within[:, 2] <= _TOP
    n_inside = int((within <= 0).all(axis=1).sum())
    direction = sensor / max(float(np.linalg.norm(sensor)), 1e-9)
    for k, (axis, sign) in enumerate(NORMALS):
        level = low & (within[:, 1 - axis] <= _BESIDE)
        beyond = sign * points[level, axis] - half_size[axis]
        faced = bool(sign * direction[axis] > _GRAZING)
        cuts[k], n_beyond[k] = _own_beyond(beyond, n_inside, faced=faced)
        inside = beyond[beyond <= 0]
        if len(inside) > _OUTERMOST and faced and cuts[k] == 0:
            rooms[k] = -float(np.partition(inside, -_OUTERMOST)[-_OUTERMOST])
    return cuts, rooms, n_inside, n_inside + int(n_beyond.max())


def _own_beyond(beyond: NDArray[np.float64], n_inside: int, *, faced: bool) -> tuple[float, int]:
    """How far points of the object go on beyond a face, metres, and how many: 0 where they are too few to matter.

    They go on without a gap, as far out as enough of them lie, since a mirror is no side; or they lie before a face
    that the sensor sees, most of all points: then it is the face itself.
    """
    edges = np.arange(0.0, REACH + _SLICE / 2, _SLICE)
    counts, _ = np.histogram(beyond[beyond > 0], edges)
    thin = np.flatnonzero(counts < _FEWEST_IN_SLICE)
    n_slices = int(thin[0]) if len(thin) else len(counts)
    n_points = int(counts[:n_slices].sum())
    # What fills all of the reach is a wall or a hedge, not the rest of the object.
    if faced and counts.sum() > max(_FEWEST_BEFORE, n_inside) and counts[-1] < _FEWEST_IN_SLICE:
        return float(beyond[beyond > 0].max()), int(counts.sum())
    fewest = max(_FEWEST_OUTSIDE, int(np.ceil(_SHARE_OUTSIDE * n_inside)))
    if n_points < fewest or n_slices == len(counts):
        return 0.0, 0
    return float(np.partition(beyond[(beyond > 0) & (beyond < edges[n_slices])], -fewest)[-fewest]), n_points
