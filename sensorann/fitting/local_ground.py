"""The ground around one spot: a plane under the lowest points.

Beside `sensorann.fitting.ground`, which models a whole sweep around its sensor: a click, a rough box or the points of a
track bring a cloud that is cut to some ten metres, where no sensor stands, and need a slope that goes on below the
object. A plane of those few square metres takes a tenth of the time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sensorann.geometry import Transform
from sensorann.kernels import around, plane_fit

_CELL = 1.0
# From generous to strict, metres: the widest, less in each round, the narrowest. Low outliers are reflections, high
# ones stand on the ground.
_N_ROUNDS, _REACHES = 6, (0.4, 0.06, 0.12)
# Steepest road that is believed, and the pull to level ground, so that a handful of cells in a row makes no ramp.
_STEEPEST = 0.2
_LEVEL_WEIGHT = 3.0
_LEVEL_SHARE = 0.3
# So many heights, evenly taken from all in their order, tell the level.
_ENOUGH_HEIGHTS = 1000


@dataclass(frozen=True, eq=False, slots=True)
class GroundPlane:
    """z = height + slope . (xy - spot).

    Attributes
    ----------
    spot : (2,) where the plane was estimated, metres
    height : z of the ground there
    slope : (2,) rise per metre along x and y
    n_cells : number of square metres with points on the plane; 0 when there were none and the lowest point stands in
    """

    spot: NDArray[np.float64]
    height: float
    slope: NDArray[np.float64]
    n_cells: int

    def heights_above(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Heights (N,) of points (N, 3) above the plane."""
        return np.asarray(points[:, 2] - self.height - (points[:, :2] - self.spot) @ self.slope)

    def height_at(self, position: NDArray[np.float64]) -> float:
        """Z of the ground under a position (2,) or (3,)."""
        return float(self.height + (position[:2] - self.spot) @ self.slope)


def estimate_ground(points: NDArray[np.float64], spot: NDArray[np.float64], *, radius: float = 10.0) -> GroundPlane:
    """Fit the ground around a spot to the lowest point of every square metre.

    Roofs and hedges hide the ground under them: the plane starts level at the lowest height that many cells below the
    spot share, and is fitted again and again to the cells near it.

    Parameters
    ----------
    points : (N, 3) finite, N >= 1
    spot : (3,) on an object or on the ground
    radius : metres around the spot
    """
    lowest = lowest_of_cells(points, spot, radius=radius, frame_from_points=Transform.identity())
    if len(lowest) == 0:
        lowest = points[[np.argmin(np.hypot(*(points[:, :2] - spot[:2]).T))]]
    return ground_under(lowest, spot)


def lowest_of_cells(
    points: NDArray[np.floating], spot: NDArray[np.float64], *, radius: float, frame_from_points: Transform
) -> NDArray[np.float64]:
    """Lowest point (M, 3) of every square metre around a spot (3,), in its frame, among points given in another one."""
    pose = frame_from_points
    lowest: NDArray[np.float64] = around.lowest_of_cells(
        points, pose.rotation, pose.translation, spot[:2], radius, _CELL
    )
    return lowest


def ground_under(lowest: NDArray[np.float64], spot: NDArray[np.float64]) -> GroundPlane:
    """Fit the ground around a spot (3,) to the lowest points (M, 3) around it, M >= 1; see `estimate_ground`."""
    under = lowest[lowest[:, 2] <= spot[2] + 0.1]
    if len(under) == 0:
        under = lowest
    place = np.array(spot[:2], np.float64)
    height, slope, n_cells = plane_fit.fit_ground_plane(
        lowest, place, lowest_level(under[:, 2]), _N_ROUNDS, *_REACHES, _LEVEL_WEIGHT, _STEEPEST
    )
    return GroundPlane(place, height, slope, n_cells)


def lowest_level(heights: NDArray[np.float64]) -> float:
    """Middle of the lowest 0.3 m window that holds many heights.

    The fullest window may be the roofs of a parked row; a window with a fraction as many below it is the road between.
    """
    ordered = np.sort(heights)[:: len(heights) // _ENOUGH_HEIGHTS + 1]
    counts = np.searchsorted(ordered, ordered + 0.3, side="right") - np.arange(len(ordered))
    start = int(np.argmax(counts >= _LEVEL_SHARE * counts.max()))
    return float(np.median(ordered[start : start + counts[start]]))
