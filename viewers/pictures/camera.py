"""Camera pictures with everything drawn on them: boxes, 2D boxes, LiDAR points."""

from __future__ import annotations

from itertools import product

import cv2
import numpy as np
from numpy.typing import NDArray

from sensorann.errors import SensorannError
from sensorann.geometry import Camera
from sensorann.images import draw_cuboids, draw_ranges, track_color
from sensorann.images.colors import BACKGROUND, TEXT, Color, range_colors
from sensorann.images.lines import Captions
from viewers.pictures.shots import Shot
from viewers.pictures.viewport import Viewport, seen_through
from viewers.recording import CachedDrive

SELECTED: Color = (255, 255, 255)
_BORDER = (80, 170, 250)
_HANDLE_PX = 3


def image_of(drive: CachedDrive, shot: Shot, points_labels: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Read the picture; where it cannot be read, or there is none, the points as the camera would see them."""
    try:
        return drive.image(shot.name, shot.index)
    except SensorannError:
        return draw_ranges(shot.camera_from_labels.apply(points_labels), shot.camera)


def draw_shot(
    image: NDArray[np.uint8],
    shot: Shot,
    *,
    viewport: Viewport,
    panel: tuple[int, int],
    points_labels: NDArray[np.floating] | None = None,
    captions: bool = True,
) -> NDArray[np.uint8]:
    """Draw a camera's picture into a panel.

    Parameters
    ----------
    image : (height, width, 3) uint8, BGR
    shot : what is drawn on it
    viewport : which part is shown
    panel : (width, height) pixels
    points_labels : (N, 3) to lay over it, coloured by distance
    captions : write ids and categories

    Returns
    -------
    (height, width, 3) uint8, BGR
    """
    picture, lens = seen_through(image, shot.camera, viewport, panel)
    if points_labels is not None:
        in_view = shot.camera.contains(shot.camera.project(points_labels, camera_from_points=shot.camera_from_labels))
        _lay_points(picture, lens, shot.camera_from_labels.apply(points_labels[in_view]))
    colors = [
        SELECTED if chosen else track_color(track_id)
        for track_id, chosen in zip(shot.track_ids, shot.selected, strict=True)
    ]
    _draw_image_boxes(picture, shot, viewport)
    in_camera = shot.cuboids.moved(shot.camera_from_labels, frame=shot.name)
    return draw_cuboids(
        picture, lens, in_camera, colors, captions=shot.captions if captions else None, solid=shot.solid
    )


def no_picture(name: str, size: tuple[int, int]) -> NDArray[np.uint8]:
    """Say in a panel (width, height) that a camera shows nothing of this frame."""
    picture = np.empty((size[1], size[0], 3), np.uint8)
    picture[:] = BACKGROUND
    Captions(picture).put(f"{name} has no picture near this frame", (10, 24), TEXT)
    return picture


def draw_strip(
    pictures: list[tuple[str, NDArray[np.uint8]]], chosen: str | None, size: tuple[int, int]
) -> NDArray[np.uint8]:
    """Draw all cameras side by side; the chosen one has a border.

    Parameters
    ----------
    pictures : name and picture (h, w, 3) of each, all of one size, see `strip_cell`
    chosen : name of the one that is shown large
    size : (width, height) of the strip, pixels
    """
    strip = np.empty((size[1], size[0], 3), np.uint8)
    strip[:] = BACKGROUND
    texts = Captions(strip, scale=0.35)
    for n, (name, picture) in enumerate(pictures):
        left, height, width = n * (size[0] // len(pictures)), *picture.shape[:2]
        strip[:height, left : left + width] = picture
        texts.put(name, (left + 4, height - 6), TEXT)
        if name == chosen:
            cv2.rectangle(strip, (left, 0), (left + width - 1, height - 1), _BORDER, 2)
    return strip


def strip_cell(n_cameras: int, size: tuple[int, int]) -> tuple[int, int]:
    """Size (width, height) of one camera in a strip."""
    return max(size[0] // max(n_cameras, 1) - 2, 1), max(size[1], 1)


def _draw_image_boxes(picture: NDArray[np.uint8], shot: Shot, viewport: Viewport) -> None:
    """Draw 2D boxes; those of what is selected have corners to pull at."""
    matrix = viewport.panel_from_picture(shot.camera.size, (picture.shape[1], picture.shape[0]))
    selected = {track_id for track_id, chosen in zip(shot.track_ids, shot.selected, strict=True) if chosen}
    for track_id, (left, top, right, bottom) in shot.image_boxes:
        edges = np.array([[left, top], [right, bottom]]) * matrix[0, 0] + matrix[:, 2]
        (left_px, top_px), (right_px, bottom_px) = np.round(edges).astype(int).tolist()
        cv2.rectangle(picture, (left_px, top_px), (right_px, bottom_px), track_color(track_id), 1)
        for corner in product((left_px, right_px), (top_px, bottom_px)) if track_id in selected else ():
            cv2.circle(picture, corner, _HANDLE_PX, track_color(track_id), -1)


def _lay_points(picture: NDArray[np.uint8], lens: Camera, points_camera: NDArray[np.float64]) -> None:
    """Put points on a picture, the nearest last."""
    points = points_camera[points_camera[:, 2] > 0.1]
    pixels = lens.project(points)
    inside = lens.contains(pixels)
    distances = np.linalg.norm(points[inside], axis=1)
    order = np.argsort(-distances, kind="stable")
    columns, rows = np.round(pixels[inside][order]).astype(np.int64).T
    picture[np.clip(rows, 0, None), np.clip(columns, 0, None)] = range_colors(distances[order])
