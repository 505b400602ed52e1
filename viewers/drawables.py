"""Nouns as Open3D draws them: a coloured cloud, all boxes of a frame as one set of lines, and what surrounds them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import open3d as o3d
from numpy.typing import NDArray

from sensorann.geometry import Transform
from sensorann.geometry.cuboids import CORNER_EDGES, CORNER_SIGNS
from sensorann.images import track_color
from sensorann.scene import Source, Track
from sensorann.tracks.keyframes import KEYFRAME_SOURCES
from viewers.state import ShownBox
from viewers.surroundings import Lines

# Corners in half sizes: the eight of the box, then the tip of the heading mark and where it starts on the front face.
_MARK = np.array([[1.5, 0.0, -1.0], [1.0, -0.5, -1.0], [1.0, 0.5, -1.0]])
_VERTICES = np.concatenate([CORNER_SIGNS, _MARK])
_LINES = np.concatenate([CORNER_EDGES, [[8, 9], [8, 10]]])
_COMPUTED_SHADE = 0.55
_KEY_STROKE = 0.6


def cloud(points: NDArray[np.float32], colors: NDArray[np.float32]) -> o3d.t.geometry.PointCloud:
    """Points (N, 3), N >= 1, in the frame that is drawn, with their colors (N, 3), RGB from 0 to 1."""
    drawn = o3d.t.geometry.PointCloud()
    drawn.point.positions = o3d.core.Tensor.from_numpy(np.ascontiguousarray(points))
    drawn.point.colors = o3d.core.Tensor.from_numpy(np.ascontiguousarray(colors))
    return drawn


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


def lines(drawn: Lines, drawn_from_lines: Transform) -> o3d.geometry.LineSet:
    """Straight lines, put in the frame that is drawn."""
    n = len(drawn.starts)
    made = o3d.geometry.LineSet()
    ends = drawn_from_lines.apply(np.concatenate([drawn.starts, drawn.ends]))
    made.points = o3d.utility.Vector3dVector(ends)
    made.lines = o3d.utility.Vector2iVector(np.column_stack([np.arange(n), n + np.arange(n)]).astype(np.int32))
    made.colors = o3d.utility.Vector3dVector(np.array(drawn.colors))
    return made


def path(track: Track, drawn_from_labels: Transform) -> o3d.geometry.LineSet:
    """Line through the centres of an object's boxes, with an upright stroke at each keyframe, in the object's color."""
    centers = drawn_from_labels.apply(track.cuboids.centers)
    keys = np.flatnonzero(np.isin(track.sources, KEYFRAME_SOURCES))
    tops = centers[keys] + [0.0, 0.0, _KEY_STROKE]
    along = np.column_stack([np.arange(len(centers) - 1), np.arange(1, len(centers))])
    strokes = np.column_stack([keys, len(centers) + np.arange(len(keys))])
    drawn = o3d.geometry.LineSet()
    drawn.points = o3d.utility.Vector3dVector(np.concatenate([centers, tops]))
    drawn.lines = o3d.utility.Vector2iVector(np.concatenate([along, strokes]).astype(np.int32))
    drawn.paint_uniform_color(np.array(track_color(track.id)[::-1]) / 255)
    return drawn


def box_color(box: ShownBox) -> NDArray[np.float64]:
    """Color (3,) of a box, RGB from 0 to 1: its track's, as in every picture of it."""
    if box.selected:
        return np.ones(3)
    shade = _COMPUTED_SHADE if box.source in (Source.INTERPOLATED, Source.FITTED) else 1.0
    return np.asarray(shade * np.array(track_color(box.track.id)[::-1]) / 255)
