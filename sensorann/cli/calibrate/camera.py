"""`sensorann calibrate camera`: a lens from pictures of a board."""

from __future__ import annotations

from pathlib import Path

from calib.lenses.file import lens_document, lens_summary
from calib.lenses.pictures import draw_lens
from calib.lenses.session import calibrate_pictures
from calib.report import lens_page
from calib.targets.session import read_session
from sensorann.cli.calibrate.answers import PRINTED, Answer, Wanted, give
from sensorann.images.files import write_picture


def camera(
    session: Path, /, *, report: Path | None = None, picture: Path | None = None, wanted: Wanted = PRINTED
) -> None:
    """Estimate the lens of a camera from pictures of a board, and how far to trust it away from the boards.

    For example:

        sensorann calibrate camera pictures.toml -o lens.json --report lens.html

    Parameters
    ----------
    session
        A TOML file that names the pictures and the board: see docs/calibration.md.
    report
        Where to write a page of it (.html): residuals, coverage, sigma map. It needs the extra sensorann[report].
    picture
        Where to draw the corners with their residuals, and the sigma over the picture (.png or .jpg).
    """
    described = read_session(session)
    name = described.name("camera")
    lens, trust, views = calibrate_pictures(described)
    if picture is not None:
        write_picture(draw_lens(lens, trust, views), picture)
    if report is not None:
        lens_page(lens, trust, views, report, name=name)
    give(Answer(lens_document(lens, trust, name=name), lens_summary(lens, trust)), wanted)
