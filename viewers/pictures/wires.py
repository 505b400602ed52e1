"""Boxes, ways and returns as the eye of the 3D view sees them: lines on a clear picture, to be laid over the points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sensorann.images.clipping import NEAR_PLANE, clip_to_view
from sensorann.images.lines import Captions, draw_segments
from viewers.surroundings import Lines

# The eye looks along -z with y up, a camera of ours along z with y down.
_CAMERA_FROM_EYE = np.diag([1.0, -1.0, -1.0])
# So much more than the view is kept of a line: its cut end lies outside.
_MARGIN = 1.1


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Name:
    """What is written at a place.

    Attributes
    ----------
    place : (3,) metres, in the drawn frame
    text : where an earlier name stands already, it is left out
    color : (3,) RGB from 0 to 1
    """

    place: NDArray[np.float64]
    text: str
    color: NDArray[np.float64]


@dataclass(frozen=True, eq=False, slots=True)
class Eye:
    """How the 3D view is seen.

    Attributes
    ----------
    size : (width, height) of the view in pixels
    view_matrix, projection_matrix : (4, 4) each, as `viewers.eye.ray_through` takes them; the eye looks straight ahead
    """

    size: tuple[int, int]
    view_matrix: NDArray[np.floating]
    projection_matrix: NDArray[np.floating]

    @property
    def stretch(self) -> NDArray[np.float64]:
        """Half views (2,) per tangent, right and down."""
        return np.diag(np.asarray(self.projection_matrix, np.float64))[:2]

    def from_drawn(self, points: ArrayLike) -> NDArray[np.float64]:
        """Points (N, 3) of the drawn frame in that of a camera: x right, y down, z ahead."""
        camera_from_drawn = _CAMERA_FROM_EYE @ np.asarray(self.view_matrix, np.float64)[:3]
        return np.asarray(points, np.float64) @ camera_from_drawn[:, :3].T + camera_from_drawn[:, 3]

    def pixels(self, points_camera: NDArray[np.float64]) -> NDArray[np.float64]:
        """Pixels (..., 2) of points (..., 3) ahead of the eye, in the frame of the camera."""
        return (points_camera[..., :2] / points_camera[..., 2:] * self.stretch + 1) / 2 * self.size - 0.5


def draw_wires(wires: Lines, eye: Eye, *, thickness: int, names: Sequence[Name] = ()) -> NDArray[np.uint8]:
    """Draw lines as an eye sees them, those of one color in a row together, the farthest first; points hide none.

    Parameters
    ----------
    wires : in the drawn frame
    eye : Eye
    thickness : of the lines, pixels
    names : written over the lines, the most important ones first

    Returns
    -------
    (height, width, 4) uint8, RGB and how much it covers: 0 where nothing is drawn
    """
    picture = np.zeros((eye.size[1], eye.size[0], 4), np.uint8)
    if not picture.size:  # a window may be drawn so small that nothing is left for the view
        return picture
    across, down = (_MARGIN / eye.stretch).tolist()
    starts, ends, seen = clip_to_view(eye.from_drawn(wires.starts), eye.from_drawn(wires.ends), (across, down))
    lines = np.stack([starts, ends], axis=1)[seen]
    pixels, colors = eye.pixels(lines), _opaque(wires.colors[seen])
    runs = np.split(np.arange(len(lines)), np.flatnonzero((np.diff(colors, axis=0) != 0).any(axis=1)) + 1)
    for run in sorted(runs, key=lambda run: -lines[run, :, 2].mean()) if len(lines) else ():
        draw_segments(picture, pixels[run], colors[run[0]].tolist(), thickness=thickness)
    _write(picture, eye, names)
    return picture


def _write(picture: NDArray[np.uint8], eye: Eye, names: Sequence[Name]) -> None:
    captions = Captions(picture)
    for name in names:
        place = eye.from_drawn(name.place)
        if place[2] > NEAR_PLANE:
            captions.put(name.text, eye.pixels(place).tolist(), _opaque(name.color).tolist())


def _opaque(colors: NDArray[np.float64]) -> NDArray[np.int64]:
    """Colors (..., 3) from 0 to 1 as RGB and full cover (..., 4), from 0 to 255."""
    cover = np.full((*colors.shape[:-1], 1), 255)
    return np.concatenate([np.round(255 * colors).astype(np.int64), cover], axis=-1)
