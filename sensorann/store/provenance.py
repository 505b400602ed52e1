"""Where labels come from, as W3C PROV-JSON: objects are entities, events activities, people and programs agents.

W3C, "PROV-DM: The PROV Data Model" (2013); Huynh et al., "The PROV-JSON Serialization" (2013).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sensorann.scene import Drive
from sensorann.store.history import Filter, log
from sensorann.store.journal import JournalEvent
from sensorann.store.patch import dumped
from sensorann.store.release import release_manifest
from sensorann.store.store import Store

_PREFIX = "sensorann"


def provenance(
    store: Store, drive: str, *, files: Sequence[Path] = (), recording: Drive | None = None, seq: int | None = None
) -> dict[str, Any]:
    """Build a PROV-JSON document of a drive, with its release manifest.

    Parameters
    ----------
    store, drive, files, recording, seq : see `release_manifest`

    Raises
    ------
    MissingDataError
        When a file is not there.
    StoreError
        When there is no such drive, or its labels changed since they were loaded.
    """
    manifest = release_manifest(store, drive, files=files, recording=recording, seq=seq)
    document = _Document()
    for event in log(store, Filter(drive=drive)):
        document.add_event(event)
    document.add_release(drive, manifest)
    return document.content


class _Document:
    """A PROV-JSON document that grows event by event."""

    def __init__(self) -> None:
        self.content: dict[str, Any] = {
            "prefix": {_PREFIX: "urn:sensorann:"},
            "entity": {},
            "activity": {},
            "agent": {},
        }
        self._numbers: dict[str, int] = {}
        self._newest: dict[str, str] = {}

    def add_event(self, event: JournalEvent) -> None:
        """Add an activity, who did it with what, and a new version of every object that it touched."""
        activity = _name(f"event-{event.seq}")
        self.content["activity"][activity] = _activity(event)
        person = self._agent(event.actor, "prov:Person")
        program = self._agent(event.client, "prov:SoftwareAgent")
        for agent in (person, program):
            self._relate("wasAssociatedWith", activity=activity, agent=agent)
        for object_id in event.patch.objects:
            self._add_version(object_id, event.seq, activity, person)

    def add_release(self, drive: str, manifest: Mapping[str, Any]) -> None:
        """Add what is given away: it comes from the newest version of every object."""
        release = _name("release")
        blocks = {_name(block): dumped(content) for block, content in manifest.items()}
        self.content["entity"][release] = {"prov:label": f"labels of {drive}", **blocks}
        for one in manifest["release"]["signed_off"]:
            self._relate("wasAttributedTo", entity=release, agent=self._agent(one["by"], "prov:Person"))
        for version in self._newest.values():
            self._relate("wasDerivedFrom", generatedEntity=release, usedEntity=version)

    def _add_version(self, object_id: str, seq: int, activity: str, person: str) -> None:
        # Ids are free text, names are not: objects are numbered, and their label says the id.
        number = self._numbers.setdefault(object_id, len(self._numbers))
        version = _name(f"object-{number}-at-{seq}")
        self.content["entity"][version] = {"prov:label": f"object {object_id} after event {seq}"}
        self._relate("wasGeneratedBy", entity=version, activity=activity)
        self._relate("wasAttributedTo", entity=version, agent=person)
        before = self._newest.get(object_id)
        if before is not None:
            revision = {"prov:type": {"$": "prov:Revision", "type": "prov:QUALIFIED_NAME"}}
            self._relate("wasDerivedFrom", revision, generatedEntity=version, usedEntity=before)
        self._newest[object_id] = version

    def _agent(self, label: str, kind: str) -> str:
        agents = self.content["agent"]
        known = (name for name, agent in agents.items() if agent["prov:label"] == label)
        name = next(known, _name(f"agent-{len(agents) + 1}"))
        agents[name] = {"prov:label": label, "prov:type": {"$": kind, "type": "prov:QUALIFIED_NAME"}}
        return name

    def _relate(self, relation: str, more: Mapping[str, Any] | None = None, /, **ends: str) -> None:
        relations = self.content.setdefault(relation, {})
        named = {f"prov:{end}": name for end, name in ends.items()}
        relations[f"_:{relation}{len(relations) + 1}"] = {**named, **(more or {})}


def _activity(event: JournalEvent) -> dict[str, Any]:
    moment = datetime.fromtimestamp(event.time_ns / 1e9, UTC).isoformat(timespec="microseconds")
    said = {"note": event.text, "machine": dumped(event.machine) if event.machine else ""}
    undone = {} if event.undoes is None else {_name("undoes"): event.undoes}
    return {
        "prov:startTime": moment,
        "prov:endTime": moment,
        "prov:label": event.kind,
        _name("seq"): event.seq,
        _name("sha256"): event.hash.hex(),
        _name("boxes"): len(event.patch.boxes),
        **{_name(name): text for name, text in said.items() if text},
        **undone,
    }


def _name(local: str) -> str:
    return f"{_PREFIX}:{local}"
