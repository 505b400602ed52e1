"""`sensorann calibrate hand-eye`: from the motions of two sensors to the pose between them."""

from __future__ import annotations

from pathlib import Path

from calib.motion.file import hand_eye_document, hand_eye_summary
from calib.motion.session import calibrate_motion_session
from calib.report import hand_eye_page
from calib.targets.session import read_session
from sensorann.cli.calibrate.answers import NOTHING_SHOWN, PRINTED, Answer, Shown, Wanted, give, show


def hand_eye(
    session: Path,
    /,
    *,
    largest_delay_s: float = 1.0,
    shown: Shown = NOTHING_SHOWN,
    wanted: Wanted = PRINTED,
) -> None:
    """Estimate where a sensor sits on another that moves with it, and how late its clock is: odometry, ego poses.

    A vehicle on a plane turns about one axis, and the place along it leaves no trace: that is said.

    For example:

        sensorann calibrate hand-eye session.toml -o ego_from_lidar.json --report page.html

    Parameters
    ----------
    session
        A TOML file that names the poses of both: see docs/calibration.md.
    largest_delay_s
        The delay is looked for within that, to both sides.
    """
    found = calibrate_motion_session(read_session(session), largest_delay_s=largest_delay_s)
    show(lambda: hand_eye_page(found), shown)
    give(Answer(hand_eye_document(found), hand_eye_summary(found)), wanted)
