"""Solve one track's poses in the plane from all its measurements: keyframes, and frames whose points decided."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sensorann.kernels.pose_filter import smooth_poses
from sensorann.scene import Motion, MotionModel
from sensorann.tracks.following import EXACT, FOLLOWING_NOISES, Measured, seconds_since
from sensorann.tracks.keyframes import Keyframes

# Reweighting settles within a few rounds.
ROUNDS = 4


def measured_keyframes(keyframes: Keyframes, model: MotionModel) -> Measured:
    """Take keyframes as measurements, yaw unwrapped.

    Beside points that tell of the same motion a person's box is one more measurement, as exact as people place boxes of
    its category. Boxes of others are trusted as far as they state, but no further than that.
    """
    boxes = keyframes.track.cuboids
    placement = np.array([model.plan.placement, model.plan.placement, model.yaw.placement])
    variances = np.maximum(keyframes.noises[:, [0, 1, 6]], placement) ** 2
    return Measured(
        timestamps_ns=keyframes.track.timestamps_ns,
        poses=np.column_stack([boxes.centers[:, :2], np.unwrap(boxes.yaws)]),
        covariances=EXACT + np.einsum("ni,ij->nij", variances, np.eye(3)),
    )


def solved(
    measured: Measured, timestamps_ns: NDArray[np.int64], motion: Motion
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Smooth x, y, yaw at increasing instants within the measurements.

    Returns
    -------
    poses : (F, 3) float64, in the frame of the labels
    covariances : (F, 3, 3) float64
    """
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


def with_keyframes_weighed(measured: Measured, keyframes_ns: NDArray[np.int64], motion: Motion) -> Measured:
    """Trust a keyframe less the further it lies from what all measurements of its track say together.

    One box that was placed 0.3 m beside its object would otherwise drag those before and after it along. The weights
    are those of Geman and McClure (Bulletin of the International Statistical Institute 52(4), 1987) with the keyframe's
    own sigma as scale, found by reweighting.

    Parameters
    ----------
    measured : keyframes and accepted frames of one track
    keyframes_ns : (K,) int64, which of its instants are keyframes
    motion : motion class

    Returns
    -------
    Measured
        The same poses; the covariance of a keyframe is as many times wider as it weighs less.
    """
    rows = np.isin(measured.timestamps_ns, keyframes_ns)
    own = measured.covariances[rows]
    weighed = measured
    for _ in range(ROUNDS):
        poses, _ = solved(weighed, measured.timestamps_ns[rows], motion)
        away = np.sum((poses - measured.poses[rows])[:, :2] ** 2, axis=1)
        covariances = measured.covariances.copy()
        covariances[rows] = own * ((1.0 + away / own[:, 0, 0]) ** 2)[:, None, None]
        weighed = replace(measured, covariances=covariances)
    return weighed
