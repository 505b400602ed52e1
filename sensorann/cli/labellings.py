"""Several people's labels of the same drives, as the words of a command name them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import sensorann as sa
from sensorann.cli.labels import check_writable, place_and_drive, read_labels, store_address
from sensorann.errors import ArgumentError, UsageError
from sensorann.formats import are_labels, open_drive
from sensorann.scene import Drive, Labels
from sensorann.store.connecting import shown_address

_LABEL_FILES = (".json", ".txt")


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Labellings:
    """Drives that several people labelled.

    Attributes
    ----------
    names : of the drives, as their files or stores have them; of a single one as its labels have it
    drives : for each drive, labels by the name of who made them
    recordings : for each drive, its recording where one was given
    left_out : drives that only some people labelled
    """

    names: tuple[str, ...]
    drives: tuple[Mapping[str, Labels], ...]
    recordings: tuple[Drive | None, ...]
    left_out: tuple[str, ...] = ()


def read_labellings(addresses: Sequence[str], *, drive: str | None = None, format: str | None = None) -> Labellings:  # noqa: A002
    """Read what several people labelled: a file or STORE#DRIVE each, or many drives as folders of files or as stores.

    People are called by their files, by the folders of these where all files are called alike, or by their addresses.

    Raises
    ------
    UsageError
        When an address comes twice.
    ArgumentError
        When some stand for many drives and others do not, or they have no drive in common.
    """
    if len(set(addresses)) < len(addresses):
        raise UsageError("name every labelling once: the same file agrees with itself")
    people = dict(zip(_names(addresses), addresses, strict=True))
    several = {name: _drives_of(address) for name, address in people.items()}
    if not any(several.values()):
        recording = None if drive is None else open_drive(drive)
        labels = {name: read_labels(address, drive=recording, format=format) for name, address in people.items()}
        single_name = next(iter(labels.values())).drive_name
        return Labellings(names=(single_name,), drives=(labels,), recordings=(recording,))
    if single := [people[name] for name, drives in several.items() if not drives]:
        named = ", ".join(map(shown_address, single))
        raise ArgumentError(f"many drives are compared with as many: {named} is one drive, or holds no labels")
    shared = [name for name in next(iter(several.values())) if all(name in drives for drives in several.values())]
    if not shared:
        raise ArgumentError(f"no drive is in all of {', '.join(map(shown_address, addresses))}")
    recordings = [None if drive is None else open_drive(_recording(drive, name, len(shared))) for name in shared]
    return Labellings(
        names=tuple(shared),
        drives=tuple(
            {person: read_labels(drives[name], drive=recording, format=format) for person, drives in several.items()}
            for name, recording in zip(shared, recordings, strict=True)
        ),
        recordings=tuple(recordings),
        left_out=tuple(sorted({name for drives in several.values() for name in drives} - set(shared))),
    )


def addresses_of(read: Labellings, out: str) -> tuple[str, ...]:
    """Say where labels of each drive are written: OUT for a single one, else a file of a folder, or a drive of a store.

    Raises
    ------
    ArgumentError
        When something cannot be written there.
    """
    into = store_address(out)
    if len(read.names) == 1:
        addresses: tuple[str, ...] = (out,)
    elif into is None:
        addresses = tuple(str(Path(out) / f"{name}.json") for name in read.names)
    elif into[1] is None:
        addresses = tuple(f"{out}#{name}" for name in read.names)
    else:
        raise UsageError(f"{len(read.names)} drives are written: name the store alone, got {shown_address(out)}")
    for address in addresses:
        check_writable(address)
    return addresses


def _names(addresses: Sequence[str]) -> list[str]:
    """Names of people, all of one kind and all different."""
    split = [place_and_drive(address) for address in addresses]
    files = [Path(place).stem if name is None else f"{Path(place).stem}#{name}" for place, name in split]
    folders = [Path(place).parent.name for place, _ in split]
    whole = [shown_address(address) for address in addresses]
    return next(names for names in (files, folders, whole) if len(set(names)) == len(names))


def _drives_of(address: str) -> dict[str, str]:
    """Address of every drive by its name, where an address stands for many: a folder of files, or a store of many."""
    stored = store_address(address)
    if stored is not None:
        store, name = stored
        if name is not None:
            return {}
        with sa.open_store(store) as opened:
            drives = opened.drives()
        return {drive: f"{store}#{drive}" for drive in drives} if len(drives) > 1 else {}
    folder = Path(address)
    # Tables of nuScenes are a folder too, and of one drive.
    files = sorted(folder.iterdir()) if folder.is_dir() and not are_labels(folder) else []
    return {path.stem: str(path) for path in files if path.suffix in _LABEL_FILES and path.is_file()}


def _recording(address: str, name: str, n_drives: int) -> str:
    """Address of the recording of one drive: ROOT#NAME."""
    if "#" in address:
        if n_drives > 1:
            raise UsageError(f"{n_drives} drives are compared: name the folder of their recordings, got {address!r}")
        return address
    return f"{address}#{name}"
