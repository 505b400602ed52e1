"""The scene from above: points, boxes with headings, trails, range rings and a scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from sensorann.errors import ArgumentError
from sensorann.geometry import Cuboids, Transform
from sensorann.geometry.arrays import as_array
from sensorann.images.colors import BACKGROUND, EGO, GRID, LIDAR_TINTS, TEXT
from sensorann.images.lines import Captions, blend, draw_polyline, fill_polygon

_BOX_OPACITY = 0.22
_EGO_LENGTH, _EGO_WIDTH = 4.6, 1.9
# Heights above the ground between which points go from dark to bright.
_DARK_HEIGHT, _BRIGHT_HEIGHT = -0.5, 2.5
_N_SHADES = 6
_STEPS = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0)


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class BirdseyeView:
    """Which part of the ground is drawn, and how large.

    Attributes
    ----------
    frame_from_ego : the ego vehicle in the frame of what is drawn; it stands in the middle of the picture
    radius : metres from the middle to each border
    side : width and height of the picture, pixels
    ego_up : True turns the picture so that the vehicle drives upwards; False keeps y of the frame upwards (north,
        where the frame is east-north-up)
    """

    frame_from_ego: Transform
    radius: float = 50.0
    side: int = 900
    ego_up: bool = True

    def __post_init__(self) -> None:
        if not (self.radius > 0 and self.side >= 64):
            raise ArgumentError(f"a view needs radius > 0 and side >= 64, got {self.radius} m and {self.side} px")

    @property
    def pixels_per_metre(self) -> float:
        """Scale of the picture."""
        return self.side / (2 * self.radius)

    def pixels(self, points: ArrayLike) -> NDArray[np.float64]:
        """Pixels (..., 2) of points (..., 3) in the frame of what is drawn."""
        offsets = (np.asarray(points, np.float64) - self.frame_from_ego.translation)[..., :2]
        up = self.frame_from_ego.yaw if self.ego_up else np.pi / 2
        forward = offsets @ np.array([np.cos(up), np.sin(up)])
        left = offsets @ np.array([-np.sin(up), np.cos(up)])
        middle = (self.side - 1) / 2
        return np.asarray(middle - self.pixels_per_metre * np.stack([left, forward], axis=-1))


def draw_birdseye(
    view: BirdseyeView,
    *,
    sweeps: Sequence[ArrayLike] = (),
    sweep_names: Sequence[str] = (),
    cuboids: Cuboids | None = None,
    colors: Sequence[Sequence[int]] = (),
    captions: Sequence[str] | None = None,
    solid: ArrayLike | None = None,
    trails: Sequence[ArrayLike] = (),
    trail_colors: Sequence[Sequence[int]] = (),
    title: str = "",
    vehicle: bool = True,
) -> NDArray[np.uint8]:
    """Draw one instant from above.

    Parameters
    ----------
    view : what is drawn, and how large
    sweeps : points (N, 3) of each LiDAR in the frame of `view`, one tint per LiDAR, brighter the higher
    sweep_names : names of the LiDARs, for the legend when there are several
    cuboids : M boxes in the frame of `view`; the front edge is thick and a line leads to it from the centre
    colors, captions, solid : per box, as in `draw_cuboids`
    trails : paths (K, 3) of box centres up to this instant, faint where long ago
    trail_colors : one color per trail
    title : text in the upper left corner
    vehicle : False where something else stands in the middle: no vehicle, and no rings around it

    Returns
    -------
    (side, side, 3) uint8, BGR

    Raises
    ------
    ArgumentError
        When the number of colors, texts or line styles is not that of the boxes or trails.
    """
    n = 0 if cuboids is None else len(cuboids)
    styles = np.ones(n, np.bool_) if solid is None else as_array(solid, (n,), np.bool_, name="solid")
    expected = [("colors", colors, n), ("captions", captions, n), ("trail_colors", trail_colors, len(trails))]
    for name, values, wanted in expected:
        if values is not None and len(values) != wanted:
            raise ArgumentError(f"{name} must have {wanted} entries, got {len(values)}")
    image = np.empty((view.side, view.side, 3), np.uint8)
    image[:] = BACKGROUND
    for i, points in enumerate(sweeps):
        _draw_points(image, view, points, LIDAR_TINTS[i % len(LIDAR_TINTS)])
    texts = Captions(image)
    _draw_scale(image, view, texts)
    if vehicle:
        _draw_rings(image, view, texts)
    for path, color in zip(trails, trail_colors, strict=True):
        _draw_trail(image, view, path, color)
    if vehicle:
        _draw_ego(image, view)
    if title:
        texts.put(title, (10, 22), TEXT)
    if len(sweeps) > 1:
        for i, name in enumerate(sweep_names):
            texts.put(name, (10, 46 + 20 * i), LIDAR_TINTS[i % len(LIDAR_TINTS)])
    if cuboids is not None:
        _draw_boxes(image, view, cuboids, colors, styles, texts, captions)
    return image


def _draw_points(image: NDArray[np.uint8], view: BirdseyeView, sweep: ArrayLike, tint: Sequence[int]) -> None:
    points = as_array(sweep, (None, 3), np.float64, name="sweeps")
    points = points[np.isfinite(points).all(axis=1)]
    pixels = np.round(view.pixels(points))
    inside = ((pixels >= 0) & (pixels < view.side)).all(axis=1)
    points, pixels = points[inside], pixels[inside].astype(np.int64)
    # The ego frame stands on the ground, so heights above it are heights above the road nearby.
    heights = view.frame_from_ego.inverse().apply(points)[:, 2]
    shade = np.clip((heights - _DARK_HEIGHT) / (_BRIGHT_HEIGHT - _DARK_HEIGHT), 0.0, 1.0)
    order = np.argsort(heights, kind="stable")
    colors = (0.3 + 0.7 * shade[order])[:, None] * np.asarray(tint, np.float64)
    image[pixels[order, 1], pixels[order, 0]] = colors.astype(np.uint8)


def _draw_rings(image: NDArray[np.uint8], view: BirdseyeView, texts: Captions) -> None:
    """Rings of equal distance from the vehicle with their metres."""
    step = _step(view)
    middle = round((view.side - 1) / 2)
    for distance in np.arange(step, view.radius * 1.41, step):
        radius = round(distance * view.pixels_per_metre)
        cv2.circle(image, (middle, middle), radius, GRID, 1, cv2.LINE_AA)
        if distance < view.radius:
            texts.put(f"{distance:g} m", (middle + 0.7071 * radius, middle + 0.7071 * radius), (160, 150, 145))


def _draw_scale(image: NDArray[np.uint8], view: BirdseyeView, texts: Captions) -> None:
    step = _step(view)
    margin = min(20.0, view.side / 20)
    right, bottom = view.side - margin, view.side - margin
    left = right - step * view.pixels_per_metre
    bar = np.array([[left, bottom - 6], [left, bottom], [right, bottom], [right, bottom - 6]])
    draw_polyline(image, bar, TEXT, thickness=2)
    texts.put(f"{step:g} m", ((left + right) / 2, bottom - 14), TEXT, centered=True)


def _step(view: BirdseyeView) -> float:
    """A round distance, about a fifth of what is shown, metres."""
    return next((s for s in _STEPS if s >= view.radius / 5), _STEPS[-1])


def _draw_ego(image: NDArray[np.uint8], view: BirdseyeView) -> None:
    """The own vehicle as an arrow head of its size, whose ego frame sits above the rear axle or the middle."""
    half_length, half_width = _EGO_LENGTH / 2, _EGO_WIDTH / 2
    outline = np.array(
        [[half_length, 0, 0], [-half_length, half_width, 0], [-half_length / 2, 0, 0], [-half_length, -half_width, 0]]
    )
    fill_polygon(image, view.pixels(view.frame_from_ego.apply(outline)), EGO)


def _draw_trail(image: NDArray[np.uint8], view: BirdseyeView, path: ArrayLike, color: Sequence[int]) -> None:
    pixels = view.pixels(as_array(path, (None, 3), np.float64, name="trails"))
    pieces = [piece for piece in np.array_split(np.arange(len(pixels)), _N_SHADES) if len(piece)]
    for i, piece in enumerate(pieces):
        strength = 0.3 + 0.6 * (i + 1) / len(pieces)
        faded = [round(strength * c + (1 - strength) * b) for c, b in zip(color, BACKGROUND, strict=True)]
        # Each piece starts at the end of the one before it, or the trail would show gaps.
        draw_polyline(image, pixels[max(piece[0] - 1, 0) : piece[-1] + 1], faded)


def _draw_boxes(
    image: NDArray[np.uint8],
    view: BirdseyeView,
    cuboids: Cuboids,
    colors: Sequence[Sequence[int]],
    solid: NDArray[np.bool_],
    texts: Captions,
    captions: Sequence[str] | None,
) -> None:
    # Lower corners: front right, front left, back left, back right.
    outlines = view.pixels(cuboids.corners()[:, [0, 1, 5, 4]])
    shown = [i for i in range(len(cuboids)) if _touches(outlines[i], view.side)]
    layer = image.copy()
    for i in shown:
        fill_polygon(layer, outlines[i], colors[i])
    image[:] = blend(image, layer, opacity=_BOX_OPACITY)
    for i in shown:
        ring = outlines[i][[1, 2, 3, 0]]
        draw_polyline(image, ring, colors[i], thickness=2 if solid[i] else 1, dashed=not solid[i])
        draw_polyline(image, outlines[i][:2], colors[i], thickness=3)
        draw_polyline(image, np.stack([outlines[i].mean(axis=0), outlines[i][:2].mean(axis=0)]), colors[i])
    if captions is None:
        return
    for i in sorted(shown, key=lambda i: float(np.hypot(*(outlines[i].mean(axis=0) - view.side / 2)))):
        texts.put(captions[i], (outlines[i][:, 0].max() + 3, outlines[i][:, 1].mean() + 4), colors[i])


def _touches(outline: NDArray[np.float64], side: int) -> bool:
    low, high = outline.min(axis=0), outline.max(axis=0)
    return bool((high >= 0).all() and (low < side).all())
