"""What the colors of points tell, and which points are shown."""

from __future__ import annotations

import contextlib

import cv2
import numpy as np
from numpy.typing import NDArray

from sensorann.errors import SensorannError
from sensorann.geometry import points_in_cuboids
from sensorann.images import track_color
from sensorann.images.colors import LIDAR_TINTS
from sensorann.scene import sync
from viewers.looks import Coloring, Part, PointFilter
from viewers.points import Cloud, boxes_in_ego
from viewers.session import Session

# Heights over which the colors of points run, metres above the ground; higher ones keep the last. No frame of a vehicle
# says where the ground is: most of the lowest points lie on it.
_LOWEST, _HIGHEST, _GROUND_PERCENTILE = -0.5, 4.0, 5.0
# Reflections of most surfaces lie far below that of a road sign, which would leave the rest in the dark.
_BRIGHT_PERCENTILE = 98.0
_GREY = np.float32(0.45)


def points_depend_on(session: Session) -> tuple[object, ...]:
    """What the drawn points depend on: as long as it is the same, they need not be drawn anew."""
    looks = session.looks
    by_boxes = looks.coloring is Coloring.OBJECT or looks.point_filter is not PointFilter.ALL or looks.n_sweeps > 1
    labels = (session.labels, session.hidden, session.isolated, session.selected) if by_boxes else ()
    own = (looks.coloring, looks.point_filter, looks.n_sweeps, looks.anchor_ns, Part.RINGS in looks.shown)
    return (session.i_frame, session.point_size, own, *labels)


def colors_of(session: Session, cloud: Cloud) -> NDArray[np.float32]:
    """Colors (N, 3), RGB from 0 to 1, of a cloud of this frame."""
    coloring = session.looks.coloring
    if not len(cloud.points):
        return np.zeros((0, 3), np.float32)
    if coloring is Coloring.INTENSITY:
        return _intensity_colors(cloud.intensities)
    if coloring is Coloring.LIDAR:
        tints = np.array(LIDAR_TINTS, np.float32)[:, ::-1] / 255
        return np.ascontiguousarray(tints[cloud.lidars % len(tints)])
    if coloring is Coloring.AGE:
        return _turbo((cloud.ages - cloud.ages.min()) / max(float(np.ptp(cloud.ages)), 1e-6))
    if coloring is Coloring.OBJECT:
        return _object_colors(session, cloud.points)
    if coloring is Coloring.CAMERA:
        return _camera_colors(session, cloud.points)
    return height_colors(cloud.points[:, 2])


def height_colors(heights: NDArray[np.float32]) -> NDArray[np.float32]:
    """Colors (N, 3), RGB from 0 to 1, of heights (N,) in metres."""
    above = heights - np.percentile(heights, _GROUND_PERCENTILE)
    return _turbo((above - _LOWEST) / (_HIGHEST - _LOWEST))


def filtered(session: Session, cloud: Cloud) -> Cloud:
    """The points that are wanted: all, those in shown boxes, or those outside of them."""
    wanted = session.looks.point_filter
    if wanted is PointFilter.ALL or not len(cloud.points):
        return cloud
    track_ids, cuboids = boxes_in_ego(session)
    inside = np.zeros(len(cloud.points), np.bool_)
    if cuboids is not None:
        groups = points_in_cuboids(cloud.points, cuboids)
        for row in range(len(track_ids)):
            inside[groups[row]] = True
    return cloud[np.flatnonzero(inside == (wanted is PointFilter.INSIDE))]


def _turbo(shares: NDArray[np.floating]) -> NDArray[np.float32]:
    # Both ends of the map are nearly black and would vanish on a dark ground.
    levels = np.round(25 + 215 * np.clip(shares, 0.0, 1.0)).astype(np.uint8).reshape(-1, 1)
    bgr = cv2.applyColorMap(levels, cv2.COLORMAP_TURBO).reshape(-1, 3)
    return np.ascontiguousarray(bgr[:, ::-1], np.float32) / np.float32(255)


def _intensity_colors(intensities: NDArray[np.float32]) -> NDArray[np.float32]:
    """Brighter where more came back; grey where the LiDAR does not say."""
    known = np.isfinite(intensities)
    colors = np.full((len(intensities), 3), _GREY, np.float32)
    if known.any():
        bright = max(float(np.percentile(intensities[known], _BRIGHT_PERCENTILE)), 1e-6)
        colors[known] = _turbo(intensities[known] / bright)
    return colors


def _object_colors(session: Session, points: NDArray[np.float32]) -> NDArray[np.float32]:
    colors = np.full((len(points), 3), _GREY, np.float32)
    track_ids, cuboids = boxes_in_ego(session)
    if cuboids is not None:
        groups = points_in_cuboids(points, cuboids)
        for row, track_id in enumerate(track_ids):
            colors[groups[row]] = np.array(track_color(track_id)[::-1], np.float32) / 255
    return colors


def _camera_colors(session: Session, points: NDArray[np.float32]) -> NDArray[np.float32]:
    """The color of the picture where a point is seen; grey where no camera sees it, or its picture cannot be read."""
    drive, colors = session.drive, np.full((len(points), 3), _GREY, np.float32)
    labels_from_ego = session.frame_from_ego(session.timestamp_ns)
    for sensor in drive.rig.of_kind("camera"):
        with contextlib.suppress(SensorannError):
            index = sync(drive, sensor.name, session.timestamp_ns)
            at_picture = session.frame_from_ego(int(drive.timestamps_ns(sensor.name)[index]))
            camera_from_ego = (at_picture @ sensor.ego_from_sensor).inverse() @ labels_from_ego
            image, camera = drive.image(sensor.name, index), drive.rig.camera(sensor.name)
            pixels = camera.project(points, camera_from_points=camera_from_ego)
            seen = camera.contains(pixels)
            height, width = image.shape[:2]
            columns, rows = np.round(pixels[seen]).astype(np.int64).T
            colors[seen] = image[rows.clip(0, height - 1), columns.clip(0, width - 1), ::-1] / np.float32(255)
    return colors
