"""The ground of the simulated town: gentle waves, streets in a square grid, kerbs around every block."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sensorann.geometry.arrays import as_array
from sensorann.kernels import raycast


@dataclass(frozen=True, kw_only=True, slots=True)
class Streets:
    """A square grid of streets: they run along every multiple of the spacing, in x and in y.

    Attributes
    ----------
    spacing : distance between the middles of neighbouring streets, metres
    half_width : from the middle of a street to its kerb, metres
    corner_radius : of the kerbs at crossings, metres
    kerb_height : of the pavement above the road, metres
    """

    spacing: float = 90.0
    half_width: float = 6.5
    corner_radius: float = 5.0
    kerb_height: float = 0.12

    @property
    def columns(self) -> NDArray[np.float64]:
        """The four lengths as kernels take them."""
        return np.array([self.spacing, self.half_width, self.corner_radius, self.kerb_height])


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Ground:
    """Height of the ground as an explicit function of the place: the truth for ground points.

    Attributes
    ----------
    waves : (W, 4) float64: amplitude (m), wave numbers along x and y (rad/m), phase (rad) of each wave
    streets : where road ends and pavement begins
    """

    waves: NDArray[np.float64]
    streets: Streets = field(default_factory=Streets)

    def heights(self, places: ArrayLike) -> NDArray[np.float64]:
        """Heights (N,) in metres at places (N, 2), kerbs included."""
        places = as_array(places, (None, 2), np.float64, name="places")
        heights: NDArray[np.float64] = raycast.ground_heights(places, self.waves, self.streets.columns)
        return heights

    def normals(self, places: ArrayLike) -> NDArray[np.float64]:
        """Upward unit normals (N, 3) of the ground at places (N, 2); kerbs do not tilt it."""
        places = as_array(places, (None, 2), np.float64, name="places")
        amplitudes, wave_numbers, phases = self.waves[:, 0], self.waves[:, 1:3], self.waves[:, 3]
        slopes = (np.cos(places @ wave_numbers.T + phases) * amplitudes) @ wave_numbers
        normals = np.column_stack([-slopes, np.ones(len(places))])
        return np.asarray(normals / np.linalg.norm(normals, axis=1, keepdims=True))

    def poses(self, places: ArrayLike, headings: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Stand things on the ground: pitch and roll follow it, yaw is the heading.

        Parameters
        ----------
        places : (N, 2), metres
        headings : (N,), radians

        Returns
        -------
        rotations (N, 3, 3) and points on the ground (N, 3)
        """
        places = as_array(places, (None, 2), np.float64, name="places")
        headings = as_array(headings, (len(places),), np.float64, name="headings")
        up = self.normals(places)
        forward = np.column_stack([np.cos(headings), np.sin(headings), np.zeros(len(places))])
        # Lifting the flat heading onto the slope along z keeps its yaw.
        forward[:, 2] = -(forward[:, 0] * up[:, 0] + forward[:, 1] * up[:, 1]) / up[:, 2]
        forward /= np.linalg.norm(forward, axis=1, keepdims=True)
        rotations = np.stack([forward, np.cross(up, forward), up], axis=2)
        return rotations, np.column_stack([places, self.heights(places)])


def draw_ground(rng: np.random.Generator, *, relief: float = 1.0, kerb_height: float = 0.12) -> Ground:
    """Draw a gently rolling ground: slopes stay below 5 %, or `relief` times that."""
    amplitudes = relief * np.array([0.25, 0.12, 0.05])
    lengths = np.array([95.0, 47.0, 23.0]) * rng.uniform(0.9, 1.1, 3)
    directions, phases = rng.uniform(-np.pi, np.pi, (2, 3))
    wave_numbers = 2 * np.pi / lengths
    return Ground(
        waves=np.column_stack(
            [amplitudes, wave_numbers * np.cos(directions), wave_numbers * np.sin(directions), phases]
        ),
        streets=Streets(kerb_height=kerb_height),
    )
