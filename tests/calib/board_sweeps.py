"""Sweeps of a LiDAR over ground, a wall and a board, by rays and planes."""

import numpy as np

from calib.boards.holes import Holes
from calib.estimation.start import FORWARD_FROM_CAMERA
from calib.estimation.tangent import rotation_from_vector
from sensorann.geometry import Transform

SIZE = (0.8, 0.6)
RANGE_NOISE = 0.01
# Around a board, in halves of its sides.
SQUARE = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])


def lidar_pose_of_board(place, vector, *, spin=0.7) -> Transform:
    """lidar_from_board: facing the LiDAR at a place, turned by a vector, its pattern turned about the normal."""
    turn = rotation_from_vector(np.asarray(vector)) @ FORWARD_FROM_CAMERA.rotation
    return Transform(turn @ rotation_from_vector([0, 0, spin]), np.asarray(place, np.float64))


def cast_sweep(
    board: Transform | None, *, seed=0, size=SIZE, holes: Holes | None = None, beam_step=2.0
) -> tuple[np.ndarray, np.ndarray]:
    """Points (N, 3) with noise along their rays, and the number of the beam of each; beams are some degrees apart."""
    rng = np.random.default_rng(seed)
    elevations, azimuths = np.deg2rad(np.arange(-15, 16, beam_step)), np.deg2rad(np.arange(-60, 60, 0.2))
    beams, angles = (part.ravel() for part in np.meshgrid(np.arange(len(elevations)), azimuths, indexing="ij"))
    flat = np.cos(elevations[beams])
    rays = np.stack([flat * np.cos(angles), flat * np.sin(angles), np.sin(elevations[beams])], axis=1)
    ranges = np.minimum(_to_plane(rays, [0, 0, 1], -1.2), _to_plane(rays, [1, 0.1, 0], 6.0))
    if board is not None:
        normal = board.rotation[:, 2]
        hit = _to_plane(rays, normal, normal @ board.translation)
        local = board.inverse().apply(np.where(np.isfinite(hit), hit, 1e6)[:, None] * rays)
        on_board = (np.abs(local[:, :2]) < np.array(size) / 2).all(axis=1)
        if holes is not None:
            middles = holes.spacing * SQUARE / 2
            on_board &= (np.linalg.norm(local[:, None, :2] - middles, axis=2) > holes.diameter / 2).all(axis=1)
        ranges = np.where(on_board & (hit < ranges), hit, ranges)
    noisy = ranges + RANGE_NOISE * rng.normal(size=len(ranges))
    seen = np.isfinite(ranges)
    return (noisy[:, None] * rays)[seen], beams[seen]


def _to_plane(rays, normal, offset) -> np.ndarray:
    with np.errstate(divide="ignore"):
        distance = offset / (rays @ np.asarray(normal, np.float64))
    return np.where(distance > 0, distance, np.inf)
