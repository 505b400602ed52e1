"""What the disk keeps of the write-ahead log when the power goes: all that was acknowledged, and half of nothing.

SQLite syncs the log before it acknowledges an edit (`synchronous = FULL`, tested in `test_durability`). Whatever came
after that may be there, or cut short, or any bytes at all.
"""

import random
import shutil
from itertools import pairwise
from pathlib import Path

import pytest

from sensorann.store import open_store, verify
from tests.builders import make_labels, make_track
from tests.store.edits import moved

N_EDITS = 6
TAILS = {
    "cut": lambda rest: b"",
    "zeros": lambda rest: bytes(len(rest)),
    "any bytes": lambda rest: random.Random(0).randbytes(len(rest)),
    "half a write": lambda rest: rest[: len(rest) // 2],
    "last sector missing": lambda rest: rest[:-512] + bytes(512),
    "one bit": lambda rest: rest[:-1] + bytes([rest[-1] ^ 1]),
}


@pytest.mark.parametrize("tail", TAILS.values(), ids=TAILS)
def test_a_torn_log_keeps_every_acknowledged_edit(labels_db, tmp_path, tail):
    log = Path(f"{labels_db.name}-wal")
    labels_db.import_labels(make_labels(make_track(n=20)))
    sizes = [log.stat().st_size]
    seen = labels_db.track("drive", "1")
    for row in range(N_EDITS):
        seen = labels_db.edit(seen, moved(seen.track, row))
        sizes.append(log.stat().st_size)
    content = log.read_bytes()
    for n_events, (synced, end) in enumerate(pairwise(sizes), start=1):
        torn = tmp_path / f"{n_events}.db"
        shutil.copy(labels_db.name, torn)
        Path(f"{torn}-wal").write_bytes(content[:synced] + tail(content[synced:end]))
        with open_store(torn) as store:
            found = verify(store)
            assert (found.n_events, found.faults) == (n_events, ())
            moved_rows = store.track("drive", "1").track.cuboids.centers[:, 0] != make_track(n=20).cuboids.centers[:, 0]
            assert moved_rows.tolist() == [row < n_events - 1 for row in range(20)]
