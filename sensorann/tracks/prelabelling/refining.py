"""One size and one heading for a whole track, from its points of all frames together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import ArgumentError
from sensorann.fitting import fit_cuboid
from sensorann.fitting.anchoring import length_lies_along
from sensorann.fitting.front import front_log_odds
from sensorann.geometry import Cuboid, Cuboids, Transform, points_in_cuboid, voxel_downsample
from sensorann.scene import Category, Motion
from sensorann.tracks.clouds import Clouds
from sensorann.tracks.prelabelling.sizing import extent_of, likely_size, nearest_kind, spans_of

# Metres above the bottom of the box from which points are the object's.
_GROUND_MARGIN = 0.2
# An object moves when it gets so far, and so fast: partly hidden ones seem to creep as more of them comes into sight.
_FARTHEST_CREEP = {True: 1.5, False: 0.8}
_FASTEST_CREEP = {True: 0.7, False: 0.35}
# Points of so many frames of a standing object are taken together, and thinned to cubes of this edge.
_MOST_LOOKS, _THINNED = 20, 0.08
_MOST_WITNESSED = 9
# Frames with fewer points say nothing about the size.
_FEWEST = 20
# Log odds that turn an object round: ends that differ by less than rows of points lie apart tell nothing.
_LEAST_FRONT_ODDS = 1.0
_STRAYING = 0.01  # share of the points of a standing object, at either end
# Metres beside and above a box within which its surroundings are looked at.
BESIDE, ABOVE = 1.0, 1.5


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Seen:
    """What was seen of one track at the K instants of its detections.

    Attributes
    ----------
    boxes : K boxes as tracked
    seconds : (K,) float64
    looked : (L,) int64, at which of them the points were read
    clouds : what was read there
    places : of what moves, what was read at the `witnessed` ones of these instants where it was first, and where last
    """

    boxes: Cuboids
    seconds: NDArray[np.float64]
    looked: NDArray[np.int64]
    clouds: Clouds
    places: tuple[Clouds, ...] = ()

    def points(self) -> list[NDArray[np.float64]]:
        """L clouds of points (P, 3) of the object, without the ground."""
        inside = []
        for k, cloud in zip(self.looked.tolist(), self.around(), strict=True):
            own = points_in_cuboid((cloud - self.boxes.centers[k]).astype(np.float32), self._at_origin(k))
            inside.append(cloud[own & (cloud[:, 2] > self.bottom(k) + _GROUND_MARGIN)])
        return inside

    def around(self) -> list[NDArray[np.float64]]:
        """L clouds of points (P, 3) of the object and of what stands or lies beside it."""
        return [self.clouds.frame(i).astype(np.float64) + self.clouds.origin for i in range(len(self.looked))]

    def _at_origin(self, k: int) -> Cuboid:
        return replace(self.boxes[k : k + 1], centers=np.zeros((1, 3))).record(0)

    @property
    def viewers(self) -> NDArray[np.float64]:
        """Places (L, 3) of the LiDARs at the instants at which the points were read."""
        return self.clouds.viewers + self.clouds.origin

    def bottom(self, k: int) -> float:
        """Height of the ground under it."""
        return float(self.boxes.centers[k, 2] - self.boxes.sizes[k, 2] / 2)


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Refined:
    """One track with one size.

    Attributes
    ----------
    boxes : K boxes
    spans : (3,) float64, length, width and height of what was seen of it, metres
    category : nearest in size
    moving : False for what stands all the time
    """

    boxes: Cuboids
    spans: NDArray[np.float64]
    category: Category
    moving: bool


def refine(seen: Seen, categories: Sequence[Category]) -> Refined:
    """Fit the boxes of one track again: those of a standing object to all its points, those of a moving one in turn."""
    vehicle = any(category.motion is Motion.VEHICLE for category in categories)
    moving = is_moving(seen.boxes, seen.seconds, vehicle=vehicle)
    return _moving(seen, categories) if moving else _standing(seen, categories)


def rows_to_look_at(boxes: Cuboids, seconds: NDArray[np.float64], *, vehicle: bool) -> NDArray[np.int64]:
    """Which of K instants tell what there is to know: all of a moving object's, some twenty of a standing one's."""
    n = len(boxes) if is_moving(boxes, seconds, vehicle=vehicle) else min(len(boxes), _MOST_LOOKS)
    return np.unique(np.linspace(0, len(boxes) - 1, n).round().astype(np.int64))


def witnessed(looked: NDArray[np.int64]) -> NDArray[np.int64]:
    """At which instants to look where a moving object was first and where it was last: both are among them."""
    return looked[
        np.unique(np.linspace(0, len(looked) - 1, min(len(looked), _MOST_WITNESSED)).round().astype(np.int64))
    ]


def with_surroundings(boxes: Cuboids) -> Cuboids:
    """Grow boxes on all sides, so that what stands beside and above an object is seen as well."""
    return replace(boxes, sizes=boxes.sizes + 2 * np.array([BESIDE, BESIDE, ABOVE]))


def is_moving(boxes: Cuboids, seconds: NDArray[np.float64], *, vehicle: bool) -> bool:
    """Tell whether a track gets farther and faster than one whose visible part grows."""
    if len(boxes) < 2:
        return False
    offsets = boxes.centers[:, :2] - boxes.centers[0, :2]
    span_s = seconds[-1] - seconds[0]
    farthest = float(np.linalg.norm(offsets, axis=1).max())
    return farthest > _FARTHEST_CREEP[vehicle] and farthest / span_s > _FASTEST_CREEP[vehicle]


def _standing(seen: Seen, categories: Sequence[Category]) -> Refined:
    n = len(seen.boxes)
    clouds = seen.points()
    bottom = float(np.median([seen.bottom(k) for k in range(n)]))
    # In the axes of its first box: the same whichever way the world lies, and of short coordinates.
    frame_from_first = Transform.from_yaw(float(seen.boxes.yaws[0]), np.append(seen.boxes.centers[0, :2], bottom))
    merged, viewer = (
        frame_from_first.inverse().apply(points)
        for points in (np.concatenate(clouds), seen.viewers[int(np.argmax([len(cloud) for cloud in clouds]))])
    )
    if len(merged) >= _FEWEST:
        merged = voxel_downsample(merged, edge=_THINNED).points
    try:
        cuboid, spans, category = _stood(merged, viewer, categories)
    except ArgumentError:
        size = seen.boxes.sizes[0]
        return Refined(boxes=seen.boxes, spans=size, category=nearest_kind(size, categories), moving=False)
    boxes = _repeated(_facing(cuboid, merged, category), n).moved(frame_from_first, frame=seen.boxes.frame)
    return Refined(boxes=boxes, spans=spans, category=category, moving=False)


def _stood(
    points: NDArray[np.float64], viewer: NDArray[np.float64], categories: Sequence[Category]
) -> tuple[Cuboid, NDArray[np.float64], Category]:
    """Box on the ground z = 0, spans (3,) and category of all points (P, 3) of what stands."""
    bare = fit_cuboid(points, ground_height=-_GROUND_MARGIN, anchor=viewer)
    extent = extent_of(points, bare.cuboid.yaw, viewer, bottom=0.0, straying=_STRAYING)
    spans = spans_of([extent])
    category = nearest_kind(spans, categories)
    size = likely_size([extent if length_lies_along(spans[:2], category.size) else extent.turned()], category)
    return fit_cuboid(points, ground_height=0.0, size=size, anchor=viewer).cuboid, spans, category


def _moving(seen: Seen, categories: Sequence[Category]) -> Refined:
    n = len(seen.boxes)
    yaws = headings(seen.boxes.centers[:, :2], seen.seconds)
    clouds, viewers = seen.points(), seen.viewers  # of all instants: it moves
    extents = [
        extent_of(cloud, float(yaw), viewer, bottom=seen.bottom(k))
        for k, (cloud, yaw, viewer) in enumerate(zip(clouds, yaws, viewers, strict=True))
        if len(cloud) >= _FEWEST
    ]
    spans = spans_of(extents) if extents else np.median(seen.boxes.sizes, axis=0)
    category = nearest_kind(spans, categories)
    size = likely_size(extents, category) if extents else tuple(spans.tolist())
    centers = seen.boxes.centers.copy()
    centers[:, 2] += (size[2] - seen.boxes.sizes[:, 2]) / 2  # on the ground, also where too few points tell its place
    for k, cloud in enumerate(clouds):
        try:
            fit = fit_cuboid(cloud, ground_height=seen.bottom(k), size=size, yaw=float(yaws[k]), anchor=viewers[k])
        except ArgumentError:
            continue
        centers[k, :2] = fit.cuboid.center[:2]
    boxes = Cuboids.from_yaws(centers, np.tile(size, (n, 1)), yaws, frame=seen.boxes.frame)
    return Refined(boxes=boxes, spans=spans, category=category, moving=True)


def headings(places: NDArray[np.float64], seconds: NDArray[np.float64], *, slowest: float = 0.5) -> NDArray[np.float64]:
    """Directions (K,) in which places (K, 2) move; where they hardly do, that of the nearest instant of motion."""
    velocities = np.gradient(places, seconds, axis=0)
    fast = np.linalg.norm(velocities, axis=1) >= slowest
    if not fast.any():
        whole = places[-1] - places[0]
        return np.full(len(places), np.arctan2(whole[1], whole[0]))
    candidates = np.flatnonzero(fast)
    nearest = candidates[np.abs(candidates[None] - np.arange(len(places))[:, None]).argmin(axis=1)]
    return np.asarray(np.arctan2(velocities[nearest, 1], velocities[nearest, 0]))


def _facing(cuboid: Cuboid, cloud: NDArray[np.float64], category: Category) -> Cuboid:
    """Turn what stands round where its points (P, 3) above the ground z = 0 tell that its front is at the other end."""
    local = cuboid.frame_from_cuboid.inverse().apply(cloud)
    if front_log_odds(local[:, 0] / cuboid.size[0], cloud[:, 2], category) > -_LEAST_FRONT_ODDS:
        return cuboid
    return replace(cuboid, frame_from_cuboid=cuboid.frame_from_cuboid @ Transform.from_yaw(np.pi, np.zeros(3)))


def _repeated(cuboid: Cuboid, n: int) -> Cuboids:
    return Cuboids.from_yaws(
        np.tile(cuboid.center, (n, 1)), np.tile(cuboid.size, (n, 1)), np.full(n, cuboid.yaw), frame=cuboid.frame
    )
