"""Where a LiDAR was over a drive, from its sweeps alone: each is fitted to the surfaces of some a little before.

No ego pose takes part but to put the points of a sweep to one instant, so that hand-eye may compare both.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from calib.estimation.tangent import rotation_from_vector, vector_from_rotation
from calib.lidars.clouds import cloud_at
from calib.lidars.start import thinned
from calib.lidars.surfaces import Fit, Instant, refined
from calib.targets.detections import Floats
from sensorann.errors import CalibrationError
from sensorann.geometry import Trajectory, Transform, Transforms
from sensorann.scene import Drive

# Sweeps go on as they did, to within this.
_GATES = (1.0, 0.6, 0.4, 0.3, 0.3, 0.3, 0.3, 0.3)
_STANDING = 0.7
_FIRST_STEPS, _SIDES = (0.7, 1.4, 2.1, 2.8, 3.5), 8
# Surfaces are taken anew when the sensor has gone this far from where it saw them, or turned, or for so many sweeps.
_FAR, _TURNED, _MOST = 2.5, np.deg2rad(10.0), 5
_KEPT, _THIN = 3, 0.25
# A sweep of which less lies on surfaces is of another place: the drive was cut, or the sensor covered.
_LEAST_OVERLAP = 0.1


def lidar_odometry(
    drive: Drive, sensor: str, *, progress: Callable[[int, int], None] = lambda _done, _total: None
) -> Trajectory:
    """Follow a LiDAR through a drive.

    Parameters
    ----------
    drive : Drive
    sensor : name of the LiDAR
    progress : called with the sweeps followed and their number

    Returns
    -------
    its poses at the stamps of its sweeps, in its own frame at the first of them

    Raises
    ------
    CalibrationError
        When it has fewer than two sweeps, or two of them have too little in common.
    """
    drive.rig.ranging(sensor)
    times = drive.timestamps_ns(sensor)
    if len(times) < 2:
        raise CalibrationError(f"{sensor} has {len(times)} sweeps: two or more tell a motion")
    poses = [Transform.identity()]
    key, kept = Transform.identity(), [(Transform.identity(), cloud_at(drive, drive.sweep(sensor, 0), int(times[0])))]
    known, since = _surfaces(key, kept), 0
    for number in range(1, len(times)):
        progress(number, len(times))
        points = cloud_at(drive, drive.sweep(sensor, number), int(times[number]))
        here = known.with_points(points)
        if number == 1:
            fit = _first_motion(here)
        else:
            fit = refined([here], key.inverse() @ _ahead(poses, times[: number + 1]), gates=_GATES)
        if fit.overlap < _LEAST_OVERLAP:
            raise CalibrationError(
                f"sweep {number} of {sensor} has {fit.overlap:.0%} of its points on surfaces that it saw before, "
                f"{_LEAST_OVERLAP:.0%} are needed: the place is too empty, or sweeps are missing"
            )
        poses.append(key @ fit.pose)
        since += 1
        if since >= _MOST or _gone(fit.pose):
            key, kept = poses[-1], [*kept[1 - _KEPT :], (poses[-1], points)]
            known, since = _surfaces(key, kept), 0
    return Trajectory(
        times,
        Transforms(np.stack([pose.rotation for pose in poses]), np.stack([pose.translation for pose in poses])),
    )


def _surfaces(key: Transform, kept: list[tuple[Transform, Floats]]) -> Instant:
    """Surfaces of several sweeps in the frame of the last: lines of one alone are too far apart to tell a slope."""
    placed = [(key.inverse() @ pose).apply(thinned(points, _THIN)) for pose, points in kept]
    return Instant.of(np.concatenate(placed), kept[-1][1])


def _gone(pose: Transform) -> bool:
    turn = np.linalg.norm(vector_from_rotation(pose.rotation))
    return bool(np.linalg.norm(pose.translation) > _FAR or turn > _TURNED)


def _first_motion(here: Instant) -> Fit:
    """Fit the second sweep from any speed to any side: nothing is known yet, and a fit from rest may stay there."""
    sides = np.arange(_SIDES) * 2 * np.pi / _SIDES
    starts = [np.array([far * np.cos(side), far * np.sin(side), 0.0]) for far in _FIRST_STEPS for side in sides]
    fits = [refined([here], Transform(np.eye(3), start), gates=_GATES) for start in (np.zeros(3), *starts)]
    return max(fits, key=_n_standing)


def _n_standing(fit: Fit) -> int:
    """Count points on what stands: a road looks the same at every speed, and most points lie on it."""
    normals = fit.rows[:, 3:6]
    up = np.linalg.eigh(normals.T @ normals)[1][:, 2]
    return int(np.count_nonzero(np.abs(normals @ up) < _STANDING))


def _ahead(poses: list[Transform], times: np.ndarray) -> Transform:
    """Go on as between the last two sweeps; gaps between them count."""
    if len(poses) < 2:
        return poses[-1]
    step, before = float(times[-1] - times[-2]), float(times[-2] - times[-3])
    motion = poses[-2].inverse() @ poses[-1]
    share = step / before
    turn = rotation_from_vector(share * vector_from_rotation(motion.rotation))
    return poses[-1] @ Transform(turn, share * motion.translation)
