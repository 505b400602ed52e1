"""The points that a window or a page draws: when they are read, and what a frame without points says."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from sensorann.errors import ArgumentError, MissingDataError
from sensorann.scene import Sweep
from tests.builders import MemoryDrive, make_rig
from tests.viewers.screen import until
from viewers import Session, open_session
from viewers.clouds import Clouds
from viewers.guarding import Guard

LIDAR = make_rig().of_kind("lidar")[0].name
EMPTY, MISSING = 1, 3


class HalfGone(MemoryDrive):
    """A drive whose later sweeps are gone."""

    def sweep(self, sensor: str, index: int) -> Sweep:
        if index >= MISSING:
            raise MissingDataError("the disk is gone")
        return super().sweep(sensor, index)


@pytest.fixture
def session(store) -> Iterator[Session]:
    """Three frames with 10, no and 12 points; those behind cannot be read."""
    drive = MemoryDrive()
    sweeps = [
        Sweep(sensor=LIDAR, timestamp_ns=instant, points=np.ones((n_points, 3), np.float32))
        for n_points, instant in zip((10, 0, 12), drive.trajectory.timestamps_ns.tolist(), strict=False)
    ]
    session = open_session(HalfGone(sweeps={LIDAR: sweeps}), store)
    yield session
    session.close()


@pytest.fixture
def clouds() -> Iterator[Clouds]:
    clouds = Clouds()
    yield clouds
    clouds.close()


def test_points_are_read_once_for_a_frame(session, clouds):
    assert len(clouds.changed(session).points) == 10
    assert clouds.changed(session) is None
    session.go_to(2)
    assert len(clouds.changed(session).points) == 12
    assert len(clouds.in_labels(session)) == 12
    assert session.message == ""


@pytest.mark.parametrize(
    ("i_frame", "reason"),
    [(EMPTY, "the sweep of this frame holds no points"), (MISSING, "the disk is gone")],
    ids=["empty", "missing"],
)
def test_a_frame_without_points_says_why_as_long_as_it_is_looked_at(session, clouds, i_frame, reason):
    clouds.changed(session)
    session.go_to(i_frame)
    for _ in range(2):
        session.message = ""
        assert len(clouds.changed(session).points) == 0
        assert session.message == reason
    assert len(clouds.in_labels(session)) == 0


def test_what_an_action_said_stands_before_why_there_are_no_points(session, clouds):
    session.go_to(EMPTY)
    session.message = "undone: move"
    clouds.changed(session)
    assert session.message == "undone: move"


def test_merged_sweeps_come_from_the_worker_and_only_while_they_are_wanted(session, clouds):
    session.looks = replace(session.looks, n_sweeps=5)
    assert len(clouds.changed(session).points) == 10  # this frame's at once
    found = []
    until(lambda: found.append(clouds.collect(session)) or found[-1] is not None, "merged sweeps")
    assert len(found[-1].points) == 10 + 0 + 12
    session.go_to(2)
    for n_sweeps in (3, 5):  # the first is not wanted any more when it is there
        session.looks = replace(session.looks, n_sweeps=n_sweeps)
        clouds.changed(session)
    until(lambda: found.append(clouds.collect(session)) or found[-1] is not None, "merged sweeps of another frame")
    assert len(found[-1].points) == 10 + 0 + 12


class UnforeseenError(Exception):
    """One that nobody foresaw."""


@pytest.mark.parametrize(
    ("error", "told", "n_logged"),
    [
        (ArgumentError("no such frame"), "no such frame", 0),
        (UnforeseenError("x"), "this went wrong, the log says more", 1),
    ],
    ids=["deliberate", "a fault"],
)
def test_no_error_leaves_a_guarded_call(session, caplog, error, told, n_logged):
    shown = []

    def fails(_: int) -> str:
        raise error

    assert Guard(session, lambda: shown.append(session.message))(fails, "otherwise")(1) == "otherwise"
    assert told in session.message
    assert shown == [session.message]
    assert len(caplog.records) == n_logged


def test_a_guarded_call_that_works_gives_its_result(session):
    assert Guard(session, lambda: None)(len, -1)("abc") == 3
    assert session.message == ""
