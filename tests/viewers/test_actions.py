"""What a person may do beside placing boxes: lock, filter, measure, review."""

import numpy as np
import pytest

from sensorann.scene import Source
from sensorann.store import log
from sensorann.store.reviewing import decisions
from tests.builders import MemoryDrive, make_labels, make_track
from tests.tracks.followed import braking_path, keyframes, make_drive, misses
from tests.viewers.conftest import by_id
from tests.viewers.keys import KEYMAP, press, shown, write
from viewers import open_session
from viewers.actions import placing, reviewing
from viewers.looks import Coloring, Part, PointFilter
from viewers.state import Tool


def test_a_tool_is_laid_down_before_the_object_is_let_go(parked):
    parked.select("1")
    press(parked, "Q", "Escape")
    assert (parked.tool, parked.selected) == (Tool.SELECT, ("1",))
    press(parked, "Escape")
    assert parked.selected == ()


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
