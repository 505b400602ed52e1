"""Readings of a cluster: what it is, which way round it stands, and how far it goes on where nobody saw it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sensorann.fitting.cuboid_fit import above_ground, edge_heading, known_edges, plan_extent
from sensorann.fitting.size_belief import Extent, explain
from sensorann.geometry import Cuboid, Transform
from sensorann.geometry.rotations import wrap_angle
from sensorann.scene import Category


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Reading:
    """The likeliest reading of a cluster, and how it stands against the others.

    Attributes
    ----------
    cuboid : the box
    category : its category
    category_probability : of that category, 0 to 1, among those that were asked for
    quarter_turn_probability : that length and width are swapped, 0 to 1
    log_evidence : of all readings together; compares clusters, not objects
    n_points : points above the ground
    score : share of the points that lie on the edges, 0 to 1
    """

    cuboid: Cuboid
    category: Category
    category_probability: float
    quarter_turn_probability: float
    log_evidence: float
    n_points: int
    score: float


def read_cluster(
    points: NDArray[np.float64],
    categories: Sequence[Category],
    *,
    ground_height: float,
    sensor: NDArray[np.float64],
    frame: str,
    ends: NDArray[np.float64] | None = None,
    size: tuple[float, float, float] | None = None,
) -> Reading:
    """Weigh every category and both ways round, and lay the box of the likeliest.

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

    Raises
    ------
    ArgumentError
        When fewer than three points lie above the ground.
    """
    cloud = above_ground(points, ground_height)
    # Scores of world coordinates would lose digits: everything happens around the middle of the points.
    middle = cloud[:, :2].mean(axis=0)
    plan = np.ascontiguousarray(cloud[:, :2] - middle)
    angle, score = edge_heading(plan, None)
    along = np.array([math.cos(angle), math.sin(angle)])
    axes = np.stack([along, [-along[1], along[0]]])
    low, high = plan_extent(plan, angle)
    height = float(cloud[:, 2].max()) - ground_height
    certain = np.ones(2) if ends is None else ends
    extent = Extent(low=low, high=high, sensor=axes @ (sensor[:2] - middle), height=height, ends=certain)
    ways = (extent, extent.turned())
    evidence, sizes = (np.stack(parts) for parts in zip(*(explain(way, categories) for way in ways), strict=True))
    way, chosen = divmod(int(np.argmax(evidence)), len(categories))
    log_evidence = float(np.logaddexp.reduce(evidence, axis=None))
    shares = np.exp(evidence - log_evidence)
    edges = sizes[way, chosen] if size is None else known_edges(_span(ways[way]), np.asarray(size))
    if way == 1:
        angle, axes = angle + math.pi / 2, np.stack([axes[1], -axes[0]])
    center = _place(ways[way], edges[:2]) @ axes + middle
    pose = Transform.from_yaw(float(wrap_angle(angle)), np.append(center, ground_height + edges[2] / 2))
    return Reading(
        cuboid=Cuboid(frame_from_cuboid=pose, size=(float(edges[0]), float(edges[1]), float(edges[2])), frame=frame),
        category=categories[chosen],
        category_probability=float(shares[:, chosen].sum()),
        quarter_turn_probability=float(shares[1 - way].sum()),
        log_evidence=log_evidence,
        n_points=len(cloud),
        score=score,
    )


def _span(extent: Extent) -> NDArray[np.float64]:
    """Length, width and height (3,) that the points span."""
    return np.append(extent.high - extent.low, extent.height)


def _place(extent: Extent, edge: NDArray[np.float64]) -> NDArray[np.float64]:
    """Centre (2,) of a box whose seen ends stay where they are: what is added lies at the hidden ones."""
    near = extent.near_sides()
    toward = np.where(near == 0, extent.hidden_side(), -near)
    return np.asarray((extent.low + extent.high) / 2 + toward * (edge - (extent.high - extent.low)) / 2)
