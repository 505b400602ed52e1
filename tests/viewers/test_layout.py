"""Where the parts of the window stand, what they say, and that of many wanted pictures only the newest is drawn."""

from dataclasses import replace
from threading import Event

import numpy as np
import pytest

from sensorann.scene import Source
from tests.builders import MemoryDrive, make_labels, make_track
from tests.viewers.screen import until
from viewers import open_session, telling
from viewers.actions import objects, remarks
from viewers.layout import NOWHERE, Layout, Place, arrange
from viewers.looks import Looks, Part
from viewers.rendering_queue import RenderingQueue

WIDTH, HEIGHT = 1280, 800


def arranged(*, without: set[Part] = frozenset(), with_: set[Part] = frozenset(), has_cameras=True) -> Layout:
    looks = Looks(shown=(Looks().shown - without) | with_)
    return arrange(0, 24, WIDTH, HEIGHT, em=16.0, looks=looks, has_cameras=has_cameras)


def area(place: Place) -> int:
    return place.width * place.height


def parts(layout: Layout) -> list[Place]:
    every = [layout.view, layout.camera, layout.strip, *layout.close_ups, layout.side, layout.foot]
    return [place for place in every if place != NOWHERE]


@pytest.mark.parametrize(
    "layout",
    [
        arranged(),
        arranged(without={Part.PICTURES}),
        arranged(without={Part.CLOSE_UPS}),
        arranged(with_={Part.BATCH}),
        arranged(has_cameras=False),
    ],
    ids=["all", "no pictures", "no close-ups", "batch view", "no cameras"],
)
def test_the_parts_fill_the_window_and_never_overlap(layout):
    taken = np.zeros((HEIGHT + 24, WIDTH), np.int64)
    for place in parts(layout):
        taken[place.y : place.y + place.height, place.x : place.x + place.width] += 1
    assert taken.max() == 1
    assert (taken[24:] == 0).mean() < 0.01
    assert sum(map(area, parts(layout))) == taken.sum()


def test_what_is_hidden_gives_its_room_to_the_3d_view():
    assert arranged(without={Part.PICTURES}).camera == NOWHERE
    assert area(arranged(without={Part.PICTURES}).view) > area(arranged().view)
    assert arranged(with_={Part.BATCH}).close_ups == (NOWHERE,) * 3
    assert arranged(has_cameras=False).strip == NOWHERE


@pytest.fixture
def session(store):
    store.import_labels(make_labels(make_track(n=2), make_track(id="2", n=2)), drive="memory")
    session = open_session(MemoryDrive(), store)
    yield session
    session.close()


def test_the_selected_object_is_told_with_its_numbers_attributes_doubt_and_open_comments(session):
    assert telling.object_text(session) == "nothing selected"
    session.select("1")
    objects.set_attribute(session, "doors", 4)
    objects.set_box_attribute(session, "occluded", True)
    remarks.comment(session, "too long?")
    session.locked = frozenset({"1"})
    lines = telling.object_text(session).splitlines()
    assert lines[0] == "object 1: Car (locked)"
    assert "4.20 x 1.80 x 1.50 m, 11.5 deg" in lines
    assert {"human", "occluded: True (here)", "doors: 4", "anna: too long?"} <= set(lines)
    remarks.resolve(session)
    assert "anna: too long?" not in telling.object_text(session)


def test_a_verdict_is_told_and_whether_the_object_changed_since(session):
    session.select("1")
    remarks.review(session, verdict="accept")
    remarks.comment(session, "fine")
    assert "accepted by anna" in telling.object_text(session).splitlines()
    objects.set_attribute(session, "doors", 4)
    assert "accepted by anna, changed since" in telling.object_text(session).splitlines()
    remarks.review(session, verdict="reject")
    assert "rejected by anna" in telling.object_text(session).splitlines()


def test_the_doubt_about_a_computed_box_is_told_in_metres(session):
    track = session.labels.track("1")
    sigmas = np.full_like(track.sigmas, 0.0)
    sigmas[:, :2] = 0.3, 0.4
    sources = np.full(2, Source.FITTED, np.uint8)
    changed = replace(track, sigmas=sigmas, sources=sources)
    session.commit(replace(session.labels, tracks=(changed, session.labels.track("2"))), "test")
    session.select("1")
    assert "fitted, give or take 1.00 m" in telling.object_text(session).splitlines()


def test_the_state_names_what_is_unusual_and_only_that(session):
    plain = telling.state_text(session)
    assert plain.splitlines() == ["memory", "frame 0 of 19", "objects: 2, here: 2", "tool: select", "points: height"]
    session.wanted_words, session.event_begun = ("1",), ("lane change", 0)
    session.looks = replace(session.looks, n_sweeps=5)
    remarks.tag(session, "weather", "rain", whole_drive=True)
    told = set(telling.state_text(session).splitlines()) - set(plain.splitlines())
    assert told == {
        "objects: 2, here: 1",
        "points: height, 5 sweeps",
        "only: 1",
        "event begun: lane change",
        "weather: rain",
    }


def test_running_work_is_told_with_a_bar(session):
    assert telling.attention_text(session) == ""
    told, go = Event(), Event()

    def work():
        session.worker.progress(3, 10)
        told.set()
        go.wait()

    session.worker.submit("checking", work, lambda _: None)
    told.wait()
    assert telling.attention_text(session) == ""  # most work is done before anybody has read of it
    until(lambda: telling.attention_text(session), "work that takes long")
    session.message = "object 1: accepted"
    assert telling.attention_text(session) == "checking ...  [###.......] 30%   object 1: accepted"
    go.set()
    session.finish()


def test_of_several_pictures_that_wait_only_the_newest_is_drawn():
    queue, drawn, go, begun = RenderingQueue("test"), [], Event(), Event()

    def first():
        begun.set()
        go.wait()
        return "first"

    queue.ask(first)
    begun.wait()
    for name in ("second", "third"):
        queue.ask(lambda name=name: drawn.append(name) or name)
    assert queue.collect() is None
    go.set()
    shown = []
    while len(shown) < 2:
        picture = queue.collect()
        shown += [picture] if picture is not None else []
    assert (shown, drawn) == (["first", "third"], ["third"])
    queue.close()
