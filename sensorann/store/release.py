"""What a release of labels says about itself: hashes of its sources and files, tools, guideline, events, reviews."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

import sensorann
from sensorann.errors import MissingDataError
from sensorann.files import require_file
from sensorann.store import schema
from sensorann.store.history import Filter, log
from sensorann.store.journal import JournalEvent
from sensorann.store.reviewing import comments, decisions
from sensorann.store.roles import roles
from sensorann.store.sampling import decisions_about
from sensorann.store.statistics import statistics
from sensorann.store.store import Store
from sensorann.store.tasks import tasks

# What labels and their boxes are computed with.
_TOOLS = ("numpy", "scipy", "numba", "opencv-python", "sqlalchemy")


def release_manifest(
    store: Store, drive: str, *, files: Sequence[Path] = (), guideline: Path | None = None
) -> dict[str, Any]:
    """Say what a release of a drive rests on.

    Parameters
    ----------
    store, drive : where the labels are
    files : what is given away; folders with all that is in them
    guideline : the text that annotators worked by

    Returns
    -------
    blocks ``release``, ``source``, ``guideline``, ``annotation`` and ``review`` of JSON values. What a store cannot
    know (consent, selection, bias) is not in it.

    Raises
    ------
    MissingDataError
        When a file is not there.
    StoreError
        When there is no such drive.
    """
    events = log(store, Filter(drive=drive))
    hashes = {str(path): file_sha256(path) for path in _all_files(files)}
    known = roles(store)
    return {
        "release": {
            "files_sha256": hashes,
            "files_root_sha256": _root(list(hashes.values())),
            "created_utc": datetime.now(UTC).isoformat(timespec="seconds"),
            "sensorann": sensorann.__version__,
            "store_format": schema.FORMAT_VERSION,
            "tools": {name: _version(name) for name in _TOOLS},
        },
        "source": {"drive": drive, "imports": [_import(event) for event in events if event.kind == "import"]},
        "guideline": None if guideline is None else {"name": guideline.name, "sha256": file_sha256(guideline)},
        "annotation": _annotation(store, drive, events, known),
        "review": _review(store, drive),
    }


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal.

    Raises
    ------
    MissingDataError
        When there is no such file.
    """
    with require_file(path).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _all_files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if not path.exists():
            raise MissingDataError(f"{path} does not exist")
        yield from sorted(inner for inner in path.rglob("*") if inner.is_file()) if path.is_dir() else [path]


def _root(hashes: list[str]) -> str:
    """Hash of the hashes of all files, sorted: one number that stands for the release."""
    return hashlib.sha256("".join(sorted(hashes)).encode()).hexdigest()


def _import(event: JournalEvent) -> dict[str, Any]:
    return {"event": event.seq, **event.machine}


def _annotation(store: Store, drive: str, events: list[JournalEvent], known: dict[str, Any]) -> dict[str, Any]:
    counted = statistics(store, drive)
    calibrations = {event.machine.get("calibration_sha256") for event in events} - {None}
    return {
        "events": len(events),
        "events_by_kind": dict(Counter(event.kind for event in events)),
        "last_event": events[-1].seq,
        "last_hash": events[-1].hash.hex(),
        "actors": {actor: known.get(actor) for actor in dict.fromkeys(event.actor for event in events)},
        "clients": sorted({event.client for event in events}),
        "calibrations_sha256": sorted(calibrations),
        "boxes_by_source": dict(counted.boxes),
        "keyframe_share": counted.keyframe_share,
    }


def _review(store: Store, drive: str) -> dict[str, Any]:
    said = comments(store, drive)
    return {
        "tasks": [{"assignee": task.assignee, "state": task.state} for task in tasks(store, drive)],
        "decisions": {key: dict(body) for key, body in decisions(store, drive).items()},
        "comments": len(said),
        "open_comments": sum(one.resolved_by is None for one in said),
        "rework_rate": statistics(store, drive).rework_rate,
        "samples": {name: dict(body) for name, body in decisions_about(store, drive).items()},
    }


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
