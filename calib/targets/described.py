"""What the tables of a session say that each sensor measured."""

from __future__ import annotations

import numpy as np

from calib.lenses.session import described_camera
from calib.targets.columns import Table
from calib.targets.detections import PointDetections
from calib.targets.pixel_detections import PixelDetections
from calib.targets.radar_detections import RadarDetections
from calib.targets.session import Session
from sensorann.errors import FormatError


def described_points(session: Session, sensor: str, table: Table) -> PointDetections:
    """Return points in space."""
    return PointDetections.isotropic(table.columns("x_m", "y_m", "z_m"), session.number(sensor, "sigma_m"))


def described_seen(session: Session, table: Table) -> PointDetections | PixelDetections:
    """Return what a camera saw: points of boards that it placed, or pixels."""
    if table.has("x_m"):
        return described_points(session, "camera", table)
    return described_pixels(session, table)


def described_pixels(session: Session, table: Table) -> PixelDetections:
    """Return pixels of a camera whose lens the session knows."""
    pixels, sigma = table.columns("u_px", "v_px"), session.number("camera", "sigma_px")
    return PixelDetections(camera=described_camera(session), pixels=pixels, sigma=sigma)


def described_radar(session: Session, table: Table) -> RadarDetections:
    """Return what a radar measured: ranges with azimuths, or places in its plane."""
    if table.has("range_m"):
        ranges, degrees = table.columns("range_m", "azimuth_deg").T
        azimuths = np.deg2rad(degrees)
    else:
        x, y = table.columns("x_m", "y_m").T
        ranges, azimuths = np.hypot(x, y), np.arctan2(y, x)
    if np.abs(azimuths).max(initial=0.0) > np.pi:
        raise FormatError(
            table.path,
            "azimuth_deg",
            expected="angles within 180 degrees",
            found=f"{np.rad2deg(np.abs(azimuths).max()):g}",
        )
    elevated = table.has("elevation_deg")
    return RadarDetections(
        ranges=ranges,
        azimuths=azimuths,
        elevations=np.deg2rad(table.columns("elevation_deg")[:, 0]) if elevated else None,
        heights=table.numbers.get("height_m"),
        sigma_range=session.number("radar", "sigma_range_m"),
        sigma_azimuth=np.deg2rad(session.number("radar", "sigma_azimuth_deg")),
        sigma_elevation=np.deg2rad(session.number("radar", "sigma_elevation_deg", None if elevated else 1.0)),
        sigma_height=session.number("radar", "sigma_height_m", 0.01),
    )
