"""`sensorann calibrate hand-eye`: from the motions of two sensors to the pose between them."""

from __future__ import annotations

from calib.motion.file import hand_eye_document, hand_eye_summary
from calib.motion.session import calibrate_motion_session, motion_session
from calib.report import hand_eye_page
from sensorann.cli.calibrate.answers import NOTHING_SHOWN, PRINTED, Answer, Shown, Wanted, give, show
from sensorann.cli.progress import counted


def hand_eye(
    source: str,
    /,
    *,
    sensor: str | None = None,
    target: str | None = None,
    largest_delay_s: float = 1.0,
    shown: Shown = NOTHING_SHOWN,
    wanted: Wanted = PRINTED,
) -> None:
    """Estimate where a sensor sits on another that moves with it, and how late its clock is: odometry, ego poses.

    A vehicle on a plane turns about one axis, and the place along it leaves no trace: that is said.

    For example:

        sensorann calibrate hand-eye session.toml -o ego_from_lidar.json --report page.html
        sensorann calibrate hand-eye recordings/monday.drive.h5 --sensor LIDAR_TOP
        sensorann calibrate hand-eye recordings/monday.drive.h5 --sensor LIDAR_LEFT --target LIDAR_RIGHT

    Parameters
    ----------
    source
        A TOML file that names the poses of both (see docs/calibration.md), or a drive: a path, or ROOT#NAME.
    sensor
        Of a drive, the LiDAR that is followed from sweep to sweep.
    target
        Of a drive, the LiDAR that it is compared with; the vehicle where not given.
    largest_delay_s
        The delay is looked for within that, to both sides.
    """
    session = motion_session(source, sensor=sensor, target=target)
    with counted("following sweeps") as progress:
        found = calibrate_motion_session(session, largest_delay_s=largest_delay_s, progress=progress)
    show(lambda: hand_eye_page(found), shown)
    give(Answer(hand_eye_document(found), hand_eye_summary(found)), wanted)
