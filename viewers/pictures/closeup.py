"""A close-up: a box and its points as seen along one of the box's own axes, in true lengths."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from sensorann.geometry import Cuboid
from sensorann.images.colors import BACKGROUND, TEXT, Color
from sensorann.images.lines import Captions, draw_polyline

# How much of the surroundings a close-up shows: a share of the box, and metres at least.
_ROOM, _LEAST_ROOM = 0.3, 0.7
# Points so far beyond the faces along the line of sight are still shown, metres.
_DEPTH = 0.4
_POINT_INSIDE, _POINT_OUTSIDE = (235, 235, 235), (150, 120, 70)
_HANDLE_PX = 3


class Side(Enum):
    """From where a box is seen. The value: the box's axis and its sign that point right, then up, in the picture."""

    TOP = ((0, 1), (1, 1))
    SIDE = ((0, 1), (2, 1))
    REAR = ((1, -1), (2, 1))


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class CloseUp:
    """How the lengths of a box become pixels.

    Attributes
    ----------
    side : from where
    anchor : the box that is looked at, in the frame of the labels; it lies in the middle
    size : (width, height) of the picture, pixels
    zoom : times larger than what shows the box with its surroundings
    """

    side: Side
    anchor: Cuboid
    size: tuple[int, int]
    zoom: float = 1.0

    @property
    def pixels_per_metre(self) -> float:
        """Scale of the picture."""
        edges = np.array([self.anchor.size[axis] for axis, _ in self.side.value])
        room = edges + 2 * np.maximum(_ROOM * edges, _LEAST_ROOM)
        return self.zoom * float(np.min(np.maximum(self.size, 1) / room))

    def pixels(self, points_anchor: ArrayLike) -> NDArray[np.float64]:
        """Pixels (..., 2) of points (..., 3) in the frame of the anchor."""
        points = np.asarray(points_anchor, np.float64)
        (right, right_sign), (up, up_sign) = self.side.value
        middle = (np.array(self.size) - 1) / 2
        across = np.stack([right_sign * points[..., right], -up_sign * points[..., up]], axis=-1)
        return np.asarray(middle + self.pixels_per_metre * across)

    def step(self, start: tuple[float, float], end: tuple[float, float]) -> NDArray[np.float64]:
        """How far (3,) a hand goes between two pixels, metres along the axes of the anchor."""
        (right, right_sign), (up, up_sign) = self.side.value
        moved = np.zeros(3)
        moved[right] = right_sign * (end[0] - start[0]) / self.pixels_per_metre
        moved[up] = -up_sign * (end[1] - start[1]) / self.pixels_per_metre
        return moved

    def in_sight(self, points_labels: NDArray[np.floating]) -> NDArray[np.float64]:
        """Points (M, 3) of (N, 3) in the frame of the labels that the picture shows, in the frame of the anchor."""
        local = self.anchor.frame_from_cuboid.inverse().apply(points_labels)
        (right, _), (up, _) = self.side.value
        reach = np.empty(3)
        reach[[right, up]] = np.array(self.size) / 2 / self.pixels_per_metre
        depth = 3 - right - up
        reach[depth] = self.anchor.size[depth] / 2 + _DEPTH
        return np.asarray(local[(np.abs(local) <= reach).all(axis=1)])


def draw_close_up(
    view: CloseUp,
    cuboid: Cuboid,
    points_labels: NDArray[np.floating],
    color: Color,
    *,
    title: str = "",
    before: Cuboid | None = None,
    sigmas: NDArray[np.float64] | None = None,
    handles: bool = True,
) -> NDArray[np.uint8]:
    """Draw a box with its points.

    Parameters
    ----------
    view : how
    cuboid : the box as it is now, such as under a hand that drags it, in the frame of the labels
    points_labels : (N, 3) around it, in the frame of the labels
    color : of its edges, BGR
    title : text in the corner
    before : the box as it was before, in dashes
    sigmas : (7,) standard deviations as tracks hold them; twice the doubt about the place is drawn around the box
    handles : squares on edges and corners, where a hand takes hold

    Returns
    -------
    (height, width, 3) uint8, BGR
    """
    width, height = view.size
    picture = np.empty((height, width, 3), np.uint8)
    picture[:] = BACKGROUND
    _draw_points(picture, view, cuboid, view.in_sight(points_labels))
    if sigmas is not None and np.isfinite(sigmas[:3]).all():
        draw_polyline(picture, _outline(view, cuboid, grown=2 * _along_box(cuboid, sigmas)), _faded(color))
    if before is not None:
        draw_polyline(picture, _outline(view, before), (140, 140, 140), dashed=True)
    draw_polyline(picture, _outline(view, cuboid), color, thickness=1)
    _draw_heading(picture, view, cuboid, color)
    if handles:
        for pixel in handle_pixels(view, cuboid).values():
            corner = np.round(pixel).astype(int)
            cv2.rectangle(picture, tuple(corner - _HANDLE_PX), tuple(corner + _HANDLE_PX), color, -1)
    if title:
        Captions(picture, scale=0.4).put(title, (6, 16), TEXT)
    return picture


def words(size: tuple[int, int], text: str) -> NDArray[np.uint8]:
    """A picture of (width, height) that says something instead."""
    picture = np.empty((size[1], size[0], 3), np.uint8)
    picture[:] = BACKGROUND
    Captions(picture, scale=0.4).put(text, (6, 16), TEXT)
    return picture


def lengths(side: Side, size: tuple[float, float, float]) -> str:
    """Lengths of a box that the view shows, right then up, metres."""
    (right, _), (up, _) = side.value
    return f"{size[right]:.2f} x {size[up]:.2f} m"


def handle_pixels(view: CloseUp, cuboid: Cuboid) -> dict[tuple[int, int], NDArray[np.float64]]:
    """Pixels (2,) of the handles by the face that they move: (right, up), each -1, 0 or 1."""
    (right, right_sign), (up, up_sign) = view.side.value
    handles = {}
    for across in (-1, 0, 1):
        for along in (-1, 0, 1):
            if across or along:
                local = np.zeros(3)
                local[right], local[up] = across * right_sign, along * up_sign
                handles[across, along] = _pixel(view, cuboid, local)
    return handles


def _pixel(view: CloseUp, cuboid: Cuboid, half_sizes: ArrayLike) -> NDArray[np.float64]:
    """Pixel of a place in the box, in half sizes."""
    point = cuboid.frame_from_cuboid.apply(np.asarray(half_sizes) * np.asarray(cuboid.size) / 2)
    return view.pixels(view.anchor.frame_from_cuboid.inverse().apply(point))


def _outline(view: CloseUp, cuboid: Cuboid, *, grown: NDArray[np.float64] | float = 0.0) -> NDArray[np.float64]:
    """Pixels (5, 2) round the box through its middle, which is its outline as long as it is not tilted in the view."""
    (right, _), (up, _) = view.side.value
    corners = np.zeros((5, 3))
    corners[:, right], corners[:, up] = [-1, 1, 1, -1, -1], [-1, -1, 1, 1, -1]
    points = cuboid.frame_from_cuboid.apply(corners * (np.asarray(cuboid.size) / 2 + grown))
    return view.pixels(view.anchor.frame_from_cuboid.inverse().apply(points))


def _along_box(cuboid: Cuboid, sigmas: NDArray[np.float64]) -> NDArray[np.float64]:
    """Doubt (3,) about the place along the box's own axes, from that along the axes of the labels' frame."""
    return np.asarray(np.sqrt((cuboid.frame_from_cuboid.rotation.T**2) @ sigmas[:3] ** 2))


def _draw_points(picture: NDArray[np.uint8], view: CloseUp, cuboid: Cuboid, points_anchor: NDArray[np.float64]) -> None:
    cuboid_from_anchor = cuboid.frame_from_cuboid.inverse() @ view.anchor.frame_from_cuboid
    inside = (np.abs(cuboid_from_anchor.apply(points_anchor)) <= np.asarray(cuboid.size) / 2).all(axis=1)
    columns, rows = np.floor(view.pixels(points_anchor)).astype(np.int64).T
    height, width = picture.shape[:2]
    for chosen, shade in ((~inside, _POINT_OUTSIDE), (inside, _POINT_INSIDE)):
        for right in (0, 1):
            for below in (0, 1):
                at = np.clip(rows[chosen] + below, 0, height - 1), np.clip(columns[chosen] + right, 0, width - 1)
                picture[at] = shade


def _draw_heading(picture: NDArray[np.uint8], view: CloseUp, cuboid: Cuboid, color: Color) -> None:
    """A stroke from the middle to the front, where the view shows it."""
    if view.side is not Side.REAR:
        ends = np.stack([_pixel(view, cuboid, (0, 0, 0)), _pixel(view, cuboid, (1, 0, 0))])
        draw_polyline(picture, ends, color)


def _faded(color: Color) -> Color:
    blue, green, red = (round(0.5 * shade) for shade in color)
    return blue, green, red
