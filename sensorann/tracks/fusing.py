"""Join curve and points: the whole track solved again with every accepted frame as a measurement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sensorann.geometry import Cuboids
from sensorann.geometry.rotations import rotations_from_yaws
from sensorann.scene import Motion, MotionModel, Source, Track, Wander
from sensorann.tracks.clouds import Clouds
from sensorann.tracks.drifting import without_drift
from sensorann.tracks.following import TEMPLATE_SIGMAS, Gap, Measured, ground_heights
from sensorann.tracks.keyframes import Ragged
from sensorann.tracks.motion.position import fill_positions
from sensorann.tracks.solving import solved

# One ground height against the next: how well the plane around an object is known, and how the road may bend.
GROUND_SIGMA = 0.06
ROAD_NOISE = 0.1
# Keyframes this near say how high an object stands above the ground: further away a person places it higher or lower.
CLEARANCE_NS = 4_000_000_000


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Ground:
    """Ground under one track's boxes, where it was seen.

    Attributes
    ----------
    timestamps_ns : (N,) int64 of boxes between keyframes
    heights : (N,) float64, metres in the frame of the labels
    keyframes_ns : (K,) int64 of keyframes whose ground was seen
    clearances : (K,) float64, metres that these have their centre above it
    """

    timestamps_ns: NDArray[np.int64]
    heights: NDArray[np.float64]
    keyframes_ns: NDArray[np.int64]
    clearances: NDArray[np.float64]

    @classmethod
    def joined(cls, parts: Sequence[Ground]) -> Ground:
        """Join the ground of gaps that follow each other."""
        columns = ("timestamps_ns", "heights", "keyframes_ns", "clearances")
        return cls(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in columns})


def fuse(
    curve: Track, keyframes: Track, measured: Measured, ground: Ground, *, motion: Motion, model: MotionModel
) -> Track:
    """Put measured poses and heights into a track that follows its curve so far.

    Parameters
    ----------
    curve : the complete track, its computed boxes on the curve
    keyframes : its keyframes; they stay exactly as they are
    measured : keyframes and accepted frames, in the frame of the labels
    ground : under its boxes
    motion, model : of its category

    Returns
    -------
    Track
        Boxes at accepted frames have the source ``fitted``. Gaps without any accepted frame keep their curve.
    """
    computed = np.isin(curve.sources, (Source.INTERPOLATED, Source.FITTED))
    computed &= _in_followed_gaps(curve.timestamps_ns, keyframes.timestamps_ns, measured.timestamps_ns)
    times = curve.timestamps_ns[computed]
    measured = without_drift(measured, keyframes.timestamps_ns, motion)
    poses, sigmas = _smoothed(measured, times, motion, model)
    z, z_sigmas = _fused_heights(keyframes, ground, times, model.height)
    boxes = curve.cuboids[computed]
    tilts = rotations_from_yaws(-boxes.yaws) @ boxes.rotations
    moved = Cuboids(
        centers=np.column_stack([poses[:, :2], z]),
        sizes=boxes.sizes,
        rotations=rotations_from_yaws(poses[:, 2]) @ tilts,
        frame=boxes.frame,
    )
    own = curve.sigmas[computed].copy()
    own[:, :2], own[:, 2], own[:, 6] = sigmas[:, :2], z_sigmas, sigmas[:, 2]
    fitted = np.isin(times, measured.timestamps_ns)
    return _with_computed(curve, computed, moved, own, np.where(fitted, Source.FITTED, Source.INTERPOLATED))


def ground_of(gap: Gap, clouds: Clouds, poses: NDArray[np.float64]) -> Ground:
    """See the ground under the boxes of one gap.

    Parameters
    ----------
    gap, clouds : of one track, K instants
    poses : (K, 3), where its boxes are in the plane
    """
    boxes = gap.cuboids
    centers = np.column_stack([poses[:, :2], boxes.centers[:, 2]])
    turned = rotations_from_yaws(poses[:, 2] - boxes.yaws) @ boxes.rotations
    ground = ground_heights(Cuboids(centers=centers, sizes=boxes.sizes, rotations=turned, frame=boxes.frame), clouds)
    seen = np.isfinite(ground)
    clearances = (boxes.centers[:, 2] - ground)[[0, -1]]
    between = seen.copy()
    between[[0, -1]] = False
    return Ground(
        timestamps_ns=gap.timestamps_ns[between],
        heights=ground[between],
        keyframes_ns=gap.timestamps_ns[[0, -1]][seen[[0, -1]]],
        clearances=clearances[seen[[0, -1]]],
    )


def _in_followed_gaps(
    times: NDArray[np.int64], keyframes_ns: NDArray[np.int64], measured_ns: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Tell which instants (N,) lie in a gap that holds a measured frame."""
    accepted = np.setdiff1d(measured_ns, keyframes_ns)
    followed = np.unique(np.searchsorted(keyframes_ns, accepted))
    return np.isin(np.searchsorted(keyframes_ns, times), followed)


def _smoothed(
    measured: Measured, timestamps_ns: NDArray[np.int64], motion: Motion, model: MotionModel
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    poses, covariances = solved(measured, timestamps_ns, motion)
    plan, yaw = np.hypot(TEMPLATE_SIGMAS[motion], (model.plan.placement, model.yaw.placement))
    return poses, np.sqrt(np.einsum("nii->ni", covariances) + np.array([plan, plan, yaw]) ** 2)


def _fused_heights(
    keyframes: Track, ground: Ground, timestamps_ns: NDArray[np.int64], wander: Wander
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Heights through the keyframes, or near both them and the ground: an object stands as high above it all along."""
    times, values = keyframes.timestamps_ns, keyframes.cuboids.centers[:, 2]
    sigmas, noise = np.zeros(len(keyframes)), wander.noise
    if len(ground.clearances) and len(ground.heights):
        # Beside what the ground says, a keyframe is as exact as people place boxes.
        sigmas[:] = wander.placement
        times = np.concatenate([times, ground.timestamps_ns])
        values = np.concatenate([values, ground.heights + _clearances(ground)])
        sigmas = np.concatenate([sigmas, np.full(len(ground.heights), GROUND_SIGMA)])
        noise = ROAD_NOISE
    order = np.argsort(times, kind="stable")
    z, z_sigmas = fill_positions(
        Ragged.of([times[order]]),
        values[order][:, None],
        Ragged.of([timestamps_ns]),
        wanders=[Wander(noise=noise, placement=wander.placement)],
        sigmas=sigmas[order][:, None],
    )
    return z[:, 0], z_sigmas[:, 0]


def _clearances(ground: Ground) -> NDArray[np.float64]:
    """Clearance (N,) wherever the ground was seen: the median of the keyframes nearby, so that none decides alone."""
    keys, first = np.unique(ground.keyframes_ns, return_index=True)
    values = ground.clearances[first]
    times = ground.timestamps_ns
    # Always those next to an instant on both sides, however far they are.
    start = np.minimum(np.searchsorted(keys, times - CLEARANCE_NS), np.maximum(np.searchsorted(keys, times) - 1, 0))
    stop = np.maximum(np.searchsorted(keys, times + CLEARANCE_NS, side="right"), np.searchsorted(keys, times) + 1)
    return np.array([np.median(values[a:b]) for a, b in zip(start, stop, strict=True)])


def _with_computed(
    track: Track,
    computed: NDArray[np.bool_],
    boxes: Cuboids,
    sigmas: NDArray[np.float64],
    sources: NDArray[np.int64],
) -> Track:
    centers, rotations = track.cuboids.centers.copy(), track.cuboids.rotations.copy()
    centers[computed], rotations[computed] = boxes.centers, boxes.rotations
    all_sigmas, all_sources = track.sigmas.copy(), track.sources.copy()
    all_sigmas[computed], all_sources[computed] = sigmas, sources
    cuboids = Cuboids(centers=centers, sizes=track.cuboids.sizes, rotations=rotations, frame=track.cuboids.frame)
    return replace(track, cuboids=cuboids, sigmas=all_sigmas, sources=all_sources)
