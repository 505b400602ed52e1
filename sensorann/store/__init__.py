"""The label store: an append-only journal of edits, and the labels that follow from it."""

from sensorann.store.connecting import is_store
from sensorann.store.journal import JournalEvent, Note
from sensorann.store.merging import Conflict, EditConflictError
from sensorann.store.opening import open_store
from sensorann.store.store import Snapshot, Store, StoredTrack
from sensorann.store.verifying import Verification, verify

__all__ = [
    "Conflict",
    "EditConflictError",
    "JournalEvent",
    "Note",
    "Snapshot",
    "Store",
    "StoredTrack",
    "Verification",
    "is_store",
    "open_store",
    "verify",
]
