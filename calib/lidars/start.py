"""A first pose between two LiDARs that may be mounted in any way: the ground levels both, what stands on it turns them.

The mounting of a side LiDAR may be tilted by 45 degrees, and an iteration that starts from a wrong guess ends anywhere:
the start is therefore searched for over all yaws, and no guess is needed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from calib.estimation.tangent import cross_matrices
from calib.targets.detections import Floats
from sensorann.errors import CalibrationError
from sensorann.geometry import Transform
from sensorann.geometry.rotations import rotations_from_yaws

_GROUND_BAND = 0.12
_TRIES = 400
_THIN = 0.5
_NEAR = 30.0
# A sensor on a vehicle is that far above the ground.
_LEAST_HEIGHT, _LARGEST_HEIGHT = 0.2, 4.5
_LEAST_SHARE = 0.1
# Points below the ground are reflections and ditches; a plane with more of them is none.
_BELOW = 0.05
_STANDING = (0.4, 4.0)
_CELL, _SIDE = 0.5, 256
_YAW_STEP = np.deg2rad(3.0)


def thinned(points: Floats, cell: float) -> Floats:
    """Keep one point of each cube, and those that are finite and not the vehicle's own."""
    usable = points[np.isfinite(points).all(axis=1) & (np.linalg.norm(points, axis=1) > 1.0)]
    first = np.unique(np.floor(usable / cell).astype(np.int64), axis=0, return_index=True)[1]
    return np.asarray(usable[first])


def level_pose(points: Floats, *, name: str) -> Transform:
    """Find the ground and return level_from_sensor: z is the height above it, yaw is the sensor's own.

    Raises
    ------
    CalibrationError
        When no plane below the sensor holds a tenth of the points around it.
    """
    near = thinned(points, _THIN)
    near = near[np.linalg.norm(near, axis=1) < _NEAR]
    rng = np.random.default_rng(0)
    best, most = np.zeros(4), 0
    for _ in range(_TRIES if len(near) > 3 else 0):
        plane = _plane(near[rng.choice(len(near), 3, replace=False)])
        if plane is None:
            continue
        heights = near @ plane[:3] + plane[3]
        count = int(np.count_nonzero(np.abs(heights) < _GROUND_BAND))
        if count > most and np.count_nonzero(heights < -3 * _GROUND_BAND) < _BELOW * len(near):
            best, most = plane, count
    if most < _LEAST_SHARE * max(len(near), 1):
        raise CalibrationError(f"{name} sees no ground: a level road or yard around the vehicle is needed")
    on_ground = near[np.abs(near @ best[:3] + best[3]) < _GROUND_BAND]
    center = on_ground.mean(axis=0)
    normal = np.linalg.svd(on_ground - center, full_matrices=False)[2][2]
    normal = normal * np.sign(normal @ best[:3])
    rotation = _raised(normal)
    return Transform(rotation, np.array([0.0, 0.0, -(rotation @ center)[2]]))


def first_poses(target: Floats, source: Floats, *, names: tuple[str, str], most: int = 4) -> list[Transform]:
    """Poses target_from_source to begin with, the most likely first.

    What stands on the ground is counted in squares; for each yaw the shift at which most squares meet comes from one
    correlation (by Fourier transform).

    Parameters
    ----------
    target, source : (N, 3), metres, each in the frame of its sensor
    names : of both, target first
    """
    level_from_target, level_from_source = (
        level_pose(points, name=name) for points, name in zip((target, source), names, strict=True)
    )
    standing = _standing(level_from_target.apply(thinned(target, _CELL / 2)))
    moving = _standing(level_from_source.apply(thinned(source, _CELL / 2)))
    spectrum = np.fft.rfft2(_counted(standing))
    found: list[tuple[float, Transform]] = []
    for yaw in np.arange(-np.pi, np.pi, _YAW_STEP):
        turned = moving @ rotations_from_yaws(yaw)[:2, :2].T
        meeting = np.fft.irfft2(spectrum * np.conj(np.fft.rfft2(_counted(turned))), s=(_SIDE, _SIDE))
        i, j = np.unravel_index(int(meeting.argmax()), meeting.shape)
        shift = _CELL * ((np.array([i, j]) + _SIDE // 2) % _SIDE - _SIDE // 2)
        level = Transform.from_yaw(float(yaw), [*shift, 0.0])
        found.append((float(meeting.max()), level_from_target.inverse() @ level @ level_from_source))
    found.sort(key=lambda one: -one[0])
    return [pose for _, pose in found[:most]]


def _plane(corners: Floats) -> Floats | None:
    """Normal towards the sensor and offset (4,) of a plane that lies below it; None for three points on a line."""
    normal = np.cross(corners[1] - corners[0], corners[2] - corners[0])
    length = float(np.linalg.norm(normal))
    if length < 1e-3:
        return None
    normal = normal / length
    offset = -float(normal @ corners[0])
    normal, offset = (normal, offset) if offset > 0 else (-normal, -offset)
    return np.array([*normal, offset]) if _LEAST_HEIGHT < offset < _LARGEST_HEIGHT else None


def _raised(normal: Floats) -> Floats:
    """The smallest rotation (3, 3) that turns a normal to z."""
    cross = cross_matrices(np.cross(normal, [0.0, 0.0, 1.0]))
    if normal[2] < -0.999:
        return np.diag([1.0, -1.0, -1.0])
    return np.asarray(np.eye(3) + cross + cross @ cross / (1.0 + normal[2]))


def _standing(level: Floats) -> Floats:
    """Places (M, 2) of points that stand above the ground."""
    return level[(level[:, 2] > _STANDING[0]) & (level[:, 2] < _STANDING[1]), :2]


def _counted(places: Floats) -> NDArray[np.float64]:
    """Squares in which something stands, as 0 and 1."""
    cells = np.floor(places / _CELL).astype(np.int64)
    inside = (np.abs(cells) < _SIDE // 2 - 1).all(axis=1)
    grid = np.zeros((_SIDE, _SIDE))
    grid[tuple((cells[inside] % _SIDE).T)] = 1.0
    return grid
