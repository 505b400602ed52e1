"""How a hand moves the eye of the 3D view: round what it looks at, along with it, and nearer to it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from viewers.eye import FIELD_OF_VIEW_DEG

# A hand that goes from the lower to the upper edge of the view turns it by this, radians.
_TURN = np.pi
# Straight from above left and right would be undefined, radians.
_STEEPEST = np.radians(89.9)
# A notch of the wheel leaves this share of the way.
_NOTCH = 0.88
_NEAREST, _FARTHEST = 0.5, 1500.0


@dataclass(frozen=True, eq=False, slots=True)
class Orbit:
    """Where the eye stands, and what it looks at; up is z.

    Attributes
    ----------
    center, eye : (3,) each, metres, in the drawn frame
    """

    center: NDArray[np.float64]
    eye: NDArray[np.float64]

    def turned(self, right: float, down: float, *, height: float) -> Orbit:
        """Go round the center as a hand pulls it by some pixels of a view so high."""
        away = self.eye - self.center
        distance, pull = float(np.linalg.norm(away)), _TURN / height
        azimuth = np.arctan2(away[1], away[0]) - pull * right
        steepness = np.clip(np.arcsin(away[2] / distance) + pull * down, -_STEEPEST, _STEEPEST)
        level = np.cos(steepness)
        direction = np.array([level * np.cos(azimuth), level * np.sin(azimuth), np.sin(steepness)])
        return replace(self, eye=self.center + distance * direction)

    def pushed(self, right: float, down: float, *, height: float) -> Orbit:
        """Go sideways, so that the center stays under a hand that moves by some pixels of a view so high."""
        ahead = self.center - self.eye
        distance = float(np.linalg.norm(ahead))
        to_right = np.cross(ahead, [0.0, 0.0, 1.0])
        to_right /= np.linalg.norm(to_right)
        upwards = np.cross(to_right, ahead / distance)
        metres_per_pixel = 2 * distance * np.tan(np.radians(FIELD_OF_VIEW_DEG) / 2) / height
        step = metres_per_pixel * (down * upwards - right * to_right)
        return Orbit(self.center + step, self.eye + step)

    def nearer(self, notches: float) -> Orbit:
        """Go towards the center by notches of the wheel, or away from it by negative ones."""
        away = self.eye - self.center
        distance = float(np.linalg.norm(away))
        wanted = np.clip(distance * _NOTCH**notches, _NEAREST, _FARTHEST)
        return replace(self, eye=self.center + wanted / distance * away)
