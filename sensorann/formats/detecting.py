"""Recognise a format of detections and read it."""

from __future__ import annotations

from pathlib import Path

from sensorann.errors import FormatError, MissingDataError
from sensorann.formats.kitti import detections as kitti
from sensorann.formats.nuscenes import detections as nuscenes
from sensorann.formats.openlabel import detections as openlabel
from sensorann.scene import Detections, Drive, check_drive

_FORMATS = (
    (openlabel.recognises, openlabel.read),
    (nuscenes.recognises, nuscenes.read),
    (kitti.recognises, kitti.read),
)


def read_detections(path: Path | str, *, drive: Drive) -> Detections:
    """Read what a detector saw: KITTI text (a file, or a folder with one per class), nuScenes results, OpenLABEL.

    Parameters
    ----------
    path : file or folder
    drive : the recording; its frames and poses place the boxes

    Returns
    -------
    Detections
        In the world frame, or in the ego frame where the drive has no ego poses.

    Raises
    ------
    MissingDataError
        When there is nothing at the path.
    FormatError
        When nothing is recognised, or a row is damaged, holds NaN or an unknown category; the place is named.
    ArgumentError
        When the drive cannot place such detections.
    """
    check_drive(drive)
    path = Path(path)
    if not path.exists():
        raise MissingDataError(f"{path} does not exist")
    for recognises, read in _FORMATS:
        if recognises(path):
            return read(path, drive)
    expected = "detections: KITTI text with commas, a folder with a file of it per class, nuScenes results, OpenLABEL"
    raise FormatError(path, "", expected=expected, found="a folder" if path.is_dir() else "something else")
