"""Boards that a camera and a LiDAR saw at the same time, joined corner by corner.

A rectangle looks the same when turned by half, and the two sensors count its corners from anywhere. The boards' middles
and normals alone tell a first pose, by consensus; it tells which corner is which.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from calib.boards.clouds import CloudBoard
from calib.estimation.estimate import Estimate
from calib.estimation.problem import Prior
from calib.estimation.start import rigid_fit
from calib.targets.camera_lidar import calibrate_camera_lidar
from calib.targets.detections import Floats, PointDetections
from sensorann.errors import CalibrationError
from sensorann.geometry import Transform

LEAST_BOARDS = 3
_SAME_PLACE, _SAME_WAY = 0.1, np.deg2rad(8.0)
_MOST_TRIES = 300


def calibrate_boards(
    camera: Sequence[PointDetections],
    lidar: Sequence[CloudBoard],
    *,
    names: Sequence[str],
    prior: Prior | None = None,
    frames: tuple[str, str] = ("camera", "lidar"),
) -> Estimate:
    """Estimate where a camera sits in the frame of a LiDAR from boards that both found.

    Parameters
    ----------
    camera : the four outer corners of each board, around it, in the camera frame
    lidar : the same boards
    names : of the boards
    prior : lidar_from_camera and its covariance
    frames : names of the frames of camera and LiDAR

    Raises
    ------
    CalibrationError
        When there are fewer than three boards, or no pose brings most of them together.
    """
    if len(names) < LEAST_BOARDS:
        raise CalibrationError(
            f"{len(names)} boards were found by both {frames[0]} and {frames[1]}, {LEAST_BOARDS} are needed, turned "
            "differently; 10 or more let wrong ones be found"
        )
    lidar_from_camera = pose_of_boards([one.points for one in camera], [one.corners for one in lidar], frames)
    corners, covariances = [], []
    for seen, board in zip(camera, lidar, strict=True):
        corners.append(board.corners[order_of_corners(board.corners, lidar_from_camera.apply(seen.points))])
        covariances.append(corner_covariances(board))
    return calibrate_camera_lidar(
        PointDetections(
            np.concatenate([one.points for one in camera]), np.concatenate([one.covariances for one in camera])
        ),
        PointDetections(np.concatenate(corners), np.concatenate(covariances)),
        boards=np.repeat(np.arange(len(names)), 4),
        names=names,
        prior=prior,
        frames=frames,
    )


def pose_of_boards(source: Sequence[Floats], target: Sequence[Floats], frames: tuple[str, str]) -> Transform:
    """Find target_from_source that brings the middles and normals of most boards (4, 3) together.

    Raises
    ------
    CalibrationError
        When no pose brings more than half of them together.
    """
    seen, found = (np.stack([_stick(corners) for corners in side]) for side in (source, target))
    best, most = Transform.identity(), 0
    for rows in _tries(len(seen)):
        pose = rigid_fit(seen[rows].reshape(-1, 3), found[rows].reshape(-1, 3))
        fitting = _together(pose, seen, found)
        if np.count_nonzero(fitting) > most:
            best, most = pose, int(np.count_nonzero(fitting))
    if most <= len(seen) / 2:
        raise CalibrationError(
            f"no pose brings more than {most} of {len(seen)} boards of {frames[0]} and {frames[1]} together: "
            "do pictures and clouds of one name belong together?"
        )
    fitting = _together(best, seen, found)
    return rigid_fit(seen[fitting].reshape(-1, 3), found[fitting].reshape(-1, 3))


def _tries(n: int) -> Iterator[NDArray[np.intp]]:
    pairs = list(combinations(range(n), 2))
    for i in np.random.default_rng(0).permutation(len(pairs))[:_MOST_TRIES]:
        yield np.array(pairs[i])


def _stick(corners: Floats) -> Floats:
    """Middle of a board, and a point half a metre before it on the side of the sensor (2, 3)."""
    center = corners.mean(axis=0)
    normal = np.cross(corners[1] - corners[0], corners[3] - corners[0])
    normal = normal / np.linalg.norm(normal)
    return np.stack([center, center - 0.5 * normal * np.sign(normal @ center)])


def _together(pose: Transform, seen: Floats, found: Floats) -> NDArray[np.bool_]:
    placed = pose.apply(seen)
    turned = np.einsum("bi,bi->b", placed[:, 1] - placed[:, 0], found[:, 1] - found[:, 0]) / 0.25
    near = np.linalg.norm(placed[:, 0] - found[:, 0], axis=1) < _SAME_PLACE
    return np.asarray(near & (turned > np.cos(_SAME_WAY)))


def order_of_corners(corners: Floats, expected: Floats) -> NDArray[np.intp]:
    """Count corners (4, 3) from another one, or the other way round, so that they lie nearest to expected ones."""
    orders = [np.roll(way, shift) for way in (np.arange(4), np.arange(4)[::-1]) for shift in range(4)]
    return min(orders, key=lambda order: float(np.linalg.norm(corners[order] - expected)))


def corner_covariances(board: CloudBoard) -> Floats:
    """Covariances (4, 3, 3) of the corners of a board that was found in a cloud."""
    normal = np.cross(board.corners[1] - board.corners[0], board.corners[3] - board.corners[0])
    normal = normal / np.linalg.norm(normal)
    across = np.outer(normal, normal)
    one = board.sigma_flat**2 * across + board.sigma_edge**2 * (np.eye(3) - across)
    return np.tile(one, (4, 1, 1))
