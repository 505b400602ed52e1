"""`sensorann calibrate time-offset`: the delay between the clocks of two sensors."""

from __future__ import annotations

from calib.motion.file import delay_document, delay_summary
from calib.motion.session import delay_of_session, motion_session
from calib.report import delay_page
from sensorann.cli.calibrate.answers import NOTHING_SHOWN, PRINTED, Answer, Shown, Wanted, give, show
from sensorann.cli.progress import counted


def time_offset(
    source: str,
    /,
    *,
    sensor: str | None = None,
    target: str | None = None,
    largest_delay_s: float = 1.0,
    shown: Shown = NOTHING_SHOWN,
    wanted: Wanted = PRINTED,
) -> None:
    """Find how late the clock of a sensor is against another's, from how fast both turn; no pose is needed.

    For example:

        sensorann calibrate time-offset session.toml --largest-delay-s 5
        sensorann calibrate time-offset recordings/monday.drive.h5 --sensor LIDAR_TOP --report clock.html

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
        found = delay_of_session(session, largest_delay_s=largest_delay_s, progress=progress)
    names = session.name("first"), session.name("second")
    show(lambda: delay_page(found, names=names), shown)
    give(Answer(delay_document(found, *names), delay_summary(found, *names)), wanted)
