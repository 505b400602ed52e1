"""Guidelines: the text by which a drive is annotated from some event on, named by its hash."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

from sensorann.errors import StoreError
from sensorann.store import projection
from sensorann.store.hashing import file_sha256
from sensorann.store.journal import JournalEvent, Note
from sensorann.store.patch import DocumentChange, Patch
from sensorann.store.roles import require_right
from sensorann.store.store import Store

_KIND = "guideline"


@dataclass(frozen=True, kw_only=True, slots=True)
class Guideline:
    """A text that says how to annotate.

    Attributes
    ----------
    name, version : of the text, as people call them
    sha256 : of its bytes, in hexadecimal
    """

    name: str
    version: str
    sha256: str


def guideline(store: Store, drive: str) -> Guideline | None:
    """Guideline that a drive is annotated by now; None where nobody said.

    Raises
    ------
    StoreError
        When there is no such drive.
    """
    with store.reading() as connection:
        found = projection.bodies(connection, drive, _KIND)
    return Guideline(**found[""]) if found else None


def set_guideline(store: Store, drive: str, path: Path, version: str) -> Guideline:
    """Say by which text a drive is annotated from now on; the journal keeps its hash, not the text.

    Raises
    ------
    MissingDataError
        When there is no such file.
    StoreError
        When there is no such drive, the version is empty, or your role does not set it.
    """
    require_right(store, "set the guideline")
    if not version.strip():
        raise StoreError("a guideline needs a version, such as 2.1")
    before = guideline(store, drive)
    after = Guideline(name=path.name, version=version, sha256=file_sha256(path))
    change = DocumentChange(_KIND, "", None if before is None else asdict(before), asdict(after))
    store.commit(drive, Patch(documents=(change,)), Note(kind=_KIND))
    return after


def guidelines_of(events: list[JournalEvent]) -> list[tuple[JournalEvent, Guideline | None]]:
    """Say of every event of a drive, all of them in order, which guideline was in force when it was written."""
    told: list[tuple[JournalEvent, Guideline | None]] = []
    now: Guideline | None = None
    for event in events:
        for change in event.patch.documents:
            if change.kind == _KIND:
                now = None if change.after is None else Guideline(**change.after)
        told.append((event, now))
    return told
