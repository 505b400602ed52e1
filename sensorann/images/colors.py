"""Which color stands for what; all colors are (blue, green, red), as OpenCV has them."""

from __future__ import annotations

import colorsys
import zlib
from functools import cache

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

Color = tuple[int, int, int]

BACKGROUND: Color = (24, 20, 18)
GRID: Color = (70, 64, 60)
TEXT: Color = (235, 235, 235)
EGO: Color = (255, 255, 255)
# One tint per LiDAR of a vehicle, told apart beside each other and duller than any track.
LIDAR_TINTS: tuple[Color, ...] = ((200, 200, 200), (150, 205, 120), (205, 150, 190), (120, 180, 215))
# Distances at which the scale of `range_colors` begins and ends, metres.
_NEAREST, _FARTHEST = 3.0, 70.0
_N_HUES = 20
# Saturation and brightness of the rings of the palette: vivid, pale, deep.
_SHADES = ((0.8, 1.0), (0.42, 1.0), (0.65, 0.82))


@cache
def track_color(track_id: str) -> Color:
    """Return the color of a track: the same in every picture and every run, one of 60 that differ clearly."""
    number = zlib.crc32(track_id.encode())
    hue = number % _N_HUES / _N_HUES
    saturation, value = _SHADES[number // _N_HUES % len(_SHADES)]
    red, green, blue = colorsys.hsv_to_rgb(hue, saturation, value)
    return round(255 * blue), round(255 * green), round(255 * red)


def range_colors(distances: ArrayLike) -> NDArray[np.uint8]:
    """Color distances from near (red) over yellow and green to far (blue).

    Parameters
    ----------
    distances : (N,) metres; the scale is logarithmic between 3 and 70 metres

    Returns
    -------
    (N, 3) uint8, BGR
    """
    metres = np.clip(np.asarray(distances, np.float64), _NEAREST, _FARTHEST)
    closeness = 1.0 - np.log(metres / _NEAREST) / np.log(_FARTHEST / _NEAREST)
    # Both ends of the map are nearly black and would vanish on a dark canvas.
    index = np.round(25 + 215 * closeness).astype(np.uint8)
    return np.asarray(_turbo()[index])


@cache
def _turbo() -> NDArray[np.uint8]:
    """Colors (256, 3) of the turbo map, BGR."""
    ramp = np.arange(256, dtype=np.uint8).reshape(-1, 1)
    return np.asarray(cv2.applyColorMap(ramp, cv2.COLORMAP_TURBO), np.uint8).reshape(-1, 3)
