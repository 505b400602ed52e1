"""`sensorann calibrate`: where the sensors sit, how sure that is, and what the targets cannot tell."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from calib.file import document, write_calibration
from calib.pictures import draw_targets
from calib.session import read_session
from calib.solving import Pair, calibrate_session
from calib.summary import summary
from sensorann.cli.output import AsJson, print_json
from sensorann.images.files import write_picture


def calibrate(
    pair: Pair,
    session: Path,
    /,
    *,
    out: Annotated[Path | None, Parameter(alias="-o")] = None,
    picture: Path | None = None,
    as_json: AsJson = False,
) -> None:
    """Estimate where one sensor sits in the frame of another, from targets that both saw.

    Prints the pose with a sigma per axis, the targets left out and why, every pose that fits about equally well, the
    axes that the targets do not tell, and where to put the next target. The session file and its tables are described
    in docs/calibration.md.

    For example:

        sensorann calibrate camera-radar session.toml -o radar_from_camera.json --picture targets.png
        sensorann calibrate lidar-radar session.toml --json

    Parameters
    ----------
    pair
        Which sensors: the pose found is that of the first in the frame of the second.
    session
        A TOML file that names the tables of targets and the noise of the sensors.
    out
        Where to write the calibration (.json), covariance included.
    picture
        Where to draw the targets from above (.png or .jpg).
    as_json
        Print the calibration as JSON.
    """
    found = calibrate_session(read_session(session), pair)
    if out is not None:
        write_calibration(found, out)
    if picture is not None:
        write_picture(draw_targets(found), picture)
    if as_json:
        print_json(document(found))
    else:
        print(summary(found))
