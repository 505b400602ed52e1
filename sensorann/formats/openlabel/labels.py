"""OpenLABEL 1.0: the interchange that loses nothing, and the files of other tools that speak it.

Everything in `Labels` survives writing and reading, every float to the last bit. The layout, and what is made of the
documents of others, is told in ``docs/own-data.md``.
"""

from __future__ import annotations

import re
from pathlib import Path

from sensorann.errors import ArgumentError
from sensorann.formats.openlabel.read import labels_of
from sensorann.formats.openlabel.write import document
from sensorann.formats.strict_json import write_json
from sensorann.formats.written import Written
from sensorann.scene import Drive, Labels

_PEEKED_BYTES = 4096
# The first member of the document, or one that follows nothing but strings ("$schema").
_BEGINNING = re.compile(r'(\ufeff)?\s*\{\s*("[^"]*"\s*:\s*"[^"]*"\s*,\s*)*"openlabel"\s*:')


def recognises(path: Path) -> bool:
    """Tell by the first bytes whether a file is an OpenLABEL document."""
    if not path.is_file():
        return False
    with path.open("rb") as stream:
        return _BEGINNING.match(stream.read(_PEEKED_BYTES).decode("utf-8", "replace")) is not None


def read(path: Path, drive: Drive | None) -> Labels:
    """Read an OpenLABEL 1.0 document.

    Boxes come in the world frame where ego poses lead there (the drive's before the file's), else in the ego frame.
    What `Labels` cannot hold is counted and said in one warning per kind.

    Parameters
    ----------
    path : file
    drive : tells the instants of frames without a timestamp, places sensors that the file does not place, and
        carries boxes into its world

    Raises
    ------
    MissingDataError
        When the file is absent.
    FormatError
        When it is damaged: the message names the place in the document.
    ArgumentError
        When frames have no timestamps and no drive is given.
    """
    return labels_of(Path(path), drive)


def write(labels: Labels, path: Path, drive: Drive | None) -> Written:
    """Write an OpenLABEL 1.0 document, whole or not at all, and tell how much is in it: everything.

    Parameters
    ----------
    labels : labels
    path : file
    drive : adds streams, intrinsics and ego poses, and its own frame numbers where it has all instants of the labels

    Raises
    ------
    ArgumentError
        When the labels hold something that the format cannot say.
    """
    content = document(labels, drive)
    try:
        write_json(path, content)
    except ArgumentError:
        raise  # about the path
    except ValueError as error:  # a number or a text that JSON has no way to write
        raise ArgumentError(f"these labels hold something that JSON cannot: {error}") from error
    n_image_tracks = len(labels.image_tracks)
    return Written(tracks=len(labels.tracks), boxes=labels.n_boxes, image_tracks=n_image_tracks, left_out=0)
