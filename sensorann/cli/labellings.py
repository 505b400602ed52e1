"""Several people's labels of the same drives, as the words of a command name them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import sensorann as sa
from sensorann.cli.labels import read_labels, store_address
from sensorann.errors import ArgumentError, UsageError
from sensorann.formats import open_drive
from sensorann.formats.addresses import split_address
from sensorann.scene import Drive, Labels

_LABEL_FILES = (".json", ".txt")


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Labellings:
    """Drives that several people labelled.

    Attributes
    ----------
    drives : for each drive, labels by the name of who made them
    recordings : for each drive, its recording where one was given
    """

    drives: tuple[Mapping[str, Labels], ...]
    recordings: tuple[Drive | None, ...]


def read_labellings(addresses: Sequence[str], *, drive: str | None = None, format: str | None = None) -> Labellings:  # noqa: A002
    """Read what several people labelled: a file or STORE#DRIVE each, or many drives as folders of files or as stores.

    People are called by their files, or by their whole addresses where those are called alike.

    Raises
    ------
    UsageError
        When an address comes twice.
    ArgumentError
        When folders or stores have no drive in common.
    """
    if len(set(addresses)) < len(addresses):
        raise UsageError("name every labelling once: the same file agrees with itself")
    people = dict(zip(_names(addresses), addresses, strict=True))
    several = {name: _drives_of(address) for name, address in people.items()}
    if not all(several.values()):
        recording = None if drive is None else open_drive(drive)
        labels = {name: read_labels(address, drive=recording, format=format) for name, address in people.items()}
        return Labellings(drives=(labels,), recordings=(recording,))
    shared = [name for name in next(iter(several.values())) if all(name in drives for drives in several.values())]
    if not shared:
        raise ArgumentError(f"no drive is in all of {', '.join(addresses)}")
    recordings = [None if drive is None else open_drive(_recording(drive, name, len(shared))) for name in shared]
    return Labellings(
        drives=tuple(
            {person: read_labels(drives[name], drive=recording, format=format) for person, drives in several.items()}
            for name, recording in zip(shared, recordings, strict=True)
        ),
        recordings=tuple(recordings),
    )


def _names(addresses: Sequence[str]) -> list[str]:
    short = [_short(address) for address in addresses]
    return [name if short.count(name) == 1 else address for name, address in zip(short, addresses, strict=True)]


def _short(address: str) -> str:
    path, name = split_address(address)
    return path.stem if name is None else f"{path.stem}#{name}"


def _drives_of(address: str) -> dict[str, str]:
    """Address of every drive by its name, where an address stands for several: a folder of files, or a store."""
    stored = store_address(address)
    if stored is not None:
        store, name = stored
        if name is not None:
            return {}
        with sa.open_store(store) as opened:
            drives = opened.drives()
        return {drive: f"{store}#{drive}" for drive in drives}
    folder = Path(address)
    files = sorted(folder.iterdir()) if folder.is_dir() else []
    return {path.stem: str(path) for path in files if path.suffix in _LABEL_FILES and path.is_file()}


def _recording(address: str, name: str, n_drives: int) -> str:
    """Address of the recording of one drive: ROOT#NAME."""
    if "#" in address:
        if n_drives > 1:
            raise UsageError(f"{n_drives} drives are compared: name the folder of their recordings, got {address!r}")
        return address
    return f"{address}#{name}"
