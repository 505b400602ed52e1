"""`sensorann store import`: labels of a file become a drive of a store."""

import sensorann as sa
from sensorann.cli.label_formats import FromFormat
from sensorann.cli.labels import origin, place_and_drive, read_labels
from sensorann.formats import open_drive


def import_(
    store: str,
    labels: str,
    /,
    *,
    drive: str | None = None,
    from_format: FromFormat = None,
    note: str = "",
) -> None:
    """Take labels in as a new drive of a store, in one event.

    For example:

        sensorann store import labels.db keyframes.json
        sensorann store import labels.db#monday label_02/0000.txt --drive kitti/training#0000

    Parameters
    ----------
    store
        STORE#NAME: the store and what the drive is called there; STORE alone keeps the name that the labels give.
    labels
        Labels in any format that `sensorann convert` reads, or STORE#DRIVE of another store.
    drive
        The recording (ROOT or ROOT#NAME); KITTI and nuScenes labels need its calibration and poses.
    from_format
        Format of the labels; recognised when not given.
    note
        Said about the event in the journal.
    """
    place, name = place_and_drive(store)
    recording = None if drive is None else open_drive(drive)
    given = read_labels(labels, drive=recording, format=from_format)
    said = sa.Note(kind="import", text=note, machine=origin(labels, recording))
    with sa.open_store(place) as opened:
        event = opened.import_labels(given, drive=name, note=said)
        shown = f"{opened.name}#{name or given.drive_name}"
    print(f"{shown}: {len(given.tracks)} tracks, {given.n_boxes} boxes, in event {event}")
