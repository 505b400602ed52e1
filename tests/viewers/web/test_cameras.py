"""The pictures of the page, drawn beside the work: cameras with the boxes shown, close-ups of the selected one."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
import pytest

from sensorann.formats import open_drive
from sensorann.images import track_color
from sensorann.store import open_store
from tests.builders import MemoryDrive, make_labels, make_rig, make_track
from tests.viewers.screen import until
from viewers import Session, open_session
from viewers.points import points_here

pytest.importorskip("viser")

from viewers.web.cameras import Cameras
from viewers.web.door import Door
from viewers.web.serving import serving

NO_POINTS = np.zeros((0, 3))
# What the points in a box look like in its close-ups.
INSIDE = 235
BELOW_TITLES = 24
# How far the edges of a line may be from its color.
BLURRED = 60


@pytest.fixture
def session(web_street, tmp_path) -> Iterator[Session]:
    with open_store(tmp_path / "labels.db", create=True) as store:
        store.import_labels(web_street.truth, drive="street")
        session = open_session(open_drive(web_street.path), store, name="street")
        yield session
        session.close()


@pytest.fixture
def cameras(session) -> Iterator[Cameras]:
    with serving(Door(), 0, title="") as (server, _):
        cameras = Cameras(server.gui, session)
        yield cameras
        cameras.close()


def drawn(cameras: Cameras, session: Session, points: np.ndarray = NO_POINTS) -> np.ndarray:
    """The picture of the only camera, after it was asked for and came, the close-ups with it."""
    (handle,) = cameras.widgets.values() or [cameras.close_ups]
    before = handle.image
    cameras.ask(session, points)

    def came() -> bool:
        cameras.collect(session)
        return handle.image is not before

    until(came, "the picture")
    return handle.image


def test_shown_boxes_are_drawn_and_the_selected_one_is_white(cameras, session, web_street):
    known = web_street.two_in_view()[0]
    plain = drawn(cameras, session)
    session.select(known.id)
    selected = drawn(cameras, session)
    turned = (plain != selected).any(axis=2)
    assert turned.any()
    assert (selected >= plain).all()  # white lies above whatever was there
    session.select()
    session.hidden = frozenset(track.id for track in session.labels.tracks)
    bare = drawn(cameras, session)
    session.hidden = frozenset()
    session.select(known.id)
    assert (drawn(cameras, session) != bare).any(axis=2).sum() > turned.sum()


def test_nothing_is_drawn_while_a_person_is_at_work(cameras, session):
    (handle,) = cameras.widgets.values()
    first = handle.image
    for _ in range(20):
        cameras.ask(session, NO_POINTS)
        cameras.collect(session)
        assert handle.image is first
    session.worker.submit("slow", lambda: time.sleep(0.4), lambda _: None)
    cameras.ask(session, NO_POINTS)
    until(lambda: not session.busy or cameras.collect(session) or session.collect(), "the end of the work")
    assert handle.image is first


def test_the_selected_box_is_shown_from_all_sides_with_its_points(cameras, session, web_street):
    known = web_street.two_in_view()[0]
    points = session.frame_from_ego(session.timestamp_ns).apply(points_here(session))

    def has_lines(part: np.ndarray) -> bool:
        own = np.array(track_color(known.id)[::-1])
        return bool((np.abs(part.astype(int) - own).max(axis=2) < BLURRED).any())

    def close_ups() -> list[np.ndarray]:
        drawn(cameras, session, points)
        return np.array_split(cameras.close_ups.image[BELOW_TITLES:], 3, axis=1)

    assert not any(map(has_lines, close_ups()))
    session.select(known.id)
    for part in close_ups():
        assert has_lines(part)
        assert (part == INSIDE).all(axis=2).any()  # its points


def test_a_drive_without_cameras_has_close_ups(tmp_path):
    with open_store(tmp_path / "labels.db", create=True) as store, serving(Door(), 0, title="") as (server, _):
        store.import_labels(make_labels(make_track()), drive="memory")
        session = open_session(MemoryDrive(rig=make_rig(cameras=())), store)
        cameras = Cameras(server.gui, session)
        session.select("1")
        assert not cameras.widgets
        first = cameras.close_ups.image
        assert (drawn(cameras, session) != first).any()
        cameras.close()
        session.close()
