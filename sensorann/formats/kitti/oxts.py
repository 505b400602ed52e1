"""Ego poses out of KITTI's oxts packets: latitude, longitude, altitude, roll, pitch, yaw and 24 more numbers.

The world frame has x east, y north, z up, in metres, with its origin at the first packet; the ego frame is the IMU's
(x forward, y left, z up). Positions are Mercator-projected at the first packet's latitude, as KITTI's own tools do
(A. Geiger et al., "Vision meets robotics: the KITTI dataset", IJRR 2013).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import FormatError
from sensorann.formats.text_files import read_text
from sensorann.geometry import Transforms
from sensorann.geometry.rotations import rotations_from_yaws

EARTH_RADIUS_M = 6378137.0
N_FIELDS = 30
# Largest magnitudes of latitude (degrees; Mercator ends before the pole), longitude, altitude, roll, pitch, yaw.
_LIMITS = np.array([89.0, 360.0, 1e5, 1e3, 1e3, 1e3])


def read_packets(path: Path | str) -> NDArray[np.float64]:
    """Read oxts packets, one a line.

    Returns
    -------
    (N, 6) float64: latitude and longitude in degrees, altitude in metres, roll, pitch, yaw in radians

    Raises
    ------
    MissingDataError
        When the file is not there.
    FormatError
        When a line does not hold 30 fields of which the first six are finite numbers.
    """
    path = Path(path)
    lines = read_text(path).splitlines()
    while lines and not lines[-1].strip():
        lines.pop()
    packets = [_packet(line, path, i_line) for i_line, line in enumerate(lines, start=1)]
    return np.array(packets, np.float64).reshape(-1, 6)


def _packet(line: str, path: Path, i_line: int) -> list[float]:
    fields = line.split()
    if len(fields) != N_FIELDS:
        raise FormatError(path, f"line {i_line}", expected=f"{N_FIELDS} fields", found=f"{len(fields)}")
    try:
        values = [float(field) for field in fields[:6]]
    except ValueError as error:
        raise FormatError(path, f"line {i_line}", expected="numbers", found=str(error)) from error
    if not (np.abs(values) <= _LIMITS).all():
        raise FormatError(
            path,
            f"line {i_line}",
            expected="latitude, longitude in degrees, altitude in metres, roll, pitch, yaw in radians",
            found=" ".join(fields[:6]),
        )
    return values


def poses_from_packets(packets: NDArray[np.float64]) -> Transforms:
    """`world_from_ego` of packets (N, 6), N >= 1; translations are relative to the first one."""
    latitudes, longitudes = np.radians(packets[:, 0]), np.radians(packets[:, 1])
    scale = np.cos(latitudes[0]) * EARTH_RADIUS_M
    northings = np.log(np.tan(np.pi / 4 + latitudes / 2))
    translations = np.stack([scale * longitudes, scale * northings, packets[:, 2]], axis=1)
    return Transforms(rotations_from_angles(packets[:, 3:6]), translations - translations[0])


def rotations_from_angles(angles: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rotations (N, 3, 3) of angles (N, 3) about x, y and z in radians, turned about x first and z last."""
    about_x, about_y, about_z = angles.T
    return np.asarray(rotations_from_yaws(about_z) @ _about_y(about_y) @ _about_x(about_x))


def _about_x(angles: NDArray[np.float64]) -> NDArray[np.float64]:
    # Rolling the axes turns the z rotation into an x rotation: (z, x, y) takes the place of (x, y, z).
    return rotations_from_yaws(angles)[:, [[2], [0], [1]], [[2, 0, 1]]]


def _about_y(angles: NDArray[np.float64]) -> NDArray[np.float64]:
    return rotations_from_yaws(angles)[:, [[1], [2], [0]], [[1, 2, 0]]]
