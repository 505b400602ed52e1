"""Reflectors with known truth: to prove the estimator, and to plan a session before going out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calib.estimation.start import FORWARD_FROM_CAMERA
from calib.estimation.tangent import moved
from calib.targets.detections import Floats, PointDetections
from calib.targets.pixel_detections import PixelDetections
from calib.targets.radar_detections import RadarDetections
from sensorann.geometry import Camera, Transform

SIGMA_RANGE = 0.1
SIGMA_AZIMUTH = np.deg2rad(0.5)
SIGMA_ELEVATION = np.deg2rad(1.0)
SIGMA_PIXEL = 0.5
SIGMA_BOARD = 0.01
SIGMA_HEIGHT = 0.01
_HALF_VIEW = np.deg2rad(35.0)


@dataclass(frozen=True, slots=True)
class Layout:
    """Where reflectors stand: ranges and heights in metres, in the radar frame."""

    nearest: float
    farthest: float
    lowest: float
    highest: float


NEAR = Layout(3.0, 12.0, -0.4, 2.0)
SPREAD = Layout(4.0, 25.0, -0.3, 1.2)
FLAT = Layout(4.0, 25.0, -0.02, 0.02)


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Session:
    """One simulated session.

    Attributes
    ----------
    radar_from_camera : the truth
    points_radar : (N, 3) where the reflectors are, metres, radar frame
    radar : what a radar measured, wrong detections included
    boards : reflectors as boards place them in the camera frame
    pixels : reflectors as the camera sees them
    right : (N,) bool, detections that are not wrong
    """

    radar_from_camera: Transform
    points_radar: Floats
    radar: RadarDetections
    boards: PointDetections
    pixels: PixelDetections
    right: NDArray[np.bool_]


def simulate_session(
    rng: np.random.Generator,
    *,
    n: int = 30,
    layout: Layout = NEAR,
    wrong_share: float = 0.0,
    elevation: bool = False,
    heights: bool = False,
) -> Session:
    """Place reflectors, turn the camera by a few degrees, and measure.

    Parameters
    ----------
    rng : the source of all chance
    n : reflectors
    layout : where they stand
    wrong_share : share of radar detections that are of something else in the field of view
    elevation : the radar measures it (4D)
    heights : a person measured the reflectors' heights above the radar plane
    """
    tilt = np.deg2rad(rng.uniform(-2.0, 2.0, 3))
    camera_at = Transform(FORWARD_FROM_CAMERA.rotation, np.array([-1.6, 0.0, 0.9]))
    radar_from_camera = moved(camera_at, [*tilt, 0.0, 0.0, 0.0])
    points = _places(rng, n, layout)
    points_camera = radar_from_camera.inverse().apply(points)
    camera = simulated_camera()
    right = np.arange(n) >= round(wrong_share * n)
    seen = np.where(right[:, None], points, _places(rng, n, layout))
    return Session(
        radar_from_camera=radar_from_camera,
        points_radar=points,
        radar=_measure(rng, seen, points[:, 2], elevation=elevation, heights=heights),
        boards=PointDetections.isotropic(points_camera + SIGMA_BOARD * rng.normal(size=(n, 3)), SIGMA_BOARD),
        pixels=PixelDetections(
            camera=camera,
            pixels=camera.project(points_camera) + SIGMA_PIXEL * rng.normal(size=(n, 2)),
            sigma=SIGMA_PIXEL,
        ),
        right=right,
    )


def simulated_camera() -> Camera:
    """Return the camera of simulated sessions: 1266 px of focal length, wide enough for near reflectors."""
    matrix = np.array([[1266.0, 0, 1480], [0, 1266.0, 1100], [0, 0, 1]])
    return Camera(matrix=matrix, size=(2960, 2200), distortion=np.zeros(0))


def _places(rng: np.random.Generator, n: int, layout: Layout) -> Floats:
    ranges = rng.uniform(layout.nearest, layout.farthest, n)
    azimuths = rng.uniform(-_HALF_VIEW, _HALF_VIEW, n)
    heights = rng.uniform(layout.lowest, layout.highest, n)
    return np.stack([ranges * np.cos(azimuths), ranges * np.sin(azimuths), heights], axis=1)


def _measure(
    rng: np.random.Generator, points: Floats, true_heights: Floats, *, elevation: bool, heights: bool
) -> RadarDetections:
    n = len(points)
    x, y, z = points.T
    azimuths = np.arctan2(y, x)
    exact_elevations = np.arctan2(z, np.hypot(x, y))
    return RadarDetections(
        ranges=np.linalg.norm(points, axis=1) + SIGMA_RANGE * rng.normal(size=n),
        azimuths=azimuths + SIGMA_AZIMUTH / np.cos(azimuths) * rng.normal(size=n),
        elevations=exact_elevations + SIGMA_ELEVATION * rng.normal(size=n) if elevation else None,
        heights=true_heights + SIGMA_HEIGHT * rng.normal(size=n) if heights else None,
        sigma_range=SIGMA_RANGE,
        sigma_azimuth=SIGMA_AZIMUTH,
        sigma_elevation=SIGMA_ELEVATION,
        sigma_height=SIGMA_HEIGHT,
    )
