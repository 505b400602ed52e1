"""`sensorann calibrate check`: whether a camera is still where it was, from labels alone."""

from __future__ import annotations

from pathlib import Path

from calib.drift.file import drift_document, drift_summary
from calib.drift.finding import find_drift
from calib.drift.labelled import labelled_pairs
from calib.report import drift_page
from sensorann.cli.calibrate.answers import NOTHING_SHOWN, PRINTED, Answer, Shown, Wanted, give, show
from sensorann.cli.labels import read_labels
from sensorann.formats import open_drive


def check(
    drive: str,
    /,
    *,
    sensor: str,
    labels: str,
    rig: Path | None = None,
    shown: Shown = NOTHING_SHOWN,
    wanted: Wanted = PRINTED,
) -> None:
    """Tell whether a camera has turned or its clock is off, from labels in space and in its pictures.

    For example:

        sensorann calibrate check kitti/training#0004 --labels label_02/0004.txt --sensor image_02
        sensorann calibrate check kitti/training#0004 --labels label_02/0004.txt --sensor image_02 --rig new.json

    Parameters
    ----------
    drive
        The recording: a path, or ROOT#NAME for one of several.
    sensor
        Name of the camera.
    labels
        What was labelled, in any format that `sensorann convert` reads, or STORE#DRIVE.
    rig
        Calibration file, as in `sensorann info`, to check instead of the drive's own.
    """
    found_labels = read_labels(labels, drive=open_drive(drive))
    pairs = labelled_pairs(open_drive(drive, rig=rig), found_labels, sensor)
    found = find_drift(pairs)
    show(lambda: drift_page(found, pairs, camera=sensor), shown)
    give(Answer(drift_document(found, sensor), drift_summary(found, sensor)), wanted)
