"""`sensorann store export`: labels of a drive into a file, and where they come from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

import sensorann as sa
from sensorann.cli.label_formats import LabelFormatName
from sensorann.cli.labels import drive_address, write_labels
from sensorann.cli.output import json_text
from sensorann.cli.times import unix_ns
from sensorann.errors import UsageError
from sensorann.files import written_whole
from sensorann.formats import Written, open_drive
from sensorann.formats.columns import write_columns
from sensorann.scene import Labels
from sensorann.store import load_as_of
from sensorann.store.hashing import files_sha256, root_sha256
from sensorann.store.history import event_hash
from sensorann.store.provenance import provenance as provenance_of
from sensorann.store.signing import sign_off as stand_for


def export(
    store: str,
    out: str,
    /,
    *,
    drive: str | None = None,
    to_format: Annotated[LabelFormatName | Literal["h5"] | None, Parameter(name="--to")] = None,
    as_of: str | None = None,
    provenance: Path | None = None,
    sign_off: str | None = None,
) -> None:
    """Write the labels of a drive, and where they come from.

    For example:

        sensorann store export labels.db#0000 0000.json --provenance 0000.prov.json --sign-off "all tracks looked at"
        sensorann store export labels.db#0000 0000.txt --drive kitti/training#0000
        sensorann store export labels.db#0000 0000.h5 --to h5
        sensorann store export labels.db#0000 then.json --as-of 2026-11-27T14:30

    Parameters
    ----------
    store
        STORE#DRIVE; a store with a single drive needs no name.
    out
        Where to write: .json is OpenLABEL, .txt KITTI, .h5 columns for training, a folder nuScenes, unless --to says
        otherwise.
    drive
        The recording (ROOT or ROOT#NAME); KITTI and nuScenes need its calibration and poses.
    to_format
        Format to write; follows the name when not given.
    as_of
        Write the labels as they were at this time of day: 2026-11-27, or 2026-11-27T14:30; UTC unless it says
        otherwise.
    provenance
        Write W3C PROV-JSON here: every event, who made it with what, and the release manifest with hashes of the files
        just written.
    sign_off
        Stand for the files just written, with a word on what was checked and what is known to be wrong: an event of the
        journal, named in the manifest.
    """
    if sign_off is not None and provenance is None:
        raise UsageError("--sign-off is named in the provenance: add --provenance FILE")
    if as_of is not None and provenance is not None:
        raise UsageError("--provenance tells of the labels as they are: leave out --as-of")
    then_ns = None if as_of is None else unix_ns(as_of, "--as-of")
    place, name = drive_address(store)
    recording = None if drive is None else open_drive(drive)
    with sa.open_store(place) as opened:
        loaded = opened.load(name) if then_ns is None else load_as_of(opened, name, then_ns)
        labels = loaded.labels
        if to_format == "h5" or (to_format is None and out.endswith(".h5")):
            write_columns(labels, out, version=event_hash(opened, loaded.seq))
            written = _all_of(labels)
        else:
            written = write_labels(labels, out, drive=recording, format=to_format)
        if provenance is not None:
            if sign_off is not None:
                stand_for(opened, name, root_sha256(files_sha256([Path(out)]).values()), text=sign_off)
            document = provenance_of(opened, name, files=[Path(out)], recording=recording, seq=loaded.seq)
            with written_whole(provenance) as temporary:
                temporary.write_text(json_text(document), encoding="utf-8")
    left_out = f", {written.left_out} boxes left out" if written.left_out else ""
    print(f"{out}: {written.tracks} tracks, {written.boxes} boxes{left_out}")


def _all_of(labels: Labels) -> Written:
    return Written(tracks=len(labels.tracks), boxes=labels.n_boxes, image_tracks=0, left_out=0)
