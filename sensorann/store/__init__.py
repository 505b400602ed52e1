"""The label store: an append-only journal of edits, and the labels that follow from it."""

from sensorann.store.history import Filter, Step, log, story
from sensorann.store.journal import JournalEvent, Note
from sensorann.store.merging import Conflict, EditConflictError
from sensorann.store.migrate import migrate
from sensorann.store.opening import open_store
from sensorann.store.past import load_as_of, track_as_of
from sensorann.store.store import Store
from sensorann.store.stored import Snapshot, StoredTrack
from sensorann.store.verifying import Verification, verify

__all__ = [
    "Conflict",
    "EditConflictError",
    "Filter",
    "JournalEvent",
    "Note",
    "Snapshot",
    "Step",
    "Store",
    "StoredTrack",
    "Verification",
    "load_as_of",
    "log",
    "migrate",
    "open_store",
    "story",
    "track_as_of",
    "verify",
]
