"""`sensorann store import`: labels of a file become a drive of a store."""

from pathlib import Path

import sensorann as sa
from sensorann.cli.label_formats import FromFormat
from sensorann.cli.labels import read_labels
from sensorann.formats import open_drive
from sensorann.store.release import file_sha256


def import_(
    store: str,
    labels: str,
    /,
    *,
    name: str | None = None,
    drive: str | None = None,
    from_format: FromFormat = None,
    note: str = "",
) -> None:
    """Take labels in as a new drive of a store, in one event.

    For example:

        sensorann store import labels.db keyframes.json
        sensorann store import labels.db label_02/0000.txt --drive kitti/training#0000 --name monday

    Parameters
    ----------
    store
        The store: a file, or a PostgreSQL address.
    labels
        Labels in any format that `sensorann convert` reads, or STORE#DRIVE of another store.
    name
        Name of the drive in the store; the one that the labels name when not given.
    drive
        The recording (ROOT or ROOT#NAME); KITTI and nuScenes labels need its calibration and poses.
    from_format
        Format of the labels; recognised when not given.
    note
        Said about the event in the journal.
    """
    recording = None if drive is None else open_drive(drive)
    given = read_labels(labels, drive=recording, format=from_format)
    machine = {"source": labels} | ({"sha256": file_sha256(Path(labels))} if Path(labels).is_file() else {})
    if recording is not None:
        machine["calibration_sha256"] = recording.rig.calibration_sha256
    with sa.open_store(store) as opened:
        event = opened.import_labels(given, drive=name, note=sa.Note(kind="import", text=note, machine=machine))
        shown = opened.name
    named = given.drive_name if name is None else name
    print(f"{shown}#{named}: {len(given.tracks)} tracks, {given.n_boxes} boxes, in event {event}")
