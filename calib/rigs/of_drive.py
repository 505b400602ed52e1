"""All sensors of an ordinary drive in one estimate, without targets: every pair that the drive tells, joined.

LiDARs by surfaces that both see, cameras by outlines of every LiDAR, radars by the Doppler of the static world, the
first LiDAR by how it moves beside the vehicle. A camera that two LiDARs place closes a loop with what both see.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations

import numpy as np

from calib.edges.camera_edges import refine_camera
from calib.estimation.file import Calibration
from calib.estimation.problem import Prior
from calib.estimation.robust import Rejection
from calib.lidars.drive import calibrate_lidars_of_drive
from calib.motion.hand_eye import calibrate_hand_eye
from calib.motion.odometry import lidar_odometry
from calib.radars.radar_ego import calibrate_radar_ego
from calib.rigs.joint import Joint, join
from calib.rigs.survey import LEAST_SHIFT, LEAST_TURN
from calib.targets.detections import Floats
from sensorann.errors import CalibrationError, MissingDataError
from sensorann.formats.rigs import EGO
from sensorann.geometry import Transform
from sensorann.scene import Drive

# How well a rig is known before: where a drive tells nothing, this is what is left.
_KNOWN_TURN, _KNOWN_SHIFT = np.deg2rad(1.0), 0.05
HELD = f"{np.rad2deg(_KNOWN_TURN):g} deg and {100 * _KNOWN_SHIFT:g} cm"
# What all sweeps of a drive share is in no scatter between them: half of what a check calls moved.
_SHARED = np.diag(np.repeat([LEAST_TURN / 2, LEAST_SHIFT / 2], 3) ** 2)
# Clocks of one vehicle; the rest of the drive is left to compare.
_LARGEST_DELAY_S = 0.2


@dataclass(frozen=True, eq=False, slots=True)
class DriveRig:
    """The rig of a drive.

    Attributes
    ----------
    joint : all sensors that the drive tells; what its pairs are in doubt of is among its warnings
    untold : pairs that it does not, and why
    held : sensors that the rig holds on the vehicle, for no pair joins them to it
    """

    joint: Joint
    untold: tuple[Rejection, ...]
    held: tuple[str, ...]


def calibrate_rig_of_drive(
    drive: Drive, *, root: str | None = None, progress: Callable[[int, int], None] = lambda _done, _total: None
) -> DriveRig:
    """Estimate where all sensors of a drive sit, from what they see of an ordinary place.

    Parameters
    ----------
    drive : its rig is right within a degree and 5 cm where the drive tells nothing, LiDARs beside each other excepted
    root : the frame in which the others are placed; the vehicle where None
    progress : called with the pairs compared and their number

    Raises
    ------
    CalibrationError
        When the drive tells no pair, or has nothing that places its sensors on the vehicle.
    """
    ways, pairs, untold = list(_ways(drive)), [], []
    for done, (name, way) in enumerate(ways):
        progress(done, len(ways))
        try:
            pairs.append(way())
        except (CalibrationError, MissingDataError) as error:
            untold.append(Rejection(name, str(error)))
    if not pairs:
        raise CalibrationError(f"{drive.name} tells no pair of its sensors: " + "; ".join(map(_said, untold[:3])))
    held = [_pair(name, EGO, drive.rig[name].ego_from_sensor, _known()) for name in _apart(pairs)]
    joint = join([*pairs, *held], root=root)
    doubts = [f"{pair.source} in {pair.target}: {doubt}" for pair in pairs for doubt in pair.warnings]
    joint = replace(joint, warnings=(*joint.warnings, *doubts))
    return DriveRig(joint, tuple(untold), tuple(pair.source for pair in held))


def _said(item: Rejection) -> str:
    return f"{item.name}: {item.reason}"


def _ways(drive: Drive) -> Iterator[tuple[str, Callable[[], Calibration]]]:
    lidars = [sensor.name for sensor in drive.rig.of_kind("lidar")]
    if lidars:
        yield f"{lidars[0]} in {EGO}", partial(_moving, drive, lidars[0])
    for target, source in combinations(lidars, 2):
        yield f"{source} in {target}", partial(_surfaces, drive, source, target)
    for camera in drive.rig.of_kind("camera"):
        for lidar in lidars:
            yield f"{camera.name} in {lidar}", partial(_outlines, drive, camera.name, lidar)
    for radar in drive.rig.of_kind("radar"):
        yield f"{radar.name} in {EGO}", partial(_doppler, drive, radar.name)


def _moving(drive: Drive, lidar: str) -> Calibration:
    if drive.trajectory is None:
        raise CalibrationError(f"{drive.name} has no ego poses")
    found = calibrate_hand_eye(
        lidar_odometry(drive, lidar),
        drive.trajectory,
        prior=Prior(drive.rig[lidar].ego_from_sensor, _known()),
        frames=(lidar, EGO),
        largest_delay_s=_LARGEST_DELAY_S,
    )
    return _pair(lidar, EGO, found.second_from_first, found.covariance + _SHARED, found.warnings)


def _surfaces(drive: Drive, source: str, target: str) -> Calibration:
    found = calibrate_lidars_of_drive(drive, source, target)
    if found.seen.weak_axes:
        raise CalibrationError(found.warnings[0])
    return _pair(source, target, found.target_from_source, found.covariance + _SHARED)


def _outlines(drive: Drive, camera: str, lidar: str) -> Calibration:
    found = refine_camera(drive, camera, lidar)
    if found.share < found.share_before:
        raise CalibrationError(
            f"{found.share_before:.0%} of outlines lie on edges by the rig, {found.share:.0%} by what was found"
        )
    pose = drive.rig[lidar].ego_from_sensor.inverse() @ found.ego_from_sensor
    covariance = _known()
    covariance[:3, :3] = pose.rotation @ np.diag(found.sigmas**2) @ pose.rotation.T
    return _pair(camera, lidar, pose, covariance + _SHARED, found.warnings)


def _doppler(drive: Drive, radar: str) -> Calibration:
    found = calibrate_radar_ego(drive, radar)
    covariance = _known()
    covariance[[2, 3, 4], [2, 3, 4]] = found.sigmas**2
    return _pair(radar, EGO, found.ego_from_sensor, covariance + _SHARED, found.warnings)


def _pair(source: str, target: str, pose: Transform, covariance: Floats, warnings: tuple[str, ...] = ()) -> Calibration:
    return Calibration(
        source=source,
        target=target,
        target_from_source=pose,
        covariance=covariance,
        not_observable=(),
        warnings=warnings,
        modes=((pose, 0.0),),
    )


def _known() -> Floats:
    return np.diag(np.repeat([_KNOWN_TURN, _KNOWN_SHIFT], 3) ** 2)


def _apart(pairs: list[Calibration]) -> Iterator[str]:
    """Name what no pair joins to the vehicle: one sensor of each group of sensors that pairs join."""
    joined = {EGO}
    while True:
        before = len(joined)
        for pair in pairs:
            if {pair.source, pair.target} & joined:
                joined |= {pair.source, pair.target}
        if len(joined) > before:
            continue
        apart = next((pair.target for pair in pairs if pair.target not in joined), None)
        if apart is None:
            return
        joined.add(apart)
        yield apart
