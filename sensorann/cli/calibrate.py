"""`sensorann calibrate`: where the sensors sit, how sure that is, and what the targets cannot tell."""

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from calib.file import document, write_calibration
from calib.lens_file import lens_document, lens_summary, write_lens
from calib.pictures import draw_targets
from calib.session import Session, read_session
from calib.solving import Pair, calibrate_pictures, calibrate_session
from calib.summary import summary
from sensorann.cli.output import AsJson, print_json
from sensorann.errors import UsageError
from sensorann.images.files import write_picture


def calibrate(
    what: Pair | Literal["camera"],
    session: Path,
    /,
    *,
    out: Annotated[Path | None, Parameter(alias="-o")] = None,
    picture: Path | None = None,
    as_json: AsJson = False,
) -> None:
    """Estimate where one sensor sits in the frame of another, from targets that both saw; or a camera's lens.

    Prints the pose with a sigma per axis, the targets left out and why, every pose that fits about equally well, the
    axes that the targets do not tell, and where to put the next target. The session file and its tables are described
    in docs/calibration.md.

    For example:

        sensorann calibrate camera-radar session.toml -o radar_from_camera.json --picture targets.png
        sensorann calibrate lidar-radar session.toml --json
        sensorann calibrate camera pictures.toml -o lens.json

    Parameters
    ----------
    what
        Which sensors: the pose found is that of the first in the frame of the second. camera: the lens, from pictures
        of a board.
    session
        A TOML file that names the tables of targets and the noise of the sensors.
    out
        Where to write the calibration (.json), covariance included.
    picture
        Where to draw the targets from above (.png or .jpg); of a pair only.
    as_json
        Print the calibration as JSON.
    """
    if what == "camera":
        _calibrate_lens(read_session(session), out, picture, as_json)
        return
    found = calibrate_session(read_session(session), what)
    if out is not None:
        write_calibration(found, out)
    if picture is not None:
        write_picture(draw_targets(found), picture)
    if as_json:
        print_json(document(found))
    else:
        print(summary(found))


def _calibrate_lens(session: Session, out: Path | None, picture: Path | None, as_json: bool) -> None:
    if picture is not None:
        raise UsageError("--picture draws the targets of a pair, a lens has none")
    lens, trust = calibrate_pictures(session)
    if out is not None:
        write_lens(lens, trust, out)
    if as_json:
        print_json(lens_document(lens, trust))
    else:
        print(lens_summary(lens, trust))
