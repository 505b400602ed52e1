"""Labels in a store: they come back as they went in, and every edit is one event."""

import pytest
from sqlalchemy import text

from sensorann.errors import StoreError
from sensorann.scene import Labels, Source
from sensorann.store import EditConflictError, Note, Store, journal, verify
from tests.builders import make_labels, make_track
from tests.store.edits import contents, full_labels, moved, x_of


def events(store: Store) -> list[journal.JournalEvent]:
    with store.reading() as connection:
        return [journal.event_of(row) for row in journal.rows(connection)]


def test_labels_come_back_as_they_went_in(anna):
    labels = full_labels()
    anna.import_labels(labels)
    assert contents(anna.load("drive").labels) == contents(labels)


def test_a_store_holds_many_drives(anna):
    anna.import_labels(make_labels())
    anna.import_labels(make_labels(), drive="tuesday")
    assert anna.drives() == ("drive", "tuesday")
    assert anna.load("tuesday").labels.drive_name == "tuesday"
    with pytest.raises(StoreError, match="has a drive 'tuesday' already"):
        anna.import_labels(make_labels(), drive="tuesday")


def test_an_import_is_one_event(anna):
    anna.import_labels(full_labels())
    (event,) = events(anna)
    assert (event.seq, event.kind, event.actor, event.drive) == (1, "import", "anna", "drive")
    assert len(event.patch.boxes) == 7


def test_moving_one_box_is_one_small_event(anna):
    anna.import_labels(make_labels(make_track(n=50)))
    seen = anna.track("drive", "1")
    anna.edit(seen, moved(seen.track, 3), note=Note(kind="fit", machine={"seed": 7}))
    event = events(anna)[-1]
    assert (event.kind, event.object_id, event.machine) == ("fit", "1", {"seed": 7})
    (change,) = event.patch.boxes
    assert change.timestamp_ns == seen.track.timestamps_ns[3]
    with anna.reading() as connection:
        size = connection.execute(text("SELECT length(patch) + length(numbers) FROM event WHERE seq = 2")).scalar_one()
    assert size < 600


def test_edits_can_follow_one_another_without_loading(anna):
    anna.import_labels(make_labels())
    seen = anna.track("drive", "1")
    for _ in range(3):
        seen = anna.edit(seen, moved(seen.track, 0))
    stored = anna.track("drive", "1")
    assert x_of(stored.track) == x_of(seen.track)
    assert stored.version == seen.version == 4


def test_an_edit_that_changes_nothing_is_no_event(anna):
    anna.import_labels(make_labels())
    seen = anna.track("drive", "1")
    assert anna.edit(seen, seen.track).version == seen.version
    assert len(events(anna)) == 1


def test_objects_are_created_and_deleted(anna):
    anna.import_labels(make_labels())
    created = anna.create("drive", make_track(id="2"))
    with pytest.raises(EditConflictError, match="object 2: presence"):
        anna.create("drive", make_track(id="2", category="Van"))
    anna.delete(created)
    assert [track.id for track in anna.load("drive").labels.tracks] == ["1"]
    assert verify(anna).faults == ()


def test_many_objects_change_in_one_event(anna):
    anna.import_labels(make_labels(make_track(id="1"), make_track(id="2")))
    seen = anna.load("drive")
    wanted = make_labels(moved(seen.labels.tracks[0], 1), make_track(id="3"))
    saved = anna.save(seen, wanted, note=Note(kind="merge"))
    assert contents(saved.labels) == contents(wanted)
    loaded = anna.load("drive")
    assert (saved.versions, saved.seq) == (loaded.versions, loaded.seq)
    assert contents(loaded.labels) == contents(wanted)
    assert [event.kind for event in events(anna)] == ["import", "merge"]


def test_saving_after_others_gives_back_their_changes_too(anna, ben):
    anna.import_labels(make_labels(make_track(id="1"), make_track(id="2")))
    seen = anna.load("drive")
    theirs = ben.track("drive", "2")
    ben.edit(theirs, moved(theirs.track, 0))
    saved = anna.save(seen, make_labels(moved(seen.labels.tracks[0], 1), seen.labels.tracks[1]))
    assert [x_of(track)[:2] for track in saved.labels.tracks] == [[10, 11.5], [11, 10.5]]
    assert saved.versions == {"1": 3, "2": 2}


def test_a_store_survives_closing(place, anna):
    anna.import_labels(full_labels())
    anna.close()
    assert contents(place.open("anna").load("drive").labels) == contents(full_labels())


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda store: store.load("monday"), "no drive 'monday' in this store, there are: drive"),
        (lambda store: store.track("drive", "9"), "no object '9' in drive 'drive'"),
        (
            lambda store: store.create("drive", make_track(frame="ego")),
            "are in the frame 'world', those of object 1 in",
        ),
        (lambda store: store.undo("monday"), "no drive 'monday'"),
        (lambda store: store.import_labels(make_labels(drive_name="")), "needs a name"),
        (lambda store: store.import_labels(make_labels(), drive="a#b"), "needs a name without '#', got 'a#b'"),
        (lambda store: store.create("drive", make_track(id="\0")), "holds no zero byte"),
        (lambda store: store.create("drive", make_track(id="\ud800")), "a character that no database takes"),
    ],
    ids=["drive", "object", "frame", "undo", "unnamed", "mark in the name", "zero byte", "half a character"],
)
def test_what_cannot_be_is_told_in_one_line(anna, call, message):
    anna.import_labels(make_labels())
    with pytest.raises(StoreError, match=message) as caught:
        call(anna)
    assert "\n" not in str(caught.value)
    assert len(events(anna)) == 1
    assert verify(anna).faults == ()


def test_machine_results_replace_machine_boxes_only(anna):
    human = make_track(id="1", n=2, step_ns=200)
    anna.import_labels(make_labels(human))
    first = make_track(id="1", n=3, step_ns=100, source=Source.INTERPOLATED)
    anna.complete("drive", make_labels(first), note=Note(kind="interpolate"))
    track = anna.track("drive", "1").track
    assert track.sources.tolist() == [Source.HUMAN, Source.INTERPOLATED, Source.HUMAN]
    assert track.cuboids.centers[[0, 2]].tolist() == human.cuboids.centers.tolist()

    again = moved(make_track(id="1", n=4, step_ns=50, source=Source.FITTED), slice(None))
    anna.complete("drive", make_labels(again), note=Note(kind="interpolate"))
    track = anna.track("drive", "1").track
    assert track.sources.tolist() == [Source.HUMAN, Source.FITTED, Source.FITTED, Source.FITTED, Source.HUMAN]
    assert [event.kind for event in events(anna)] == ["import", "interpolate", "interpolate"]
    anna.undo("drive")
    assert anna.track("drive", "1").track.sources.tolist() == [Source.HUMAN, Source.INTERPOLATED, Source.HUMAN]


@pytest.mark.parametrize("source", [Source.HUMAN, Source.IMPORTED, Source.DETECTED], ids=lambda source: source.label)
def test_a_result_leaves_keyframes_of_every_source_alone(anna, source):
    kept = make_track(n=2, step_ns=200, source=source)
    anna.import_labels(make_labels(kept))
    computed = moved(make_track(n=3, step_ns=100, source=Source.FITTED), slice(None))
    anna.complete("drive", make_labels(computed), note=Note(kind="fit"))
    track = anna.track("drive", "1").track
    assert track.sources.tolist() == [source, Source.FITTED, source]
    assert x_of(track)[::2] == x_of(kept)


def test_a_result_brings_back_no_keyframe_that_was_deleted_meanwhile(anna):
    seen = make_track(n=3)
    anna.import_labels(make_labels(seen))
    anna.edit(anna.track("drive", "1"), seen[[0, 2]])
    anna.complete("drive", make_labels(seen), note=Note(kind="interpolate"))
    assert anna.track("drive", "1").track.timestamps_ns.tolist() == seen.timestamps_ns[[0, 2]].tolist()


def test_a_result_does_not_bring_back_what_was_deleted_meanwhile(anna):
    anna.import_labels(make_labels(make_track(id="1"), make_track(id="2")))
    computed = make_labels(make_track(id="1"), make_track(id="2", n=7, source=Source.FITTED), make_track(id="3"))
    anna.delete(anna.track("drive", "1"))
    anna.complete("drive", computed, note=Note(kind="interpolate"), new_objects=False)
    assert [(track.id, len(track)) for track in anna.load("drive").labels.tracks] == [("2", 7)]
    anna.complete("drive", computed, note=Note(kind="track"))
    assert [track.id for track in anna.load("drive").labels.tracks] == ["2", "1", "3"]


def test_frames_do_not_mix(anna):
    anna.import_labels(make_labels())
    ego: Labels = make_labels(frame="ego")
    with pytest.raises(StoreError, match="frame 'world', got some in 'ego'"):
        anna.save(anna.load("drive"), ego)
    with pytest.raises(StoreError, match="frame 'world', got some in 'ego'"):
        anna.complete("drive", ego, note=Note(kind="interpolate"))
