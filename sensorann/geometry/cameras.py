"""Cameras: pixels from points and rays from pixels, with the distortion models of OpenCV.

Camera axes: x right, y down, z forward. Pixel (0, 0) is the centre of the top-left pixel.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sensorann.errors import ArgumentError
from sensorann.geometry.arrays import as_array, frozen

CameraModel = Literal["pinhole", "fisheye"]
_COEFFICIENTS: dict[CameraModel, tuple[int, ...]] = {"pinhole": (0, 4, 5, 8), "fisheye": (0, 4)}


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Camera:
    """Intrinsics and distortion of one camera.

    Attributes
    ----------
    matrix : (3, 3) float64, pixels: focal lengths, skew zero, principal point
    distortion : (n,) float64, OpenCV's order. ``pinhole`` (Brown-Conrady): k1 k2 p1 p2 [k3 [k4 k5 k6]], so n is 0, 4,
        5 or 8; ``fisheye`` (Kannala-Brandt): k1 k2 k3 k4, so n is 0 or 4
    size : (width, height), pixels
    model : ``pinhole`` or ``fisheye``
    """

    matrix: NDArray[np.float64]
    size: tuple[int, int]
    distortion: NDArray[np.float64]
    model: CameraModel = "pinhole"

    def __post_init__(self) -> None:
        matrix = as_array(self.matrix, (3, 3), np.float64, name="matrix", finite=True)
        distortion = as_array(self.distortion, (None,), np.float64, name="distortion", finite=True)
        if self.model not in _COEFFICIENTS or len(distortion) not in _COEFFICIENTS[self.model]:
            allowed = {name: list(counts) for name, counts in _COEFFICIENTS.items()}
            raise ArgumentError(
                f"a camera model with its number of coefficients must be one of {allowed}, "
                f"got {self.model!r} with {len(distortion)}"
            )
        if (
            matrix[0, 0] <= 0
            or matrix[1, 1] <= 0
            or not np.allclose(matrix[[0, 1, 2, 2, 2], [1, 0, 0, 1, 2]], [0, 0, 0, 0, 1])
        ):
            raise ArgumentError(f"matrix must be [[fx, 0, cx], [0, fy, cy], [0, 0, 1]], got {matrix.tolist()}")
        object.__setattr__(self, "matrix", frozen(matrix))
        object.__setattr__(self, "distortion", frozen(distortion))

    def project(self, points_camera: ArrayLike) -> NDArray[np.float64]:
        """Pixels (N, 2) of points (N, 3) in the camera frame; NaN where a point cannot be imaged."""
        raise NotImplementedError

    def visible(self, points_camera: ArrayLike) -> NDArray[np.bool_]:
        """Tell which points (N, 3) fall into the image (N,): in front of the camera and within its borders."""
        raise NotImplementedError

    def unproject(self, pixels: ArrayLike) -> NDArray[np.float64]:
        """Unit rays (N, 3) in the camera frame through pixels (N, 2); NaN where the model has no inverse."""
        raise NotImplementedError
