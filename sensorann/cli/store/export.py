"""`sensorann store export`: labels of a drive into a file."""

from sensorann.cli.label_formats import ToFormat
from sensorann.cli.labels import drive_address, read_labels, write_labels
from sensorann.formats import open_drive


def export(
    store: str,
    out: str,
    /,
    *,
    drive: str | None = None,
    to_format: ToFormat = None,
) -> None:
    """Write the labels of a drive in any format that `sensorann convert` writes.

    For example:

        sensorann store export labels.db#0000 0000.json
        sensorann store export labels.db#0000 0000.txt --drive kitti/training#0000

    Parameters
    ----------
    store
        STORE#DRIVE; a store with a single drive needs no name.
    out
        Where to write: .json is OpenLABEL, .txt KITTI, a folder nuScenes, unless --to says otherwise.
    drive
        The recording (ROOT or ROOT#NAME); KITTI and nuScenes need its calibration and poses.
    to_format
        Format to write; follows the name when not given.
    """
    place, name = drive_address(store)
    recording = None if drive is None else open_drive(drive)
    labels = read_labels(f"{place}#{name}")
    written = write_labels(labels, out, drive=recording, format=to_format)
    left_out = f", {written.left_out} boxes left out" if written.left_out else ""
    print(f"{out}: {written.tracks} tracks, {written.boxes} boxes{left_out}")
