"""The camera pictures of the page: drawn beside the work, with the boxes that are shown, the selected one white."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
import pytest

from sensorann.formats import open_drive
from sensorann.store import open_store
from tests.viewers.screen import until
from viewers import Session, open_session

pytest.importorskip("viser")

from viewers.web.cameras import Cameras
from viewers.web.door import Door
from viewers.web.serving import serving

NO_POINTS = np.zeros((0, 3))


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


def drawn(cameras: Cameras, session: Session) -> np.ndarray:
    """The picture of the only camera, after it was asked for and came."""
    (handle,) = cameras.widgets.values()
    before = handle.image
    cameras.ask(session, NO_POINTS)

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
