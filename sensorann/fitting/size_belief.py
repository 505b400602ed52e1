"""What a category and a way round explain of a measured extent, and how long the edges then are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sensorann.kernels import edge_lengths, edge_views
from sensorann.scene import Category

# Chosen on the tuning half of `python -m benchmarks.click_fit`. Metres: points end this far inside of the faces
# that people draw, in plan and in height, and scatter so much about that.
_INSIDE, _INSIDE_HEIGHT, _SCATTER = 0.12, 0.1, 0.08
# Chance that an edge was seen from end to end: looked along it, and looked at its face from the side, which is from so
# large a sine of the angle on.
_WHOLE = (0.1, 0.9, 0.5)
_WHOLE_HEIGHT = 0.95
# A size known from other frames still varies by what people draw, as a share of each edge.
_KNOWN_SPREAD = (0.03, 0.03, 0.05)
_LOWEST_LOG = -300.0
_MARGINS = np.array([_INSIDE, _INSIDE, _INSIDE_HEIGHT])
# Grid of edges, metres, and the density of a measurement that is altogether wrong.
_STEP, _ASTRAY = 0.01, 0.01
# How far hands draw edges wrongly, as a share of them. Frames of one object see it alike and err alike: together they
# count as this many, with margins and scatter that hold for what all of them miss, such as a low bumper.
_HAND_SIZE, _MOST_WITNESSES = 0.1, 1.0
_JOINT_MARGINS, _JOINT_SCATTER = np.array([0.3, 0.24, 0.1]), 0.2


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Extent:
    """What points span along the axes of a rectangle, seen from a sensor.

    Attributes
    ----------
    low, high : (2,) lowest and highest coordinate along the axes, metres
    sensor : (2,) the sensor along the same axes
    height : from the ground to the highest point, metres
    ends : (2,) chances that the object ends with the points, at the right and at the left as the sensor sees it
    """

    low: NDArray[np.float64]
    high: NDArray[np.float64]
    sensor: NDArray[np.float64]
    height: float
    ends: NDArray[np.float64]

    def turned(self) -> Extent:
        """Return the same extent along the axes turned by a quarter to the left."""
        return Extent(
            low=np.array([self.low[1], -self.high[0]]),
            high=np.array([self.high[1], -self.low[0]]),
            sensor=np.array([self.sensor[1], -self.sensor[0]]),
            height=self.height,
            ends=self.ends,
        )

    def near_sides(self) -> NDArray[np.float64]:
        """Side (2,) of each axis on which the sensor stands: -1, 1, or 0 where it stands between the two faces."""
        near: NDArray[np.float64] = edge_views.near_sides(self.low, self.high, self.sensor)
        return near

    def end_chances(self) -> NDArray[np.float64]:
        """Chances (2, 2) that the object ends with the points, at the low and the high end of each axis."""
        chances: NDArray[np.float64] = edge_views.end_chances(self.low, self.high, self.sensor, self.ends)
        return chances

    def seen_whole(self) -> NDArray[np.float64]:
        """Chance (2,) that each edge was seen from end to end: a face looked at from aside shows its full edge."""
        whole: NDArray[np.float64] = edge_views.whole_chances(self.low, self.high, self.sensor, self.ends, *_WHOLE)
        return whole

    def hidden_side(self) -> NDArray[np.float64]:
        """Where along each axis (2,) the hidden part lies: -1 at the low end, 1 at the high one, 0 at both alike."""
        doubts = 1.0 - self.end_chances()
        return np.asarray((doubts[:, 1] - doubts[:, 0]) / np.maximum(doubts.sum(axis=1), 1e-9))


def explain(
    extents: Sequence[Extent], categories: Sequence[Category]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Weigh categories against W extents whose first axis is their length.

    Returns
    -------
    log_evidence : (W, K) log of share and probability density of each extent, one value per category
    sizes : (W, K, 3) expected length, width and height, metres; never less than what was measured

    Along each axis an extent is either the whole edge, less what people draw around the points, or a part of an edge
    that is hidden for the rest: then any part is as likely as any other, and the edge is what the category leaves open
    above it.
    """
    typical = np.array([category.size for category in categories])
    deviation = typical * np.array([category.spread for category in categories])
    measured, whole = (np.stack(part) for part in zip(*(_measured(extent) for extent in extents), strict=True))
    log_densities, sizes = edge_lengths.weigh_edges(measured, whole, typical, deviation, _MARGINS, _SCATTER)
    shares = np.array([category.share for category in categories])
    return np.log(shares) + log_densities, sizes


def joint_size(
    extents: Sequence[Extent], category: Category, drawn: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """Expected size (3,) of one object of a category of which several extents were measured.

    Parameters
    ----------
    extents : measured in as many frames
    category : of the object
    drawn : (3,) size that a hand gave it so far, metres; None where nobody did

    The same belief as in `explain`, over a grid of lengths: each extent is the whole edge or any part of it, and all
    are of the same edge. Views that show an edge from end to end decide; the others only forbid what is shorter.
    """
    typical, deviation = np.asarray(category.size), np.asarray(category.size) * category.spread
    if drawn is not None:
        certainty, hand = 1 / deviation**2, 1 / (_HAND_SIZE * drawn) ** 2
        typical = (typical * certainty + drawn * hand) / (certainty + hand)
        deviation = 1 / np.sqrt(certainty + hand)
    weight = min(1.0, _MOST_WITNESSES / len(extents))
    parts = [_measured(extent) for extent in extents]
    size = np.empty(3)
    for axis in range(3):
        longest = max(float(measured[axis]) for measured, _ in parts)
        edges = np.arange(0.05, max(longest, typical[axis] + 4 * deviation[axis]) + 0.5, _STEP)
        log_belief = -0.5 * ((edges - typical[axis]) / deviation[axis]) ** 2
        for measured, whole in parts:
            misfit = (measured[axis] + _JOINT_MARGINS[axis] - edges) / _JOINT_SCATTER
            is_whole = whole[axis] * np.exp(-0.5 * misfit**2) / (_JOINT_SCATTER * np.sqrt(2 * np.pi))
            is_part = (1.0 - whole[axis]) * (measured[axis] <= edges) / edges
            log_belief += weight * np.log(is_whole + is_part + _ASTRAY)
        belief = np.exp(log_belief - log_belief.max())
        size[axis] = (belief * edges).sum() / belief.sum()
    return size


def _measured(extent: Extent) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Measured edges (3,) and the chances (3,) that they are whole."""
    measured = np.append(np.maximum(extent.high - extent.low, 1e-3), max(extent.height, 1e-3))
    return measured, np.append(extent.seen_whole(), _WHOLE_HEIGHT)


def of_known_size(categories: Sequence[Category], size: tuple[float, float, float]) -> tuple[Category, ...]:
    """Give categories one known size; each is met as often as its objects have that size."""
    known = np.asarray(size)
    weighed = []
    for category in categories:
        deviation = np.asarray(category.size) * category.spread
        log_density = -0.5 * (((known - category.size) / deviation) ** 2).sum() - np.log(deviation).sum()
        share = category.share * float(np.exp(max(log_density, _LOWEST_LOG)))
        weighed.append(replace(category, size=size, spread=_KNOWN_SPREAD, share=share))
    return tuple(weighed)
