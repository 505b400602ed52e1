"""What the commands for a pair of sensors share."""

from __future__ import annotations

from pathlib import Path

from calib.file import document
from calib.pictures import draw_targets
from calib.session import read_session
from calib.solving import Pair, calibrate_session
from calib.summary import summary
from sensorann.cli.calibrate.answers import Answer, Wanted, give
from sensorann.images.files import write_picture


def answer_pair(pair: Pair, session: Path, picture: Path | None, wanted: Wanted) -> None:
    """Estimate a pair, draw its targets, and give the answer."""
    found = calibrate_session(read_session(session), pair)
    if picture is not None:
        write_picture(draw_targets(found), picture)
    give(Answer(document(found), summary(found)), wanted)
