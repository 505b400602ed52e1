"""`sensorann calibrate rig`: all sensors in one estimate, of the same targets or of an ordinary drive."""

from __future__ import annotations

from pathlib import Path

from calib.report import rig_of_targets_page, rig_page
from calib.rigs.file import drive_rig_document, drive_rig_summary, rig_document, rig_summary
from calib.rigs.of_drive import calibrate_rig_of_drive
from calib.rigs.pictures import draw_rig
from calib.rigs.session import calibrate_rig_of_sessions
from calib.targets.session import read_session
from sensorann.cli.calibrate.answers import NOTHING_SHOWN, PRINTED, Answer, Shown, Wanted, give, show
from sensorann.cli.progress import counted
from sensorann.errors import UsageError
from sensorann.formats import open_drive


def rig(*sources: str, root: str | None = None, shown: Shown = NOTHING_SHOWN, wanted: Wanted = PRINTED) -> None:
    """Estimate where all sensors of a rig sit: from targets that they share, or from an ordinary drive without any.

    Prints every pose with a sigma per axis, the detections left out and whose they are, and every rig that fits about
    equally well. Two sensors outvote a third that is wrong. Of a drive every pair that it tells is compared, loops of
    pairs are closed, and what it does not tell is named.

    For example:

        sensorann calibrate rig session.toml -o rig.json --report page.html
        sensorann calibrate rig front.toml left.toml --root LIDAR_TOP
        sensorann calibrate rig nuscenes/v1.0-mini#scene-0061 -o rig.json

    Parameters
    ----------
    sources
        TOML files that name the tables, or the pictures, clouds and scans, of two sensors or more: see
        docs/calibration.md. A sensor that several of them name joins them. Or one drive: a path, or ROOT#NAME.
    root
        The frame in which the others are placed; the first LiDAR where there is one, of a drive the vehicle.
    """
    if not sources:
        raise UsageError("name a session file or more, such as session.toml, or a drive")
    are_sessions = [Path(source).suffix == ".toml" for source in sources]
    if not any(are_sessions) and len(sources) == 1:
        _of_drive(sources[0], root, shown, wanted)
        return
    if not all(are_sessions):
        raise UsageError(f"name session files, .toml, or one drive alone, got {' '.join(sources)}")
    described = [read_session(Path(source)) for source in sources]
    with counted("searching boards") as progress:
        found = calibrate_rig_of_sessions(described, root=root, progress=progress)
    show(lambda: rig_of_targets_page(found, pictures=draw_rig(found, described)), shown)
    give(Answer(rig_document(found), rig_summary(found)), wanted)


def _of_drive(drive: str, root: str | None, shown: Shown, wanted: Wanted) -> None:
    with counted("comparing pairs") as progress:
        found = calibrate_rig_of_drive(open_drive(drive), root=root, progress=progress)
    show(lambda: rig_page(found.joint, untold=found.untold), shown)
    give(Answer(drive_rig_document(found), drive_rig_summary(found)), wanted)
