"""2D boxes of pictures of a drive, from any format that has them."""

from __future__ import annotations

from pathlib import Path

from sensorann.formats import coco
from sensorann.formats.labelling import read_labels
from sensorann.formats.strict_json import read_json
from sensorann.scene import Drive, ImageTrack


def read_image_boxes(path: Path | str, *, drive: Drive) -> tuple[ImageTrack, ...]:
    """Read 2D boxes: COCO's JSON, or the image tracks of labels in OpenLABEL or KITTI.

    Parameters
    ----------
    path : the file
    drive : whose pictures they are of

    Raises
    ------
    MissingDataError
        When there is nothing at the path.
    FormatError
        When no format is recognised, or the file is damaged.
    """
    if Path(path).suffix == ".json" and Path(path).is_file() and coco.recognises(read_json(path)):
        return coco.read(path, drive)
    return read_labels(path, drive=drive).image_tracks
