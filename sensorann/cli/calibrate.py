"""`sensorann calibrate`: where the sensors sit, how sure that is, and what the data cannot tell."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from cyclopts import Parameter
from numpy.typing import NDArray

from calib.drift import find_drift
from calib.drift_file import drift_document, drift_summary
from calib.file import document, write_calibration
from calib.labelled import labelled_pairs
from calib.lens_file import lens_document, lens_summary
from calib.pictures import draw_targets
from calib.radar_ego import calibrate_radar_ego
from calib.radar_file import radar_document, radar_summary
from calib.session import read_session
from calib.solving import Pair, calibrate_pictures, calibrate_session
from calib.summary import summary
from sensorann.cli.labels import read_labels
from sensorann.cli.output import AsJson, print_json
from sensorann.cli.progress import counted
from sensorann.errors import UsageError
from sensorann.formats import open_drive
from sensorann.images.files import write_picture


@dataclass(frozen=True, eq=False, slots=True)
class _Answer:
    """What a calibration has to say: for programs, for people, and for the eye."""

    content: dict[str, Any]
    text: str
    picture: NDArray[np.uint8] | None = None


def calibrate(
    what: Pair | Literal["camera", "radar-ego", "check"],
    source: str,
    /,
    *,
    sensor: str | None = None,
    labels: str | None = None,
    out: Annotated[Path | None, Parameter(alias="-o")] = None,
    picture: Path | None = None,
    as_json: AsJson = False,
) -> None:
    """Estimate where sensors sit, a camera's lens, where a radar points; or check from labels whether a camera moved.

    For a pair of sensors, prints the pose with a sigma per axis, the targets left out and why, every pose that fits
    about equally well, the axes that the targets do not tell, and where to put the next target. The session file and
    its tables are described in docs/calibration.md. A radar needs no targets, only an ordinary drive.

    For example:

        sensorann calibrate camera-radar session.toml -o radar_from_camera.json --picture targets.png
        sensorann calibrate lidar-radar session.toml --json
        sensorann calibrate camera pictures.toml -o lens.json
        sensorann calibrate radar-ego nuscenes/v1.0-mini#scene-0061 --sensor RADAR_FRONT
        sensorann calibrate check kitti/training#0004 --labels label_02/0004.txt --sensor image_02

    Parameters
    ----------
    what
        A pair of sensors: the pose found is that of the first in the frame of the second. camera: the lens, from
        pictures of a board. radar-ego: yaw and place of a radar on the vehicle, from the Doppler of a drive. check:
        whether a camera has turned or its clock is off, from labels in space and in its pictures.
    source
        A TOML file that names tables or pictures and the noise of the sensors; for radar-ego and check a drive
        (ROOT or ROOT#NAME).
    sensor
        Name of the radar of radar-ego, or of the camera of check.
    labels
        What was labelled in the drive of check, in any format that `sensorann convert` reads, or STORE#DRIVE.
    out
        Where to write the calibration (.json).
    picture
        Where to draw the targets of a pair from above (.png or .jpg).
    as_json
        Print the calibration as JSON.
    """
    on_drive = what in ("radar-ego", "check")
    if on_drive != (sensor is not None):
        raise UsageError("--sensor names a sensor of the drive: radar-ego and check need it, the others take none")
    if (what == "check") != (labels is not None):
        raise UsageError("--labels names the labels of check: it needs them, the others take none")
    if picture is not None and (on_drive or what == "camera"):
        raise UsageError(f"--picture draws the targets of a pair, {what} has none")
    if what == "camera":
        answer = _lens(source)
    elif what == "radar-ego":
        answer = _radar(source, str(sensor))
    elif what == "check":
        answer = _check(source, str(labels), str(sensor))
    else:
        answer = _pair(what, source)
    if out is not None:
        write_calibration(answer.content, out)
    if picture is not None and answer.picture is not None:
        write_picture(answer.picture, picture)
    if as_json:
        print_json(answer.content)
    else:
        print(answer.text)


def _pair(pair: Pair, source: str) -> _Answer:
    found = calibrate_session(read_session(Path(source)), pair)
    return _Answer(document(found), summary(found), draw_targets(found))


def _lens(source: str) -> _Answer:
    lens, trust = calibrate_pictures(read_session(Path(source)))
    return _Answer(lens_document(lens, trust), lens_summary(lens, trust))


def _check(source: str, labels: str, camera: str) -> _Answer:
    drive = open_drive(source)
    found = find_drift(labelled_pairs(drive, read_labels(labels, drive=drive), camera))
    return _Answer(drift_document(found, camera), drift_summary(found, camera))


def _radar(source: str, sensor: str) -> _Answer:
    with counted(f"reading {sensor}") as progress:
        found = calibrate_radar_ego(open_drive(source), sensor, progress=progress)
    return _Answer(radar_document(found), radar_summary(found))
