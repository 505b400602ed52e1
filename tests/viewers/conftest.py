"""A drive with objects to label, and a session on it without a window."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from sensorann.scene import Labels
from sensorann.simulate import simulate_drive
from sensorann.store import Store, open_store
from tests.builders import MemoryDrive, make_labels, make_track
from tests.store.edits import contents
from viewers import Session, open_session
from viewers.actions.shaping import sweep_here
from viewers.recording import CachedDrive

FEWEST_POINTS = 10


@pytest.fixture(scope="session")
def street() -> tuple[CachedDrive, Labels]:
    """Twenty-four sweeps of a busy street and its true labels; sweeps are simulated once for all tests."""
    drive, truth = simulate_drive(seed=3, n_frames=24, n_actors=100, n_beams=32, n_columns=900)
    return CachedDrive(drive, most_bytes=100_000_000), truth


@pytest.fixture
def drive(street) -> CachedDrive:
    return street[0]


@pytest.fixture
def truth(street) -> Labels:
    return street[1]


@pytest.fixture
def store(tmp_path) -> Iterator[Store]:
    with open_store(tmp_path / "labels.db", actor="anna", create=True) as store:
        yield store


@pytest.fixture
def session(drive, store) -> Iterator[Session]:
    session = open_session(drive, store)
    yield session
    session.close()


@pytest.fixture
def parked(store) -> Iterator[Session]:
    """A session on two parked cars, 1 and 2, in five of twenty frames, without sweeps."""
    cars = [
        make_track(id=name, centers=np.tile([10.0, y, 0.75], (5, 1)), yaws=np.zeros(5))
        for name, y in (("1", 0), ("2", 8))
    ]
    store.import_labels(make_labels(*cars), drive="memory")
    session = open_session(MemoryDrive(), store)
    yield session
    session.close()


def visible_points(session: Session, truth: Labels) -> dict[str, np.ndarray]:
    """A point (3,) in the world on every true object that this frame shows well, by its true id."""
    sweep, world_from_sensor = sweep_here(session)
    points = world_from_sensor.apply(sweep.points)
    found = {}
    for track in truth.tracks:
        rows = np.flatnonzero(track.timestamps_ns == session.timestamp_ns)
        if len(rows):
            cuboid = track.cuboids.record(int(rows[0]))
            local = cuboid.frame_from_cuboid.inverse().apply(points)
            inside = (np.abs(local) <= np.asarray(cuboid.size) / 2).all(axis=1) & (
                local[:, 2] > 0.3 - cuboid.size[2] / 2
            )
            if inside.sum() >= FEWEST_POINTS:
                found[track.id] = points[inside][0]
    return found


def by_id(labels: Labels) -> list[object]:
    """Contents, with the tracks in the order of their ids: a store keeps them in the order in which they came."""
    return contents(replace(labels, tracks=tuple(sorted(labels.tracks, key=lambda track: track.id))))
