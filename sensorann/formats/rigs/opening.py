"""Recognise a file of calibrations by what it holds, read it, and write one in any of the formats."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sensorann.errors import ArgumentError, FormatError
from sensorann.formats.rigs import camera_info, kalibr, kitti, nuscenes, opencv, openlabel, own, tf, urdf
from sensorann.formats.rigs.document import RigDocument
from sensorann.formats.text_files import read_text


@dataclass(frozen=True, slots=True)
class RigFormat:
    """One way in which calibrations lie in a file.

    Attributes
    ----------
    name : as users know it
    endings : of its files; a format is written for the first that fits where none is named
    landmark : what makes it recognisable, for the message when nothing is recognised
    recognises : tells whether a file with this text is one
    read, write : from a file, and into one
    """

    name: str
    endings: tuple[str, ...]
    landmark: str
    recognises: Callable[[Path, str], bool]
    read: Callable[[Path], RigDocument]
    write: Callable[[RigDocument, Path], None]


RIG_FORMATS = {
    module.NAME: RigFormat(module.NAME, module.ENDINGS, module.LANDMARK, module.recognises, module.read, module.write)
    for module in (own, nuscenes, openlabel, tf, kalibr, opencv, camera_info, kitti, urdf)
}


def read_rig_document(path: Path | str) -> RigDocument:
    """Read a file of calibrations; its format is recognised by what it holds.

    Raises
    ------
    MissingDataError
        When the file is not there.
    FormatError
        When no format is recognised, or the file is damaged: a rotation that is none, a key without value.
    """
    path = Path(path)
    text = read_text(path)
    for found in RIG_FORMATS.values():
        if found.recognises(path, text):
            return found.read(path)
    known = "; ".join(f"{one.name} ({one.landmark})" for one in RIG_FORMATS.values())
    raise FormatError(path, "", expected=f"a calibration file: {known}", found=f"{text[:40]!r}")


def write_rig_document(document: RigDocument, path: Path | str, *, to: str | None = None) -> str:
    """Write a file of calibrations, whole or not at all.

    Parameters
    ----------
    document : what to write
    path : the file
    to : one of `RIG_FORMATS`; told by the ending of the file where None, YAML is then Kalibr's

    Returns
    -------
    the name of the format

    Raises
    ------
    FormatError
        When the format has no place for what the document holds.
    ArgumentError
        When there is no such format, or the ending tells none.
    """
    path = Path(path)
    fitting = [one.name for one in RIG_FORMATS.values() if path.name.endswith(one.endings)]
    name = to or next(iter(fitting), "")
    if path.name == nuscenes.FILE_NAME and to is None:
        name = nuscenes.NAME
    if name not in RIG_FORMATS or name not in fitting:
        endings = "; ".join(f"{one.name}: {' or '.join(one.endings)}" for one in RIG_FORMATS.values())
        raise ArgumentError(f"{path.name} does not end as a file of {to or 'any format'} does ({endings})")
    RIG_FORMATS[name].write(document, path)
    return name
