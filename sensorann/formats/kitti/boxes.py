"""KITTI's boxes: standing on their bottom face in a rectified camera.

In the rectified camera (x right, y down, z forward) a box turned by rotation_y has its forward axis at
(cos, 0, -sin), its up axis at -y, and its location at the centre of the bottom face.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sensorann.formats.kitti.drive import LABEL_CAMERA, RECTIFIED_CAMERA
from sensorann.formats.kitti.rows import KittiRow
from sensorann.geometry import Cuboids
from sensorann.geometry.rotations import rotation_angles, wrap_angle
from sensorann.scene import Rig, Sensor


def rectified_camera(rig: Rig) -> Sensor:
    """Camera in whose frame KITTI rows lie.

    KITTI's own is camera 0 (a camera 2 alone would be 6 cm off); of a foreign rig, the camera that looks straightest
    ahead. The rig must have a camera.
    """
    return rig[RECTIFIED_CAMERA] if RECTIFIED_CAMERA in rig else picture_camera(rig)


def picture_camera(rig: Rig) -> Sensor:
    """Camera in whose picture KITTI's 2D boxes lie: image_02, or of a foreign rig the one that looks ahead."""
    if LABEL_CAMERA in rig:
        return rig[LABEL_CAMERA]
    return max(rig.of_kind("camera"), key=lambda sensor: float(sensor.ego_from_sensor.rotation[0, 2]))


def cuboids_from_rows(rows: Sequence[KittiRow], *, frame: str) -> Cuboids:
    """Boxes (N) of rows that have one, in the rectified camera's frame, whose name is `frame`."""
    heights, widths, lengths = np.array([row.size for row in rows], np.float64).reshape(-1, 3).T
    centers = np.array([row.location for row in rows], np.float64).reshape(-1, 3)
    centers[:, 1] -= heights / 2
    rotations = _rotations([row.rotation_y for row in rows])
    sizes = np.stack([lengths, widths, heights], axis=1)
    return Cuboids(centers=centers, sizes=sizes, rotations=rotations, frame=frame)


def rotations_y(cuboids: Cuboids) -> NDArray[np.float64]:
    """rotation_y (N,) of boxes in the rectified camera, radians in [-pi, pi]."""
    forward = cuboids.rotations[:, :, 0]
    return np.asarray(np.arctan2(-forward[:, 2], forward[:, 0]))


def bottom_centers(cuboids: Cuboids) -> NDArray[np.float64]:
    """KITTI's location (N, 3) of boxes in the rectified camera."""
    offsets = np.zeros((len(cuboids), 3))
    offsets[:, 1] = cuboids.sizes[:, 2] / 2
    return np.asarray(cuboids.centers + offsets)


def tilts(cuboids: Cuboids) -> NDArray[np.float64]:
    """Angles (N,), radians, between boxes in the rectified camera and what is left of them with rotation_y alone."""
    upright = _rotations(rotations_y(cuboids))
    return rotation_angles(upright.transpose(0, 2, 1) @ cuboids.rotations)


def alphas(cuboids: Cuboids) -> NDArray[np.float64]:
    """Observation angles (N,): rotation_y less the direction to the box, radians in [-pi, pi)."""
    directions = np.arctan2(cuboids.centers[:, 0], cuboids.centers[:, 2])
    return wrap_angle(rotations_y(cuboids) - directions)


def _rotations(angles_y: ArrayLike) -> NDArray[np.float64]:
    angles = np.asarray(angles_y, np.float64)
    rotations = np.zeros((len(angles), 3, 3))
    rotations[:, 0, 0] = rotations[:, 2, 1] = np.cos(angles)
    rotations[:, 0, 1] = np.sin(angles)
    rotations[:, 2, 0] = -rotations[:, 0, 1]
    rotations[:, 1, 2] = -1.0
    return rotations
