"""`sensorann calibrate lidar-radar`: a LiDAR in the frame of a radar."""

from __future__ import annotations

from pathlib import Path

from sensorann.cli.calibrate.answers import NOTHING_SHOWN, PRINTED, Shown, Wanted
from sensorann.cli.calibrate.pairs import answer_pair


def lidar_radar(session: Path, /, *, shown: Shown = NOTHING_SHOWN, wanted: Wanted = PRINTED) -> None:
    """Estimate where a LiDAR sits in the frame of a radar, from reflectors that both see.

    Prints the pose with a sigma per axis, the targets left out and why, every pose that fits about equally well, the
    axes that the targets do not tell, and where to put the next target.

    For example:

        sensorann calibrate lidar-radar session.toml -o radar_from_lidar.json --report page.html
        sensorann calibrate lidar-radar session.toml --picture targets.png --json

    Parameters
    ----------
    session
        A TOML file that names the tables of targets and the noise of the sensors: see docs/calibration.md.
    """
    answer_pair("lidar-radar", session, shown, wanted)
