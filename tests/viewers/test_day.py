"""A whole day's work through the session, beside the same work written with the library alone."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

import sensorann as sa
from sensorann.fitting import fit_at
from sensorann.geometry import Cuboid
from sensorann.scene import Event, Labels, Source, Tag
from sensorann.store import verify
from sensorann.store.reviewing import comments, decisions
from sensorann.tracks import surgery
from tests.viewers.conftest import by_id, visible_points
from viewers import Session, open_session
from viewers.actions import objects, placing, remarks
from viewers.commands import SMALL_TURN, STEP
from viewers.keymap import read_keymap

N_OBJECTS, N_STEPS = 30, 200
FIRST, MIDDLE, LAST = 0, 12, 23
KEYMAP = read_keymap()


@dataclass
class Day:
    """A person at the keys of a session, and the labels that the library gives for the same work."""

    session: Session
    truth: Labels
    expected: Labels

    def press(self, *keys: str) -> None:
        for key in keys:
            assert KEYMAP.press(self.session, key), f"{key} does nothing"
            self.session.finish()

    def click_all(self, i_frame: int, owners: dict[str, str]) -> None:
        """Click every object that a frame shows well; owners are the ids given so far, by true id."""
        session = self.session
        session.go_to(i_frame)
        for true_id, point in visible_points(session, self.truth).items():
            known = owners.get(true_id)
            if known is None and len(owners) == N_OBJECTS:
                continue
            session.select(*([] if known is None else [known]))
            placing.click(session, point)
            session.finish()
            assert not session.message
            self.expect_fit(point, known)
            owners[true_id] = session.selected[0]

    def expect_fit(self, point: np.ndarray, known: str | None) -> None:
        labels, instant = self.expected, self.session.timestamp_ns
        if known is None:
            found = fit_at(self.session.drive, timestamp_ns=instant, point=point, frame="world").proposal
            new = str(1 + len(labels.tracks))
            self.expected = surgery.started(labels, new, found.category, timestamp_ns=instant, cuboid=found.cuboid)
        else:
            track = labels.track(known)
            found = fit_at(
                self.session.drive,
                timestamp_ns=instant,
                point=point,
                frame="world",
                category=track.category,
                size=track.cuboids.record(-1).size,
                track=track,
            ).proposal
            self.expected = surgery.put_box(labels, known, timestamp_ns=instant, cuboid=found.cuboid)

    def draw(self, corner: np.ndarray) -> None:
        """Draw a car of 4 by 2 metres with three clicks, from its right rear corner (3,) on."""
        session, labels = self.session, self.expected
        for away in ((0, 0, 0), (4, 0, 0), (4, 2, 0)):
            placing.click(session, corner + away)
        height = labels.ontology["car"].size[2]
        center = corner + np.array([2, 1, height / 2])
        drawn = session.box_here(session.selected[0])
        np.testing.assert_allclose(drawn.center, center, rtol=0, atol=1e-9)
        np.testing.assert_allclose([*drawn.size, drawn.yaw], [4, 2, height, 0], rtol=0, atol=1e-9)
        new = str(1 + len(labels.tracks))
        self.expected = surgery.started(labels, new, "car", timestamp_ns=session.timestamp_ns, cuboid=drawn)

    def check(self) -> None:
        """What the session shows is what the library gives, and what the store holds, to the last bit."""
        assert by_id(self.session.labels) == by_id(self.expected)
        assert by_id(self.session.labels) == by_id(self.session.store.load(self.session.name).labels)


def nudged(cuboid: Cuboid, n_rounds: int) -> np.ndarray:
    """Pose (4, 4) of a box after so many rounds of forward, left, turn and up, each along its own axes by then."""
    c, s = np.cos(SMALL_TURN), np.sin(SMALL_TURN)
    left_turn = np.array([[c, -s, 0, STEP], [s, c, 0, STEP], [0, 0, 1, STEP], [0, 0, 0, 1]])
    return cuboid.frame_from_cuboid.matrix @ np.linalg.matrix_power(left_turn, n_rounds)


@pytest.fixture
def day(session, truth) -> Day:
    return Day(session, truth, session.labels)


def test_a_whole_day_ends_with_the_labels_that_the_library_alone_gives(day, drive, store):
    place_objects(day)
    day.press("Shift+I")
    day.expected = sa.interpolate(day.expected, drive)
    day.check()
    corrected = correct_and_take_back(day)
    day.press("I")
    alone = sa.interpolate(day.expected, drive).track(corrected)
    day.expected = surgery.with_tracks(day.expected, {corrected: (alone,)})
    day.check()
    moving = [track.id for track in day.session.labels.tracks if len(track) == LAST + 1 and track.id != corrected]
    mend_tracks(day, *moving[:3])
    describe(day, moving[0])
    review(day, moving[0], store)
    again = open_session(drive, store)
    assert by_id(again.labels) == by_id(day.session.labels)
    again.close()
    assert verify(store).faults == ()


def place_objects(day):
    """One click for what can be seen, three for the rest."""
    session = day.session
    day.press("Q")
    owners: dict[str, str] = {}
    for i_frame in (FIRST, LAST, MIDDLE):
        day.click_all(i_frame, owners)
    day.press("Shift+Q")
    session.category = "car"
    ego = np.round(session.frame_from_ego(session.timestamp_ns).translation)
    for n in range(N_OBJECTS - len(session.labels.tracks)):
        day.draw(ego + np.array([6.0 * n, 20.0, 0.0]))
    day.press("Escape")
    assert len(session.labels.tracks) == N_OBJECTS
    assert sum(len(track) > 1 for track in session.labels.tracks) >= 5
    day.check()


def correct_and_take_back(day):
    """Nudge a computed box, undo every step, redo every step; the id of its object."""
    session = day.session
    session.go_to(MIDDLE + 1)
    computed = [box for box in session.shown() if box.source in (Source.INTERPOLATED, Source.FITTED)]
    corrected = computed[0].track.id
    session.select(corrected)
    states = [by_id(session.labels)]
    for _ in range(N_STEPS // 4):
        for key in ("W", "A", "Z", "R"):
            day.press(key)
            states.append(by_id(session.labels))
    before, after = computed[0].cuboid, session.box_here(corrected)
    np.testing.assert_allclose(after.frame_from_cuboid.matrix, nudged(before, N_STEPS // 4), rtol=0, atol=1e-6)
    for state in reversed(states[:-1]):
        day.press("Ctrl+Z")
        assert by_id(session.labels) == state
    for state in states[1:]:
        day.press("Ctrl+Shift+Z")
        assert by_id(session.labels) == state
    day.expected = surgery.put_box(day.expected, corrected, timestamp_ns=session.timestamp_ns, cuboid=after)
    day.check()
    return corrected


def mend_tracks(day, first, second, third):
    """Split one track and merge it again; let another one take over the rest of a third."""
    session = day.session
    here, rest = session.timestamp_ns, (session.timestamp_ns, int(session.frames[-1]))
    session.select(first)
    day.press("Ctrl+B")
    day.expected = surgery.split(day.expected, first, here)
    day.check()
    session.select(first, *session.selected)
    day.press("Ctrl+M")
    day.expected = surgery.merge(day.expected, first, f"{first}-2")
    day.check()
    session.select(second)
    day.press("Shift+Delete", "G")
    assert session.message == f"object {second} has no box in this frame"
    day.expected = surgery.delete_span(day.expected, second, span=rest)
    session.select(third, second)
    day.press("Ctrl+L")
    day.expected = surgery.relink(day.expected, third, second, span=rest)
    day.check()


def describe(day, first):
    """Attributes, a tag of the whole drive and an event."""
    session, here = day.session, day.session.timestamp_ns
    session.select(first)
    objects.set_attribute(session, "colour", "red")
    objects.set_box_attribute(session, "occluded", True)
    remarks.tag(session, "weather", "rain", whole_drive=True)
    remarks.mark_event(session, "lane change")
    day.press("Right", "Right")
    remarks.mark_event(session, "lane change")
    track = replace(day.expected.track(first), attributes={"colour": "red"})
    labels = surgery.with_tracks(day.expected, {first: (track,)})
    day.expected = replace(
        surgery.set_box_attribute(labels, first, "occluded", True, timestamp_ns=here),
        tags=(Tag(name="weather", value="rain"),),
        events=(Event(id="1", category="lane change", start_ns=here, end_ns=session.timestamp_ns),),
    )
    day.check()


def review(day, first, store):
    session = day.session
    remarks.comment(session, "too long?")
    day.press("Y")
    assert [one.text for one in comments(store, session.name)] == ["too long?"]
    assert decisions(store, session.name)[first]["decision"] == "accept"
