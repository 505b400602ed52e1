"""`sensorann calibrate time-offset`: the delay between the clocks of two sensors."""

from __future__ import annotations

from pathlib import Path

from calib.motion.file import delay_document, delay_summary
from calib.motion.session import delay_of_session
from calib.targets.session import read_session
from sensorann.cli.calibrate.answers import PRINTED, Answer, Wanted, give


def time_offset(session: Path, /, *, largest_delay_s: float = 1.0, wanted: Wanted = PRINTED) -> None:
    """Find how late the clock of a sensor is against another's, from how fast both turn; no pose is needed.

    For example:

        sensorann calibrate time-offset session.toml --largest-delay-s 5

    Parameters
    ----------
    session
        A TOML file that names the poses of both: see docs/calibration.md.
    largest_delay_s
        The delay is looked for within that, to both sides.
    """
    described = read_session(session)
    found = delay_of_session(described, largest_delay_s=largest_delay_s)
    names = described.name("first"), described.name("second")
    give(Answer(delay_document(found, *names), delay_summary(found, *names)), wanted)
