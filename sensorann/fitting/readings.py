"""Readings of a cluster: what it is, which way round it stands, and how far it goes on where nobody saw it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sensorann.fitting.cuboid_fit import above_ground, edge_heading, known_edges
from sensorann.fitting.front import front_log_odds
from sensorann.fitting.heading import (
    HeadingBelief,
    believe,
    believe_of,
    factor_at,
    from_edges,
    from_front,
    nothing_known,
)
from sensorann.fitting.size_belief import Extent, explain
from sensorann.geometry import Cuboid, Transform
from sensorann.geometry.rotations import wrap_angle
from sensorann.kernels import edges
from sensorann.scene import Category


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Reading:
    """The likeliest reading of a cluster, and how it stands against the others.

    Attributes
    ----------
    cuboid : the box
    category : its category
    heading : its heading, with the chances that it is off by a quarter or half a turn
    score : share of the points that lie on the edges, 0 to 1
    """

    cuboid: Cuboid
    category: Category
    heading: HeadingBelief
    score: float


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class _Rectangle:
    """A rectangle around points: its angle, share of points on its edges, their middle (2,), and what they span.

    `ways` holds that along its axes, and along the axes turned by a quarter to the left.
    """

    angle: float
    score: float
    middle: NDArray[np.float64]
    ways: tuple[Extent, Extent]


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class WeighedCluster:
    """A cluster with the weight of every reading of it: each category, both ways round.

    Attributes
    ----------
    categories : those that were asked for, C
    size : known (length, width, height), metres
    known : (720,) factor of what else is known of the heading
    frame : of the box
    ground_height : z on which the box stands, metres
    points : (N, 3) those above the ground
    rectangle : around them
    evidence, sizes : (2, C) log weights and (2, C, 3) edges in metres: length along its first axis, or second
    way_shares : (2,) how likely each way round is, by the points alone
    log_evidence : of all readings together; compares clusters, not objects
    """

    categories: Sequence[Category]
    size: tuple[float, float, float] | None
    known: NDArray[np.float64]
    frame: str
    ground_height: float
    points: NDArray[np.float64]
    rectangle: _Rectangle
    evidence: NDArray[np.float64]
    sizes: NDArray[np.float64]
    way_shares: NDArray[np.float64]
    log_evidence: float

    def chance_of(self, category: Category) -> float:
        """Probability, 0 to 1, of one of the categories that were asked for."""
        return float(np.exp(self.evidence[:, self.categories.index(category)] - self.log_evidence).sum())

    def reading(self) -> Reading:
        """Lay the box of the likeliest reading, and say how sure it is."""
        rectangle = self.rectangle
        way, chosen = divmod(int(np.argmax(self.evidence)), len(self.categories))
        extent = rectangle.ways[way]
        edge = self.sizes[way, chosen] if self.size is None else known_edges(_span(extent), np.asarray(self.size))
        angle = rectangle.angle + way * math.pi / 2
        # The place is along the axes before front and back are told apart.
        center = place(extent, edge[:2]) @ _axes(angle) + rectangle.middle
        shape = from_front(angle, self._front_log_odds(center, angle, edge[0], self.categories[chosen]))
        known = self.known + shape
        if factor_at(known, angle + math.pi) > factor_at(known, angle):
            angle += math.pi
        edge_factor = from_edges(
            angle,
            n_points=len(self.points),
            motion=self.categories[chosen].motion,
            quarter_turn_probability=float(self.way_shares[1 - way]),
        )
        yaw = float(wrap_angle(angle))
        pose = Transform.from_yaw(yaw, np.append(center, self.ground_height + edge[2] / 2))
        length, width, height = edge.tolist()
        return Reading(
            cuboid=Cuboid(frame_from_cuboid=pose, size=(length, width, height), frame=self.frame),
            category=self.categories[chosen],
            heading=believe_of(yaw, edge_factor, known),
            score=rectangle.score,
        )

    def _front_log_odds(self, center: NDArray[np.float64], angle: float, length: float, category: Category) -> float:
        """Log odds that the front is where the angle of the length points, by the shape of the points."""
        places = (self.points[:, :2] - center) @ _axes(angle)[0] / length
        return front_log_odds(places, self.points[:, 2] - self.ground_height, category)


def weigh_cluster(
    points: NDArray[np.float64],
    categories: Sequence[Category],
    *,
    ground_height: float,
    sensor: NDArray[np.float64],
    frame: str,
    ends: NDArray[np.float64] | None = None,
    size: tuple[float, float, float] | None = None,
    heading: NDArray[np.float64] | None = None,
) -> WeighedCluster:
    """Weigh every category and both ways round; the result lays the box of the likeliest.

    The faces that the sensor saw stay where they were measured; what the category adds lies behind them.

    Parameters
    ----------
    points : (N, 3) finite, metres, z up
    categories : those that the object may be of
    ground_height : z of the ground under the object; the box stands on it
    sensor : (3,) in the frame of the points
    frame : name of that frame
    ends : (2,) chances that the object ends where its points end, at the right and at the left as the sensor sees it;
        certain when not given
    size : known (length, width, height): the box has this size, and grows only where points reach far beyond it
    heading : what else is known of the heading, a factor of `sensorann.fitting.heading`

    Raises
    ------
    ArgumentError
        When fewer than three points lie above the ground.
    """
    cloud = above_ground(points, ground_height)
    known = nothing_known() if heading is None else heading
    rectangle = _lay_rectangle(cloud, known, ground_height=ground_height, sensor=sensor, ends=ends)
    evidence, sizes = explain(rectangle.ways, categories)
    of_points = np.exp(evidence - np.logaddexp.reduce(evidence, axis=None))
    evidence += np.array([[_either_end(known, rectangle.angle + k * math.pi / 2)] for k in (0, 1)])
    return WeighedCluster(
        categories=categories,
        size=size,
        known=known,
        frame=frame,
        ground_height=ground_height,
        points=cloud,
        rectangle=rectangle,
        evidence=evidence,
        sizes=sizes,
        way_shares=of_points.sum(axis=1),
        log_evidence=float(np.logaddexp.reduce(evidence, axis=None)),
    )


def _lay_rectangle(
    cloud: NDArray[np.float64],
    known: NDArray[np.float64],
    *,
    ground_height: float,
    sensor: NDArray[np.float64],
    ends: NDArray[np.float64] | None,
) -> _Rectangle:
    """Lay it at the angle of the edges, or where that and what is known of the heading agree best."""
    # Scores of world coordinates would lose digits: everything happens around the middle of the points.
    middle = cloud[:, :2].mean(axis=0)
    plan = np.ascontiguousarray(cloud[:, :2] - middle)
    angle, score = edge_heading(plan, None)
    if known.any():
        angle = believe(from_edges(angle, n_points=len(cloud)), known).yaw
    low, high = edges.plan_extent(plan, angle)
    extent = Extent(
        low=low,
        high=high,
        sensor=_axes(angle) @ (sensor[:2] - middle),
        height=float(cloud[:, 2].max()) - ground_height,
        ends=np.ones(2) if ends is None else ends,
    )
    return _Rectangle(angle=angle, score=score, middle=middle, ways=(extent, extent.turned()))


def _axes(angle: float) -> NDArray[np.float64]:
    """Axes (2, 2) of a rectangle as rows."""
    return np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])


def _either_end(known: NDArray[np.float64], yaw: float) -> float:
    """Log density that the length lies along a heading, whichever end is the front."""
    return float(np.logaddexp(factor_at(known, yaw), factor_at(known, yaw + math.pi)))


def _span(extent: Extent) -> NDArray[np.float64]:
    """Length, width and height (3,) that the points span."""
    return np.append(extent.high - extent.low, extent.height)


def place(extent: Extent, edge: NDArray[np.float64]) -> NDArray[np.float64]:
    """Centre (2,) of a box whose seen ends stay where they are: what is added lies at the hidden ones."""
    near = extent.near_sides()
    toward = np.where(near == 0, extent.hidden_side(), -near)
    return np.asarray((extent.low + extent.high) / 2 + toward * (edge - (extent.high - extent.low)) / 2)
