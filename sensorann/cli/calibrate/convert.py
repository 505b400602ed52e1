"""`sensorann calibrate convert`: calibrations for other tools."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from sensorann.cli.output import AsJson, print_json
from sensorann.errors import UsageError
from sensorann.formats import RIG_FORMATS, document_of, open_drive, read_rig_document, write_rig_document
from sensorann.formats.rigs.own import rig_members


def convert(
    source: str,
    out: Path,
    /,
    *,
    to: str | None = None,
    rename: Annotated[tuple[str, ...], Parameter(negative="")] = (),
    as_json: AsJson = False,
) -> None:
    """Write a calibration file, or the rig of a drive, in the format of another tool.

    Formats: sensorann, nuscenes, openlabel, tf, kalibr, opencv, camera-info, kitti, urdf. What is read is recognised.
    What the other format has no place for is left out and named.

    For example:

        sensorann calibrate convert camchain.yaml rig.json --rename cam0=CAM_FRONT --rename imu=ego
        sensorann calibrate convert lens.json front.yaml --to camera-info --rename camera=CAM_FRONT
        sensorann calibrate convert nuscenes/v1.0-mini#scene-0061 rig.urdf

    Parameters
    ----------
    source
        A calibration file in any of the formats, or a drive (ROOT or ROOT#NAME) whose rig is taken.
    out
        The file to write.
    to
        Its format; told by the ending where not given (.json ours, .yaml Kalibr's, .txt KITTI's, .urdf).
    rename
        OLD=NEW, may be given several times: what a frame or camera is called in the file written.
    as_json
        Print what was converted as JSON, in our own format.
    """
    if to is not None and to not in RIG_FORMATS:
        raise UsageError(f"--to {to}: the formats are {', '.join(RIG_FORMATS)}")
    pairs = [text.partition("=") for text in rename]
    if not all(old and new for old, _, new in pairs):
        raise UsageError(f"--rename takes OLD=NEW, got {' '.join(rename)}")
    is_file = Path(source).is_file() and not source.endswith(".drive.h5")
    found = read_rig_document(source) if is_file else document_of(open_drive(source).rig)
    renamed = found.renamed({old: new for old, _, new in pairs})
    written = write_rig_document(renamed, out, to=to)
    if as_json:
        print_json(rig_members(renamed))
    else:
        print(f"{out}: {written}, with {', '.join(renamed.frames)}")
