"""A cuboid from the points of one object: its heading from its edges, its place from the corner that was seen."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sensorann.errors import ArgumentError
from sensorann.fitting.anchoring import anchor_extent, length_lies_along
from sensorann.geometry import Cuboid, Transform
from sensorann.geometry.arrays import as_array
from sensorann.geometry.rotations import wrap_angle
from sensorann.kernels import edges

# Width of an edge: the noise of a LiDAR and the roundness of a car body.
EDGE_WIDTH = 0.08
# Points trimmed from each end before the edges are laid; below 100 points that is none.
_TRIMMED_SHARE = 0.01
# The score of more points than this differs by less than its own noise.
_MOST_SCORED_POINTS = 512
_N_COARSE, _N_CANDIDATES = 20, 2
_GROUND_MARGIN = 0.25
_SMALLEST_EDGE = 0.1
_SIZE_SLACK = 0.2  # metres
# From the thickness of a sign to the length of a tram: a size beyond is in another unit.
_EDGES_OF_OBJECTS = (0.01, 100.0)
# Below this ratio of length to width the long side is no proof of the heading.
_CLEAR_RATIO = 1.25


class TooFewPointsError(ArgumentError):
    """Fewer points above the ground than a cuboid needs."""


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class CuboidFit:
    """A fitted cuboid and what it stands on.

    Attributes
    ----------
    cuboid : the box; its heading is one of those that the points allow
    n_points : number of points above the ground that were used
    score : share of the points that lie on the edges, 0 to 1, each weighted by its closeness
    yaw_period : the heading is known up to multiples of this, radians: 2 pi when it was given; pi when front and back
        look alike, as always with points alone; pi / 2 when length and width do as well
    """

    cuboid: Cuboid
    n_points: int
    score: float
    yaw_period: float


def fit_cuboid(
    points: ArrayLike,
    *,
    ground_height: float | None = None,
    size: tuple[float, float, float] | None = None,
    yaw: float | None = None,
    anchor: ArrayLike = (0.0, 0.0, 0.0),
    frame: str = "ego",
) -> CuboidFit:
    """Fit an upright cuboid to the points of one object.

    The heading is the one whose rectangle has most points close to its edges (a bounded reward, so that no single
    point buys the angle). With a known size the faces that the sensor saw stay where they were measured and the
    hidden ones move; the box keeps that size, and grows only where the points reach more than 0.2 m beyond it.

    Parameters
    ----------
    points : (N, 3) metres, z up; rows with NaN are left out
    ground_height : z of the ground under the object; points near it are left out, and the box stands on it
    size : known (length, width, height), such as that of the track; None to take what the points span
    yaw : known heading, radians; None to search it
    anchor : position (3,) of the sensor in the frame of the points
    frame : name of that frame

    Returns
    -------
    CuboidFit

    Raises
    ------
    ArgumentError
        When fewer than three points remain, when they all lie above one spot, or an argument has no sense.
    """
    cloud = as_array(points, (None, 3), np.float64, name="points")
    sensor = as_array(anchor, (3,), np.float64, name="anchor", finite=True)
    _check(size, yaw, ground_height)
    cloud = above_ground(cloud[np.isfinite(cloud).all(axis=1)], ground_height)
    # Scores of world coordinates would lose digits: everything happens around the middle of the points.
    origin = np.append(cloud[:, :2].mean(axis=0), 0.0)
    plan = np.ascontiguousarray(cloud[:, :2] - origin[:2])
    angle, score = edge_heading(plan, yaw)
    low, high = edges.plan_extent(plan, angle)
    if not (high - low).max() > 1e-6:
        raise ArgumentError(f"all {len(cloud)} points lie above one spot, so no box can be fitted")
    if yaw is None and not length_lies_along(high - low, size):
        angle += math.pi / 2
        low, high = edges.plan_extent(plan, angle)
    bottom, top = _heights(cloud[:, 2], ground_height, size)
    extent = np.maximum(high - low, _SMALLEST_EDGE)
    edge = extent if size is None else known_edges(extent, np.asarray(size[:2]))
    along = np.array([math.cos(angle), math.sin(angle)])
    axes = np.stack([along, [-along[1], along[0]]])
    center = anchor_extent(low, high, edge, sensor=axes @ (sensor - origin)[:2])
    position = np.append(center @ axes, (bottom + top) / 2) + origin
    return CuboidFit(
        cuboid=Cuboid(
            frame_from_cuboid=Transform.from_yaw(float(wrap_angle(angle)), position),
            size=(float(edge[0]), float(edge[1]), top - bottom),
            frame=frame,
        ),
        n_points=len(cloud),
        score=score,
        yaw_period=_yaw_period(edge, yaw),
    )


def check_size(size: tuple[float, float, float] | None) -> None:
    """Refuse a known size that no object has, with an `ArgumentError`."""
    least, most = _EDGES_OF_OBJECTS
    if size is not None and (len(size) != 3 or not all(least <= edge <= most for edge in size)):
        raise ArgumentError(f"size must be three lengths between {least:g} and {most:g} m, got {size}")


def _check(size: tuple[float, float, float] | None, yaw: float | None, ground_height: float | None) -> None:
    check_size(size)
    for name, value in (("yaw", yaw), ("ground_height", ground_height)):
        if value is not None and not math.isfinite(value):
            raise ArgumentError(f"{name} must be finite, got {value}")


def above_ground(cloud: NDArray[np.float64], ground_height: float | None) -> NDArray[np.float64]:
    """Leave out the ground: a quarter of a metre above it, or a quarter of the height of a low object."""
    n_given = len(cloud)
    if ground_height is not None and n_given:
        height = float(cloud[:, 2].max()) - ground_height
        cloud = cloud[cloud[:, 2] > ground_height + min(_GROUND_MARGIN, height / 4)]
    if len(cloud) < 3:
        where = " above the ground" if ground_height is not None else ""
        raise TooFewPointsError(f"a cuboid needs at least 3 points{where}, got {len(cloud)} (of {n_given} finite ones)")
    return cloud


def edge_heading(plan: NDArray[np.float64], yaw: float | None) -> tuple[float, float]:
    """Angle of one axis of the rectangle, and the share of points on its edges."""
    step = -(-len(plan) // _MOST_SCORED_POINTS)
    scored = np.ascontiguousarray(plan[::step])
    rank = int(_TRIMMED_SHARE * len(scored))
    if yaw is not None:
        return yaw, float(edges.edge_scores(scored, np.array([yaw]), rank, EDGE_WIDTH)[0]) / len(scored)
    angle, score = edges.search_edge_angle(scored, rank, EDGE_WIDTH, _N_COARSE, _N_CANDIDATES)
    return float(angle), float(score) / len(scored)


def known_edges(extent: NDArray[np.float64], known: NDArray[np.float64]) -> NDArray[np.float64]:
    """Known edges; where the points reach further than range noise and a mirror explain, the box grows to hold them."""
    return np.asarray(np.where(extent <= known + _SIZE_SLACK, known, extent))


def _heights(
    z: NDArray[np.float64], ground_height: float | None, size: tuple[float, float, float] | None
) -> tuple[float, float]:
    """Bottom and top. On known ground the box stands; else it hangs from its highest point, which was seen."""
    bottom = float(z.min()) if ground_height is None else ground_height
    top = float(z.max())
    extent = np.array([max(top - bottom, _SMALLEST_EDGE)])
    height = float((extent if size is None else known_edges(extent, np.asarray(size[2:])))[0])
    return (top - height, top) if ground_height is None else (bottom, bottom + height)


def _yaw_period(edge: NDArray[np.float64], yaw: float | None) -> float:
    if yaw is not None:
        return 2 * math.pi
    return math.pi if edge[0] >= _CLEAR_RATIO * edge[1] else math.pi / 2
