"""`sensorann calibrate join`: all sensors of a rig in one estimate."""

from __future__ import annotations

from pathlib import Path

from calib.estimation.file import read_calibration
from calib.rigs.file import joint_document, joint_summary
from calib.rigs.joint import join as join_pairs
from sensorann.cli.calibrate.answers import PRINTED, Answer, Wanted, give


def join(*pairs: Path, root: str | None = None, wanted: Wanted = PRINTED) -> None:
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
    give(Answer(joint_document(found), joint_summary(found)), wanted)
