"""Cameras: pixels from points and rays from pixels, with the distortion models of OpenCV.

Camera axes: x right, y down, z forward. Pixel (0, 0) is the centre of the top-left pixel.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Literal, overload

import numpy as np
from numpy.polynomial import Polynomial
from numpy.typing import ArrayLike, NDArray

from sensorann.errors import ArgumentError
from sensorann.geometry.arrays import as_array, frozen
from sensorann.geometry.transforms import Transform
from sensorann.kernels import projection

CameraModel = Literal["pinhole", "fisheye"]
_COEFFICIENTS: dict[CameraModel, tuple[int, ...]] = {"pinhole": (0, 4, 5, 8), "fisheye": (0, 4)}
_PINHOLE_REACH = 1e4  # tangent of the largest angle that a pinhole images: 0.006 degrees from the image plane
_UNPROJECT_TOLERANCE_PX = 1e-9


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
        edges = as_array(self.size, (2,), np.int64, name="size")
        if not (edges > 0).all():
            raise ArgumentError(f"size must be width and height in pixels, above 0, got {self.size}")
        object.__setattr__(self, "size", (int(edges[0]), int(edges[1])))
        object.__setattr__(self, "matrix", frozen(matrix))
        object.__setattr__(self, "distortion", frozen(distortion))

    @overload
    def project(
        self, points: NDArray[np.float32], *, camera_from_points: Transform | None = None
    ) -> NDArray[np.float32]: ...

    @overload
    def project(self, points: ArrayLike, *, camera_from_points: Transform | None = None) -> NDArray[np.float64]: ...

    def project(
        self, points: ArrayLike, *, camera_from_points: Transform | None = None
    ) -> NDArray[np.float32] | NDArray[np.float64]:
        """Project points into the picture, as cv2.projectPoints and cv2.fisheye.projectPoints do.

        Parameters
        ----------
        points : (N, 3), metres, camera frame, or the frame that `camera_from_points` starts from
            Computed in float64.
        camera_from_points : Transform

        Returns
        -------
        (N, 2) float32 for float32 points, else float64; pixels, float32 ones rounded (1.2e-4 px at column 4000)
            NaN where a point cannot be imaged: it is not finite, lies behind a pinhole camera or within 0.006 degrees
            of its image plane, or lies beyond the angle up to which the distortion is one-to-one (further out, its
            polynomials fold points back into the picture). A fisheye sees as far as that angle, beyond 90 degrees too.
        """
        single = isinstance(points, np.ndarray) and points.dtype == np.float32
        checked = as_array(points, (None, 3), np.float32 if single else np.float64, name="points")
        pose = camera_from_points or Transform.identity()
        kernel = projection.project_pinhole if self.model == "pinhole" else projection.project_fisheye
        pixels: NDArray[np.float64] = kernel(checked, pose.rotation, pose.translation, *self._lens())
        return pixels

    def visible(self, points: ArrayLike, *, camera_from_points: Transform | None = None) -> NDArray[np.bool_]:
        """Tell which points (N, 3) fall into the picture (N,): imaged, and within its borders.

        Parameters are those of `project`. Pixel centres are whole numbers, so the picture spans -0.5 to width - 0.5.
        """
        return self.contains(self.project(points, camera_from_points=camera_from_points))

    def contains(self, pixels: ArrayLike) -> NDArray[np.bool_]:
        """Tell which pixels (N, 2) lie within the borders of the picture (N,); NaN never does."""
        u, v = as_array(pixels, (None, 2), np.float64, name="pixels").T
        width, height = self.size
        return np.asarray((u >= -0.5) & (u < width - 0.5) & (v >= -0.5) & (v < height - 0.5))

    def unproject(self, pixels: ArrayLike) -> NDArray[np.float64]:
        """Find the rays through pixels, to 1e-9 px.

        Parameters
        ----------
        pixels : (N, 2), pixels

        Returns
        -------
        (N, 3) float64, unit vectors, camera frame
            NaN where the lens images no ray: the pixel is not finite, or lies outside the image of the range in which
            the distortion is one-to-one.
        """
        checked = as_array(pixels, (None, 2), np.float64, name="pixels")
        if self.model == "fisheye":
            rays: NDArray[np.float64] = projection.unproject_fisheye(checked, *self._lens(margin=1e-12))
        else:
            rays = projection.unproject_pinhole(checked, *self._lens(margin=1e-12), _UNPROJECT_TOLERANCE_PX)
        return rays

    def _lens(self, *, margin: float = 0.0) -> tuple[NDArray[np.float64] | float, ...]:
        """What the kernels take after the points and their pose; the margin keeps unprojected rays inside the limit."""
        focal, center = self.matrix[[0, 1], [0, 1]], self.matrix[:2, 2]
        limit = _reach(self.model, tuple(self.distortion.tolist())) * (1.0 - margin)
        coefficients = np.zeros(8)
        coefficients[: len(self.distortion)] = self.distortion
        if self.model == "fisheye":
            return focal, center, coefficients[:4], limit
        k1, k2, p1, p2, k3, k4, k5, k6 = coefficients
        radial = np.array([[1.0, k1, k2, k3], [1.0, k4, k5, k6]])
        return focal, center, radial[0], radial[1], np.array([p1, p2]), limit**2


@cache
def _reach(model: CameraModel, distortion: tuple[float, ...]) -> float:
    """Largest radius on the plane z = 1 (pinhole) or angle from the axis (fisheye) where the lens is one-to-one.

    The Jacobian of the Brown-Conrady model is symmetric, with eigenvalues R + 2 r^2 R' and R for the radial factor R,
    and the tangential terms lower them by at most 6 |p| r. While both stay positive on a disc, the map is the gradient
    of a convex function and so one-to-one there. The limit is the first zero.
    """
    if model == "fisheye":
        slope = Polynomial([1.0] + [(2 * i + 3) * k for i, k in enumerate(distortion)])
        return min(math.sqrt(_first_root(slope)), math.pi)
    k1, k2, p1, p2, k3, k4, k5, k6 = distortion + (0.0,) * (8 - len(distortion))
    # In powers of the radius: only even ones, so that the tangential term (odd) can join.
    top, bottom = Polynomial([1, 0, k1, 0, k2, 0, k3]), Polynomial([1, 0, k4, 0, k5, 0, k6])
    radius = Polynomial([0, 1])
    bend = 6.0 * np.hypot(p1, p2) * radius
    radial = top * bottom + radius * (top.deriv() * bottom - top * bottom.deriv())
    roots = [_first_root(bottom), _first_root(radial - bend * bottom**2), _first_root(top - bend * bottom)]
    return min(*roots, _PINHOLE_REACH)


def _first_root(polynomial: Polynomial) -> float:
    """Smallest positive real root, infinity without one; a double root that rounding split counts as real."""
    roots = polynomial.trim().roots()
    real = roots.real[(roots.real > 0) & (np.abs(roots.imag) <= 1e-7 * np.abs(roots))]
    return float(real.min()) if len(real) else np.inf
