"""Editing in processes of their own, some of which are killed in the middle of it."""

from __future__ import annotations

import multiprocessing
import os
from dataclasses import replace
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path

from sensorann.scene import Track
from sensorann.store import EditConflictError, Store, open_store
from tests.builders import make_labels, make_track
from tests.store.edits import moved

# Soaking takes minutes: `make soak`.
SOAK = os.environ.get("SENSORANN_SOAK") == "1"
N_OBJECTS = 8


def processes() -> ForkServerContext:
    """Processes that start in milliseconds: forked from one that has imported everything and runs no thread."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.store.workload"])
    return context


def fill(store: Store) -> None:
    store.import_labels(make_labels(*(make_track(id=str(i), n=20) for i in range(N_OBJECTS))))


def counted_up(track: Track, by: str) -> Track:
    """An edit that a lost update would betray: one more than what was seen."""
    return replace(track, attributes={"edits": int(track.attributes.get("edits", 0)) + 1, "by": by})


def edit_forever(address: str, acknowledged: Path) -> None:
    """Move boxes; note the number of each event as soon as the store has acknowledged it."""
    notes = os.open(acknowledged, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    with open_store(address, actor="anna") as store:
        seen = store.track("drive", "0")
        while True:
            seen = store.edit(seen, moved(seen.track, slice(None, None, 3), by=(0.01, 0, 0)))
            os.write(notes, f"{seen.version}\n".encode())


def edit_many(address: str, n_edits: int, number: int) -> int:
    """Count up objects that others count up too; return how many conflicts there were."""
    n_conflicts = 0
    with open_store(address, actor="anna", wait_s=120) as store:
        for i in range(n_edits):
            object_id = str((i + number) % N_OBJECTS)
            while True:
                seen = store.track("drive", object_id)
                try:
                    store.edit(seen, counted_up(seen.track, f"{number}, edit {i}"))
                    break
                except EditConflictError:
                    n_conflicts += 1
    return n_conflicts


def start_editing(address: str, acknowledged: Path) -> ForkServerProcess:
    process = processes().Process(target=edit_forever, args=(address, acknowledged), daemon=True)
    process.start()
    return process
