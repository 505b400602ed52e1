"""Follow objects by their own points through the gaps between their keyframes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from sensorann.geometry import Cuboids
from sensorann.geometry.rotations import rotations_from_yaws
from sensorann.kernels.following import Ends, Gates, follow_between
from sensorann.kernels.ground_height import ground_under
from sensorann.kernels.nearest import NearestGrid
from sensorann.kernels.pose_filter import filter_backward, filter_forward
from sensorann.scene import Motion
from sensorann.tracks.clouds import Clouds

# How far an object may stray from its curve: wider than the typical wandering that sigmas are fitted to, because it is
# the rare turn and the hard braking that must not be lost. (m/s^2)^2 s for x and y, (rad/s^2)^2 s for yaw.
FOLLOWING_NOISES: Mapping[Motion, NDArray[np.float64]] = MappingProxyType(
    {
        Motion.VEHICLE: np.array([3.0, 3.0, 0.05]),
        Motion.TWO_WHEELER: np.array([3.0, 3.0, 0.2]),
        Motion.PEDESTRIAN: np.array([0.2, 0.2, 0.05]),
    }
)
_RIGID = np.array([1.0, 0.5, 0.25, 0.12])
# People bend: their points say roughly where they are, and nothing about where they face.
GATES: Mapping[Motion, Gates] = MappingProxyType(
    {
        Motion.VEHICLE: Gates(_RIGID, 0.4, 0.15, 2.0, 0.8, 0.1, np.array([0.03, 0.03, 0.01])),
        Motion.TWO_WHEELER: Gates(_RIGID, 0.4, 0.10, 1.5, 0.4, 0.05, np.array([0.03, 0.03, 0.03])),
        Motion.PEDESTRIAN: Gates(np.array([0.5, 0.25, 0.12]), 0.4, 0.10, 1.5, 0.4, 0.05, np.array([0.10, 0.10, 0.5])),
    }
)
# What all frames of a gap share, and no number of them averages away: the template's own error. Metres, radians.
TEMPLATE_SIGMAS: Mapping[Motion, tuple[float, float]] = MappingProxyType(
    {Motion.VEHICLE: (0.04, 0.015), Motion.TWO_WHEELER: (0.04, 0.04), Motion.PEDESTRIAN: (0.06, 0.05)}
)
# A keyframe is exact; the filter needs a little slack to stay invertible.
EXACT = np.diag([1e-6, 1e-6, 1e-8])
MEMORY = 20
GROUND_MARGIN, GROUND_BELOW, GROUND_ABOVE = 2.0, 0.6, 0.35


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Gap:
    """One track from a keyframe to the next.

    Attributes
    ----------
    timestamps_ns : (K,) int64; the first and the last are those of the keyframes, sweeps lie between
    cuboids : K boxes along the curve, the first and the last as the person placed them
    """

    timestamps_ns: NDArray[np.int64]
    cuboids: Cuboids


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Measured:
    """What points say of one track, at N instants.

    Attributes
    ----------
    timestamps_ns : (N,) int64, increasing
    poses : (N, 3) float64: x, y in metres, yaw in radians without jumps of a turn, in the frame of the labels
    covariances : (N, 3, 3) float64
    """

    timestamps_ns: NDArray[np.int64]
    poses: NDArray[np.float64]
    covariances: NDArray[np.float64]

    @classmethod
    def joined(cls, *parts: Measured) -> Measured:
        """Join and sort by time."""
        times = np.concatenate([part.timestamps_ns for part in parts])
        order = np.argsort(times, kind="stable")
        return cls(
            timestamps_ns=times[order],
            poses=np.concatenate([part.poses for part in parts])[order],
            covariances=np.concatenate([part.covariances for part in parts])[order],
        )

    def __len__(self) -> int:
        return len(self.timestamps_ns)


def nothing_measured() -> Measured:
    """No frame at all."""
    return Measured(timestamps_ns=np.empty(0, np.int64), poses=np.empty((0, 3)), covariances=np.empty((0, 3, 3)))


def follow_gap(gap: Gap, clouds: Clouds, known: Measured, template: NearestGrid, *, motion: Motion) -> Measured:
    """Register the frames of one gap, from both keyframes inward.

    Parameters
    ----------
    gap : Gap
    clouds : the points around its boxes
    known : keyframes of the whole track, and what was measured in the gaps before this one
    template : what the object is known by; it learns what the frames show of it
    motion : motion class

    Returns
    -------
    Measured
        The accepted frames.
    """
    gates, noise = GATES[motion], FOLLOWING_NOISES[motion]
    boxes = relative(gap.cuboids, clouds.origin)
    yaws = boxes.yaws
    tilts = np.ascontiguousarray(rotations_from_yaws(-yaws) @ boxes.rotations)
    heights, viewers = np.ascontiguousarray(boxes.centers[:, 2]), np.ascontiguousarray(clouds.viewers[:, :2])
    poses, covariances = np.zeros((len(boxes), 3)), np.zeros((len(boxes), 3, 3))
    accepted = follow_between(
        clouds.points,
        clouds.offsets,
        viewers,
        seconds_since(gap.timestamps_ns, gap.timestamps_ns[0]),
        ends_of(gap, known, clouds.origin, noise),
        noise,
        boxes.sizes[0],
        tilts,
        heights,
        template,
        gates,
        poses,
        covariances,
    )
    poses[:, :2] += clouds.origin[:2]
    return Measured(timestamps_ns=gap.timestamps_ns[accepted], poses=poses[accepted], covariances=covariances[accepted])


def ground_heights(boxes: Cuboids, clouds: Clouds) -> NDArray[np.float64]:
    """Height of the ground under K boxes (K,), metres in the frame of the labels; NaN where it is not seen."""
    near = relative(boxes, clouds.origin)
    forward = np.ascontiguousarray(near.rotations[:, :2, 0])
    half = near.sizes / 2
    heights = [
        ground_under(
            clouds.frame(k), near.centers[k], forward[k], half[k, 0], half[k, 1],
            near.centers[k, 2] - half[k, 2], GROUND_MARGIN, GROUND_BELOW, GROUND_ABOVE,
        )
        for k in range(len(boxes))
    ]  # fmt: skip
    return np.array(heights, np.float64) + float(clouds.origin[2])


def seconds_since(timestamps_ns: NDArray[np.int64], start_ns: np.int64) -> NDArray[np.float64]:
    """Differences taken as integers first: a Unix time in float64 seconds steps by 238 ns."""
    return (timestamps_ns - start_ns).astype(np.float64) * 1e-9


def relative(boxes: Cuboids, origin: NDArray[np.float64]) -> Cuboids:
    """Boxes as seen from an origin (3,) with the same axes."""
    return Cuboids(centers=boxes.centers - origin, sizes=boxes.sizes, rotations=boxes.rotations, frame=boxes.frame)


def ends_of(gap: Gap, known: Measured, origin: NDArray[np.float64], noise: NDArray[np.float64]) -> Ends:
    """Filter everything known up to the first keyframe forward, and from the last keyframe on backward."""
    seconds = seconds_since(known.timestamps_ns, gap.timestamps_ns[0])
    poses = known.poses - np.append(origin[:2], 0.0)
    # What lies further away than this many measurements no longer counts.
    before = np.flatnonzero(known.timestamps_ns <= gap.timestamps_ns[0])[-MEMORY:]
    after = np.flatnonzero(known.timestamps_ns >= gap.timestamps_ns[-1])[:MEMORY]
    states, covariances = [], []
    for part, run in ((before, filter_forward), (after, filter_backward)):
        n = len(part)
        own_states, own_covariances = np.zeros((n, 6)), np.zeros((n, 6, 6))
        run(seconds[part], poses[part], known.covariances[part], noise, own_states, own_covariances)
        row = n - 1 if run is filter_forward else 0
        states.append(own_states[row])
        covariances.append(own_covariances[row])
    return Ends(states[0], covariances[0], states[1], covariances[1])
