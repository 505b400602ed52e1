"""What is shown and how, apart from what is labelled: colors of points, sweeps that are merged, panels."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Coloring(Enum):
    """What the color of a point tells."""

    HEIGHT = "height"
    INTENSITY = "intensity"
    LIDAR = "LiDAR"
    CAMERA = "camera picture"
    OBJECT = "object"
    AGE = "age"


class PointFilter(Enum):
    """Which points are shown."""

    ALL = "all points"
    INSIDE = "points in boxes"
    OUTSIDE = "points outside of boxes"


class Part(Enum):
    """What may be shown or not; the value says what it is."""

    RINGS = "rings of distance and a grid of 10 m"
    HALO = "the doubt about computed boxes, around them"
    RADAR = "returns of radars, with their speed along the ray"
    NAMES = "id and category at the boxes"
    SOURCES = "boxes in the colors of who placed them, as on the timeline"
    PICTURES = "cameras beside the 3D view"
    OVERLAY = "LiDAR points over the pictures"
    CLOSE_UPS = "orthographic views of the selected box"
    BEFORE = "the selected box as it was before its last change, above the orthographic views"
    BATCH = "the selected object in many frames instead of the 3D view"


# Sweeps that may be merged: this one, then as many before as after it.
MERGED = (1, 5, 11, 21)


@dataclass(frozen=True, kw_only=True, slots=True)
class Looks:
    """How a session is shown.

    Attributes
    ----------
    coloring, point_filter : of the points
    n_sweeps : sweeps that are merged into one cloud, an odd number; objects with boxes are aligned by their tracks
    shown : what is shown
    camera : the picture that is shown large; None for the one that shows the selected object best
    anchor_ns : the 3D view stays where the vehicle was at this instant; None to go along with it
    """

    coloring: Coloring = Coloring.HEIGHT
    point_filter: PointFilter = PointFilter.ALL
    n_sweeps: int = 1
    shown: frozenset[Part] = frozenset({Part.HALO, Part.RADAR, Part.NAMES, Part.PICTURES, Part.CLOSE_UPS})
    camera: str | None = None
    anchor_ns: int | None = None
