"""What was acknowledged is there: after kill -9, with many writers at once, on a full disk."""

from __future__ import annotations

import contextlib
import random
import shutil
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from sensorann.errors import StoreError
from sensorann.store import Store, StoredTrack, log, open_store, verify
from tests.store import workload
from tests.store.edits import moved

N_KILLS = 500 if workload.SOAK else 5
N_PROCESSES = 16
N_EDITS = 1000 if workload.SOAK else 5


def test_kill_9_loses_nothing_acknowledged(tmp_path):
    address, acknowledged = str(tmp_path / "labels.db"), tmp_path / "acknowledged"
    with open_store(address, create=True) as store:
        workload.fill(store)
    moments = random.Random(0)
    acknowledged.touch()
    for _ in range(N_KILLS):
        n_before = len(acknowledged.read_bytes())
        process = workload.start_editing(address, acknowledged)
        while len(acknowledged.read_bytes()) == n_before:
            time.sleep(0.001)
        time.sleep(moments.uniform(0, 0.1))
        process.kill()
        process.join()
        last = int(acknowledged.read_text().split()[-1])
        with open_store(address) as store, store.reading() as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
            assert connection.exec_driver_sql("SELECT max(seq) FROM event").scalar_one() >= last
    with open_store(address) as store:
        found = verify(store)
        assert found.faults == ()
        assert {int(word) for word in acknowledged.read_text().split()} <= set(range(1, found.n_events + 1))


def test_many_processes_edit_one_drive(place, anna):
    workload.fill(anna)
    address = place.address_of("anna")
    with ProcessPoolExecutor(N_PROCESSES, mp_context=workload.processes()) as pool:
        jobs = [pool.submit(workload.edit_many, address, N_EDITS, number) for number in range(N_PROCESSES)]
        n_conflicts = sum(job.result() for job in jobs)
    counts = [int(track.attributes["edits"]) for track in anna.load("drive").labels.tracks]
    assert sum(counts) == N_PROCESSES * N_EDITS  # no lost update
    assert n_conflicts > 0  # they did meet
    found = verify(anna)
    assert (found.n_events, found.faults) == (1 + N_PROCESSES * N_EDITS, ())


def test_every_connection_to_a_file_keeps_what_it_acknowledges(labels_db):
    settings = {"synchronous": 2, "journal_mode": "wal", "foreign_keys": 1}  # 2 is FULL
    for connect in (labels_db.reading, labels_db.writing):
        with connect() as connection:
            for name, value in settings.items():
                assert connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() == value


def test_every_session_on_a_server_keeps_what_it_acknowledges(server):
    place = server.new_place()
    server.run("ALTER ROLE ben SET synchronous_commit = off", f"GRANT ALL ON SCHEMA {place} TO ben")
    with open_store(server.address("ben", place), create=True) as store, store.writing() as connection:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar_one() == "on"


@pytest.fixture
def small_disk(tmp_path) -> Iterator[Path]:
    """A file system of 2 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    command = [str(mount), "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    if mount is None or subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("mounting a small file system needs root with the right to mount")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_is_told_and_harms_nothing(small_disk):
    with open_store(small_disk / "labels.db", actor="anna", create=True) as store:
        workload.fill(store)
        ballast = small_disk / "ballast"
        fill_up(ballast)
        kept: list[StoredTrack] = [store.track("drive", "0")]
        with pytest.raises(StoreError, match="the disk is full; this edit was not kept, all earlier ones are"):
            edit_until_it_fails(store, kept)
        assert [event.seq for event in log(store)][1:] == [seen.version for seen in kept][1:]
        assert verify(store).faults == ()

        ballast.unlink()
        store.edit(kept[-1], moved(kept[-1].track, slice(None)))
        assert len(log(store)) == 1 + len(kept)
        assert verify(store).faults == ()


def fill_up(ballast: Path) -> None:
    with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as stream:
        while True:
            stream.write(bytes(4096))


def edit_until_it_fails(store: Store, kept: list[StoredTrack]) -> None:
    while len(kept) < 10_000:
        kept.append(store.edit(kept[-1], moved(kept[-1].track, slice(None))))


def edit_once(address: Path, seen: StoredTrack) -> None:
    with open_store(address, actor="anna") as store:
        store.edit(seen, moved(seen.track, 0))


def test_a_read_only_disk_is_told_and_harms_nothing(small_disk):
    address = small_disk / "labels.db"
    with open_store(address, actor="anna", create=True) as store:
        workload.fill(store)
        seen = store.track("drive", "0")
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(StoreError, match=r"labels.db: cannot be (written|opened)") as caught:
        edit_once(address, seen)
    assert "\n" not in str(caught.value)
    subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)
    with open_store(address) as store:
        assert verify(store).n_events == 1
