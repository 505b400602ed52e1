"""Two sensors that move together, as a session file describes them: poses in files, or those of a drive."""

from __future__ import annotations

from calib.motion.clocks import Delay, find_delay
from calib.motion.hand_eye import HandEye, calibrate_hand_eye
from calib.motion.poses import read_poses
from calib.targets.session import Session, described_prior
from sensorann.errors import FormatError
from sensorann.formats import open_drive
from sensorann.geometry import Trajectory


def calibrate_motion_session(session: Session, *, largest_delay_s: float = 1.0) -> HandEye:
    """Estimate where the first sensor sits on the second, and how late its clock is.

    Raises
    ------
    FormatError
        When the session does not name the poses of both.
    CalibrationError
        When the motions tell nothing.
    """
    return calibrate_hand_eye(
        _poses(session, "first"),
        _poses(session, "second"),
        prior=described_prior(session, "first", "second"),
        frames=(session.name("first"), session.name("second")),
        largest_delay_s=largest_delay_s,
    )


def delay_of_session(session: Session, *, largest_delay_s: float = 1.0) -> Delay:
    """Find how late the clock of the first sensor is; raises as `calibrate_motion_session`."""
    return find_delay(_poses(session, "first"), _poses(session, "second"), largest_s=largest_delay_s)


def _poses(session: Session, sensor: str) -> Trajectory:
    if "drive" not in session.root.get(sensor, {}):
        return read_poses(session.path.parent / session.text(sensor, "poses", "the name of a file of poses"))
    address = session.text(sensor, "drive", "a drive, ROOT or ROOT#NAME")
    trajectory = open_drive(session.path.parent / address).trajectory
    if trajectory is None:
        raise FormatError(session.path, f"[{sensor}] drive", expected="a drive with ego poses", found=address)
    return trajectory
