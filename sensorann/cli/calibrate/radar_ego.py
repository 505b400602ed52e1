"""`sensorann calibrate radar-ego`: a radar on the vehicle, without targets."""

from __future__ import annotations

from calib.radars.file import radar_document, radar_summary
from calib.radars.radar_ego import calibrate_radar_ego
from calib.report import radar_page
from sensorann.cli.calibrate.answers import NOTHING_SHOWN, PRINTED, Answer, Shown, Wanted, give, show
from sensorann.cli.progress import counted
from sensorann.formats import open_drive


def radar_ego(drive: str, /, *, sensor: str, shown: Shown = NOTHING_SHOWN, wanted: Wanted = PRINTED) -> None:
    """Estimate yaw and place of a radar on the vehicle, from the Doppler of the static world on an ordinary drive.

    For example:

        sensorann calibrate radar-ego nuscenes/v1.0-mini#scene-0061 --sensor RADAR_FRONT

    Parameters
    ----------
    drive
        The recording: a path, or ROOT#NAME for one of several.
    sensor
        Name of the radar.
    """
    with counted(f"reading {sensor}") as progress:
        found = calibrate_radar_ego(open_drive(drive), sensor, progress=progress)
    show(lambda: radar_page(found), shown)
    give(Answer(radar_document(found), radar_summary(found)), wanted)
