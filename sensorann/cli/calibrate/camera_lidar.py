"""`sensorann calibrate camera-lidar`: a camera in the frame of a LiDAR."""

from __future__ import annotations

from pathlib import Path

from sensorann.cli.calibrate.answers import NOTHING_SHOWN, PRINTED, Shown, Wanted
from sensorann.cli.calibrate.pairs import answer_pair


def camera_lidar(session: Path, /, *, shown: Shown = NOTHING_SHOWN, wanted: Wanted = PRINTED) -> None:
    """Estimate where a camera sits in the frame of a LiDAR, from boards that both see.

    Prints the pose with a sigma per axis, the targets left out and why, every pose that fits about equally well, the
    axes that the targets do not tell, and where to put the next target.

    For example:

        sensorann calibrate camera-lidar session.toml -o lidar_from_camera.json --report page.html
        sensorann calibrate camera-lidar session.toml --picture targets.png --json

    Parameters
    ----------
    session
        A TOML file that names the tables of targets and the noise of the sensors: see docs/calibration.md.
    """
    answer_pair("camera-lidar", session, shown, wanted)
