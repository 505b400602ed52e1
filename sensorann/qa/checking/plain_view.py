"""What the vehicle saw plainly: inside the labelled surroundings, near, and behind no other box."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sensorann.geometry.rotations import wrap_angle, yaws_from_rotations
from sensorann.qa.checking.all_boxes import boxes_of
from sensorann.qa.checking.evidence import Evidence
from sensorann.scene import Drive

# A wedge wider than this that is left empty was not looked at, radians; objects leave one empty by chance with this
# probability, or more.
_BLIND, _BY_CHANCE = np.radians(60.0), 1e-4
# Directions, radians, and distance, metres, at which cameras are asked what they see.
_STEP, _FAR_M = np.radians(2.0), 20.0
_MARGIN = np.radians(4.0)
NEAR_M = 40.0
_SAME_INSTANT_NS = 1_000_000


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class PlainView:
    """Which places were seen plainly at which instants.

    Attributes
    ----------
    evidence : Evidence
    middle, half_width : of the wedge that was labelled, azimuths from the vehicle's forward axis, radians
    times_ns : (B,) int64 instants of all boxes, rising
    owners : (B,) int64, number of the path of each box
    azimuths, half_angles, distances : (B,) float64, of all boxes as the vehicle sees them, radians and metres
    """

    evidence: Evidence
    middle: float
    half_width: float
    times_ns: NDArray[np.int64]
    owners: NDArray[np.int64]
    azimuths: NDArray[np.float64]
    half_angles: NDArray[np.float64]
    distances: NDArray[np.float64]

    def looks_at(self, places: NDArray[np.float64], times_ns: NDArray[np.int64], *, reach: float) -> NDArray[np.bool_]:
        """Tell which places (N, 3) are nearer than a reach and in the wedge that was labelled, hidden or not."""
        azimuths, distances = _as_seen(self.evidence, places, times_ns)
        return np.asarray((distances < reach) & (np.abs(wrap_angle(azimuths - self.middle)) <= self.half_width))

    def sees(self, place: NDArray[np.float64], timestamp_ns: int, *, owner: int) -> bool:
        """Tell whether an object, number `owner`, would have been seen plainly, and whole, at a place (3,)."""
        azimuth, distance = _as_seen(self.evidence, place[None], np.array([timestamp_ns], np.int64))
        size = self.evidence.paths[owner].track.cuboids.sizes[0]
        half_angle = np.arctan2(np.hypot(size[0], size[1]) / 2, max(distance[0], 0.1))
        inside = self.half_width >= np.pi or abs(wrap_angle(azimuth[0] - self.middle)) + half_angle < self.half_width
        if not (distance[0] < NEAR_M and inside):
            return False
        first, last = np.searchsorted(self.times_ns, [timestamp_ns - _SAME_INSTANT_NS, timestamp_ns + _SAME_INSTANT_NS])
        others = slice(first, last)
        before = (self.distances[others] < distance[0]) & (self.owners[others] != owner)
        covering = np.abs(wrap_angle(self.azimuths[others] - azimuth[0])) < self.half_angles[others] + _MARGIN / 2
        return not bool((before & covering).any())


def plain_view(evidence: Evidence) -> PlainView | None:
    """Learn from the boxes where the vehicle looks; None where nobody knows where it was, or it met nothing."""
    tracks = tuple(path.track for path in evidence.paths)
    owners, rows, times = boxes_of(tracks)
    if not len(owners):
        return None
    starts = np.concatenate([[0], np.cumsum([len(track) for track in tracks])])
    centers = np.concatenate([track.cuboids.centers for track in tracks])[starts[owners] + rows]
    radii = np.concatenate([np.linalg.norm(track.cuboids.sizes[:, :2], axis=1) / 2 for track in tracks])
    radii = radii[starts[owners] + rows]
    azimuths, distances = _as_seen(evidence, centers, times)
    known = np.isfinite(distances)
    if not known.any():
        return None
    middle, half_width = _wedge(azimuths[known], evidence)
    return PlainView(
        evidence=evidence,
        middle=middle,
        half_width=half_width,
        times_ns=times[known],
        owners=owners[known],
        azimuths=azimuths[known],
        half_angles=np.arctan2(0.6 * radii[known], np.maximum(distances[known], 0.1)),
        distances=distances[known],
    )


def _wedge(azimuths: NDArray[np.float64], evidence: Evidence) -> tuple[float, float]:
    """Middle and half width of what is not blind; a whole turn where nothing is."""
    start, gap = _widest_gap(azimuths)
    # Of objects all round, the chance that any gap between neighbours is as wide (Stevens 1939, the first term).
    n_objects, share = len(evidence.paths), gap / (2 * np.pi)
    if n_objects * (1.0 - share) ** (n_objects - 1) > _BY_CHANCE:
        # So few labels do not say where nobody looked: somebody did where a camera does.
        start, gap = _widest_gap(np.concatenate([azimuths, _pictured(evidence.drive)]))
    if gap < _BLIND:
        return 0.0, np.pi
    half_width = (2 * np.pi - gap) / 2
    return float(wrap_angle(start + gap + half_width)), float(max(half_width - _MARGIN, 0.0))


def _widest_gap(azimuths: NDArray[np.float64]) -> tuple[float, float]:
    """Where the widest wedge without any azimuth begins, and its width to the left, radians."""
    ordered = np.sort(azimuths)
    gaps = np.diff(ordered, append=ordered[0] + 2 * np.pi)
    widest = int(np.argmax(gaps))
    return float(ordered[widest]), float(gaps[widest])


def _pictured(drive: Drive | None) -> NDArray[np.float64]:
    """Azimuths (N,) in which a camera looks; without any, labels are of what a LiDAR sees: all round."""
    azimuths = np.arange(-np.pi, np.pi, _STEP)
    cameras = drive.rig.of_kind("camera") if drive is not None else ()
    places = _FAR_M * np.column_stack([np.cos(azimuths), np.sin(azimuths), np.zeros(len(azimuths))])
    seen = np.full(len(azimuths), not cameras)
    for sensor in cameras:
        if sensor.camera is not None:
            seen |= sensor.camera.visible(places, camera_from_points=sensor.ego_from_sensor.inverse())
    return np.asarray(azimuths[seen])


def _as_seen(
    evidence: Evidence, places: NDArray[np.float64], times_ns: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Azimuth from the vehicle's forward axis and distance in plan (N,) of places (N, 3); NaN without ego poses."""
    azimuths, distances = np.full((2, len(places)), np.nan)
    if evidence.labels.frame == "ego":
        return np.arctan2(places[:, 1], places[:, 0]), np.hypot(places[:, 0], places[:, 1])
    trajectory = None if evidence.drive is None else evidence.drive.trajectory
    if trajectory is not None:
        known = trajectory.covers(times_ns)
        world_from_ego = trajectory.sample(times_ns[known])
        offsets = places[known, :2] - world_from_ego.translations[:, :2]
        headings = yaws_from_rotations(world_from_ego.rotations)
        azimuths[known] = wrap_angle(np.arctan2(offsets[:, 1], offsets[:, 0]) - headings)
        distances[known] = np.hypot(*offsets.T)
    return azimuths, distances
