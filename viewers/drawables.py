"""Nouns as Open3D draws them: a coloured cloud, and all boxes of a frame as one set of lines."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import open3d as o3d
from numpy.typing import NDArray

from sensorann.geometry import Transform
from sensorann.scene import Track
from viewers import shapes
from viewers.state import ShownBox


def cloud(points: NDArray[np.float32]) -> o3d.t.geometry.PointCloud:
    """Points (N, 3), N >= 1, in the frame that is drawn, coloured by height."""
    drawn = o3d.t.geometry.PointCloud()
    drawn.point.positions = o3d.core.Tensor.from_numpy(np.ascontiguousarray(points))
    drawn.point.colors = o3d.core.Tensor.from_numpy(shapes.height_colors(points[:, 2]))
    return drawn


def boxes(shown: Sequence[ShownBox], drawn_from_labels: Transform) -> o3d.geometry.LineSet:
    """Edges of boxes with a mark ahead of each front; selected ones are white, computed ones darker."""
    return _line_set(shapes.boxes(shown, drawn_from_labels))


def path(track: Track, drawn_from_labels: Transform) -> o3d.geometry.LineSet:
    """Line through the centres of an object's boxes, with an upright stroke at each keyframe, in the object's color."""
    return _line_set(shapes.path(track, drawn_from_labels))


def _line_set(lines: shapes.Lines) -> o3d.geometry.LineSet:
    drawn = o3d.geometry.LineSet()
    drawn.points = o3d.utility.Vector3dVector(lines.points)
    drawn.lines = o3d.utility.Vector2iVector(lines.pairs)
    drawn.colors = o3d.utility.Vector3dVector(lines.colors)
    return drawn
