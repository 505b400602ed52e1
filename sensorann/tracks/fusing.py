"""Join curve and points: the whole track solved again with every accepted frame as a measurement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sensorann.geometry import Cuboids
from sensorann.geometry.rotations import rotations_from_yaws
from sensorann.kernels.pose_filter import smooth_poses
from sensorann.scene import Motion, MotionModel, Source, Track, Wander
from sensorann.tracks.clouds import Clouds
from sensorann.tracks.following import FOLLOWING_NOISES, TEMPLATE_SIGMAS, Gap, Measured, ground_heights, seconds_since
from sensorann.tracks.keyframes import Ragged
from sensorann.tracks.motion.position import fill_positions

# One ground height against the next: how well the plane around an object is known, and how the road may bend.
GROUND_SIGMA = 0.06
ROAD_NOISE = 0.1


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Heights:
    """Heights of one track's centre, measured from the ground: (N,) instants, metres."""

    timestamps_ns: NDArray[np.int64]
    heights: NDArray[np.float64]

    @classmethod
    def joined(cls, parts: Sequence[Heights]) -> Heights:
        """Join the heights of gaps that follow each other."""
        return cls(
            timestamps_ns=np.concatenate([part.timestamps_ns for part in parts]),
            heights=np.concatenate([part.heights for part in parts]),
        )


def fuse(
    curve: Track, keyframes: Track, measured: Measured, heights: Heights, *, motion: Motion, model: MotionModel
) -> Track:
    """Put measured poses and heights into a track that follows its curve so far.

    Parameters
    ----------
    curve : the complete track, its computed boxes on the curve
    keyframes : its keyframes; they stay exactly as they are
    measured : keyframes and accepted frames, in the frame of the labels
    heights : the height of the centre where the ground was seen
    motion, model : of its category

    Returns
    -------
    Track
        Boxes at accepted frames have the source ``fitted``. Gaps without any accepted frame keep their curve.
    """
    computed = np.isin(curve.sources, (Source.INTERPOLATED, Source.FITTED))
    computed &= _in_followed_gaps(curve.timestamps_ns, keyframes.timestamps_ns, measured.timestamps_ns)
    times = curve.timestamps_ns[computed]
    poses, sigmas = _smoothed(measured, times, motion, model)
    z, z_sigmas = _fused_heights(keyframes, heights, times, model.height)
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


def heights_of(gaps: Sequence[Gap], clouds: Sequence[Clouds], poses: Sequence[NDArray[np.float64]]) -> Heights:
    """Heights of the centre in all gaps of a track: the ground under each box, and what the keyframes stood above it.

    Parameters
    ----------
    gaps, clouds : of the track
    poses : per gap (K, 3), where its boxes are in the plane
    """
    times, heights = [np.empty(0, np.int64)], [np.empty(0)]
    for gap, cloud, pose in zip(gaps, clouds, poses, strict=True):
        boxes = gap.cuboids
        centers = np.column_stack([pose[:, :2], boxes.centers[:, 2]])
        turned = rotations_from_yaws(pose[:, 2] - boxes.yaws) @ boxes.rotations
        ground = ground_heights(Cuboids(centers=centers, sizes=boxes.sizes, rotations=turned, frame=boxes.frame), cloud)
        seconds = seconds_since(gap.timestamps_ns, gap.timestamps_ns[0])
        clearance = boxes.centers[[0, -1], 2] - ground[[0, -1]]
        seen = np.isfinite(clearance)
        if not seen.any():
            continue
        above = np.interp(seconds, seconds[[0, -1]][seen], clearance[seen])
        inside = np.isfinite(ground)
        inside[[0, -1]] = False
        times.append(gap.timestamps_ns[inside])
        heights.append((ground + above)[inside])
    return Heights(timestamps_ns=np.concatenate(times), heights=np.concatenate(heights))


def poses_at(measured: Measured, timestamps_ns: NDArray[np.int64], motion: Motion) -> NDArray[np.float64]:
    """Smoothed x, y, yaw (F, 3) at increasing instants within the measurements."""
    return _solved(measured, timestamps_ns, motion)[0]


def _in_followed_gaps(
    times: NDArray[np.int64], keyframes_ns: NDArray[np.int64], measured_ns: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Tell which instants (N,) lie in a gap that holds a measured frame."""
    accepted = np.setdiff1d(measured_ns, keyframes_ns)
    followed = np.unique(np.searchsorted(keyframes_ns, accepted))
    return np.isin(np.searchsorted(keyframes_ns, times), followed)


def _solved(
    measured: Measured, timestamps_ns: NDArray[np.int64], motion: Motion
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    start = measured.timestamps_ns[0]
    origin = np.append(measured.poses[0, :2], 0.0)
    poses, covariances = np.empty((len(timestamps_ns), 3)), np.empty((len(timestamps_ns), 3, 3))
    smooth_poses(
        seconds_since(measured.timestamps_ns, start),
        measured.poses - origin,
        measured.covariances,
        FOLLOWING_NOISES[motion],
        seconds_since(timestamps_ns, start),
        poses,
        covariances,
    )
    return poses + origin, covariances


def _smoothed(
    measured: Measured, timestamps_ns: NDArray[np.int64], motion: Motion, model: MotionModel
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    poses, covariances = _solved(measured, timestamps_ns, motion)
    plan, yaw = np.hypot(TEMPLATE_SIGMAS[motion], (model.plan.placement, model.yaw.placement))
    return poses, np.sqrt(np.einsum("nii->ni", covariances) + np.array([plan, plan, yaw]) ** 2)


def _fused_heights(
    keyframes: Track, heights: Heights, timestamps_ns: NDArray[np.int64], wander: Wander
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Heights through the keyframes exactly, near the ground's elsewhere."""
    times = np.concatenate([keyframes.timestamps_ns, heights.timestamps_ns])
    values = np.concatenate([keyframes.cuboids.centers[:, 2], heights.heights])
    sigmas = np.concatenate([np.zeros(len(keyframes)), np.full(len(heights.heights), GROUND_SIGMA)])
    order = np.argsort(times, kind="stable")
    z, z_sigmas = fill_positions(
        Ragged.of([times[order]]),
        values[order][:, None],
        Ragged.of([timestamps_ns]),
        wanders=[Wander(noise=ROAD_NOISE if len(heights.heights) else wander.noise, placement=wander.placement)],
        sigmas=sigmas[order][:, None],
    )
    return z[:, 0], z_sigmas[:, 0]


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
