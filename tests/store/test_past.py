"""Labels as they were: the journal replayed up to a time of day."""

import pytest

from sensorann.errors import StoreError
from sensorann.store import load_as_of, track_as_of
from tests.builders import make_labels, make_track
from tests.store.edits import contents, full_labels, moved


@pytest.fixture
def clock(monkeypatch):
    """Set the clock, in seconds."""
    return lambda seconds: monkeypatch.setattr("time.time_ns", lambda: round(seconds * 1e9))


def seconds(number):
    return int(number * 1e9)


def test_every_state_of_a_drive_can_be_seen_again(anna, ben, clock):
    clock(100)
    anna.import_labels(full_labels())
    ben.import_labels(make_labels(), drive="other")
    states = [anna.load("drive")]
    for at, action in [
        (200, lambda: anna.edit(anna.track("drive", "7"), moved(anna.track("drive", "7").track, 0))),
        (300, lambda: anna.delete(anna.track("drive", "a b"))),
        (400, lambda: anna.create("drive", make_track(id="new"))),
        (500, lambda: anna.undo("drive")),
    ]:
        clock(at)
        action()
        states.append(anna.load("drive"))
    for number, state in enumerate(states):
        for at in (100 * (number + 1), 100 * (number + 1) + 99.9):
            then = load_as_of(anna, "drive", seconds(at))
            assert contents(then.labels) == contents(state.labels)
            assert then.versions == state.versions
    assert "a b" in load_as_of(anna, "drive", seconds(299.9)).versions


def test_an_object_is_seen_as_it_was(anna, clock):
    clock(100)
    anna.import_labels(make_labels())
    seen = anna.track("drive", "1")
    clock(200)
    anna.edit(seen, moved(seen.track, 0))
    then = track_as_of(anna, "drive", "1", seconds(150))
    assert (then.version, then.track.cuboids.centers.tolist()) == (1, seen.track.cuboids.centers.tolist())
    with pytest.raises(StoreError, match="no object '2' in drive 'drive' at that time"):
        track_as_of(anna, "drive", "2", seconds(150))


def test_what_was_not_there_yet_is_told(anna, clock):
    clock(100)
    anna.import_labels(make_labels())
    with pytest.raises(StoreError, match="drive 'drive' was not in this store yet, or not any more, at that time"):
        load_as_of(anna, "drive", seconds(99))
    with pytest.raises(StoreError, match="no drive 'monday' in this store, there are: drive"):
        load_as_of(anna, "monday", seconds(100))


def test_other_drives_do_not_say_how_far_a_drive_had_come(anna, clock):
    clock(100)
    anna.import_labels(make_labels())
    clock(300)
    seen = anna.track("drive", "1")
    anna.edit(seen, moved(seen.track, 0))
    clock(200)  # a clock that runs backwards, in the event of another drive
    anna.import_labels(make_labels(), drive="other")
    assert track_as_of(anna, "drive", "1", seconds(250)).version == 1


def test_events_keep_their_order_where_the_clock_ran_backwards(anna, clock):
    clock(500)
    anna.import_labels(make_labels())
    clock(100)
    seen = anna.track("drive", "1")
    after = anna.edit(seen, moved(seen.track, 0))
    assert track_as_of(anna, "drive", "1", seconds(100)).version == after.version
