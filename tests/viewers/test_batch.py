"""The batch view: which frames are on a page, what each cell shows, and mending a box in place."""

from dataclasses import replace

import numpy as np
import pytest

from sensorann.errors import MissingDataError
from sensorann.scene import Source
from sensorann.store import log
from sensorann.tracks import surgery
from viewers.pictures.batch import N_CELLS, cell_at, cell_view, draw_page, frames_of_page, read_page, within
from viewers.pictures.closeup import handle_pixels
from viewers.pictures.hand import Hand

SIZE = (1000, 600)


@pytest.fixture
def long_track(session, truth):
    """A session with the true boxes of the object nearest to the vehicle in all 24 frames, selected."""
    ego = session.frame_from_ego(int(session.frames[12])).translation
    seen_throughout = [track for track in truth.tracks if len(track) == len(session.frames)]
    whole = min(seen_throughout, key=lambda track: float(np.linalg.norm(track.cuboids.centers[12] - ego)))
    session.commit(replace(session.labels, tracks=(whole,)), "test")
    session.select(whole.id)
    return session


def test_pages_follow_the_frames_in_which_the_object_has_boxes(long_track):
    assert frames_of_page(long_track) == tuple(range(N_CELLS))
    long_track.go_to(22)
    assert frames_of_page(long_track) == tuple(range(N_CELLS, len(long_track.frames)))
    long_track.select()
    assert frames_of_page(long_track) == ()


def test_every_cell_shows_its_frames_own_points_and_this_frame_is_marked(long_track):
    page = read_page(long_track, long_track.selected[0], frames_of_page(long_track))
    picture = draw_page(long_track, page, SIZE)
    assert picture.shape == (SIZE[1], SIZE[0], 3)
    for cell in range(N_CELLS):
        view = cell_view(long_track, page, cell, SIZE)
        assert len(view.in_sight(page.points[cell])) > 0
        assert cell_at(page, _middle(cell, view), SIZE)[0] == cell
    assert (picture[0, 0] == 255).all()
    assert cell_at(page, (SIZE[0] + 50, 10), SIZE) is None


def _middle(cell, view):
    """Pixel of the page in the middle of a cell."""
    left, top = within(cell, (0.0, 0.0), SIZE)
    return view.size[0] / 2 - left, view.size[1] / 2 - top


def test_a_box_is_mended_in_its_cell_and_the_others_stay(long_track):
    track_id = long_track.selected[0]
    page = read_page(long_track, track_id, frames_of_page(long_track))
    before, cell, hand = long_track.labels.track(track_id), 7, Hand()
    long_track.go_to(page.frames[cell])
    view = cell_view(long_track, page, cell, SIZE)
    front = tuple(handle_pixels(view, view.anchor)[1, 0])
    assert hand.press(long_track, view, front)
    hand.drag(long_track, (front[0] + 5, front[1]))
    drawn = draw_page(long_track, page, SIZE)
    hand.release(long_track, (front[0] + view.pixels_per_metre, front[1]))
    after = long_track.labels.track(track_id)
    assert after.cuboids.sizes[7, 0] == pytest.approx(before.cuboids.sizes[7, 0] + 1.0)
    assert after.sources[7] == Source.HUMAN
    others = np.arange(len(after)) != 7
    np.testing.assert_array_equal(after.cuboids.centers[others], before.cuboids.centers[others])
    assert (draw_page(long_track, page, SIZE) != drawn).any()
    assert log(long_track.store)[-1].kind == "drag"


def test_a_frame_whose_sweep_cannot_be_read_has_no_points_and_a_box_that_is_gone_no_cell(long_track, monkeypatch):
    track_id, frames = long_track.selected[0], frames_of_page(long_track)

    def missing(sensor, index):
        raise MissingDataError("gone")

    monkeypatch.setattr(long_track.drive, "sweep", missing)
    page = read_page(long_track, track_id, frames)
    assert all(len(points) == 0 for points in page.points)
    first = int(long_track.frames[0])
    long_track.commit(surgery.delete_span(long_track.labels, track_id, span=(first, first)), "delete")
    assert cell_view(long_track, page, 0, SIZE) is None
    assert draw_page(long_track, page, SIZE).shape == (SIZE[1], SIZE[0], 3)
