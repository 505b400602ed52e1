"""A camera turned until outlines lie on edges, near ones only: the gate says what is near."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from calib.edges.views import View
from calib.estimation.tangent import cross_matrices, rotation_from_vector, vector_from_rotation
from calib.lenses.models import lens_parameters, project_with_derivatives
from calib.targets.detections import Floats
from sensorann.errors import CalibrationError
from sensorann.geometry import Camera

# Pixels, from a wide look to a close one.
GATES = (6.0, 5.0, 4.0, 3.0, 3.0, 3.0, 3.0, 3.0, 3.0)
LEAST_EDGES = 300
# Outlines of one thing say the same.
REPEATED = 5.0
_MARGIN = 2
# How well a rig is known before: pitch and yaw to a degree, roll to a fifth.
KNOWN = np.diag(1.0 / np.deg2rad([1.0, 1.0, 0.2]) ** 2)


def turned_onto_edges(views: Sequence[View], lens: Camera, turn: Floats, gates: Sequence[float] = GATES) -> Floats:
    """Go from a turn to the one (3,) that brings outlines onto edges, gate by gate.

    Raises
    ------
    CalibrationError
        When too few outlines are near edges.
    """
    for gate in gates:
        rows, _ = rows_of(views, lens, turn, gate)
        if len(rows) < LEAST_EDGES:
            raise CalibrationError(
                f"{len(rows)} outlines fall near edges of the pictures, {LEAST_EDGES} are needed: take more pictures, "
                "by day, of a street with poles, cars and houses"
            )
        weighted = rows[:, :3] * rows[:, 4:5]
        held = KNOWN * REPEATED * gate**2
        step = -np.linalg.solve(weighted.T @ rows[:, :3] + held, weighted.T @ rows[:, 3] + held @ turn)
        turn = vector_from_rotation(rotation_from_vector(step) @ rotation_from_vector(turn))
    return turn


def rows_of(views: Sequence[View], lens: Camera, turn: Floats, gate: float) -> tuple[Floats, NDArray[np.intp]]:
    """Rows (N, 5): derivatives of the distance by a further turn, the distance, its weight; and the picture of each."""
    parts, numbers = [], []
    for number, view in enumerate(views):
        points, pixels = imaged(view, lens, turn)
        distance = _at(view.distances, pixels)
        sides = [_at(view.distances, pixels + sign * step) for step in np.eye(2) for sign in (0.5, -0.5)]
        slope = np.stack([sides[0] - sides[1], sides[2] - sides[3]], axis=1)
        _, by_points, _ = project_with_derivatives(points, lens_parameters(lens), model=lens.model)
        by_turn = np.einsum("ni,nij,njk->nk", slope, by_points, -cross_matrices(points))
        weight = np.exp(-0.5 * (distance / gate) ** 2)
        near = distance < 3 * gate
        parts.append(np.column_stack([by_turn, distance, weight])[near])
        numbers.append(np.full(int(near.sum()), number, np.intp))
    return np.concatenate(parts), np.concatenate(numbers)


def imaged(view: View, lens: Camera, turn: Floats) -> tuple[Floats, Floats]:
    """Points that fall well into the picture, and their pixels."""
    points = view.points @ rotation_from_vector(turn).T
    pixels = lens.project(points)
    height, width = view.distances.shape
    inside = (pixels >= _MARGIN).all(axis=1) & (pixels < [width - 1 - _MARGIN, height - 1 - _MARGIN]).all(axis=1)
    return points[inside], pixels[inside]


def _at(distances: NDArray[np.float32], pixels: Floats) -> Floats:
    u, v = pixels.astype(np.float32).T
    # OpenCV maps at most 32,767 columns: pixels are laid out in rows of a thousand.
    n = len(u)
    rows = max(-(-n // 1000), 1)
    padded = [np.pad(part, (0, rows * 1000 - n)).reshape(rows, 1000) for part in (u, v)]
    sampled = cv2.remap(distances, padded[0], padded[1], cv2.INTER_LINEAR)
    return np.asarray(sampled.ravel()[:n], np.float64)


def share_on_edges(views: Sequence[View], lens: Camera, turn: Floats, *, gate: float = GATES[-1]) -> float:
    """Share of outlines on edges, those within a few pixels counting by how near they are."""
    distances = np.concatenate([_at(view.distances, imaged(view, lens, turn)[1]) for view in views])
    return float(np.exp(-0.5 * (distances / gate) ** 2).mean()) if len(distances) else 0.0
