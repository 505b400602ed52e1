"""Stores for tests: every one that takes `place` runs on SQLite and on a real PostgreSQL server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from sensorann.store import Store, open_store


@dataclass
class Place:
    """Where a test's store is, and how people open it."""

    address_of: Callable[[str], str]
    opened: list[Store] = field(default_factory=list)

    def open(self, actor: str = "anna", **options) -> Store:
        store = open_store(self.address_of(actor), actor=actor, **options)
        self.opened.append(store)
        return store


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path) -> Iterator[Place]:
    """An empty store, created by anna."""
    if request.param == "sqlite":
        place = Place(lambda actor: str(tmp_path / "labels.db"))
    else:
        server = request.getfixturevalue("server")
        schema = server.new_place()
        place = Place(lambda actor: server.address(actor, schema))
    place.open(create=True)
    yield place
    for store in place.opened:
        store.close()


@pytest.fixture
def anna(place: Place) -> Store:
    return place.opened[0]


@pytest.fixture
def ben(place: Place) -> Store:
    return place.open("ben")


@pytest.fixture
def labels_db(tmp_path) -> Iterator[Store]:
    """A SQLite store, for what concerns its file."""
    with open_store(tmp_path / "labels.db", actor="anna", create=True) as store:
        yield store
