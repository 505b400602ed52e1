"""What lies around a click: the ground there, and the points that stand on it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sensorann.errors import ArgumentError
from sensorann.fitting.local_ground import GroundPlane, ground_under, lowest_of_cells
from sensorann.fitting.silhouettes import View
from sensorann.geometry import Transform
from sensorann.geometry.arrays import as_array
from sensorann.kernels import around

# A point this near to the click belongs to what was clicked.
CLICK_REACH = 1.0
_GROUND_CLEARANCE = 0.2
# Ground is looked for so far around a click, and farther around one that is less than so high above it, metres.
_GROUND_RADIUS, _WIDE_RADIUS, _LOW_CLICK = 10.0, 20.0, 0.4


class NothingThereError(ArgumentError):
    """No point above the ground lies at a click."""


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Surroundings:
    """The points around a click.

    Attributes
    ----------
    points : (K, 3) float64, metres: those that stand on the ground, within reach
    rows : (K,) int64, which of the given points they are
    n_given : how many were given
    ground : the ground below
    seed : int, the one nearest to the click
    distance : metres from the sensor to the click
    view : the rays that passed by or ended near the click
    """

    points: NDArray[np.float64]
    rows: NDArray[np.int64]
    n_given: int
    ground: GroundPlane
    seed: int
    distance: float
    view: View

    def span(self, members: NDArray[np.int64]) -> float:
        """Longer edge along x or y of some of the points, numbers (M,), metres."""
        low, high = around.plan_bounds(self.points, members)
        return float((high - low).max())

    def ground_under(self, members: NDArray[np.int64]) -> float:
        """Z of the ground under the middle of some of the points, numbers (M,)."""
        low, high = around.plan_bounds(self.points, members)
        return self.ground.height_at((low + high) / 2)


def look_around(
    points: ArrayLike,
    click: ArrayLike,
    *,
    sensor: ArrayLike,
    reach: float,
    highest: float,
    frame_from_points: Transform | None = None,
) -> Surroundings:
    """Find the ground and what stands on it around a click.

    Parameters
    ----------
    points : (N, 3) metres; rows with NaN are left out
    click : (3,) at most 1 m from a point of the object, in a frame whose z axis points up
    sensor : (3,) position of the sensor in that frame
    reach : metres around the click, in plan
    highest : points higher above the ground are left out
    frame_from_points : into that frame, where the points are in another one

    Raises
    ------
    NothingThereError
        When no point above the ground lies within a metre of the click.
    """
    single = isinstance(points, np.ndarray) and points.dtype == np.float32
    cloud = as_array(points, (None, 3), np.float32 if single else np.float64, name="points")
    seed = as_array(click, (3,), np.float64, name="click", finite=True)
    position = as_array(sensor, (3,), np.float64, name="sensor", finite=True)
    pose = Transform.identity() if frame_from_points is None else frame_from_points
    lowest = partial(lowest_of_cells, cloud, seed, frame_from_points=pose)
    near = lowest(radius=_GROUND_RADIUS)
    if len(near) == 0:
        raise nothing_there(seed)
    ground = ground_under(near, seed)
    if seed[2] - ground.height < _LOW_CLICK:
        ground = _lower_ground(ground, ground_under(lowest(radius=_WIDE_RADIUS), seed))
    plane = (ground.spot, ground.height, ground.slope, _GROUND_CLEARANCE, highest)
    rows, kept = around.standing_on(cloud, pose.rotation, pose.translation, *plane, max(reach, CLICK_REACH))
    nearest, squared = around.nearest_row(kept, seed)
    if not squared <= CLICK_REACH**2:
        raise nothing_there(seed)
    return Surroundings(
        points=kept,
        rows=rows,
        n_given=len(cloud),
        ground=ground,
        seed=nearest,
        distance=float(np.linalg.norm(seed - position)),
        view=View.toward(seed, cloud, frame_from_points=pose, sensor=position),
    )


def _lower_ground(ground: GroundPlane, wider: GroundPlane) -> GroundPlane:
    """Choose what a click right above a plane stands on: that may be a roof, among other roofs that hide the road."""
    another_surface = wider.height < ground.height - _LOW_CLICK / 2 and wider.n_cells > 2 * ground.n_cells
    return wider if another_surface else ground


def nothing_there(click: NDArray[np.float64], *, frame: str = "") -> NothingThereError:
    """Say that no point lies at a click (3,), in the numbers and the frame that it was given in."""
    place = ", ".join(f"{value:.12g}" for value in click)
    return NothingThereError(
        f"no point above the ground lies within {CLICK_REACH:g} m of ({place}){frame and f' in the {frame} frame'}: "
        "click on a point of the object"
    )
