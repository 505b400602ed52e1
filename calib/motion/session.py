"""Two sensors that move together, as a session file describes them: poses in files, or those of a drive."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from calib.motion.clocks import Delay, find_delay
from calib.motion.hand_eye import HandEye, calibrate_hand_eye
from calib.motion.odometry import lidar_odometry
from calib.motion.poses import read_poses
from calib.targets.session import Session, described_prior, read_session
from sensorann.errors import FormatError, UsageError
from sensorann.formats import open_drive
from sensorann.formats.rigs import EGO
from sensorann.geometry import Trajectory

Progress = Callable[[int, int], None]


def motion_session(source: str, *, sensor: str | None, target: str | None) -> Session:
    """Return the session of a file, or of a drive: a LiDAR of it beside another one, or beside the ego poses.

    Parameters
    ----------
    source : a TOML file, or a drive
    sensor, target : names of the LiDARs of a drive; the ego poses where no target is named

    Raises
    ------
    UsageError
        When a drive comes without a sensor, or a session file with one.
    """
    if Path(source).suffix == ".toml":
        if sensor is not None or target is not None:
            raise UsageError(f"{source} names its sensors itself: --sensor and --target are for a drive")
        return read_session(Path(source))
    if sensor is not None and sensor == target:
        raise UsageError(f"{sensor} cannot be compared with itself: name another LiDAR as --target, or none")
    if sensor is None:
        raise UsageError("name the LiDAR of the drive that is followed, with --sensor; or give a session, .toml")
    second = {"name": EGO} if target is None else {"name": target, "sensor": target}
    return Session(
        Path(source).absolute(),
        {
            "first": {"name": sensor, "sensor": sensor, "drive": str(Path(source).absolute())},
            "second": {"drive": str(Path(source).absolute()), **second},
        },
    )


def calibrate_motion_session(
    session: Session, *, largest_delay_s: float = 1.0, progress: Progress = lambda _done, _total: None
) -> HandEye:
    """Estimate where the first sensor sits on the second, and how late its clock is.

    Parameters
    ----------
    session : Session
    largest_delay_s : the delay is looked for within that
    progress : called with the sweeps of a LiDAR followed and their number

    Raises
    ------
    FormatError
        When the session does not name the poses of both.
    CalibrationError
        When the motions tell nothing.
    """
    return calibrate_hand_eye(
        _poses(session, "first", progress),
        _poses(session, "second", progress),
        prior=described_prior(session, "first", "second"),
        frames=(session.name("first"), session.name("second")),
        largest_delay_s=largest_delay_s,
    )


def delay_of_session(
    session: Session, *, largest_delay_s: float = 1.0, progress: Progress = lambda _done, _total: None
) -> Delay:
    """Find how late the clock of the first sensor is; parameters and errors of `calibrate_motion_session`."""
    sides = (_poses(session, side, progress) for side in ("first", "second"))
    return find_delay(*sides, largest_s=largest_delay_s)


def _poses(session: Session, side: str, progress: Progress) -> Trajectory:
    described = session.root.get(side, {})
    if "drive" not in described:
        return read_poses(session.path.parent / session.text(side, "poses", "the name of a file of poses"))
    address = session.text(side, "drive", "a drive, ROOT or ROOT#NAME")
    drive = open_drive(session.path.parent / address)
    if "sensor" in described:
        return lidar_odometry(drive, session.text(side, "sensor", "the name of a LiDAR"), progress=progress)
    if drive.trajectory is None:
        raise FormatError(session.path, f"[{side}] drive", expected="a drive with ego poses", found=address)
    return drive.trajectory
