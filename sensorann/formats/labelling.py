"""Recognise a label format, read it, write it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sensorann.errors import ArgumentError, FormatError, MissingDataError
from sensorann.formats import kitti_labels, nuscenes_labels, openlabel
from sensorann.scene import Drive, Labels


@dataclass(frozen=True, slots=True)
class LabelFormat:
    """One label format.

    Attributes
    ----------
    recognises : tells whether a path that exists holds it, by name and a look at its beginning
    read : path and the drive (None where the caller gave none) to labels
    write : labels, path, drive; files are written whole or not at all
    """

    recognises: Callable[[Path], bool]
    read: Callable[[Path, Drive | None], Labels]
    write: Callable[[Labels, Path, Drive | None], None]


LABEL_FORMATS = {
    "openlabel": LabelFormat(openlabel.recognises, openlabel.read, openlabel.write),
    "kitti": LabelFormat(kitti_labels.recognises, kitti_labels.read, kitti_labels.write),
    "nuscenes": LabelFormat(nuscenes_labels.recognises, nuscenes_labels.read, nuscenes_labels.write),
}
_SUFFIXES = {".json": "openlabel", ".txt": "kitti", "": "nuscenes"}


def read_labels(path: Path | str, *, drive: Drive | None = None, format: str | None = None) -> Labels:  # noqa: A002
    """Read labels of any format; boxes come in the world frame where there are ego poses.

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
    path = Path(path)
    if not path.exists() and not nuscenes_labels.recognises(path):  # ROOT#SCENE is no path that exists
        raise MissingDataError(f"{path} does not exist")
    if not path.exists():
        format = format or "nuscenes"  # noqa: A001
    if format is not None:
        return _format(format).read(path, drive)
    for label_format in LABEL_FORMATS.values():
        if label_format.recognises(path):
            return label_format.read(path, drive)
    raise FormatError(path, "", expected=f"labels in one of {', '.join(LABEL_FORMATS)}", found="something else")


def write_labels(
    labels: Labels,
    path: Path | str,
    *,
    drive: Drive | None = None,
    format: str | None = None,  # noqa: A002
) -> None:
    """Write labels; the format follows the name (.json OpenLABEL, .txt KITTI, a folder nuScenes) unless given.

    Parameters
    ----------
    labels : Labels
    path : file, or folder for nuScenes tables
    drive : the recording; needed where the format is not in the world frame (KITTI) or holds its tables (nuScenes)
    format : ``openlabel``, ``kitti`` or ``nuscenes``

    Raises
    ------
    ArgumentError
        When the format is unknown, cannot be told from the name, or needs a drive and got none.
    """
    path = Path(path)
    name = format or _SUFFIXES.get(path.suffix.lower())
    if name is None:
        raise ArgumentError(
            f"cannot tell the label format from {path.name}: name it with one of {', '.join(LABEL_FORMATS)}"
        )
    _format(name).write(labels, path, drive)


def _format(name: str) -> LabelFormat:
    if name not in LABEL_FORMATS:
        raise ArgumentError(f"label format must be one of {', '.join(LABEL_FORMATS)}, got {name!r}")
    return LABEL_FORMATS[name]
