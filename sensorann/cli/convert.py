"""`sensorann convert`: labels of one format into another."""

from dataclasses import asdict

from sensorann.cli.label_formats import FromFormat, ToFormat
from sensorann.cli.labels import read_labels, write_labels
from sensorann.cli.output import AsJson, print_json
from sensorann.formats import open_drive
from sensorann.store.connecting import shown_address


def convert(
    source: str,
    out: str,
    /,
    *,
    drive: str | None = None,
    from_format: FromFormat = None,
    to_format: ToFormat = None,
    as_json: AsJson = False,
) -> None:
    """Convert labels between formats: openlabel, kitti, nuscenes.

    A folder of nuScenes tables holds the recording too. Files of a nuScenes drive are hard-linked into it (copied where
    it lies on another file system): both names stand for the same bytes.

    For example:

        sensorann convert label_02/0000.txt 0000.json --drive kitti/training#0000
        sensorann convert 0000.json nuscenes_0000 --to nuscenes --drive kitti/training#0000

    Parameters
    ----------
    source
        Labels to read: a file, a folder of nuScenes tables, or STORE#DRIVE.
    out
        Where to write: .json is OpenLABEL, .txt KITTI, a folder nuScenes, unless --to says otherwise; STORE#NAME
        makes a new drive in a label store.
    drive
        The recording (ROOT or ROOT#NAME); KITTI and nuScenes need its calibration and poses.
    from_format
        Format of the source; recognised when not given.
    to_format
        Format to write; follows the name when not given.
    as_json
        Print what was written as JSON.
    """
    recording = None if drive is None else open_drive(drive)
    labels = read_labels(source, drive=recording, format=from_format)
    written = write_labels(labels, out, drive=recording, format=to_format, source=source)
    shown = shown_address(out)
    if as_json:
        print_json(
            {
                "out": shown,
                "drive": labels.drive_name,
                "frame": labels.frame,
                **asdict(written),
            }
        )
        return
    left_out = f", {written.left_out} boxes left out" if written.left_out else ""
    print(
        f"{shown}: {written.tracks} tracks, {written.boxes} boxes, {written.image_tracks} tracks in pictures{left_out}"
    )
