"""`sensorann calibrate camera`: a lens from pictures of a board."""

from __future__ import annotations

from pathlib import Path

from calib.lens_file import lens_document, lens_summary
from calib.session import read_session
from calib.session_pictures import calibrate_pictures
from sensorann.cli.calibrate.answers import PRINTED, Answer, Wanted, give


def camera(session: Path, /, *, wanted: Wanted = PRINTED) -> None:
    """Estimate the lens of a camera from pictures of a board, and how far to trust it away from the boards.

    For example:

        sensorann calibrate camera pictures.toml -o lens.json

    Parameters
    ----------
    session
        A TOML file that names the pictures and the board: see docs/calibration.md.
    """
    described = read_session(session)
    lens, trust = calibrate_pictures(described)
    give(Answer(lens_document(lens, trust, name=described.name("camera")), lens_summary(lens, trust)), wanted)
