"""Whether an object ends where its points end, or something nearer hides the rest."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sensorann.geometry import Transform
from sensorann.kernels import sight

# Beside an end, rays are looked at in a strip: so far from it and so wide, metres at the object; at least so wide a
# sector, radians, as the beams of a coarse sensor need.
_STRIP = np.array([0.1, 0.25, 0.006])
# Chance that it ends there for a ray beside it that stops before it, at the same distance, or that passes it.
_END_CHANCES = np.array([0.15, 0.35, 0.97])
_NEARER, _FARTHER = 0.4, 0.8
# Rays are those that would meet the object well above the ground and below its top.
_ABOVE_BOTTOM, _BELOW_TOP = 0.4, 0.2
# Rays are kept that pass the click at most so far aside, metres, in a sector of at most so wide a half angle.
_REACH, _WIDEST, _BESIDE = 10.0, 1.4, 1.5


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class View:
    """Where the rays of a sensor ended, around the direction of a click.

    Attributes
    ----------
    sensor : (3,) its position
    forward : (2,) unit vector from it to the click, in plan
    rays : (K, 3) tangent of the azimuth to the left of that; distance in plan, metres; rise per metre of distance
    """

    sensor: NDArray[np.float64]
    forward: NDArray[np.float64]
    rays: NDArray[np.float64]

    @classmethod
    def toward(
        cls,
        click: NDArray[np.float64],
        points: NDArray[np.floating],
        *,
        frame_from_points: Transform,
        sensor: ArrayLike,
    ) -> View:
        """Look from a sensor (3,) toward a click (3,) at points (N, 3) that are given in another frame."""
        position = np.asarray(sensor, np.float64)
        offset = click[:2] - position[:2]
        distance = max(float(np.hypot(*offset)), 1e-9)
        half_angle = min(math.atan2(_REACH, distance), _WIDEST)
        pose, forward = frame_from_points, offset / distance
        rays = sight.look_toward(points, pose.rotation, pose.translation, position, forward, half_angle)
        return cls(sensor=position, forward=forward, rays=rays)

    def ends(self, cluster: NDArray[np.float64], *, bottom: float) -> NDArray[np.float64]:
        """Chances (2,) that an object ends with its points at the right and at the left, as the sensor sees it.

        Parameters
        ----------
        cluster : (N, 3) its points
        bottom : z of the ground under it
        """
        heights = np.array([bottom + _ABOVE_BOTTOM, float(cluster[:, 2].max()) - _BELOW_TOP])
        counts = sight.count_beside(
            self.rays, cluster, self.sensor, self.forward, heights, _STRIP, _BESIDE, _NEARER, _FARTHER
        )
        # A ray without a return has passed: one is counted in advance.
        counts[:, 2] += 1
        return np.asarray(counts @ _END_CHANCES / counts.sum(axis=1))
