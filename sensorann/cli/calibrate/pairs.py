"""What the commands for a pair of sensors share."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from calib.boards.session import session_overlays
from calib.estimation.estimate import Estimate
from calib.estimation.file import document
from calib.estimation.pictures import draw_targets
from calib.estimation.summary import summary
from calib.lenses.session import described_camera, describes_camera
from calib.report import draw_overlays, pair_page, write_report
from calib.targets.session import Session, read_session
from calib.targets.solving import Pair, calibrate_session
from sensorann.cli.calibrate.answers import Answer, Shown, Wanted, give
from sensorann.cli.progress import counted
from sensorann.images.files import write_picture


def answer_pair(pair: Pair, path: Path, shown: Shown, wanted: Wanted) -> None:
    """Estimate a pair, draw what is wanted of it, and give the answer."""
    session = read_session(path)
    with counted("searching boards") as progress:
        found = calibrate_session(session, pair, progress=progress)
    if shown.picture is not None:
        write_picture(_picture(found, session, pair), shown.picture)
    if shown.report is not None:
        camera = described_camera(session) if describes_camera(session) and pair.startswith("camera") else None
        overlays = [] if camera is None else session_overlays(session, pair.split("-")[1])
        write_report(pair_page(found, camera=camera, overlays=overlays), shown.report)
    give(Answer(document(found), summary(found)), wanted)


def _picture(found: Estimate, session: Session, pair: Pair) -> NDArray[np.uint8]:
    source, target = pair.split("-")
    overlays = session_overlays(session, target, most=2) if source == "camera" else []
    drawn = draw_overlays(found, overlays, described_camera(session)) if overlays else {}
    return np.concatenate([draw_targets(found), *drawn.values()], axis=0)
