"""`sensorann calibrate lidar-radar`: a LiDAR in the frame of a radar."""

from __future__ import annotations

from pathlib import Path

from sensorann.cli.calibrate.answers import PRINTED, Wanted
from sensorann.cli.calibrate.pairs import answer_pair


def lidar_radar(session: Path, /, *, picture: Path | None = None, wanted: Wanted = PRINTED) -> None:
    """Estimate where a LiDAR sits in the frame of a radar, from reflectors that both see.

    Prints the pose with a sigma per axis, the targets left out and why, every pose that fits about equally well, the
    axes that the targets do not tell, and where to put the next target.

    For example:

        sensorann calibrate lidar-radar session.toml -o radar_from_lidar.json --picture targets.png
        sensorann calibrate lidar-radar session.toml --json

    Parameters
    ----------
    session
        A TOML file that names the tables of targets and the noise of the sensors: see docs/calibration.md.
    picture
        Where to draw the targets from above (.png or .jpg).
    """
    answer_pair("lidar-radar", session, picture, wanted)
