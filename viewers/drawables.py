"""Nouns as Open3D draws them: a coloured cloud, and all boxes of a frame as one set of lines."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import open3d as o3d
from numpy.typing import NDArray

from sensorann.geometry import Transform
from sensorann.geometry.cuboids import CORNER_EDGES, CORNER_SIGNS
from sensorann.images import track_color
from sensorann.scene import Source
from viewers.state import ShownBox

# Heights over which the colors of points run, metres above the ground; higher ones keep the last. No frame of a vehicle
# says where the ground is: most of the lowest points lie on it.
_LOWEST, _HIGHEST, _GROUND_PERCENTILE = -0.5, 4.0, 5.0
# Corners in half sizes: the eight of the box, then the tip of the heading mark and where it starts on the front face.
_MARK = np.array([[1.5, 0.0, -1.0], [1.0, -0.5, -1.0], [1.0, 0.5, -1.0]])
_VERTICES = np.concatenate([CORNER_SIGNS, _MARK])
_LINES = np.concatenate([CORNER_EDGES, [[8, 9], [8, 10]]])
_COMPUTED_SHADE = 0.55


def cloud(points: NDArray[np.float32]) -> o3d.t.geometry.PointCloud:
    """Points (N, 3), N >= 1, in the frame that is drawn, coloured by height."""
    drawn = o3d.t.geometry.PointCloud()
    drawn.point.positions = o3d.core.Tensor.from_numpy(np.ascontiguousarray(points))
    drawn.point.colors = o3d.core.Tensor.from_numpy(height_colors(points[:, 2]))
    return drawn


def height_colors(heights: NDArray[np.float32]) -> NDArray[np.float32]:
    """Colors (N, 3), RGB from 0 to 1, of heights (N,) in metres."""
    above = heights - np.percentile(heights, _GROUND_PERCENTILE)
    share = np.clip((above - _LOWEST) / (_HIGHEST - _LOWEST), 0.0, 1.0)
    # Both ends of the map are nearly black and would vanish on a dark ground.
    levels = np.round(25 + 215 * share).astype(np.uint8).reshape(-1, 1)
    bgr = cv2.applyColorMap(levels, cv2.COLORMAP_TURBO).reshape(-1, 3)
    return np.ascontiguousarray(bgr[:, ::-1], np.float32) / np.float32(255)


def boxes(shown: Sequence[ShownBox], drawn_from_labels: Transform) -> o3d.geometry.LineSet:
    """Edges of boxes with a mark ahead of each front; selected ones are white, computed ones darker."""
    poses = [drawn_from_labels @ box.cuboid.frame_from_cuboid for box in shown]
    halves = [np.asarray(box.cuboid.size) / 2 for box in shown]
    vertices = [pose.apply(_VERTICES * half) for pose, half in zip(poses, halves, strict=True)]
    lines = [_LINES + len(_VERTICES) * n for n in range(len(shown))]
    colors = [np.tile(box_color(box), (len(_LINES), 1)) for box in shown]
    drawn = o3d.geometry.LineSet()
    drawn.points = o3d.utility.Vector3dVector(np.concatenate([np.zeros((0, 3)), *vertices]))
    drawn.lines = o3d.utility.Vector2iVector(np.concatenate([np.zeros((0, 2), np.int64), *lines]).astype(np.int32))
    drawn.colors = o3d.utility.Vector3dVector(np.concatenate([np.zeros((0, 3)), *colors]))
    return drawn


def box_color(box: ShownBox) -> NDArray[np.float64]:
    """Color (3,) of a box, RGB from 0 to 1: its track's, as in every picture of it."""
    if box.selected:
        return np.ones(3)
    shade = _COMPUTED_SHADE if box.source in (Source.INTERPOLATED, Source.FITTED) else 1.0
    return np.asarray(shade * np.array(track_color(box.track.id)[::-1]) / 255)
