"""A lens as a picture: the corners with their residuals, and how far to trust it over the picture."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from calib.lenses.camera import BoardViews, Lens
from calib.lenses.trust import GRID, LensTrust, warped_views
from calib.targets.detections import Floats
from sensorann.images.colors import BACKGROUND, TEXT
from sensorann.images.lines import Captions, draw_polyline

_WIDTH = 720
_CORNER, _MISS = (150, 205, 120), (80, 200, 250)
_EXAGGERATED = 50.0


def lens_residuals(lens: Lens, views: BoardViews) -> tuple[Floats, Floats]:
    """Corners (N, 2) of the pictures used, and by how much (N, 2) the lens misses them, pixels."""
    used = views.select([i for i, name in enumerate(views.names) if name in lens.names])
    poses, board = lens.camera_from_board, warped_views(used, lens.warp).board
    imaged = np.stack([lens.camera.project(board, camera_from_points=poses[i]) for i in range(len(used))])
    return used.pixels[used.seen], (used.pixels - imaged)[used.seen]


def draw_lens(lens: Lens, trust: LensTrust, views: BoardViews) -> NDArray[np.uint8]:
    """Draw where corners were seen, with residuals 50 times as long, beside the sigma of where far points are imaged.

    Returns
    -------
    (height, 1440, 3) uint8, BGR, as high as the pictures are for their width
    """
    return np.concatenate([_corners(lens, views), _sigmas(lens, trust)], axis=1)


def _corners(lens: Lens, views: BoardViews) -> NDArray[np.uint8]:
    width, height = lens.camera.size
    scale = _WIDTH / width
    image = np.empty((round(height * scale), _WIDTH, 3), np.uint8)
    image[:] = BACKGROUND
    for corner, off in zip(*lens_residuals(lens, views), strict=True):
        draw_polyline(image, scale * np.stack([corner, corner + _EXAGGERATED * off]), _MISS)
        draw_polyline(image, scale * corner + np.array([[-1.5, 0.0], [1.5, 0.0]]), _CORNER, thickness=2)
    Captions(image).put(f"corners, residuals x {_EXAGGERATED:g}, rms {lens.rms:.2f} px", (10, 22), TEXT)
    return image


def _sigmas(lens: Lens, trust: LensTrust) -> NDArray[np.uint8]:
    width, height = lens.camera.size
    columns, rows = GRID
    sigmas = trust.sigmas.reshape(rows, columns)
    most = float(np.nanmax(sigmas))
    levels = np.nan_to_num(255.0 * sigmas / most, nan=255.0).astype(np.uint8)
    size = (_WIDTH, round(height * _WIDTH / width))
    image = cv2.applyColorMap(cv2.resize(levels, size, interpolation=cv2.INTER_CUBIC), cv2.COLORMAP_VIRIDIS)
    drawn = np.asarray(image, np.uint8)
    least = float(np.nanmin(sigmas))
    Captions(drawn).put(f"sigma of far points: {least:.2f} px (dark) to {most:.2f} px (bright)", (10, 22), TEXT)
    return drawn
