"""Where commands find labels and leave them: a file of any format, or a drive in a label store."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import sensorann as sa
from sensorann import formats
from sensorann.errors import MissingDataError, StoreError, UsageError
from sensorann.formats import Written
from sensorann.formats.addresses import split_address
from sensorann.scene import Drive, Labels
from sensorann.store.connecting import shown_address
from sensorann.store.hashing import file_sha256
from sensorann.store.machine import keyframes

_SQLITE_MAGIC = b"SQLite format 3\0"
_STORE_ENDINGS = (".db", ".sqlite", ".sqlite3")


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


def place_and_drive(address: str) -> tuple[str, str | None]:
    """Take `STORE#DRIVE` apart, whatever is there; no drive where the address names none."""
    store, drive = store_address(address) or split_address(address)
    return str(store), drive


def drive_address(address: str) -> tuple[str, str]:
    """Take the address of a drive in a store apart; a store with a single drive needs no name.

    Raises
    ------
    StoreError
        When no drive is named and there is not exactly one.
    """
    store, drive = place_and_drive(address)
    if drive is None:
        with sa.open_store(store) as opened:
            drives = opened.drives()
        if len(drives) != 1:
            there = ", ".join(drives[:12]) or "none yet"
            shown = shown_address(store)
            raise StoreError(f"{shown} holds {len(drives)} drives: write {shown}#NAME, NAME one of: {there}")
        (drive,) = drives
    return store, drive


def whole_store(address: str) -> str:
    """Check that an address names a store, and no drive in it.

    Raises
    ------
    UsageError
        When it names a drive.
    """
    store, drive = place_and_drive(address)
    if drive is not None:
        raise UsageError(f"this is about the whole store: write {shown_address(store)}, without #{drive}")
    return store


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
    MissingDataError
        When the name is that of a store, and there is none.
    """
    if store_address(address) is None:
        if format is None:
            _check_no_missing_store(address)
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
    source: str | None = None,
) -> Written:
    """Write labels to a file, or into a store.

    In a store they become a new drive, in one event. Where the drive is there already, a machine's result replaces its
    machine boxes.

    Parameters
    ----------
    labels, address, drive, format : as in `sensorann.formats.write_labels`
    kind, machine : what made them, for the journal of a store; machine is None where no machine did
    source : address of the labels that these come from

    Raises
    ------
    SensorannError
        What `sensorann.formats.write_labels` or the store raises.
    """
    check_writable(address, format=format)
    into = store_address(address)
    if into is None:
        return formats.write_labels(labels, address, drive=drive, format=format)
    store, name = into[0], into[1] or labels.drive_name
    with sa.open_store(store) as opened:
        said = {} if machine is None else {**machine, "keyframes": keyframes(labels)}
        note = sa.Note(kind=kind, machine=said | origin(source, drive))
        if machine is not None and name in opened.drives():
            opened.complete(name, labels, note=note, new_objects=source != address)
        else:
            opened.import_labels(labels, drive=name, note=note)
    return Written(tracks=len(labels.tracks), boxes=labels.n_boxes, image_tracks=len(labels.image_tracks), left_out=0)


def origin(source: str | None, drive: Drive | None) -> dict[str, str]:
    """Say for the journal where labels come from: name and hash of the file, and hash of the calibration."""
    said = {} if source is None else {"source": shown_address(source)}
    if source is not None and store_address(source) is None and Path(source).is_file():
        said["sha256"] = file_sha256(Path(source))
    if drive is not None:
        said["calibration_sha256"] = drive.rig.calibration_sha256
    return said


def _check_no_missing_store(address: str) -> None:
    path, _ = split_address(address)
    if path.suffix in _STORE_ENDINGS:
        raise MissingDataError(f"{path} is no label store: make one with `sensorann store init {path}`")


def _check_no_format(address: str, format: str | None) -> None:  # noqa: A002
    if format is not None:
        raise UsageError(f"{shown_address(address)} is a label store: it has no format to be named, got {format!r}")
