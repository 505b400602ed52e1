"""Paths through the streets: straight along a lane, rounded where they turn, by distance along them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

STEP = 0.1  # metres between the points of a path
_DIRECTIONS = np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]])


@dataclass(frozen=True, eq=False, slots=True)
class Path:
    """A smooth curve in the plane.

    Attributes
    ----------
    points : (N, 2) float64, metres, `STEP` apart
    headings : (N,) float64, radians, without jumps of 2 pi
    """

    points: NDArray[np.float64]
    headings: NDArray[np.float64]

    @property
    def length(self) -> float:
        """Length in metres."""
        return STEP * (len(self.points) - 1)

    @property
    def curvatures(self) -> NDArray[np.float64]:
        """Curvature (N,), 1/m, positive to the left."""
        return np.gradient(self.headings, STEP)

    def at(self, distances: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Places (..., 2) and headings (...) at distances from the start of the path, metres."""
        position = np.clip(np.asarray(distances, np.float64) / STEP, 0, len(self.points) - 1)
        left = np.minimum(position.astype(np.int64), len(self.points) - 2)
        u = position - left
        places = self.points[left] + u[..., None] * (self.points[left + 1] - self.points[left])
        return places, self.headings[left] + u * (self.headings[left + 1] - self.headings[left])


def round_corners(corners: ArrayLike, *, rounding: float) -> Path:
    """Draw a smooth curve along a polyline.

    Two sliding means, over twice the rounding and over the rounding itself, keep straight stretches where they are and
    make position, heading and curvature continuous in the turns.

    Parameters
    ----------
    corners : (N, 2), metres
    rounding : distance before a corner at which the curve leaves the polyline (times 1.5), metres
    """
    corners = np.asarray(corners, np.float64)
    ahead = corners[-1] - corners[-2]
    before = corners[0] - corners[1]
    extra = 2 * rounding
    # The means shorten the curve at both ends: lengthen it before.
    corners = np.concatenate(
        [
            [corners[0] + extra * before / np.linalg.norm(before)],
            corners[1:-1],
            [corners[-1] + extra * ahead / np.linalg.norm(ahead)],
        ]
    )
    curve = _resampled(corners, STEP)
    for window in (2 * rounding, rounding):
        width = 2 * int(window / STEP / 2) + 1
        padded = np.cumsum(np.concatenate([np.zeros((1, 2)), curve]), axis=0)
        curve = (padded[width:] - padded[:-width]) / width
    return _path_along(curve)


def swayed(path: Path, *, amplitude: float, wavelength: float, phases: ArrayLike) -> Path:
    """Let a path sway about itself as drivers and walkers do: two waves sideways, of which one is a third longer.

    Parameters
    ----------
    path : Path
    amplitude : of the sum of both waves, metres
    wavelength : of the shorter wave, metres
    phases : two numbers, radians
    """
    turns = 2 * np.pi * STEP * np.arange(len(path.points)) / wavelength
    first, second = np.asarray(phases, np.float64)
    sideways = amplitude / 2 * (np.sin(turns + first) + np.sin(0.75 * turns + second))
    left = np.column_stack([-np.sin(path.headings), np.cos(path.headings)])
    return _path_along(path.points + sideways[:, None] * left)


def _path_along(points: NDArray[np.float64]) -> Path:
    curve = _resampled(points, STEP)
    tangents = np.gradient(curve, axis=0)
    return Path(curve, np.unwrap(np.arctan2(tangents[:, 1], tangents[:, 0])))


def _resampled(points: NDArray[np.float64], step: float) -> NDArray[np.float64]:
    lengths = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    at = np.arange(0.0, lengths[-1], step)
    return np.column_stack([np.interp(at, lengths, points[:, axis]) for axis in range(2)])


def street_path(
    *,
    node: tuple[int, int],
    direction: int,
    turns: Sequence[int],
    spacing: float,
    offset: float,
    rounding: float,
    before: float,
) -> Path:
    """Lay a path through the grid of streets, right-hand traffic.

    Parameters
    ----------
    node : the first crossing that it reaches, in numbers of streets
    direction : in which it comes there: 0 along x, 1 along y, 2 against x, 3 against y
    turns : at each crossing 0 straight on, 1 left, -1 right
    spacing : of the streets, metres
    offset : to the right of the middle of the street, metres
    rounding : see `round_corners`
    before : where it starts, metres before the first crossing
    """
    crossing = spacing * np.asarray(node, np.float64)
    corners = [crossing - before * _DIRECTIONS[direction] + offset * _DIRECTIONS[direction - 1]]
    for turn in turns:
        towards = (direction + turn) % 4
        if turn:
            corners.append(crossing + offset * (_DIRECTIONS[direction - 1] + _DIRECTIONS[towards - 1]))
        direction = towards
        crossing = crossing + spacing * _DIRECTIONS[direction]
    corners.append(crossing + offset * _DIRECTIONS[direction - 1])
    return round_corners(np.array(corners), rounding=rounding)
