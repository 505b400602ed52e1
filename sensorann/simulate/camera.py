"""Plain pictures: one ray per pixel, painted by what it meets."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from sensorann.errors import ArgumentError
from sensorann.geometry import Camera, Transforms
from sensorann.scene import Sensor
from sensorann.simulate.casting import cast
from sensorann.simulate.paint import paint
from sensorann.simulate.world import World

_MAX_RANGE = 160.0
_JPEG_QUALITY = 92
_UP = np.array([0.0, -1.0, 0.0])  # in camera axes, where y points down


def take_picture(world: World, sensor: Sensor, *, timestamp_ns: int) -> NDArray[np.uint8]:
    """Render what a camera sees at one instant: (height, width, 3) uint8, BGR, no shutter effects."""
    if sensor.camera is None:
        raise ArgumentError(f"{sensor.name} is no camera")
    width, height = sensor.camera.size
    rows_from_below = np.arange(height)[::-1]
    rays_x, slopes = _rays(sensor.camera, np.arange(width), rows_from_below)
    pose = world.trajectory.at(timestamp_ns) @ sensor.ego_from_sensor
    poses = Transforms(np.tile(pose.rotation, (width, 1, 1)), np.tile(pose.translation, (width, 1)))
    forwards = np.column_stack([rays_x, np.zeros(width), np.ones(width)])
    times = np.full(width, timestamp_ns, np.int64)
    hits = cast(world, times, poses, forwards, _UP, slopes, max_range=_MAX_RANGE)
    directions = pose.rotate(forwards[:, None] + slopes[None, :, None] * _UP)
    directions /= np.linalg.norm(directions, axis=2, keepdims=True)
    colors = paint(world, hits, pose.translation, directions, timestamp_ns)
    # Columns of rays, from below, become rows of pixels, from above.
    return np.ascontiguousarray(colors.transpose(1, 0, 2)[::-1])


def encode_picture(picture: NDArray[np.uint8]) -> bytes:
    """Encode a picture as JPEG."""
    _, encoded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    return encoded.tobytes()


def _rays(
    camera: Camera, columns: NDArray[np.int64], rows: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Directions of the pixels' centres at depth one: x by column, upward slope by row."""
    matrix = camera.matrix
    return (columns - matrix[0, 2]) / matrix[0, 0], -(rows - matrix[1, 2]) / matrix[1, 1]
