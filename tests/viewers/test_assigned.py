"""The queue of objects that are left to look at, by tasks and verdicts."""

import numpy as np
import pytest

from sensorann.store.reviewing import decide
from sensorann.store.roles import give_role
from sensorann.store.tasks import assign, move
from tests.builders import FRAME_NS, START_NS, MemoryDrive, make_labels, make_track
from viewers import open_session
from viewers.actions import assigned, shaping
from viewers.keymap import read_keymap

KEYMAP = read_keymap()


@pytest.fixture
def session(store):
    """Objects 0, 1 and 2, each in four frames: from the first, the fifth and the ninth on."""
    cars = [
        make_track(id=str(n), n=4, start_ns=START_NS + 4 * n * FRAME_NS, centers=np.tile([10.0, n, 0.75], (4, 1)))
        for n in range(3)
    ]
    store.import_labels(make_labels(*cars), drive="memory")
    session = open_session(MemoryDrive(), store)
    yield session
    session.close()


def left(session) -> list[str]:
    return [track.id for track, _ in assigned.left_to_look_at(session)]


def walked(session, key: str, n: int) -> list[tuple[str, int]]:
    """Objects that a key leads to, and the frames in which they are shown."""
    found = []
    for _ in range(n):
        KEYMAP.press(session, key)
        found.append((session.track.id, session.i_frame))
    return found


def test_without_tasks_all_are_left_and_walked_through_in_a_ring(session):
    assert walked(session, "Ctrl+PageDown", 4) == [("0", 0), ("1", 4), ("2", 8), ("0", 0)]
    assert walked(session, "Ctrl+PageUp", 1) == [("2", 8)]
    assert session.message == "object 2: 3 of 3 to look at"


def test_a_frame_that_shows_the_object_stays(session):
    session.go_to(6)
    KEYMAP.press(session, "Ctrl+PageDown")
    KEYMAP.press(session, "Ctrl+PageDown")
    assert (session.track.id, session.i_frame) == ("1", 4)
    session.go_to(6)
    session.select("0")
    KEYMAP.press(session, "Ctrl+PageDown")
    assert (session.track.id, session.i_frame) == ("1", 6)


def test_what_is_decided_about_is_left_only_when_it_changes(session, store):
    decide(store, "memory", "1", "accept")
    decide(store, "memory", "2", "reject")
    assert left(session) == ["0"]
    session.go_to(4)
    session.select("1")
    shaping.move(session, forward=1.0)
    assert left(session) == ["0", "1"]
    for object_id in ("0", "1"):
        decide(store, "memory", object_id, "accept")
    KEYMAP.press(session, "Ctrl+PageDown")
    assert "no object is left to look at" in session.message


def label(store, person: str, frames: tuple[int, int]) -> None:
    """Assign some frames to a person."""
    assign(store, "memory", person, **span(frames))


def hand_over(store, frames: tuple[int, int]) -> None:
    """Label what was assigned, and leave it to a review."""
    for state in ("annotating", "review"):
        move(store, "memory", state, **span(frames))


def span(frames: tuple[int, int]) -> dict[str, int]:
    return dict(zip(("start_ns", "end_ns"), (START_NS + frame * FRAME_NS for frame in frames), strict=True))


def test_the_frames_of_a_task_are_left_to_who_has_it_and_later_to_a_review(session, store):
    label(store, "anna", (5, 6))
    assert left(session) == ["1"]
    assert walked(session, "Ctrl+PageDown", 1) == [("1", 5)]
    label(store, "ben", (0, 1))
    assert left(session) == ["1"]  # ben is not done
    hand_over(store, (0, 1))
    hand_over(store, (5, 6))
    assert left(session) == ["0", "1"]


def test_where_people_have_roles_nobody_reviews_what_is_his_own(session, store):
    give_role(store, "anna", "lead")
    label(store, "anna", (5, 6))
    assert left(session) == ["1"]
    hand_over(store, (5, 6))
    assert left(session) == []


def test_a_task_of_the_whole_drive_spans_it(session, store):
    assign(store, "memory", "anna")
    assert left(session) == ["0", "1", "2"]
