"""What a camera measured of N points: pixels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from calib.targets.detections import Floats, check_sigma
from sensorann.errors import ArgumentError
from sensorann.geometry import Camera
from sensorann.geometry.arrays import as_array, frozen


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class PixelDetections:
    """Points seen in a picture.

    The residual is taken on the plane that touches the unit sphere at the measured ray and scaled to pixels there:
    equal to the reprojection error to first order, for any lens, beyond 90 degrees too.

    Attributes
    ----------
    camera : Camera
    pixels : (N, 2) float64, pixels
    sigma : pixels
    """

    camera: Camera
    pixels: Floats
    sigma: float
    _rays: Floats = field(init=False, repr=False)
    _across: Floats = field(init=False, repr=False)
    _whitening: Floats = field(init=False, repr=False)

    def __post_init__(self) -> None:
        pixels = as_array(self.pixels, (None, 2), np.float64, name="pixels", finite=True)
        check_sigma(self.sigma, "sigma of pixels")
        inside = self.camera.contains(pixels)
        if not inside.all():
            outside = int(np.argmin(inside))
            width, height = self.camera.size
            raise ArgumentError(
                f"pixels must lie in the picture of {width} x {height}, "
                f"row {outside} holds {pixels[outside].tolist()}: "
                "are the intrinsics those of images of another size?"
            )
        rays = self.camera.unproject(pixels)
        if not np.isfinite(rays).all():
            raise ArgumentError("pixels must be images of rays, some lie beyond what the lens model can image")
        across = _tangents(rays)
        whitening = _pixels_per_tangent(self.camera, rays, across) / self.sigma
        for name, value in (("pixels", pixels), ("_rays", rays), ("_across", across), ("_whitening", whitening)):
            object.__setattr__(self, name, frozen(value))

    @property
    def coordinates(self) -> tuple[str, ...]:
        """What is measured of a point."""
        return ("u", "v")

    def __len__(self) -> int:
        return len(self.pixels)

    def compare(self, points: Floats) -> tuple[Floats, Floats]:
        """See `Detections`."""
        depth = np.einsum("ni,ni->n", self._rays, points)
        # A point behind the ray would come back mirrored: it is held at a small depth, where it costs much.
        depth = np.maximum(depth, 1e-3)
        offset = np.einsum("nki,ni->nk", self._across, points) / depth[:, None]
        slope = (self._across - offset[:, :, None] * self._rays[:, None, :]) / depth[:, None, None]
        return np.einsum("nij,nj->ni", self._whitening, offset), self._whitening @ slope

    def positions(self) -> None:
        """See `Detections`: a pixel tells no position."""
        return

    def select(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> PixelDetections:
        """See `Detections`."""
        return replace(self, pixels=self.pixels[rows])

    def noisier(self, factors: Mapping[str, float]) -> PixelDetections:
        """See `Detections`."""
        return replace(self, sigma=self.sigma * factors.get("pixel", 1.0))

    def sees(self, points: Floats) -> NDArray[np.bool_]:
        """See `Detections`."""
        pixels = self.camera.project(points)
        rays = self.camera.unproject(np.where(self.camera.contains(pixels)[:, None], pixels, np.nan))
        return np.asarray(np.isfinite(rays).all(axis=1))

    def at(self, points: Floats) -> PixelDetections:
        """See `Detections`."""
        return replace(self, pixels=self.camera.project(points))


def _tangents(rays: Floats) -> Floats:
    """Two unit vectors (N, 2, 3) across each ray, right-handed with it."""
    helper = np.where(np.abs(rays[:, :1]) < 0.9, [[1.0, 0.0, 0.0]], [[0.0, 1.0, 0.0]])
    first = np.cross(np.cross(rays, helper), rays)
    first /= np.linalg.norm(first, axis=1, keepdims=True)
    return np.stack([first, np.cross(rays, first)], axis=1)


def _pixels_per_tangent(camera: Camera, rays: Floats, across: Floats) -> Floats:
    """Derivative (N, 2, 2) of the pixel by the two tangents at each ray, by central differences of the lens."""
    step = 1e-5
    columns = [
        (camera.project(rays + step * across[:, k]) - camera.project(rays - step * across[:, k])) / (2 * step)
        for k in range(2)
    ]
    return np.stack(columns, axis=2)
