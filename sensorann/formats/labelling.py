"""Recognise a label format, read it, write it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sensorann.errors import ArgumentError, FormatError, MissingDataError
from sensorann.formats.kitti import labels as kitti_labels
from sensorann.formats.nuscenes import labels as nuscenes_labels
from sensorann.formats.openlabel import labels as openlabel
from sensorann.formats.written import Written
from sensorann.scene import Drive, Labels, check_drive


@dataclass(frozen=True, slots=True)
class LabelFormat:
    """One label format.

    Attributes
    ----------
    suffix : what the name of a file ends in; empty for a folder
    recognises : tells whether it lies at a path or address, by name and a look at its beginning
    read : path and the drive (None where the caller gave none) to labels
    write : labels, path, drive; files are written whole or not at all; tells how much is written
    """

    suffix: str
    recognises: Callable[[Path], bool]
    read: Callable[[Path, Drive | None], Labels]
    write: Callable[[Labels, Path, Drive | None], Written]


LABEL_FORMATS = {
    "openlabel": LabelFormat(".json", openlabel.recognises, openlabel.read, openlabel.write),
    "kitti": LabelFormat(".txt", kitti_labels.recognises, kitti_labels.read, kitti_labels.write),
    "nuscenes": LabelFormat("", nuscenes_labels.recognises, nuscenes_labels.read, nuscenes_labels.write),
}

_log = logging.getLogger(__name__)


def are_labels(path: Path | str) -> bool:
    """Tell whether labels of any format lie at a path or address, by its name and a look at its beginning."""
    return any(own.recognises(Path(path)) for own in LABEL_FORMATS.values())


def read_labels(path: Path | str, *, drive: Drive | None = None, format: str | None = None) -> Labels:  # noqa: A002
    """Read labels of any format; boxes come in the world frame where there are ego poses.

    Labels that name another drive than the one given are read with a warning.

    Parameters
    ----------
    path : file, or folder for nuScenes tables; ``ROOT#SCENE`` for one of several scenes
    drive : the recording; needed where the format has no poses of its own (KITTI)
    format : ``openlabel``, ``kitti`` or ``nuscenes``; recognised when not given

    Raises
    ------
    MissingDataError
        When there is nothing at the path.
    FormatError
        When the file is damaged or not recognised.
    ArgumentError
        When the format is unknown, or needs a drive and got none.
    """
    check_drive(drive)
    path = Path(path)
    recognised = [own for own in LABEL_FORMATS.values() if own.recognises(path)]
    if not recognised and not path.exists():  # an address such as ROOT#SCENE is no path that exists
        raise MissingDataError(f"{path} does not exist")
    candidates = recognised if format is None else [_format(format)]
    if not candidates:
        raise FormatError(
            path,
            "",
            expected=f"labels in one of {', '.join(LABEL_FORMATS)} (name it with --from or format=)",
            found=_content(path),
        )
    labels = candidates[0].read(path, drive)
    if drive is not None and labels.drive_name not in ("", drive.name):
        _log.warning("%s: these labels are of %s, the drive is %s", path, labels.drive_name, drive.name)
    return labels


def write_labels(
    labels: Labels,
    path: Path | str,
    *,
    drive: Drive | None = None,
    format: str | None = None,  # noqa: A002
) -> Written:
    """Write labels; the format follows the name (.json OpenLABEL, .txt KITTI, a folder nuScenes) unless given.

    Parameters
    ----------
    labels : Labels
    path : file, or folder for nuScenes tables
    drive : the recording; needed where the format is not in the world frame (KITTI) or holds its tables (nuScenes)
    format : ``openlabel``, ``kitti`` or ``nuscenes``

    Returns
    -------
    how many tracks and boxes are written; formats that know only the frames of a drive leave other boxes out

    Raises
    ------
    ArgumentError
        When the format is unknown, cannot be told from the name, or needs a drive and got none; when there are boxes
        and none of them is at a frame of the drive.
    """
    check_drive(drive)
    path = Path(path)
    return writable_format(path, format=format).write(labels, path, drive)


def writable_format(path: Path | str, *, format: str | None = None) -> LabelFormat:  # noqa: A002
    """Tell which format `write_labels` would write.

    Raises
    ------
    ArgumentError
        When the format is unknown, or cannot be told from the name.
    """
    path = Path(path)
    by_suffix = [own for own in LABEL_FORMATS.values() if own.suffix == path.suffix.lower()]
    candidates = by_suffix if format is None else [_format(format)]
    if not candidates:
        raise ArgumentError(
            f"cannot tell the label format from {path.name}: name it with one of {', '.join(LABEL_FORMATS)}"
        )
    return candidates[0]


def _format(name: str) -> LabelFormat:
    if name not in LABEL_FORMATS:
        raise ArgumentError(f"label format must be one of {', '.join(LABEL_FORMATS)}, got {name!r}")
    return LABEL_FORMATS[name]


def _content(path: Path) -> str:
    """Say in a few words what lies at a path that nothing recognises."""
    if path.is_dir():
        return "a folder without nuScenes tables (v1.0-*)"
    with path.open("rb") as stream:
        beginning = stream.read(40)
    return f"a file that begins with {beginning.decode('utf-8', 'replace')!r}" if beginning else "an empty file"
