"""`sensorann calibrate rig`: all sensors that saw the same targets, in one estimate."""

from __future__ import annotations

from pathlib import Path

from calib.report import rig_of_targets_page
from calib.rigs.file import rig_document, rig_summary
from calib.rigs.session import calibrate_rig_of_sessions
from calib.targets.session import read_session
from sensorann.cli.calibrate.answers import NOTHING_SHOWN, PRINTED, Answer, Shown, Wanted, give, show
from sensorann.cli.progress import counted
from sensorann.errors import UsageError


def rig(*sessions: Path, root: str | None = None, shown: Shown = NOTHING_SHOWN, wanted: Wanted = PRINTED) -> None:
    """Estimate where all sensors of a rig sit from targets that they share, each detection counted once.

    Prints every pose with a sigma per axis, the detections left out and whose they are, and every rig that fits about
    equally well. Two sensors outvote a third that is wrong.

    For example:

        sensorann calibrate rig session.toml -o rig.json --report page.html
        sensorann calibrate rig front.toml left.toml --root LIDAR_TOP

    Parameters
    ----------
    sessions
        TOML files that name the tables, or the pictures, clouds and scans, of two sensors or more: see
        docs/calibration.md. A sensor that several of them name joins them.
    root
        The frame in which the others are placed; the first LiDAR where there is one.
    """
    if not sessions:
        raise UsageError("name a session file or more, such as session.toml")
    described = [read_session(path) for path in sessions]
    with counted("searching boards") as progress:
        found = calibrate_rig_of_sessions(described, root=root, progress=progress)
    show(lambda: rig_of_targets_page(found), shown)
    give(Answer(rig_document(found), rig_summary(found)), wanted)
