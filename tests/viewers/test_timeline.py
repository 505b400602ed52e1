"""The timeline as a picture: which frame is where, and what it says of the selected object."""

from dataclasses import replace

import numpy as np
import pytest

from sensorann.qa import Finding, Severity
from sensorann.scene import Source
from sensorann.tracks import Suggestion, surgery
from tests.builders import FRAME_NS, START_NS, MemoryDrive, make_labels, make_track
from viewers import open_session
from viewers.timeline import HEIGHT, draw_timeline, frame_at

WIDTH = 400  # 20 columns for each of the 20 frames
OBJECT_ROW, ALL_ROW, SUGGESTED_ROW = 16, 32, 2


@pytest.fixture
def session(store):
    labels = make_labels(make_track(n=4))
    labels = surgery.set_source(labels, "1", timestamp_ns=START_NS + FRAME_NS, source=Source.INTERPOLATED)
    store.import_labels(labels, drive="memory")
    session = open_session(MemoryDrive(), store)
    yield session
    session.close()


def middle(i_frame: int) -> int:
    return 20 * i_frame + 5


def test_every_column_belongs_to_one_frame(session):
    assert [frame_at(session, x, WIDTH) for x in (-5, 0, 19, 20, 399, 1000)] == [0, 0, 0, 1, 19, 19]


def test_the_selected_object_shows_its_sources_and_gaps(session):
    empty = draw_timeline(session, WIDTH)
    session.select("1")
    picture = draw_timeline(session, WIDTH)
    assert picture.shape == (HEIGHT, WIDTH, 3)
    colors = [tuple(picture[OBJECT_ROW, middle(i)]) for i in range(6)]
    assert colors[0] == colors[2] == colors[3]
    assert len({colors[0], colors[1], colors[4]}) == 3
    assert colors[4] == colors[5] == tuple(empty[OBJECT_ROW, middle(4)])
    np.testing.assert_array_equal(picture[ALL_ROW], empty[ALL_ROW])


def test_suggestions_are_marked(session):
    session.suggestions = (
        Suggestion(track_id="1", timestamp_ns=int(session.frames[7]), gain=1.0, loss=0.1, reason=""),
    )
    row = draw_timeline(session, WIDTH)[SUGGESTED_ROW]
    marked = {x // 20 for x in np.flatnonzero((row == row[middle(7)]).all(axis=1))}
    assert marked == {7}


def test_findings_are_marked_below_the_suggestions(session):
    plain = draw_timeline(session, WIDTH)
    finding = Finding(
        rule="flip",
        severity=Severity.WARNING,
        score=0.9,
        object="1",
        frame=5,
        timestamp_ns=int(session.frames[5]),
        value=3.1,
        limit=1.0,
        message="turned round",
    )
    session.queue = (finding,)
    changed = (draw_timeline(session, WIDTH) != plain).any(axis=-1)
    assert {x // 20 for x in np.flatnonzero(changed.any(axis=0))} == {5}
    assert not changed[SUGGESTED_ROW].any()


def test_the_doubt_rises_from_below_and_is_full_at_a_metre(session):
    def orange(sigma: float) -> int:
        sigmas = session.labels.track("1").sigmas.copy()
        sigmas[1, :2] = sigma, 0.0
        track = replace(session.labels.track("1"), sigmas=sigmas)
        session.commit(surgery.with_tracks(session.labels, {"1": (track,)}), "test")
        session.select("1")
        column = draw_timeline(session, WIDTH)[8:26, middle(1)]
        return int((column != column[0]).any(axis=1).sum())

    assert (orange(0.0), orange(0.25)) == (0, 9)
    assert orange(0.45) == 16


def test_more_frames_than_columns_still_show_the_cursor(session):
    session.go_to(19)
    picture = draw_timeline(session, 7)
    assert (picture[OBJECT_ROW, 6] == 255).all()
