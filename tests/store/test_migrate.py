"""Stores of older formats become today's, on a disk and on a server; nobody's edits are lost on the way."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, inspect

from sensorann.errors import MissingDataError, StoreError
from sensorann.scene import default_ontology
from sensorann.store import Store, connecting, migrate, open_store, schema, verify
from tests.store import workload
from tests.store.edits import contents, full_labels, moved
from tests.store.test_opening import other_database, text_file

DATA = Path(__file__).parents[1] / "data"
NEXT = schema.FORMAT_VERSION + 1


@dataclass
class OldStore:
    """A store as the first format left it: imported, one box moved, and that undone."""

    address_of: Callable[[str], str]
    new_address: str  # of a place for a store of today, on the same kind of database

    @property
    def address(self) -> str:
        return self.address_of("anna")

    def open(self, actor: str = "anna") -> Store:
        return open_store(self.address_of(actor), actor=actor)


@pytest.fixture(params=["sqlite", "postgresql"])
def old(request, tmp_path) -> OldStore:
    if request.param == "sqlite":
        path = str(shutil.copy(DATA / "format_1.labels.db", tmp_path / "labels.db"))
        return OldStore(lambda actor: path, str(tmp_path / "new.db"))
    server = request.getfixturevalue("server")
    place = server.new_place()
    # Written by pg_dump of PostgreSQL 15, which names the schema everywhere.
    dumped = (DATA / "format_1.labels.sql").read_text().replace("old_store", place)
    server.run(dumped, login="anna")
    return OldStore(lambda actor: server.address(actor, place), server.address("anna", server.new_place()))


TRIGGERS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' ORDER BY name",
    "postgresql": """SELECT tgname FROM pg_trigger
                     WHERE tgrelid = 'event'::regclass AND NOT tgisinternal ORDER BY tgname""",
}


def shape(address: str) -> list[object]:
    """Tables, columns, keys, indices and triggers of a store."""
    engine, _ = connecting.connect(address, create=False, wait_s=1)
    with engine.connect() as connection:
        found = inspect(connection)
        tables = {
            name: (
                [(column["name"], str(column["type"]), column["nullable"]) for column in found.get_columns(name)],
                found.get_pk_constraint(name)["constrained_columns"],
                found.get_indexes(name),
                [key["referred_table"] for key in found.get_foreign_keys(name)],
            )
            for name in sorted(found.get_table_names())
        }
        triggers = connection.exec_driver_sql(TRIGGERS[connection.dialect.name]).scalars().all()
    engine.dispose()
    return [tables, triggers]


def test_an_old_store_is_refused_until_it_is_migrated(old):
    with pytest.raises(StoreError, match="has format 1, this sensorann writes 2: run `sensorann store migrate"):
        old.open()
    assert migrate(old.address) == (1, schema.FORMAT_VERSION)
    assert migrate(old.address) == (schema.FORMAT_VERSION, schema.FORMAT_VERSION)
    with old.open() as store:
        labels = store.load("drive").labels
        # Its ontology is that of its day; today's default may have moved on.
        assert labels.ontology["car"].aliases["kitti"] == ("Car",)
        assert contents(replace(labels, ontology=default_ontology())) == contents(full_labels())
        assert (verify(store).n_events, verify(store).faults) == (3, ())
        assert store.redo("drive") == 3


def test_a_migrated_store_is_built_like_a_new_one(old):
    migrate(old.address)
    with open_store(old.new_address, create=True):
        pass
    assert shape(old.address) == shape(old.new_address)


def add_table(connection: Connection) -> None:
    connection.exec_driver_sql("CREATE TABLE extra (name TEXT)")


def test_migration_takes_one_step_after_another(old):
    steps = {1: add_table, 2: lambda connection: connection.exec_driver_sql("INSERT INTO extra VALUES ('two')")}
    assert migrate(old.address, steps=steps, newest=3) == (1, 3)
    assert migrate(old.address, steps=steps, newest=3) == (3, 3)
    with pytest.raises(StoreError, match="has format 3, this sensorann reads up to 2"):
        migrate(old.address)


def test_a_migration_that_fails_leaves_the_old_store(old):
    def fail(connection):
        add_table(connection)
        raise KeyboardInterrupt

    before = shape(old.address)
    with pytest.raises(KeyboardInterrupt):
        migrate(old.address, steps={1: fail}, newest=2)
    assert shape(old.address) == before


def add_table_and_die(connection: Connection) -> None:
    add_table(connection)
    os.kill(os.getpid(), signal.SIGKILL)


def migrate_and_die(address: str) -> None:
    migrate(address, steps={1: add_table_and_die}, newest=2)


def test_a_migration_that_is_killed_leaves_the_old_store(old):
    before = shape(old.address)
    process = workload.processes().Process(target=migrate_and_die, args=(old.address,))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert shape(old.address) == before
    assert migrate(old.address) == (1, schema.FORMAT_VERSION)


def test_who_has_the_store_open_meanwhile_loses_nothing(place, anna):
    """A program that opened the store before a migration keeps its edits, and writes none after it."""
    anna.import_labels(full_labels())
    seen = anna.track("drive", "7")
    seen = anna.edit(seen, moved(seen.track, 0))
    assert migrate(place.address_of("anna"), steps={NEXT - 1: add_table}, newest=NEXT)[1] == NEXT
    with pytest.raises(StoreError, match=f"has format {NEXT}, this sensorann reads up to {NEXT - 1}: upgrade"):
        anna.edit(seen, moved(seen.track, 1))
    assert (verify(anna).n_events, verify(anna).faults) == (2, ())


def test_a_migration_waits_for_a_writer(place, anna):
    with anna.writing(), pytest.raises(StoreError, match="another program holds the store locked"):
        migrate(place.address_of("anna"), steps={NEXT - 1: add_table}, newest=NEXT, wait_s=0.05)


def test_only_the_owner_migrates_a_store_on_a_server(server):
    place = server.new_place()
    with open_store(server.address("anna", place), create=True):
        pass
    with pytest.raises(StoreError, match="this login may not do that: the owner of the store may, who made it"):
        migrate(server.address("ben", place), steps={NEXT - 1: add_table}, newest=NEXT)


@pytest.mark.parametrize("make", [text_file, other_database], ids=["text", "other database"])
def test_only_stores_are_migrated(tmp_path, make):
    make(tmp_path / "labels.db")
    with pytest.raises(StoreError, match=r"is not a SQLite database|no label store"):
        migrate(tmp_path / "labels.db")
    with pytest.raises(MissingDataError, match="does not exist"):
        migrate(tmp_path / "absent.db")
