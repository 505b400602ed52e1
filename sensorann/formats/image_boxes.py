"""2D boxes of pictures of a drive, from any format that has them."""

from __future__ import annotations

from pathlib import Path

from sensorann.errors import FormatError
from sensorann.formats import coco
from sensorann.formats.labelling import are_labels, read_labels
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
    if Path(path).suffix == ".json" and Path(path).is_file():
        document = read_json(path)
        if coco.recognises(document):
            return coco.read(path, drive)
        if coco.are_bare_results(document):
            raise FormatError(
                path,
                "",
                expected="COCO with images, categories and annotations: put these results into the annotations of the "
                "file that they were computed for",
                found="a bare list of results, which does not name its pictures",
            )
    if Path(path).exists() and not are_labels(path):
        found = "a folder" if Path(path).is_dir() else "another file"
        raise FormatError(path, "", expected="2D boxes: COCO's JSON, OpenLABEL, or KITTI's labels", found=found)
    return read_labels(path, drive=drive).image_tracks
