"""Undo the motion of the vehicle during a sweep."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sensorann.geometry.arrays import as_array
from sensorann.geometry.rotations import quaternions_from_rotations
from sensorann.geometry.trajectory import Trajectory
from sensorann.geometry.transforms import Transform
from sensorann.kernels import deskew as kernels


def deskew_points(
    points: ArrayLike,
    offsets_ns: ArrayLike,
    *,
    timestamp_ns: int,
    ego_from_sensor: Transform,
    trajectory: Trajectory,
) -> NDArray[Any]:
    """Move each point from its own instant to one instant for all, as if the vehicle had stood still.

    Right for what does not move itself: the points of a moving object keep the smear of its own motion.

    Parameters
    ----------
    points : (N, 3) float32 or float64, metres, frame of the sensor at the instant of each point
    offsets_ns : (N,) int64, instant of each point, after `timestamp_ns`
    timestamp_ns : instant that the points are moved to
    ego_from_sensor : Transform
    trajectory : `world_from_ego` over time

    Returns
    -------
    (N, 3) float32 for float32 points, else float64
        Frame of the sensor at `timestamp_ns`; NaN stays NaN.

    Raises
    ------
    TimeRangeError
        When the trajectory does not cover every point and the instant itself.
    """
    single = isinstance(points, np.ndarray) and points.dtype == np.float32
    checked = as_array(points, (None, 3), np.float32 if single else np.float64, name="points")
    offsets = as_array(offsets_ns, (len(checked),), np.int64, name="offsets_ns")
    ends = np.array([offsets.min(initial=0), offsets.max(initial=0)]) + timestamp_ns
    between = (trajectory.timestamps_ns > ends[0]) & (trajectory.timestamps_ns < ends[1])
    times = np.unique(np.concatenate([ends, trajectory.timestamps_ns[between]]))
    poses = trajectory.at(timestamp_ns).inverse() @ trajectory.sample(times)
    quaternions = quaternions_from_rotations(poses.rotations)
    # q and -q are one rotation: each is turned to the side of its predecessor, for the shorter way between them.
    flips = np.cumprod(np.where(np.sum(quaternions[1:] * quaternions[:-1], axis=1) < 0, -1.0, 1.0))
    quaternions[1:] *= flips[:, None]
    moved: NDArray[Any] = kernels.deskew(
        checked,
        offsets,
        times - timestamp_ns,
        quaternions,
        poses.translations,
        ego_from_sensor.rotation,
        ego_from_sensor.translation,
    )
    return moved
