"""Nouns as lines and colors, in plain arrays that whatever draws them takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from sensorann.geometry import Transform
from sensorann.geometry.cuboids import CORNER_EDGES, CORNER_SIGNS
from sensorann.images import track_color
from sensorann.scene import Source, Track
from sensorann.tracks.keyframes import KEYFRAME_SOURCES
from viewers.state import ShownBox

# Heights over which the colors of points run, metres above the ground; higher ones keep the last. No frame of a vehicle
# says where the ground is: most of the lowest points lie on it.
_LOWEST, _HIGHEST, _GROUND_PERCENTILE = -0.5, 4.0, 5.0
# Corners in half sizes: the eight of the box, then the tip of the heading mark and where it starts on the front face.
_MARK = np.array([[1.5, 0.0, -1.0], [1.0, -0.5, -1.0], [1.0, 0.5, -1.0]])
_VERTICES = np.concatenate([CORNER_SIGNS, _MARK])
_LINES = np.concatenate([CORNER_EDGES, [[8, 9], [8, 10]]])
_COMPUTED_SHADE = 0.55
_KEY_STROKE = 0.6


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Lines:
    """Straight lines between points.

    Attributes
    ----------
    points : (V, 3), metres
    pairs : (L, 2) int32, indices of the points that each line joins
    colors : (L, 3), RGB from 0 to 1
    """

    points: NDArray[np.float64]
    pairs: NDArray[np.int32]
    colors: NDArray[np.float64]


def boxes(shown: Sequence[ShownBox], drawn_from_labels: Transform) -> Lines:
    """Edges of boxes with a mark ahead of each front; selected ones are white, computed ones darker."""
    poses = [drawn_from_labels @ box.cuboid.frame_from_cuboid for box in shown]
    halves = [np.asarray(box.cuboid.size) / 2 for box in shown]
    vertices = [pose.apply(_VERTICES * half) for pose, half in zip(poses, halves, strict=True)]
    pairs = [_LINES + len(_VERTICES) * n for n in range(len(shown))]
    colors = [np.tile(box_color(box), (len(_LINES), 1)) for box in shown]
    return Lines(
        points=np.concatenate([np.zeros((0, 3)), *vertices]),
        pairs=np.concatenate([np.zeros((0, 2), np.int64), *pairs]).astype(np.int32),
        colors=np.concatenate([np.zeros((0, 3)), *colors]),
    )


def path(track: Track, drawn_from_labels: Transform) -> Lines:
    """Line through the centres of an object's boxes, with an upright stroke at each keyframe, in the object's color."""
    centers = drawn_from_labels.apply(track.cuboids.centers)
    keys = np.flatnonzero(np.isin(track.sources, KEYFRAME_SOURCES))
    tops = centers[keys] + [0.0, 0.0, _KEY_STROKE]
    along = np.column_stack([np.arange(len(centers) - 1), np.arange(1, len(centers))])
    strokes = np.column_stack([keys, len(centers) + np.arange(len(keys))])
    pairs = np.concatenate([along, strokes]).astype(np.int32)
    return Lines(
        points=np.concatenate([centers, tops]),
        pairs=pairs,
        colors=np.tile(_own_color(track.id), (len(pairs), 1)),
    )


def height_colors(heights: NDArray[np.float32]) -> NDArray[np.float32]:
    """Colors (N, 3), RGB from 0 to 1, of heights (N,) in metres, N >= 1."""
    above = heights - np.percentile(heights, _GROUND_PERCENTILE)
    share = np.clip((above - _LOWEST) / (_HIGHEST - _LOWEST), 0.0, 1.0)
    # Both ends of the map are nearly black and would vanish on a dark ground.
    levels = np.round(25 + 215 * share).astype(np.uint8).reshape(-1, 1)
    bgr = cv2.applyColorMap(levels, cv2.COLORMAP_TURBO).reshape(-1, 3)
    return np.ascontiguousarray(bgr[:, ::-1], np.float32) / np.float32(255)


def box_color(box: ShownBox) -> NDArray[np.float64]:
    """Color (3,) of a box, RGB from 0 to 1: its track's, as in every picture of it."""
    if box.selected:
        return np.ones(3)
    shade = _COMPUTED_SHADE if box.source in (Source.INTERPOLATED, Source.FITTED) else 1.0
    return shade * _own_color(box.track.id)


def _own_color(track_id: str) -> NDArray[np.float64]:
    return np.asarray(track_color(track_id)[::-1]) / 255
