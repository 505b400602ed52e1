"""Labelled objects before a camera that has turned, or whose clock is off: the truth behind `find_drift`."""

from __future__ import annotations

import numpy as np

from calib.drift.finding import Pairs
from calib.estimation.tangent import cross_matrices, rotation_from_vector
from calib.lenses.models import lens_parameters, project_with_derivatives
from calib.targets.detections import Floats
from sensorann.geometry import Camera

_SPACE_NOISE, _PIXEL_NOISE = 0.1, 3.0
_WRONG_REACH = 60.0


def simulate_pairs(
    rng: np.random.Generator,
    camera: Camera,
    *,
    n_objects: int = 100,
    turn: Floats | None = None,
    delay: float = 0.0,
    yaw_rate: float = 0.0,
    wrong_share: float = 0.1,
    n_boxes: int = 1,
) -> Pairs:
    """Draw objects at 8 to 60 m, label them with 10 cm and 3 px of noise, and pair some wrongly.

    Parameters
    ----------
    rng : the source of all chance
    camera : Camera
    turn : (3,) radians by which the camera has turned about its own axes
    delay : seconds by which its pictures are late
    yaw_rate : rad/s, largest of a road that winds to both sides; each object is seen at its own moment
    wrong_share : of pairs that do not belong together
    n_boxes : of each object; their errors are alike
    """
    objects = np.repeat(np.arange(n_objects), n_boxes)
    depth = rng.uniform(8.0, 60.0, n_objects)
    rays = camera.unproject(rng.uniform([0.1, 0.4], [0.9, 0.6], (n_objects, 2)) * camera.size)
    labelled = (rays / rays[:, 2:] * depth[:, None])[objects]
    velocity = np.stack([rng.normal(0, 1.5, n_objects), np.zeros(n_objects), rng.normal(-4, 4, n_objects)], axis=1)
    rates = np.outer(yaw_rate * np.sin(rng.uniform(-np.pi, np.pi, n_objects)), [0.0, 1.0, 0.0])
    # The ego vehicle turns left, about -y of the camera: the world turns to the right in the picture.
    seen_velocity = velocity[objects] + np.cross(rates[objects], labelled)
    truth = labelled + _SPACE_NOISE * rng.normal(size=(n_objects, 3))[objects] + delay * seen_velocity
    moved_points = truth @ rotation_from_vector(np.zeros(3) if turn is None else turn).T
    parameters = lens_parameters(camera)
    pixels, by_points, _ = project_with_derivatives(labelled, parameters, model=camera.model)
    seen, _, _ = project_with_derivatives(moved_points, parameters, model=camera.model)
    wrong = rng.random(n_objects) < wrong_share
    noise = (
        _PIXEL_NOISE * rng.normal(size=(n_objects, 2))
        + wrong[:, None] * rng.uniform(-1, 1, (n_objects, 2)) * _WRONG_REACH
    )
    return Pairs(
        residuals=seen + noise[objects] - pixels,
        by_pose=np.concatenate([-by_points @ cross_matrices(labelled), by_points], axis=2),
        pixel_velocities=np.einsum("nij,nj->ni", by_points, seen_velocity),
        pixels_per_metre=camera.matrix[0, 0] / labelled[:, 2],
        objects=objects,
        names=tuple(map(str, range(n_objects))),
    )
