"""`sensorann calibrate camera`: a lens from pictures of a board."""

from __future__ import annotations

from pathlib import Path

from calib.lenses.file import lens_document, lens_summary
from calib.lenses.pictures import draw_lens
from calib.lenses.session import calibrate_pictures
from calib.report import lens_page, write_report
from calib.targets.session import read_session
from sensorann.cli.calibrate.answers import NOTHING_SHOWN, PRINTED, Answer, Shown, Wanted, give
from sensorann.cli.progress import counted
from sensorann.images.files import write_picture


def camera(session: Path, /, *, shown: Shown = NOTHING_SHOWN, wanted: Wanted = PRINTED) -> None:
    """Estimate the lens of a camera from pictures of a board, and how far to trust it away from the boards.

    For example:

        sensorann calibrate camera pictures.toml -o lens.json --report lens.html

    Parameters
    ----------
    session
        A TOML file that names the pictures and the board: see docs/calibration.md.
    """
    described = read_session(session)
    name = described.name("camera")
    with counted("searching boards") as progress:
        lens, trust, views = calibrate_pictures(described, progress=progress)
    if shown.picture is not None:
        write_picture(draw_lens(lens, trust, views), shown.picture)
    if shown.report is not None:
        write_report(lens_page(lens, trust, views, name=name), shown.report)
    give(Answer(lens_document(lens, trust, name=name), lens_summary(lens, trust)), wanted)
