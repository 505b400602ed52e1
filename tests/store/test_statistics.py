"""Work is counted: as the viewer measured it, else by the time between actions."""

import pytest

from sensorann.errors import StoreError
from sensorann.store import Note
from sensorann.store.statistics import PAUSE_S, Effort, statistics
from sensorann.store.tasks import assign, move
from tests.builders import make_labels, make_track
from tests.store.edits import moved


@pytest.fixture
def at(monkeypatch):
    """Set the clock, in seconds."""
    return lambda seconds: monkeypatch.setattr("time.time_ns", lambda: int(seconds * 1e9))


def edit(store, object_id, **note):
    seen = store.track("drive", object_id)
    store.edit(seen, moved(seen.track, 0), note=Note(**note))


def test_time_between_actions_counts_and_pauses_do_not(anna, ben, at):
    at(1000)
    anna.import_labels(make_labels(make_track(id="1"), make_track(id="2")))
    at(1010)
    edit(anna, "1")
    at(1013)
    edit(ben, "2")
    at(1040)
    edit(anna, "2")
    at(9000)
    edit(anna, "2")
    at(8000)
    edit(anna, "1", spent_s=1.5)
    found = statistics(anna, "drive")
    assert found.people["ben"] == Effort(actions=1, seconds=0)
    assert found.people["anna"] == Effort(actions=4, seconds=10 + 30 + PAUSE_S + 1.5)
    assert found.objects == {"1": Effort(actions=2, seconds=11.5), "2": Effort(actions=3, seconds=30 + PAUSE_S)}


def test_an_event_of_several_objects_shares_its_seconds(anna):
    anna.import_labels(make_labels(make_track(id="1"), make_track(id="2")))
    seen = anna.load("drive")
    wanted = make_labels(*(moved(track, 0) for track in seen.labels.tracks))
    anna.save(seen, wanted, note=Note(kind="merge", spent_s=3))
    assert {effort.seconds for effort in statistics(anna, "drive").objects.values()} == {1.5}


def test_rework_is_a_share_of_reviews(anna, ben):
    anna.import_labels(make_labels())
    assert statistics(anna, "drive").rework_rate is None
    assign(anna, "drive", "ben")
    for state in ("annotating", "review", "rework", "annotating", "review", "accepted"):
        move(ben, "drive", state)
    assert statistics(anna, "drive").rework_rate == 0.5
    with pytest.raises(StoreError, match="no drive 'monday'"):
        statistics(anna, "monday")


def test_an_empty_drive_has_no_shares(anna):
    anna.import_labels(make_labels(make_track(n=0)))
    assert statistics(anna, "drive").keyframe_share is None
