"""How fast the label store is: commits, import, loading, rebuilding; medians of one run, on SQLite and on PostgreSQL.

Both keep what they acknowledge: SQLite with synchronous=FULL, PostgreSQL with fsync and synchronous_commit. In brackets
the time of the processor in sensorann, which does not depend on what else the machine does (the server's is not in it).

    python -m benchmarks.label_store            print the table
    python -m benchmarks.label_store --write    put it into docs/store.md
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.report import REPOSITORY, shown, write
from sensorann.geometry import Cuboids
from sensorann.scene import Labels, Source, Track, sources_of, unknown_sigmas
from sensorann.store import Store, Verification, journal, load_as_of, open_store, schema, verify
from sensorann.store.difference import track_difference
from sensorann.store.patch import NUMBERS_BYTES, packed
from tests.store import postgresql

DOCUMENT = REPOSITORY / "docs" / "store.md"
N_COMMITS = 300
N_EVENTS = 100_000
N_FRAMES = 200
REPEATS = 5


def make_labels(n_objects: int, *, drive: str) -> Labels:
    rng = np.random.default_rng(0)
    times = 1_790_000_000_000_000_000 + np.arange(N_FRAMES, dtype=np.int64) * 100_000_000
    tracks = tuple(
        Track(
            id=str(i),
            category="car",
            timestamps_ns=times,
            cuboids=Cuboids.from_yaws(
                rng.normal(0, 30, (N_FRAMES, 3)),
                np.full((N_FRAMES, 3), 2.0),
                rng.uniform(-3, 3, N_FRAMES),
                frame="world",
            ),
            sources=sources_of(N_FRAMES, Source.HUMAN),
            sigmas=unknown_sigmas(N_FRAMES),
        )
        for i in range(n_objects)
    )
    return Labels(drive_name=drive, frame="world", tracks=tracks)


def moved(track: Track, row: int) -> Track:
    centers = track.cuboids.centers.copy()
    centers[row, 0] += 0.1
    return replace(track, cuboids=replace(track.cuboids, centers=centers))


class Took(NamedTuple):
    """Seconds by the clock on the wall, and of the processor in this process: the second knows no neighbours."""

    wall_s: float
    processor_s: float

    def __str__(self) -> str:
        return f"{shown(self.wall_s)} ({shown(self.processor_s)})"


def timed(action: Callable[[], object]) -> Took:
    wall, processor = time.perf_counter(), time.process_time()
    action()
    return Took(time.perf_counter() - wall, time.process_time() - processor)


def median_of(action: Callable[[], object], repeats: int = REPEATS) -> Took:
    runs = [timed(action) for _ in range(repeats)]
    return Took(*(statistics.median(column) for column in zip(*runs, strict=True)))


def commits(store: Store) -> str:
    """Single-box edits, each of them safe before the next one begins."""
    seen = store.track("loaded", "3")

    def commit_all() -> None:
        nonlocal seen
        for i in range(N_COMMITS):
            seen = store.edit(seen, moved(seen.track, i % N_FRAMES))

    took = median_of(commit_all, 3)
    return f"{N_COMMITS / took.wall_s:,.0f} per s ({shown(took.processor_s / N_COMMITS)} each)"


def bare_commits(path: Path, n_bytes: int) -> str:
    """What the disk allows: as many bytes per commit by SQLite alone, as safe, one row in one table."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("CREATE TABLE event (content BLOB)")

        def commit_all() -> None:
            for _ in range(N_COMMITS):
                connection.execute("INSERT INTO event VALUES (zeroblob(?))", (n_bytes,))

        took = median_of(commit_all, 3)
    return f"{N_COMMITS / took.wall_s:,.0f} per s ({shown(took.processor_s / N_COMMITS)} each)"


def importing(store: Store) -> Took:
    labels = make_labels(500, drive="imported")
    names = iter(range(3))
    return median_of(lambda: store.import_labels(labels, drive=f"imported {next(names)}"), 3)


def fill_journal(store: Store) -> None:
    """Add events of one moved box each, all in one transaction: only reading them back is measured."""
    track = make_labels(1, drive="long").tracks[0]
    store.import_labels(Labels(drive_name="long", frame="world", tracks=(track,)))
    with store.writing() as connection:
        seq, time_ns, last_hash = journal.last_event(connection)
        rows = []
        for i in range(N_EVENTS):
            wanted = moved(track[i % N_FRAMES : i % N_FRAMES + 1], 0)
            rows.append(event_row(seq + 1 + i, time_ns, last_hash, track[i % N_FRAMES : i % N_FRAMES + 1], wanted))
            last_hash = rows[-1]["hash"]
            track = with_row(track, i % N_FRAMES, wanted)
        connection.execute(schema.event.insert(), rows)
        connection.execute(schema.head.update().values(seq=seq + N_EVENTS, hash=last_hash))


def event_row(seq: int, time_ns: int, last_hash: bytes, before: Track, after: Track) -> dict[str, object]:
    text, numbers = packed(track_difference(before, after))
    row: dict[str, object] = {
        "seq": seq, "time_ns": time_ns, "actor": "anna", "client": "benchmark", "kind": "edit", "drive": "long",
        "object": "0", "undoes": None, "spent_s": None, "note": "", "machine": "{}", "patch": text, "numbers": numbers,
        "prev_hash": last_hash,
    }  # fmt: skip
    return row | {"hash": journal.row_hash(row)}


def with_row(track: Track, row: int, part: Track) -> Track:
    centers = track.cuboids.centers.copy()
    centers[row] = part.cuboids.centers[0]
    return replace(track, cuboids=replace(track.cuboids, centers=centers))


def measure(store: Store) -> list[str]:
    """Figures of one database, in the order of the table."""
    store.import_labels(make_labels(100, drive="loaded"))
    loading = median_of(lambda: store.load("loaded"))
    return [commits(store), str(importing(store)), str(loading)]


def rebuilding(store: Store) -> Took:
    """Rebuild the projection from a journal whose projection knows only the import."""
    fill_journal(store)
    found: list[Verification] = []
    took = timed(lambda: found.append(verify(store, rebuild=True)))
    if not found[0].rebuilt or found[0].n_events != N_EVENTS + 1:
        raise SystemExit(f"the journal was not rebuilt: {found}")
    return took


@contextmanager
def servers() -> Iterator[str | None]:
    """Address of an empty database on a server with fsync; None where there is no server."""
    if postgresql.programs() is None:
        yield None
        return
    with postgresql.running(fsync=True) as server:
        yield server.address("anna", server.new_place())


def event_bytes(store: Store) -> int:
    """Bytes of text and numbers that one moved box takes in the journal."""
    with store.reading() as connection:
        row = connection.execute(schema.event.select().where(schema.event.c.kind == "edit").limit(1)).one()
    return sum(
        len(value.encode() if isinstance(value, str) else value) for value in row if isinstance(value, str | bytes)
    )


def table() -> str:
    with tempfile.TemporaryDirectory() as folder, servers() as server:
        with open_store(Path(folder) / "labels.db", create=True) as store:
            sqlite = measure(store)
            size = event_bytes(store)
        bare = bare_commits(Path(folder) / "bare.db", size)
        with open_store(Path(folder) / "long.db", create=True) as store:
            rebuilt = str(rebuilding(store))
            then = timed(lambda: load_as_of(store, "long", time.time_ns()))
        theirs = ["not installed"] * len(sqlite)
        if server is not None:
            with open_store(server, create=True) as store:
                theirs = measure(store)
    names = ("single-box commits", "import of 100,000 boxes", "loading 200 frames x 100 objects")
    aims = ("at least 150 per s", "under 3 s", "under 150 ms")
    rows = [" | ".join(("", *row, "")).strip() for row in zip(names, sqlite, theirs, aims, strict=True)]
    return "\n".join(
        [
            "| operation | SQLite | PostgreSQL | aim |",
            "|---|---|---|---|",
            rows[0],
            f"| the same by SQLite alone: what the disk allows | {bare} | | |",
            *rows[1:],
            f"| rebuilding from {N_EVENTS:,} events, checks included | {rebuilt} | | under 10 s |",
            f"| labels as they were then, {N_EVENTS:,} events replayed | {then} | | |",
            f"| one moved box in the journal | {size} bytes, {2 * NUMBERS_BYTES} of them before and after | | |",
            f"| programs that wanted a core meanwhile, of {os.cpu_count()} | {os.getloadavg()[1]:.1f} | | |",
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help=f"update {DOCUMENT.relative_to(REPOSITORY)}")
    options = parser.parse_args()
    printed = table()
    print(printed)
    if options.write:
        write({"label store": printed}, DOCUMENT)


if __name__ == "__main__":
    main()
