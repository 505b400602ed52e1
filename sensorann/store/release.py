"""What a release of labels says about itself: hashes of its sources and files, tools, guideline, events, reviews."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

import sensorann
from sensorann.errors import StoreError
from sensorann.scene import Drive, frame_timestamps_ns
from sensorann.store import schema
from sensorann.store.contents import changes, quality_measures, repairs, representation, utc
from sensorann.store.guidelines import guidelines_of
from sensorann.store.hashing import files_sha256, root_sha256
from sensorann.store.history import Filter, log
from sensorann.store.journal import JournalEvent
from sensorann.store.kinds import AUTOMATIC, BESIDE_LABELS
from sensorann.store.reviewing import changed_since, comments, decisions
from sensorann.store.roles import roles
from sensorann.store.sampling import decisions_about
from sensorann.store.signing import sign_offs
from sensorann.store.statistics import Statistics, statistics
from sensorann.store.store import Store
from sensorann.store.tasks import tasks

# What labels and their boxes are computed with.
_TOOLS = ("numpy", "scipy", "numba", "opencv-python", "sqlalchemy")


def release_manifest(
    store: Store, drive: str, *, files: Sequence[Path] = (), recording: Drive | None = None, seq: int | None = None
) -> dict[str, Any]:
    """Say what a release of a drive rests on.

    Parameters
    ----------
    store, drive : where the labels are
    files : what is given away; folders with all that is in them
    recording : the drive that was labelled, for its sensors, calibration and times
    seq : number of the last event when the labels in the files were loaded; not checked when not given

    Returns
    -------
    blocks ``release``, ``source``, ``guideline``, ``annotation``, ``review``, ``qa``, ``representation``, ``changes``
    and ``quality`` of JSON values. What a store cannot know (consent, selection, known gaps) is said in the datasheet.

    Raises
    ------
    MissingDataError
        When a file is not there.
    StoreError
        When there is no such drive, or its labels changed since they were loaded.
    """
    events = log(store, Filter(drive=drive))
    later = [event for event in events if seq is not None and event.seq > seq and event.kind not in BESIDE_LABELS]
    if later:
        raise StoreError(
            f"{later[0].actor} changed {drive} in event {later[0].seq} while it was exported: export again"
        )
    counted = statistics(store, drive)
    release = _release(store, drive, files_sha256(files))
    manifest = {
        "release": release,
        "source": {
            "drive": drive,
            "imports": [{"event": event.seq, **event.machine} for event in events if event.kind == "import"],
            "recording": None if recording is None else _recording(recording),
        },
        "guideline": _guideline(events),
        "annotation": _annotation(store, events, counted),
        "review": _review(store, drive, events, counted),
        "qa": repairs(events),
        "representation": representation(store.load(drive).labels),
        "changes": changes(events, sign_offs(store, drive), files_root_sha256=release["files_root_sha256"]),
    }
    return {**manifest, "quality": quality_measures(manifest)}


def _release(store: Store, drive: str, hashes: dict[str, str]) -> dict[str, Any]:
    root = root_sha256(hashes.values())
    return {
        "files_sha256": hashes,
        "files_root_sha256": root,
        "signed_off": [asdict(one) for one in sign_offs(store, drive) if one.files_root_sha256 == root],
        "created_utc": datetime.now(UTC).isoformat(timespec="seconds"),
        "sensorann": sensorann.__version__,
        "store_format": schema.FORMAT_VERSION,
        "tools": {name: _version(name) for name in _TOOLS},
    }


def _recording(recording: Drive) -> dict[str, Any]:
    times = frame_timestamps_ns(recording)
    return {
        "name": recording.name,
        "sensors": {sensor.name: sensor.kind for sensor in recording.rig.sensors},
        "calibration_sha256": recording.rig.calibration_sha256,
        "first_frame_ns": int(times[0]),
        "last_frame_ns": int(times[-1]),
        "frames": len(times),
    }


def _guideline(events: list[JournalEvent]) -> dict[str, Any]:
    """Guideline in force at the end, and how many events were written under which."""
    told = guidelines_of(events)
    counts = Counter(guideline for _, guideline in told)
    now = told[-1][1]
    return {
        "in_force": None if now is None else asdict(now),
        "events": [
            {"guideline": None if guideline is None else asdict(guideline), "events": n}
            for guideline, n in counts.items()
        ],
    }


def _annotation(store: Store, events: list[JournalEvent], counted: Statistics) -> dict[str, Any]:
    calibrations = {event.machine.get("calibration_sha256") for event in events} - {None}
    known = roles(store)
    return {
        "events": len(events),
        "events_by_kind": dict(Counter(event.kind for event in events)),
        "last_event": events[-1].seq,
        "last_event_utc": utc(events[-1].time_ns),
        "last_hash": events[-1].hash.hex(),
        "actors": {actor: known.get(actor) for actor in dict.fromkeys(event.actor for event in events)},
        "seconds": {name: effort.seconds for name, effort in counted.people.items()},
        "clients": sorted({event.client for event in events}),
        "calibrations_sha256": sorted(calibrations),
        "boxes_by_source": dict(counted.boxes),
        "keyframe_share": counted.keyframe_share,
    }


def _review(store: Store, drive: str, events: list[JournalEvent], counted: Statistics) -> dict[str, Any]:
    said, decided = comments(store, drive), decisions(store, drive)
    by_hand = [event for event in events if event.kind not in (*BESIDE_LABELS, *AUTOMATIC)]
    authors = {(object_id, event.actor) for event in by_hand for object_id in event.patch.objects}
    return {
        "tasks": [{"assignee": task.assignee, "state": task.state} for task in tasks(store, drive)],
        "decisions": {key: dict(body) for key, body in decided.items()},
        "changed_since_decision": sorted(changed_since(store, drive)),
        "decided_by_an_author": sorted(key for key, body in decided.items() if (key, body["by"]) in authors),
        "comments": len(said),
        "open_comments": sum(one.resolved_by is None for one in said),
        "rework_rate": counted.rework_rate,
        "samples": {name: dict(body) for name, body in decisions_about(store, drive).items()},
    }


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
