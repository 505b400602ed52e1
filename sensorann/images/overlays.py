"""Boxes on camera pictures: clipped to the view, bent by the lens, the front face marked."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sensorann.errors import ArgumentError
from sensorann.geometry import Camera, Cuboids
from sensorann.geometry.arrays import as_array
from sensorann.geometry.cuboids import CORNER_EDGES
from sensorann.images.clipping import NEAR_PLANE, clip_to_view
from sensorann.images.colors import BACKGROUND, range_colors
from sensorann.images.lines import Captions, blend, draw_polyline, fill_polygon

# Points along each edge: enough that a fisheye's curve shows no kinks.
_N_SAMPLES = 17
# Corners 0 to 3 are the front face: its diagonals make the cross that marks it.
_FRONT_CROSS = np.array([[0, 2], [1, 3]], np.int64)
_N_EDGES = len(CORNER_EDGES)
_FRONT_OPACITY = 0.3
_SMALLEST_CAPTIONED_PX = 14.0
# tan of the widest half angle of view that is drawn, 84 degrees: a fisheye's rim at 90 degrees has none.
_WIDEST_TANGENT = 10.0


def draw_cuboids(
    image: NDArray[np.uint8],
    camera: Camera,
    cuboids: Cuboids,
    colors: Sequence[Sequence[int]],
    *,
    captions: Sequence[str] | None = None,
    solid: ArrayLike | None = None,
) -> NDArray[np.uint8]:
    """Draw boxes on a picture: twelve edges each, a translucent front face with a cross, an optional text.

    Edges are clipped to the view of the camera, at 0.1 m in front of it and at its borders, and follow the distortion
    of the lens. Near boxes cover far ones; a box behind the camera or outside of the picture draws nothing.

    Parameters
    ----------
    image : (height, width, 3) uint8, BGR; left as it is
    camera : Camera
    cuboids : N boxes in the frame of the camera
    colors : N colors, BGR
    captions : N texts, at the boxes; a text without room is left out, the nearest box comes first
    solid : (N,) bool; True draws full lines (a person placed the box), False thin dashes; all True when not given

    Returns
    -------
    (height, width, 3) uint8, BGR

    Raises
    ------
    ArgumentError
        When the number of colors, texts or line styles is not that of the boxes, or the image is no color picture.
    """
    n = len(cuboids)
    styles = np.ones(n, np.bool_) if solid is None else as_array(solid, (n,), np.bool_, name="solid")
    for name, values in (("colors", colors), ("captions", captions)):
        if values is not None and len(values) != n:
            raise ArgumentError(f"{name} must have one entry per box ({n}), got {len(values)}")
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8:
        raise ArgumentError(f"image must be (height, width, 3) uint8, got {image.shape} {image.dtype}")
    lines = _project_lines(cuboids, camera, image.shape)
    farthest_first = np.argsort(-np.linalg.norm(cuboids.centers, axis=1), kind="stable")
    picture = _fill_fronts(image, lines, colors, farthest_first)
    for i in farthest_first:
        for line in lines[i]:
            draw_polyline(picture, line, colors[i], thickness=2 if styles[i] else 1, dashed=not styles[i])
    if captions is not None:
        texts = Captions(picture)
        for i in farthest_first[::-1]:
            _caption(texts, lines[i], captions[i], colors[i])
    return picture


def draw_ranges(points_camera: ArrayLike, camera: Camera) -> NDArray[np.uint8]:
    """Draw points on a dark canvas of the camera's size, colored by their distance from the camera.

    Parameters
    ----------
    points_camera : (N, 3) metres, camera frame; rows with NaN are left out
    camera : Camera

    Returns
    -------
    (height, width, 3) uint8, BGR
    """
    width, height = camera.size
    canvas = np.full((height, width, 3), BACKGROUND, np.uint8)
    points = as_array(points_camera, (None, 3), np.float64, name="points_camera")
    points = points[np.isfinite(points).all(axis=1)]
    across, down = _view_tangents(camera, (width, height))
    ahead = points[:, 2] > NEAR_PLANE
    seen = ahead & (np.abs(points[:, 0]) <= across * points[:, 2]) & (np.abs(points[:, 1]) <= down * points[:, 2])
    points = points[seen]
    pixels = camera.project(points)
    distances = np.linalg.norm(points, axis=1)
    inside = ((pixels > -0.5) & (pixels < [width - 0.5, height - 0.5])).all(axis=1)
    order = np.flatnonzero(inside)[np.argsort(-distances[inside], kind="stable")]
    columns, rows = np.round(pixels[order]).astype(np.int64).T
    colors = range_colors(distances[order])
    # Two by two pixels each, the nearest points last.
    for right in (0, 1):
        for below in (0, 1):
            canvas[np.minimum(rows + below, height - 1), np.minimum(columns + right, width - 1)] = colors
    return canvas


def _project_lines(cuboids: Cuboids, camera: Camera, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Pixels (N, 14, samples, 2) of the twelve edges and the two diagonals of the front; NaN where nothing is seen."""
    corners = cuboids.corners()
    lines = corners[:, np.concatenate([CORNER_EDGES, _FRONT_CROSS])]
    starts, ends, seen = clip_to_view(
        lines[:, :, 0].reshape(-1, 3), lines[:, :, 1].reshape(-1, 3), _view_tangents(camera, (shape[1], shape[0]))
    )
    # Even steps in the picture, not in space: the share of the far end grows with the depth of the near one.
    fraction = np.linspace(0.0, 1.0, _N_SAMPLES)[None, :]
    far_share = fraction * starts[:, 2:3]
    near_share = (1.0 - fraction) * ends[:, 2:3]
    with np.errstate(invalid="ignore", divide="ignore"):
        share = far_share / (near_share + far_share)
    samples = starts[:, None] + share[:, :, None] * (ends - starts)[:, None]
    pixels = np.full((*samples.shape[:2], 2), np.nan)
    pixels[seen] = camera.project(samples[seen].reshape(-1, 3)).reshape(-1, _N_SAMPLES, 2)
    return pixels.reshape(len(cuboids), _N_EDGES + len(_FRONT_CROSS), _N_SAMPLES, 2)


def _view_tangents(camera: Camera, size: tuple[int, int]) -> tuple[float, float]:
    """Largest |x / z| and |y / z| that fall into a picture of this size, with a tenth of margin.

    Beyond it lens polynomials may turn back, and a point far outside would be drawn inside.
    """
    width, height = size
    u, v = np.linspace(-0.5, width - 0.5, 17), np.linspace(-0.5, height - 0.5, 17)
    border = np.concatenate(
        [np.stack([u, np.full(17, y)], axis=1) for y in (v[0], v[-1])]
        + [np.stack([np.full(17, x), v], axis=1) for x in (u[0], u[-1])]
    )
    rays = camera.unproject(border)
    rays = rays[np.isfinite(rays).all(axis=1)]
    if len(rays) == 0:
        return _WIDEST_TANGENT, _WIDEST_TANGENT
    depth = np.maximum(rays[:, 2], 1e-6)
    across, down = (1.1 * float(np.max(np.abs(rays[:, axis]) / depth)) for axis in (0, 1))
    return min(across, _WIDEST_TANGENT), min(down, _WIDEST_TANGENT)


def _fill_fronts(
    image: NDArray[np.uint8],
    lines: NDArray[np.float64],
    colors: Sequence[Sequence[int]],
    order: NDArray[np.int64],
) -> NDArray[np.uint8]:
    """Tint the front faces that are wholly in view, on a copy of the picture."""
    layer = image.copy()
    for i in order:
        # The first four edges run round the front face.
        fill_polygon(layer, lines[i, :4].reshape(-1, 2), colors[i])
    return blend(image, layer, opacity=_FRONT_OPACITY)


def _caption(texts: Captions, lines: NDArray[np.float64], text: str, color: Sequence[int]) -> None:
    """Write at the top of a box, unless it is too small in the picture to be meant."""
    pixels = lines.reshape(-1, 2)
    pixels = pixels[np.isfinite(pixels).all(axis=1)]
    if len(pixels) == 0 or np.ptp(pixels, axis=0).max() < _SMALLEST_CAPTIONED_PX:
        return
    height, width = texts.image.shape[:2]
    left, top = pixels.min(axis=0)
    right, bottom = pixels.max(axis=0)
    if right >= 0 and bottom >= 0 and left < width and top < height:
        texts.put(text, (min(max(left, 2), width - 20), min(max(top - 4, 14), height - 6)), color)
