"""`sensorann calibrate join`: all sensors of a rig in one estimate."""

from __future__ import annotations

from pathlib import Path

from calib.estimation.file import read_calibration
from calib.report import rig_page
from calib.rigs.file import joint_document, joint_summary
from calib.rigs.joint import join as join_pairs
from sensorann.cli.calibrate.answers import NOTHING_SHOWN, PRINTED, Answer, Shown, Wanted, give, show


def join(*pairs: Path, root: str | None = None, shown: Shown = NOTHING_SHOWN, wanted: Wanted = PRINTED) -> None:
    """Join calibrations of pairs to one of the whole rig, close their loops, and say which pair does not fit.

    For example:

        sensorann calibrate join lidar_from_camera.json radar_from_lidar.json radar_from_camera.json -o rig.json

    Parameters
    ----------
    pairs
        Calibration files of pairs of sensors, which share frames.
    root
        The frame in which the others are placed; ego where there is one, else the target of the first pair.
    """
    found = join_pairs([read_calibration(path) for path in pairs], root=root)
    show(lambda: rig_page(found), shown)
    give(Answer(joint_document(found), joint_summary(found)), wanted)
