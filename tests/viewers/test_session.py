"""What a session shows and keeps: gestures, other people, machines, and the edges of undo."""

from threading import Event

import numpy as np
import pytest

from sensorann.errors import ArgumentError
from sensorann.scene import Source
from sensorann.store import EditConflictError, log, open_store
from sensorann.tracks import surgery
from tests.builders import START_NS, MemoryDrive, make_labels, make_track
from tests.store.edits import contents
from tests.viewers.conftest import by_id
from tests.viewers.screen import PATIENCE_S, until
from viewers import open_session
from viewers.actions import history, looking, objects, placing, shaping
from viewers.commands import COMMANDS
from viewers.keymap import perform

FAR = (60.0, 0.0, 0.75)


def n_events(session) -> int:
    return len(log(session.store))


def x_here(session, track_id="1") -> float:
    return float(session.box_here(track_id).center[0])


def test_a_new_drive_begins_empty_and_undo_stops_there(session):
    history.undo(session)
    assert session.message == "nothing to undo"
    assert session.labels.tracks == ()
    assert session.store.drives() == (session.name,)


def test_undo_does_not_take_back_an_import(parked):
    parked.select("1")
    shaping.move(parked, forward=1.0)
    for _ in range(2):
        history.undo(parked)
    assert parked.message == "nothing to undo"
    assert x_here(parked) == 10.0


def test_labels_in_the_ego_frame_of_a_drive_with_poses_are_refused(store):
    store.import_labels(make_labels(frame="ego"), drive="memory")
    with pytest.raises(ArgumentError, match="boxes in the ego frame, recording memory needs them in the world frame"):
        open_session(MemoryDrive(), store)


def test_a_drag_is_one_event_and_shown_before_it_is_one(parked):
    parked.select("1")
    before = n_events(parked)
    cuboid = parked.box_here("1")
    for step in range(1, 6):
        shaping.hold(parked, shaping.moved(cuboid, (0.1 * step, 0, 0)))
        assert x_here(parked) == pytest.approx(10 + 0.1 * step)
    assert n_events(parked) == before
    shaping.drop(parked)
    assert n_events(parked) == before + 1
    assert x_here(parked) == pytest.approx(10.5)


def test_a_drag_that_goes_nowhere_is_no_edit(parked):
    parked.select("1")
    before = n_events(parked)
    shaping.hold(parked, shaping.moved(parked.box_here("1"), (1, 0, 0)))
    shaping.hold(parked, shaping.moved(parked.box_here("1"), (-1, 0, 0)))
    shaping.drop(parked)
    assert n_events(parked) == before
    shaping.hold(parked, shaping.moved(parked.box_here("1"), (1, 0, 0)))
    history.undo(parked)
    assert (x_here(parked), n_events(parked)) == (10.0, before)


def test_two_people_edit_and_a_conflict_shows_the_other_version(parked, tmp_path):
    parked.select("1")
    with open_store(tmp_path / "labels.db", actor="ben") as bens:
        seen = bens.track("memory", "1")
        wanted = surgery.put_box(
            parked.labels, "1", timestamp_ns=START_NS, cuboid=shaping.moved(parked.box_here("1"), (5, 0, 0))
        )
        bens.edit(seen, wanted.track("1"))
    with pytest.raises(EditConflictError):
        shaping.move(parked, left=1.0)
    assert x_here(parked) == pytest.approx(15)
    shaping.move(parked, left=1.0)
    assert parked.box_here("1").center[:2] == pytest.approx([15, 1])


def test_what_another_did_unseen_is_seen_with_the_next_edit_of_several_objects(parked, tmp_path):
    with open_store(tmp_path / "labels.db", actor="ben") as bens:
        seen = bens.load("memory")
        bens.save(seen, surgery.delete_span(seen.labels, "2", span=(int(parked.frames[4]), int(parked.frames[4]))))
    parked.select("1")
    shaping.move(parked, left=1.0)
    parked.go_to(2)
    objects.split(parked)
    assert [len(parked.labels.track(name)) for name in ("1", "1-2", "2")] == [2, 3, 4]
    assert by_id(parked.labels) == by_id(parked.store.load("memory").labels)


def test_an_error_becomes_a_message_and_the_session_goes_on(parked):
    perform(parked, COMMANDS["flip"])
    assert "select an object first" in parked.message
    perform(parked, COMMANDS["next_object"])
    assert (parked.message, parked.selected) == ("", ("1",))


def test_a_machine_leaves_alone_what_people_do_meanwhile(parked):
    times = parked.frames[:5]
    parked.select("1")
    for instant in times[1:4]:
        parked.go_to_instant(int(instant))
        objects.toggle_key(parked)
    parked.select("2")
    parked.go_to(0)
    objects.delete_from_here(parked)
    parked.select("1")
    objects.interpolate_all(parked)
    parked.go_to(2)
    shaping.move(parked, left=2.0)
    parked.finish()
    boxes = parked.labels.track("1")
    assert parked.labels.tracks == (boxes,)
    assert list(boxes.sources[:5]) == [
        Source.HUMAN,
        Source.INTERPOLATED,
        Source.HUMAN,
        Source.INTERPOLATED,
        Source.HUMAN,
    ]
    assert x_here(parked) == pytest.approx(10)
    assert contents(parked.labels) == contents(parked.store.load("memory").labels)


def test_an_object_deleted_while_a_machine_works_stays_deleted(parked):
    parked.select("2")
    objects.interpolate_all(parked)
    objects.delete_object(parked)
    parked.finish()
    assert [track.id for track in parked.labels.tracks] == ["1"]
    assert contents(parked.labels) == contents(parked.store.load("memory").labels)


def test_a_ray_selects_the_nearest_box_and_ctrl_adds(parked):
    eye = np.array([0.0, 0.0, 1.0])
    assert looking.select_along(parked, eye, [1, 0, 0])
    assert parked.selected == ("1",)
    assert looking.select_along(parked, eye, [10, 8, 0], add=True)
    assert parked.selected == ("1", "2")
    looking.select_along(parked, eye, [10, 8, 0], add=True)
    assert parked.selected == ("1",)
    assert not looking.select_along(parked, eye, [-1, 0, 0])
    assert parked.selected == ()


def test_hidden_and_isolated_boxes_are_not_shown_and_not_hit(parked):
    def shown() -> list[str]:
        return [box.track.id for box in parked.shown()]

    parked.select("1")
    looking.hide(parked)
    assert (shown(), parked.selected) == (["2"], ())
    assert not looking.select_along(parked, [0, 0, 1], [1, 0, 0])
    looking.show_all(parked)
    parked.select("1")
    looking.isolate(parked)
    assert shown() == ["1"]
    looking.step_objects(parked, 1)
    assert shown() == ["2"]
    looking.isolate(parked)
    assert shown() == ["1", "2"]


def test_stepping_through_objects_goes_round(parked):
    seen = []
    for step in (1, 1, 1, -1, -1):
        looking.step_objects(parked, step)
        seen.append(parked.selected[0])
    assert seen == ["1", "2", "1", "2", "1"]


@pytest.mark.parametrize(("along", "x"), [("world", 10.0), ("ego", 10.5)])
def test_a_copy_stays_in_the_world_or_drives_along(store, along, x):
    store.import_labels(make_labels(make_track(n=1, centers=[[10, 0, 0.75]], yaws=[0])), drive="memory")
    straight = MemoryDrive()
    session = open_session(straight, store)
    session.select("1")
    placing.copy_to_neighbour(session, 1, along=along)
    assert session.i_frame == 1
    moved = straight.trajectory.at(int(session.frames[1])) @ straight.trajectory.at(int(session.frames[0])).inverse()
    expected = [10, 0, 0.75] if along == "world" else moved.apply([10, 0, 0.75])
    np.testing.assert_allclose(session.box_here("1").center, expected, rtol=0, atol=1e-9)
    assert x_here(session) == pytest.approx(x, abs=0.2)
    session.close()


def test_a_frame_beyond_the_end_is_the_end(parked):
    parked.go_to(1000)
    assert parked.i_frame == len(parked.frames) - 1
    parked.go_to(-1)
    assert parked.i_frame == 0
    parked.select("1")
    with pytest.raises(ArgumentError, match="there is no frame -1"):
        placing.copy_to_neighbour(parked, -1)


def test_frames_ahead_are_read_before_they_are_asked_for(session):
    lidar = session.drive.rig.of_kind("lidar")[0].name
    session.go_to(3)
    until(lambda: session.drive.holds(lidar, 11), "the last of the frames ahead")
    assert [session.drive.holds(lidar, i) for i in (2, 3, 4, 10, 12)] == [False, False, True, True, False]


def test_what_is_shown_is_the_same_tuple_until_something_changes(parked):
    shown = parked.shown()
    assert parked.shown() is shown
    parked.select("1")
    assert [box.selected for box in parked.shown()] == [True, False]
    held = shaping.moved(parked.box_here("1"), (1.0, 0.0, 0.0))
    shaping.hold(parked, held)
    assert parked.shown()[0].cuboid is held
    parked.hidden = frozenset({"1"})
    assert [box.track.id for box in parked.shown()] == ["2"]
    parked.go_to(19)
    assert parked.shown() == ()


def test_work_that_is_done_soon_is_taken_over_at_once(parked):
    taken = []
    parked.worker.submit("quick", lambda: "done", taken.append)
    assert parked.collect_soon(PATIENCE_S)
    assert taken == ["done"]
    assert not parked.collect_soon(PATIENCE_S)


def test_nobody_waits_long_nor_for_work_behind_other_work(parked, monkeypatch):
    go, taken, waits = Event(), [], []
    parked.worker.submit("slow", go.wait, taken.append)
    assert not parked.collect_soon(0.01)
    with monkeypatch.context() as patch:
        patch.setattr(parked.worker, "wait", waits.append)
        assert not parked.collect_soon(0.0)  # it has been waited for longer already
        parked.worker.submit("behind it", lambda: None, taken.append)
        assert not parked.collect_soon(PATIENCE_S)
    assert waits == []
    go.set()
    parked.finish()
    assert taken == [True, None]
