"""What a radar measured of N points: range, azimuth and, if it can, elevation, each with its own noise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from calib.targets.detections import Floats, check_sigma
from sensorann.errors import ArgumentError
from sensorann.geometry.arrays import as_array, frozen
from sensorann.geometry.rotations import wrap_angle

_LEAST_RANGE = 1e-6


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class RadarDetections:
    """Points measured by a radar: range and azimuth, with elevation (4D radar) or without (3D radar).

    Radar axes: x forward, y left, z up. Azimuth is atan2(y, x), elevation asin(z / range).

    Attributes
    ----------
    ranges : (N,) float64, metres, > 0
    azimuths : (N,) float64, radians
    elevations : (N,) float64, radians; None for a radar that measures none
    sigma_range : metres
    sigma_azimuth : radians, at boresight; it grows by 1 / cos(azimuth), as an array's aperture shrinks
    sigma_elevation : radians
    heights : (N,) float64, metres above the radar plane, measured by hand; NaN where not known
    sigma_height : metres
    """

    ranges: Floats
    azimuths: Floats
    sigma_range: float
    sigma_azimuth: float
    elevations: Floats | None = None
    sigma_elevation: float = np.deg2rad(1.0)
    heights: Floats | None = None
    sigma_height: float = 0.01

    def __post_init__(self) -> None:
        ranges = as_array(self.ranges, (None,), np.float64, name="ranges", finite=True)
        if (ranges <= 0).any():
            raise ArgumentError(f"ranges must be above 0 m, row {int(np.argmax(ranges <= 0))} holds {ranges.min():g}")
        for name in ("sigma_range", "sigma_azimuth", "sigma_elevation", "sigma_height"):
            check_sigma(getattr(self, name), name)
        object.__setattr__(self, "ranges", frozen(ranges))
        azimuths = as_array(self.azimuths, (len(ranges),), np.float64, name="azimuths", finite=True)
        if (np.abs(azimuths) > np.pi).any():
            raise ArgumentError(
                f"azimuths must lie within pi radians, got {np.abs(azimuths).max():g}: are they degrees?"
            )
        object.__setattr__(self, "azimuths", frozen(azimuths))
        for name in ("elevations", "heights"):
            if (column := getattr(self, name)) is not None:
                finite = name == "elevations"
                checked = as_array(column, (len(ranges),), np.float64, name=name, finite=finite)
                object.__setattr__(self, name, frozen(checked))

    @property
    def coordinates(self) -> tuple[str, ...]:
        """What is measured of a point."""
        elevation = () if self.elevations is None else ("elevation",)
        return ("range", "azimuth", *elevation, *(() if self.heights is None else ("height",)))

    def __len__(self) -> int:
        return len(self.ranges)

    def compare(self, points: Floats) -> tuple[Floats, Floats]:
        """See `Detections`."""
        x, y, z = points.T
        # A point that a search puts into the radar itself, or right above it, has no azimuth: it costs much, not NaN.
        ranges = np.maximum(np.linalg.norm(points, axis=1), _LEAST_RANGE)
        flat = np.maximum(np.hypot(x, y), _LEAST_RANGE)
        zero = np.zeros_like(x)
        # Beyond 80 degrees no array measures: the sigma stops growing there instead of passing infinity.
        sigma_azimuth = self.sigma_azimuth / np.maximum(np.cos(self.azimuths), np.cos(np.deg2rad(80)))
        columns = [
            ((ranges - self.ranges) / self.sigma_range, points.T / ranges / self.sigma_range),
            (
                wrap_angle(np.arctan2(y, x) - self.azimuths) / sigma_azimuth,
                np.stack([-y, x, zero]) / flat**2 / sigma_azimuth,
            ),
        ]
        if self.elevations is not None:
            slope = np.stack([-x * z / flat, -y * z / flat, flat]) / ranges**2
            off = np.arctan2(z, flat) - self.elevations
            columns.append((off / self.sigma_elevation, slope / self.sigma_elevation))
        if self.heights is not None:
            known = np.isfinite(self.heights) / self.sigma_height
            off = np.where(known > 0, z - np.nan_to_num(self.heights), 0.0)
            columns.append((off * known, np.stack([zero, zero, known])))
        residuals, slopes = zip(*columns, strict=True)
        return np.stack(residuals, axis=1), np.stack(slopes).transpose(2, 0, 1)

    def positions(self) -> Floats:
        """See `Detections`."""
        if self.elevations is not None:
            heights = self.ranges * np.sin(self.elevations)
        elif self.heights is not None:
            heights = np.clip(np.nan_to_num(self.heights), -self.ranges, self.ranges)
        else:
            heights = np.zeros(len(self))
        flat = np.sqrt(self.ranges**2 - heights**2)
        return np.stack([flat * np.cos(self.azimuths), flat * np.sin(self.azimuths), heights], axis=1)

    def select(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> RadarDetections:
        """See `Detections`."""
        return replace(
            self,
            ranges=self.ranges[rows],
            azimuths=self.azimuths[rows],
            elevations=None if self.elevations is None else self.elevations[rows],
            heights=None if self.heights is None else self.heights[rows],
        )

    def noisier(self, factors: Mapping[str, float]) -> RadarDetections:
        """See `Detections`."""
        return replace(
            self,
            sigma_range=self.sigma_range * factors.get("range", 1.0),
            sigma_azimuth=self.sigma_azimuth * factors.get("azimuth", 1.0),
            sigma_elevation=self.sigma_elevation * factors.get("elevation", 1.0),
            sigma_height=self.sigma_height * factors.get("height", 1.0),
        )

    def sees(self, points: Floats) -> NDArray[np.bool_]:
        """See `Detections`: what lies in front."""
        return np.asarray(points[:, 0] > 0)

    def at(self, points: Floats) -> RadarDetections:
        """See `Detections`."""
        x, y, z = points.T
        elevations = None if self.elevations is None else np.arctan2(z, np.hypot(x, y))
        return replace(
            self,
            ranges=np.linalg.norm(points, axis=1),
            azimuths=np.arctan2(y, x),
            elevations=elevations,
            heights=None if self.heights is None else z,
        )
