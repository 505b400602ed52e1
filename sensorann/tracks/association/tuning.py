"""How detections of each motion class scatter, and how far apart the pieces of one track may lie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from sensorann.scene import MOTION_MODELS, Motion


@dataclass(frozen=True, kw_only=True, slots=True)
class Tuning:
    """What association assumes of the detections of one motion class.

    Attributes
    ----------
    plan, height, yaw, size : standard deviation of a detection: x and y, z, heading, each edge; metres and radians
    speed : standard deviation of an unknown velocity, m/s
    least_similarity : of a prediction and its detection, as rotated generalised distance IoU
    near : metres between the centres of a prediction and its detection, where the boxes are not similar enough; along
        the heading more, as far as the speed is not known
    longest_gap_s : seconds that a track may go without a detection
    longest_bridge_s : seconds between two pieces that may still be one track
    largest_misfit : -2 log density, (m m/s)^-2, of the beginning of a piece at the end of another that it goes on from
    unseen : factor on the standard deviations where the detector saw nothing: what it misses is far or hidden, and what
        it saw just before and after is worse for it
    doubt : standard deviation of what a detector gets wrong alike in all frames of a track, so that no number of them
        helps: x, y, z, length, width, height, yaw
    """

    plan: float
    height: float
    yaw: float
    size: float
    speed: float
    least_similarity: float
    near: float
    longest_gap_s: float
    longest_bridge_s: float
    largest_misfit: float
    unseen: float
    doubt: tuple[float, float, float, float, float, float, float]

    def noises(self, motion: Motion) -> NDArray[np.float64]:
        """Noises (11,) as `sensorann.kernels.track_filter` takes them."""
        model = MOTION_MODELS[motion]
        densities = [10 * model.plan.noise, 10 * model.height.noise, 0.1, 0.01]
        measured = [self.plan**2, self.height**2, self.yaw**2, self.size**2]
        return np.array([*densities, *measured, self.speed**2, 0.25, _STATED_SPEED**2])


# Standard deviation of a velocity that a detector states, m/s; detectors of nuScenes err by 0.2 to 0.5 m/s on average.
_STATED_SPEED = 0.7

# Tried on KITTI tracking 0000, 0002, 0004 and 0020 with PointRCNN (`python -m benchmarks.tracking --split tuned`).
# `unseen` and `doubt` are fitted to human labels (`python -m benchmarks.track_sigmas --fit`); docs/tracking.md says how
# well they hold.
_VEHICLE = Tuning(
    plan=0.3,
    height=0.1,
    yaw=0.1,
    size=0.2,
    speed=10.0,
    least_similarity=-0.4,
    near=2.0,
    longest_gap_s=0.5,
    longest_bridge_s=3.0,
    largest_misfit=10.0,
    unseen=2.0,
    doubt=(0.059, 0.059, 0.056, 0.18, 0.076, 0.049, 0.043),
)
_TWO_WHEELER = Tuning(
    plan=0.15,
    height=0.1,
    yaw=0.2,
    size=0.15,
    speed=5.0,
    least_similarity=-0.8,
    near=1.5,
    longest_gap_s=0.5,
    longest_bridge_s=2.0,
    largest_misfit=10.0,
    unseen=1.0,
    doubt=(0.0, 0.0, 0.041, 0.086, 0.21, 0.081, 0.0),
)
_PEDESTRIAN = Tuning(
    plan=0.15,
    height=0.1,
    yaw=0.5,
    size=0.15,
    speed=2.0,
    least_similarity=-0.8,
    near=1.0,
    longest_gap_s=0.5,
    longest_bridge_s=2.0,
    largest_misfit=10.0,
    unseen=1.2,
    doubt=(0.0, 0.0, 0.036, 0.17, 0.13, 0.076, 0.02),
)
TUNINGS: Mapping[Motion, Tuning] = MappingProxyType(
    {
        Motion.VEHICLE: _VEHICLE,
        Motion.TWO_WHEELER: _TWO_WHEELER,
        Motion.PEDESTRIAN: _PEDESTRIAN,
        Motion.STATIC: _PEDESTRIAN,
    }
)
