"""Boxes and ways of objects as lines, in the frame of the labels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sensorann.geometry.cuboids import CORNER_EDGES, CORNER_SIGNS
from sensorann.images import track_color
from sensorann.scene import Source, Track
from sensorann.tracks.keyframes import KEYFRAME_SOURCES
from viewers.looks import Part
from viewers.session import Session
from viewers.state import ShownBox
from viewers.surroundings import NO_LINES, Lines
from viewers.timeline import SOURCE_COLORS

# Corners in half sizes: the eight of the box, then the tip of the heading mark and where it starts on the front face.
_MARK = np.array([[1.5, 0.0, -1.0], [1.0, -0.5, -1.0], [1.0, 0.5, -1.0]])
_VERTICES = np.concatenate([CORNER_SIGNS, _MARK])
_STARTS, _ENDS = np.concatenate([CORNER_EDGES, [[8, 9], [8, 10]]]).T
_COMPUTED_SHADE = 0.55
_KEY_STROKE = 0.6


def boxes(shown: Sequence[ShownBox], *, by_source: bool = False) -> Lines:
    """Edges of boxes with a mark ahead of each front, in the colors of `box_color`."""
    vertices = [box.cuboid.frame_from_cuboid.apply(_VERTICES * np.asarray(box.cuboid.size) / 2) for box in shown]
    if not vertices:
        return NO_LINES
    corners = np.stack(vertices)
    colors = np.repeat([box_color(box, by_source=by_source) for box in shown], len(_STARTS), axis=0)
    return Lines.of(corners[:, _STARTS], corners[:, _ENDS], colors)


def boxes_depend_on(session: Session) -> tuple[object, ...]:
    """What the boxes and what stands around them depend on: as long as it is the same, they need not be drawn anew."""
    clicks = tuple(click.tobytes() for click in session.clicks)
    return session.shown(), session.labels, session.i_frame, session.looks, session.paths_shown, clicks


def boxes_here(session: Session) -> Lines:
    """Edges of the boxes of this frame, in the colors that are wanted."""
    return boxes(session.shown(), by_source=Part.SOURCES in session.looks.shown)


def path(track: Track) -> Lines:
    """Line through the centres of an object's boxes, with an upright stroke at each keyframe, in the object's color."""
    centers, color = track.cuboids.centers, _own_color(track.id)
    keys = centers[np.isin(track.sources, KEYFRAME_SOURCES)]
    strokes = Lines.of(keys, keys + np.array([0.0, 0.0, _KEY_STROKE]), color)
    return Lines.of(centers[:-1], centers[1:], color) + strokes


def box_color(box: ShownBox, *, by_source: bool = False) -> NDArray[np.float64]:
    """Color (3,) of a box, RGB from 0 to 1: its track's, darker where it was computed, or that of who placed it.

    What is selected is white.
    """
    if box.selected:
        return np.ones(3)
    if by_source:
        return np.array(SOURCE_COLORS[box.source]) / 255
    shade = _COMPUTED_SHADE if box.source in (Source.INTERPOLATED, Source.FITTED) else 1.0
    return shade * _own_color(box.track.id)


def name_color(box: ShownBox) -> NDArray[np.float64]:
    """Color (3,) of what is written at a box: its track's, pale enough to be read on the dark ground."""
    return np.ones(3) if box.selected else 0.5 * (_own_color(box.track.id) + 1.0)


def _own_color(track_id: str) -> NDArray[np.float64]:
    return np.asarray(track_color(track_id)[::-1]) / 255
