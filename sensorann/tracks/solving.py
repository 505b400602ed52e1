"""Solve one track's poses in the plane from all its measurements: keyframes, and frames whose points decided."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sensorann.kernels.pose_filter import smooth_poses
from sensorann.scene import Motion, MotionModel
from sensorann.tracks.following import EXACT, FOLLOWING_NOISES, Measured, seconds_since
from sensorann.tracks.keyframes import Keyframes


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
