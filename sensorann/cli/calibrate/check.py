"""`sensorann calibrate check`: whether the sensors are still where the rig says, from a drive or from its labels."""

from __future__ import annotations

from pathlib import Path

from calib.drift.file import drift_document, drift_summary, radar_drift_document, radar_drift_summary
from calib.drift.finding import find_drift
from calib.drift.labelled import labelled_pairs
from calib.drift.radar import find_radar_drift
from calib.drift.returns import labelled_returns
from calib.report import drift_page, radar_drift_page, survey_page
from calib.rigs.survey import survey_rig
from calib.rigs.survey_file import survey_document, survey_summary
from sensorann.cli.calibrate.answers import NOTHING_SHOWN, PRINTED, Answer, Shown, Wanted, give, show
from sensorann.cli.labels import read_labels
from sensorann.cli.progress import counted
from sensorann.errors import UsageError
from sensorann.formats import open_drive
from sensorann.scene import Drive, Labels

_CALIBRATIONS = (".json", ".yaml", ".yml", ".txt", ".urdf", ".xml")


def check(
    rig: str,
    /,
    *,
    drive: str | None = None,
    sensor: str | None = None,
    labels: str | None = None,
    shown: Shown = NOTHING_SHOWN,
    wanted: Wanted = PRINTED,
) -> None:
    """Tell whether the sensors are still where the rig says.

    Without labels every sensor is compared with what a LiDAR or the static world shows, on any drive. With labels in
    space and in the pictures of a camera it is told whether that has turned or its clock is off, far more finely; with
    labels in space whether a radar has turned, by its returns of movers.

    For example:

        sensorann calibrate check new.json --drive nuscenes/v1.0-mini#scene-0061 --report check.html
        sensorann calibrate check nuscenes/v1.0-mini#scene-0061 --json
        sensorann calibrate check kitti/training#0004 --labels label_02/0004.txt --sensor image_02
        sensorann calibrate check town.drive.h5 --labels labels.json --sensor RADAR_FRONT

    Parameters
    ----------
    rig
        Calibration file that is checked, as in `sensorann info --rig`; or a drive, whose own rig is.
    drive
        The recording on which a calibration file is checked: a path, or ROOT#NAME for one of several.
    sensor
        Name of the sensor; with labels that of a camera or radar, without them one instead of all.
    labels
        What was labelled, in any format that `sensorann convert` reads, or STORE#DRIVE.
    """
    if drive is None and Path(rig).suffix in _CALIBRATIONS:
        raise UsageError(f"{rig} is a calibration file: name the recording on which it is checked, with --drive")
    recording, opened = (rig, open_drive(rig)) if drive is None else (drive, open_drive(drive, rig=rig))
    if labels is None:
        _check_drive(opened, sensor, shown, wanted)
        return
    if sensor is None:
        raise UsageError("name the camera or radar that is beside the labels, with --sensor")
    read = read_labels(labels, drive=open_drive(recording))
    if opened.rig[sensor].kind == "radar":
        _check_radar(opened, read, sensor, shown, wanted)
        return
    pairs = labelled_pairs(opened, read, sensor)
    found = find_drift(pairs)
    show(lambda: drift_page(found, pairs, camera=sensor), shown)
    give(Answer(drift_document(found, sensor), drift_summary(found, sensor)), wanted)


def _check_radar(drive: Drive, labels: Labels, radar: str, shown: Shown, wanted: Wanted) -> None:
    with counted(f"reading {radar}") as progress:
        pairs = labelled_returns(drive, labels, radar, progress=progress)
    found = find_radar_drift(pairs)
    show(lambda: radar_drift_page(found, pairs, radar=radar), shown)
    give(Answer(radar_drift_document(found, radar), radar_drift_summary(found, radar)), wanted)


def _check_drive(drive: Drive, sensor: str | None, shown: Shown, wanted: Wanted) -> None:
    with counted("comparing sensors") as progress:
        checked = survey_rig(drive, only=sensor, progress=progress)
    show(lambda: survey_page(checked, drive=drive.name), shown)
    give(Answer(survey_document(checked), survey_summary(checked)), wanted)
