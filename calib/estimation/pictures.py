"""An estimate as a picture: the targets from above as both sensors place them, and what each axis gained."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from calib.estimation.estimate import Estimate
from calib.estimation.summary import UNITS
from calib.estimation.tangent import AXES
from calib.targets.detections import Floats
from sensorann.geometry import Transform
from sensorann.images.birdseye import BirdseyeView
from sensorann.images.colors import BACKGROUND, GRID, TEXT
from sensorann.images.lines import Captions, draw_polyline, fill_polygon

_SIDE = 720
_BARS_WIDTH = 380
_USED = (150, 205, 120)
_MEASURED = (215, 180, 120)
_REJECTED = (70, 70, 235)
_NEXT = (80, 200, 250)
_TO_SHOWN = np.array([np.rad2deg(1.0)] * 3 + [1.0] * 3)


def draw_targets(found: Estimate) -> NDArray[np.uint8]:
    """Draw the targets in the frame of the target sensor, from above, beside the sigma of each axis.

    A dot is where the source sensor and the pose put a target, a ring where the target sensor measured it; what was
    left out is red, the place for the next target a square.

    Returns
    -------
    (720, 1100, 3) uint8, BGR
    """
    return np.concatenate([_plan(found), _bars(found)], axis=1)


def _plan(found: Estimate) -> NDArray[np.uint8]:
    image = np.empty((_SIDE, _SIDE, 3), np.uint8)
    image[:] = BACKGROUND
    pose, problem = found.target_from_source, found.problem
    placed = pose.apply(problem.first_points(pose))
    measured = problem.target.positions()
    measured = placed if measured is None else measured
    next_place = found.next_target.point_target
    view = _view(np.concatenate([placed, np.zeros((1, 3)), next_place[None]]))
    texts = Captions(image)
    for distance in (5.0, 10.0, 15.0, 20.0, 30.0, 40.0):
        draw_polyline(image, view.pixels(_circle(np.zeros(3), distance)), GRID)
        texts.put(f"{distance:g} m", _beside(view.pixels([distance, 0.0, 0.0]), 0.0, 0.0), GRID, centered=True)
    for number, (dot, ring) in enumerate(zip(placed, measured, strict=True)):
        target = int(problem.groups[number])
        kept = bool(found.inliers[target])
        a, b = view.pixels(dot), view.pixels(ring)
        draw_polyline(image, np.stack([a, b]), _USED if kept else _REJECTED)
        fill_polygon(image, _ring(a, 2.5), _USED if kept else _REJECTED)
        draw_polyline(image, _ring(b, 5.0), _MEASURED if kept else _REJECTED)
        if not kept:
            texts.put(problem.names[target], _beside(a, 8.0, 4.0), _REJECTED)
    square = view.pixels(next_place) + 6.0 * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]])
    draw_polyline(image, square, _NEXT, thickness=2)
    texts.put(f"next, at height {next_place[2]:.1f} m", _beside(view.pixels(next_place), 10.0, 4.0), _NEXT)
    texts.put(found.target, _beside(view.pixels(np.zeros(3)), 6.0, 14.0), TEXT)
    texts.put(f"targets in {found.target}: dots by {found.source}, rings by {found.target}", (10, 22), TEXT)
    return image


def _bars(found: Estimate) -> NDArray[np.uint8]:
    """Draw what is left of each axis' sigma: a full bar means that the targets told nothing."""
    image = np.empty((_SIDE, _BARS_WIDTH, 3), np.uint8)
    image[:] = BACKGROUND
    texts = Captions(image)
    known = "a glance (10 deg, 1 m)" if found.problem.prior is None else "the prior"
    texts.put(f"sigma left of {known}", (20, 22), TEXT)
    for i, axis in enumerate(AXES):
        top, share = 60 + 100 * i, float(found.seen.shares[i])
        color = _REJECTED if axis in found.seen.weak_axes else _USED
        texts.put(f"{axis}: {found.sigmas[i] * _TO_SHOWN[i]:.3f} {UNITS[i]}", (20, top), TEXT)
        if axis in found.seen.weak_axes:
            texts.put("not observable", (200, top), _REJECTED)
        fill_polygon(image, _box(20.0, top + 12.0, 340.0), GRID)
        fill_polygon(image, _box(20.0, top + 12.0, 340.0 * min(share, 1.0)), color)
    return image


def _view(points: Floats) -> BirdseyeView:
    low, high = points.min(axis=0), points.max(axis=0)
    radius = 0.58 * float((high - low)[:2].max())
    return BirdseyeView(frame_from_ego=Transform(np.eye(3), (low + high) / 2), radius=max(radius, 1.0), side=_SIDE)


def _beside(pixel: Floats, right: float, down: float) -> tuple[float, float]:
    return float(pixel[0]) + right, float(pixel[1]) + down


def _circle(center: Floats, radius: float) -> Floats:
    angles = np.linspace(-np.pi, np.pi, 121)
    return center + radius * np.stack([np.cos(angles), np.sin(angles), np.zeros_like(angles)], axis=1)


def _ring(pixel: Floats, radius: float) -> Floats:
    return _circle(np.array([*pixel, 0.0]), radius)[:, :2]


def _box(left: float, top: float, width: float) -> Floats:
    return np.array([[left, top], [left + width, top], [left + width, top + 14.0], [left, top + 14.0]])
