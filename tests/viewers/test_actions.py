"""What a person may do beside placing boxes: play, write, lock, filter, measure, review."""

from dataclasses import replace

import numpy as np
import pytest

from sensorann.errors import ArgumentError
from sensorann.scene import Event, Source, Tag
from sensorann.store import log
from sensorann.store.reviewing import comments, decisions
from tests.builders import FRAME_NS, MemoryDrive, make_labels, make_track
from tests.tracks.followed import braking_path, keyframes, make_drive, misses
from tests.viewers.conftest import by_id
from viewers import open_session
from viewers.actions import asking, placing, playing, reviewing, shaping
from viewers.keymap import read_keymap
from viewers.looks import Coloring, Part, PointFilter
from viewers.state import Question, Tool

KEYMAP = read_keymap()


def press(session, *keys: str) -> None:
    for key in keys:
        assert KEYMAP.press(session, key), f"{key} does nothing"
        session.finish()


def write(session, key: str, **answers: str) -> None:
    """Press a key that asks, and answer what is asked; the rest is left as it stands."""
    press(session, key)
    assert session.form is not None, session.message
    standing = {question.name: question.answer for question in session.form.questions}
    assert set(answers) <= set(standing)
    asking.answer(session, standing | answers)


def shown(session) -> list[str]:
    return [box.track.id for box in session.shown()]


@pytest.mark.parametrize("speed", [1, 4])
def test_a_drive_plays_by_its_own_clock(parked, speed):
    press(parked, *["]"] * (speed // 2), ".")
    seconds = 3 * FRAME_NS * 1e-9 / speed
    assert not playing.advance(parked, 100.0)
    assert playing.advance(parked, 100.0 + seconds * 1.01)
    assert parked.i_frame == 3
    assert not playing.advance(parked, 100.0 + seconds * 1.02)
    parked.go_to(10)  # a hand leads it elsewhere, and it plays on from there
    assert not playing.advance(parked, 200.0)
    assert playing.advance(parked, 200.0 + seconds * 1.01)
    assert parked.i_frame == 13
    playing.advance(parked, 300.0)
    assert (parked.i_frame, parked.playback) == (19, None)
    press(parked, ".")
    assert parked.i_frame == 0
    press(parked, ".")
    assert parked.playback is None


@pytest.mark.parametrize("key", ["W", "Q"], ids=["an edit", "a tool"])
def test_a_drive_that_plays_stops_for_a_hand(parked, key):
    parked.select("1")
    press(parked, ".", "Right", key)
    assert parked.playback is None


def test_a_drive_that_plays_stops_for_a_drag(parked):
    parked.select("1")
    press(parked, ".")
    shaping.hold(parked, parked.box_here("1"))
    assert parked.playback is None


def test_a_tool_is_laid_down_before_the_object_is_let_go(parked):
    parked.select("1")
    press(parked, "Q", "Escape")
    assert (parked.tool, parked.selected) == (Tool.SELECT, ("1",))
    press(parked, "Escape")
    assert parked.selected == ()


def test_speeds_end_at_8x_and_1x(parked):
    press(parked, *["]"] * 9)
    assert parked.speed == 8
    press(parked, *["["] * 9)
    assert parked.speed == 1


def test_numbers_are_one_edit_and_what_is_not_typed_stays_to_the_last_bit(parked):
    parked.select("1")
    shaping.move(parked, forward=1 / 3)
    before, n_events = parked.box_here("1"), len(log(parked.store))
    write(parked, "U", width_m="2.5", yaw_deg="30")
    after = parked.box_here("1")
    np.testing.assert_array_equal(after.center, before.center)
    assert after.size == (before.size[0], 2.5, before.size[2])
    assert after.yaw == pytest.approx(np.radians(30))
    assert len(log(parked.store)) == n_events + 1
    write(parked, "U")
    assert len(log(parked.store)) == n_events + 1


def test_a_wrong_answer_leaves_the_form_open_and_says_what_is_wrong(parked):
    parked.select("1")
    with pytest.raises(ArgumentError, match="x_m must be a number, got 'left'"):
        write(parked, "U", x_m="left")
    assert parked.form is not None
    parked.form = None
    with pytest.raises(ArgumentError, match="size must be three positive"):
        write(parked, "U", length_m="-4")


def test_what_is_written_of_objects_frames_and_the_drive_is_in_the_labels(parked):
    parked.select("1", "2")
    write(parked, "M", category="truck")
    assert {track.category for track in parked.labels.tracks} == {"truck"}
    write(parked, "Ctrl+A", name="doors", value="4")
    write(parked, "Ctrl+A", name="occluded", value="true", **{"this frame only": "yes"})
    track = parked.labels.track("2")
    assert track.attributes == {"doors": 4}
    assert track.box_attributes["occluded"] == (True, None, None, None, None)
    write(parked, "Ctrl+A", name="doors", value="")
    assert parked.labels.track("2").attributes == {}
    write(parked, "Ctrl+T", name="weather", value="rain", **{"whole drive": "yes"})
    write(parked, "Ctrl+T", name="glare", value="0.5")
    start = parked.timestamp_ns
    assert parked.labels.tags == (Tag(name="weather", value="rain"), Tag(name="glare", value=0.5, timestamp_ns=start))
    write(parked, "Ctrl+E", name="lane change")
    press(parked, "Right", "Ctrl+E")
    end = start + FRAME_NS
    assert parked.labels.events == (Event(id="1", category="lane change", start_ns=start, end_ns=end),)


def test_the_category_of_the_next_objects_is_asked_for_where_none_is_selected(parked):
    write(parked, "M", category="bus")
    assert parked.category == "bus"
    write(parked, "M", category="")
    assert parked.category is None


def test_comments_are_written_and_settled(parked, store):
    press(parked, "Ctrl+N")
    assert "select an object first" in parked.message
    parked.select("1")
    write(parked, "Ctrl+N", text=" too long? ")
    (said,) = comments(store, "memory")
    assert (said.text, said.object_id, said.resolved_by) == ("too long?", "1", None)
    press(parked, "Ctrl+R")
    assert comments(store, "memory")[0].resolved_by == store.actor
    with pytest.raises(ArgumentError, match="a comment says something"):
        write(parked, "Ctrl+N", text=" ")


def test_words_choose_what_is_shown(parked):
    parked.select("2")
    write(parked, "M", category="bus")
    write(parked, "Ctrl+F", words="BUS")
    assert shown(parked) == ["2"]
    write(parked, "Ctrl+F", words="bus 1")
    assert shown(parked) == []
    press(parked, "Shift+H")
    assert shown(parked) == ["1", "2"]


def test_neither_hand_nor_machine_changes_what_is_locked(parked):
    parked.select("1")
    press(parked, "Shift+L", "W")
    assert parked.message == "object 1 is locked"
    parked.select("2", "1")
    press(parked, "Ctrl+M", "Ctrl+Delete")
    assert parked.message == "object 1 is locked"
    parked.select("1")
    press(parked, "Shift+L", "W")
    assert parked.box_here("1").center[0] == pytest.approx(10.1)


def test_a_machine_leaves_alone_what_is_locked(parked):
    """Both cars have a computed box that is off the line between its neighbours; only the free one is put there."""
    parked.go_to(2)
    for track_id in ("1", "2"):
        parked.select(track_id)
        press(parked, "W", "K")
    parked.select("1")
    press(parked, "Shift+L", "Shift+I")
    assert parked.box_here("1").center[0] == pytest.approx(10.1)
    assert parked.box_here("2").center[0] == pytest.approx(10.0)


def test_all_that_is_selected_is_deleted_in_one_edit(parked):
    parked.select("1", "2")
    press(parked, "Ctrl+Delete")
    assert parked.labels.tracks == ()
    press(parked, "Ctrl+Z")
    assert len(parked.labels.tracks) == 2


def test_what_stands_still_has_one_box_in_all_its_frames(parked):
    parked.select("1")
    parked.go_to(2)
    press(parked, "W", "Shift+K")
    boxes = parked.labels.track("1")
    assert np.ptp(boxes.cuboids.centers, axis=0).max() == 0.0
    assert boxes.cuboids.centers[0, 0] == pytest.approx(10.1)
    assert len(boxes) == 5
    press(parked, "Right", "Shift+Delete")
    parked.select("2")
    parked.go_to(1)
    press(parked, "Shift+Delete", "Left", "Shift+K")
    assert len(parked.labels.track("2")) == len(parked.frames)


def test_two_clicks_measure_and_a_third_goes_on_from_the_second(parked):
    press(parked, "N")
    assert parked.tool is Tool.MEASURE
    for point in ((0, 0, 0), (3, 4, 0)):
        placing.click(parked, point)
    assert parked.message == "5.00 m apart, 5.00 m on the map, +0.00 m in height"
    placing.click(parked, (3, 4, -2))
    assert parked.message == "2.00 m apart, 0.00 m on the map, -2.00 m in height"
    assert len(log(parked.store)) == 1


def test_keys_change_what_is_shown(parked):
    press(parked, "4", "Shift+P", "5", "6", "F2", ",")
    looks = parked.looks
    assert (looks.coloring, looks.point_filter, looks.n_sweeps) == (Coloring.INTENSITY, PointFilter.INSIDE, 5)
    assert Part.RINGS in looks.shown
    assert Part.PICTURES not in looks.shown
    assert looks.camera == parked.drive.rig.of_kind("camera")[0].name
    press(parked, *["4"] * 5, *["Shift+P"] * 2, *["5"] * 3, "6", "F2", *[","] * len(parked.drive.rig.of_kind("camera")))
    assert parked.looks == type(looks)()
    press(parked, "Shift+T")
    assert parked.looks.anchor_ns == parked.timestamp_ns
    press(parked, "Shift+T")
    assert parked.looks.anchor_ns is None


def test_findings_are_walked_through_repaired_and_taken_for_no_errors(store):
    """A car that is turned round in one of its boxes, and a second one on top of another."""
    yaws = np.zeros(8)
    yaws[3] = np.pi
    centers = np.column_stack([10 + np.arange(8.0), np.zeros(8), np.full(8, 0.75)])
    cars = [
        make_track(id="1", n=8, centers=centers, yaws=yaws),
        *(make_track(id=str(y), n=8, centers=np.add(centers, [0, y, 0]), yaws=np.zeros(8)) for y in (9.0, 9.1)),
    ]
    store.import_labels(make_labels(*cars), drive="memory")
    session = open_session(MemoryDrive(), store)
    press(session, "Ctrl+J")
    assert {finding.object for finding in session.queue} >= {"1", "9.1"}
    scores = [finding.score for finding in session.queue]
    assert scores == sorted(scores, reverse=True)
    while not (session.queue[session.i_finding].object == "1" and session.queue[session.i_finding].repair):
        press(session, "PageDown")
    assert session.selected == ("1",)
    n_findings = len(session.queue)
    press(session, "Ctrl+Y")
    assert np.ptp(session.labels.track("1").cuboids.yaws) == pytest.approx(0.0)
    assert len(session.queue) == n_findings - 1
    while session.queue:
        press(session, "Alt+Y")
    press(session, "PageDown")
    assert "there is no finding" in session.message
    session.close()


def test_a_verdict_is_kept_and_what_a_box_was_before_is_known(parked, store):
    parked.select("1")
    assert reviewing.box_before(parked) is None
    press(parked, "W", "W")
    before = reviewing.box_before(parked)
    np.testing.assert_allclose(before.cuboid.center, [10.1, 0, 0.75], rtol=0, atol=1e-9)
    assert before.changed_by == "move by anna"
    press(parked, "Y")
    assert decisions(store, "memory")["1"]["decision"] == "accept"
    press(parked, "Shift+Y")
    assert decisions(store, "memory")["1"]["decision"] == "reject"
    parked.go_to(10)
    assert reviewing.box_before(parked) is None


def test_with_nothing_selected_no_key_changes_a_label_and_none_fails(parked):
    before = by_id(parked.labels)
    for key, name in KEYMAP.keys.items():
        if name != "leave":
            press(parked, key)
            parked.form = None
            parked.select()
    assert by_id(parked.labels) == before


@pytest.mark.parametrize(
    ("keys", "chosen"),
    [
        (["Down"], "car"),
        (["Up"], "van"),
        (["C"], "car"),
        (["C", "C"], "cyclist"),
        (["C", "C", "C"], "car"),
        (["V", "Up", "Up"], "car"),
        (["X"], "bus"),
        (["Ctrl+C"], "bus"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else value,
)
def test_a_choice_is_made_by_keys(keys, chosen):
    question, choice = Question(name="category", choices=("bus", "car", "cyclist", "van")), "bus"
    for key in keys:
        choice = question.chosen_by(key, choice)
    assert choice == chosen


def test_keys_find_the_first_choice_where_nothing_is_chosen_yet():
    question = Question(name="category", choices=("bus", "car"))
    assert [question.chosen_by(key, "") for key in ("Down", "Up", "B", "C")] == ["bus", "car", "bus", "car"]


@pytest.fixture
def proposed(store):
    """A machine's objects of two confidences, one without, one that a person touched, and one that a file brought."""
    tracks = [
        make_track(id=name, n=2, source=source, attributes={} if sure is None else {"confidence": sure})
        for name, source, sure in (
            ("doubtful", Source.DETECTED, 0.3),
            ("sure", Source.FITTED, 0.9),
            ("silent", Source.DETECTED, None),
            ("file", Source.IMPORTED, 0.1),
        )
    ]
    touched = make_track(id="touched", n=2, source=Source.DETECTED, attributes={"confidence": 0.1})
    touched = replace(touched, sources=np.array([Source.HUMAN, Source.DETECTED], np.uint8))
    store.import_labels(make_labels(*tracks, touched), drive="memory")
    session = open_session(MemoryDrive(), store)
    yield session
    session.close()


@pytest.mark.parametrize(
    ("below", "left"),
    [("0.5", ["file", "silent", "sure", "touched"]), ("", ["file", "touched"])],
    ids=["the doubtful ones", "all of them"],
)
def test_proposals_that_nobody_touched_go_in_one_edit(proposed, below, left):
    before = by_id(proposed.labels)
    write(proposed, "Ctrl+Shift+Delete", **{"confidence below": below})
    assert sorted(track.id for track in proposed.labels.tracks) == left
    press(proposed, "Ctrl+Z")
    assert by_id(proposed.labels) == before


def test_proposals_that_are_locked_or_accepted_stay(proposed):
    proposed.locked = frozenset({"sure"})
    proposed.select("doubtful")
    press(proposed, "Y")
    write(proposed, "Ctrl+Shift+Delete", **{"confidence below": ""})
    assert {track.id for track in proposed.labels.tracks} == {"doubtful", "sure", "file", "touched"}
    with pytest.raises(ArgumentError, match="no object that a machine proposed is left"):
        write(proposed, "Ctrl+Shift+Delete", **{"confidence below": ""})
    assert proposed.form is not None


def test_a_confidence_is_a_number(proposed):
    with pytest.raises(ArgumentError, match="confidence below must be a number, got 'low'"):
        write(proposed, "Ctrl+Shift+Delete", **{"confidence below": "low"})


def test_one_key_fills_an_object_between_its_keyframes_and_follows_it_beyond_them(store):
    path = braking_path()
    store.import_labels(make_labels(keyframes(path, (8, 20))), drive="memory")
    session = open_session(make_drive([path]), store)
    session.select(session.labels.tracks[0].id)
    press(session, "E")
    track = session.labels.tracks[0]
    assert len(track) == len(path[0])
    assert misses(track, path).max() < 0.1
    assert (np.delete(track.sources, [8, 20]) == Source.FITTED).all()
    session.close()
