"""Where commands find labels and leave them: a file of any format, or a drive in a label store."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sensorann as sa
from sensorann import formats
from sensorann.errors import StoreError, UsageError
from sensorann.formats import Written
from sensorann.formats.addresses import split_address
from sensorann.scene import Drive, Labels

_SQLITE_MAGIC = b"SQLite format 3\0"


def store_address(address: str) -> tuple[str, str | None] | None:
    """Take `STORE#DRIVE` apart; None where the address is no store's.

    Returns
    -------
    store, and the drive in it; None where the address names none
    """
    if "://" in address:
        store, _, drive = address.partition("#")
        return store, drive or None
    path, name = split_address(address)
    if not path.is_file():
        return None
    with path.open("rb") as stream:
        return (str(path), name) if stream.read(len(_SQLITE_MAGIC)) == _SQLITE_MAGIC else None


def drive_address(address: str) -> tuple[str, str]:
    """Take the address of a drive in a store apart; a store with a single drive needs no name.

    Raises
    ------
    StoreError
        When no drive is named and there is not exactly one.
    """
    store, drive = store_address(address) or split_address(address)
    if drive is None:
        with sa.open_store(store) as opened:
            drives = opened.drives()
        if len(drives) != 1:
            shown = ", ".join(drives[:12]) or "none yet"
            raise StoreError(f"{store} holds {len(drives)} drives: write {store}#NAME, NAME one of: {shown}")
        (drive,) = drives
    return str(store), drive


def read_labels(address: str, *, drive: Drive | None = None, format: str | None = None) -> Labels:  # noqa: A002
    """Read labels of a file in any format, or of a drive in a store.

    Raises
    ------
    SensorannError
        What `sensorann.formats.read_labels` or the store raises.
    """
    if store_address(address) is None:
        return formats.read_labels(address, drive=drive, format=format)
    _check_no_format(address, format)
    store, name = drive_address(address)
    with sa.open_store(store) as opened:
        labels: Labels = opened.load(name).labels
    return labels


def check_writable(address: str, *, format: str | None = None) -> None:  # noqa: A002
    """Tell a slip in the name before the long work, not after it.

    Raises
    ------
    ArgumentError
        When the format is unknown, or cannot be told from the name.
    """
    if store_address(address) is None:
        formats.writable_format(address, format=format)
    else:
        _check_no_format(address, format)


def write_labels(
    labels: Labels,
    address: str,
    *,
    drive: Drive | None = None,
    format: str | None = None,  # noqa: A002
    kind: str = "import",
    machine: Mapping[str, Any] | None = None,
    computed_from: str | None = None,
) -> Written:
    """Write labels to a file, or into a store.

    In a store they become a new drive, in one event. Where the drive is there already, a machine's result replaces its
    machine boxes.

    Parameters
    ----------
    labels, address, drive, format : as in `sensorann.formats.write_labels`
    kind, machine : what made them, for the journal of a store; machine is None where no machine did
    computed_from : address of the labels that a machine computed these from

    Raises
    ------
    SensorannError
        What `sensorann.formats.write_labels` or the store raises.
    """
    into = store_address(address)
    if into is None:
        return formats.write_labels(labels, address, drive=drive, format=format)
    _check_no_format(address, format)
    store, name = into[0], into[1] or labels.drive_name
    parameters = dict(machine or {}) | ({} if drive is None else {"calibration_sha256": drive.rig.calibration_sha256})
    with sa.open_store(store) as opened:
        note = sa.Note(kind=kind, machine=parameters)
        if machine is not None and name in opened.drives():
            opened.complete(name, labels, note=note, new_objects=computed_from != address)
        else:
            opened.import_labels(labels, drive=name, note=note)
    return Written(tracks=len(labels.tracks), boxes=labels.n_boxes, image_tracks=len(labels.image_tracks), left_out=0)


def _check_no_format(address: str, format: str | None) -> None:  # noqa: A002
    if format is not None:
        raise UsageError(f"{address} is a label store: it has no format to be named, got {format!r}")
