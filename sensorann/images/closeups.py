"""One object, cut out of a picture and seen from above, small enough for a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from sensorann.errors import SensorannError
from sensorann.geometry import Camera, Cuboids, Transform, outlines
from sensorann.images.birdseye import BirdseyeView, draw_birdseye
from sensorann.images.overlays import draw_cuboids

CLOSEUP_SIZE = (216, 144)
_SIDE = 144
# The box fills about this share of the cut, which is not enlarged more than so many times.
_FILLED, _LARGEST_ZOOM = 0.55, 6.0
_CHOSEN, _OTHER = (60, 90, 255), (190, 160, 90)
_QUALITY = 72


def camera_closeup(image: NDArray[np.uint8], camera: Camera, cuboid_camera: Cuboids) -> NDArray[np.uint8] | None:
    """Cut one box out of a picture, with the box drawn on it; None where the picture does not show it.

    Parameters
    ----------
    image : (height, width, 3) uint8, BGR
    camera : Camera
    cuboid_camera : one box, in the frame of the camera

    Returns
    -------
    (144, 216, 3) uint8, BGR
    """
    ((left, top, right, bottom),) = outlines(cuboid_camera, camera)
    if not np.isfinite(left):
        return None
    width, height = CLOSEUP_SIZE
    scale = min(_FILLED * width / (right - left), _FILLED * height / (bottom - top), _LARGEST_ZOOM)
    corner = np.array([(left + right) / 2, (top + bottom) / 2]) - np.array(CLOSEUP_SIZE) / scale / 2
    closeup_from_pixels = np.array([[scale, 0.0, -scale * corner[0]], [0.0, scale, -scale * corner[1]], [0, 0, 1]])
    # Shrinking takes the mean of what falls together, or thin lines would come and go.
    flags = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    cut = np.asarray(cv2.warpAffine(image, closeup_from_pixels[:2], CLOSEUP_SIZE, flags=flags), np.uint8)
    # A part of a picture, enlarged, is the picture of a camera of its own: lines stay thin.
    closer = replace(camera, matrix=closeup_from_pixels @ camera.matrix, size=CLOSEUP_SIZE)
    return draw_cuboids(cut, closer, cuboid_camera, [_CHOSEN])


def birdseye_closeup(
    sweeps: Sequence[ArrayLike], *, place: Transform, boxes: Cuboids, chosen: int | None
) -> NDArray[np.uint8]:
    """Draw what is around a place from above.

    Parameters
    ----------
    sweeps : points (N, 3) of each LiDAR
    place : the middle, on the ground; its heading is up
    boxes : all boxes there, in the frame of the points
    chosen : number of the one that is meant; None where the place is meant

    Returns
    -------
    (144, 144, 3) uint8, BGR
    """
    longest = 4.0 if chosen is None else float(boxes.sizes[chosen, :2].max())
    image = draw_birdseye(
        BirdseyeView(frame_from_ego=place, radius=max(4.0, 0.95 * longest), side=_SIDE),
        sweeps=sweeps,
        sweep_names=[""] * len(sweeps),
        cuboids=boxes,
        colors=[_CHOSEN if i == chosen else _OTHER for i in range(len(boxes))],
        vehicle=False,
    )
    if chosen is None:
        middle = round((_SIDE - 1) / 2)
        cv2.drawMarker(image, (middle, middle), _CHOSEN, cv2.MARKER_TILTED_CROSS, 14, 2)
    return image


def encoded_small(image: NDArray[np.uint8]) -> bytes:
    """Encode a picture for a page: WebP, a third of the bytes of a PNG."""
    encoded, data = cv2.imencode(".webp", image, [cv2.IMWRITE_WEBP_QUALITY, _QUALITY])
    if not encoded:
        raise SensorannError(f"OpenCV could not encode a picture of shape {image.shape}")
    return data.tobytes()
