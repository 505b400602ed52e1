"""Undo and redo: events per person and drive, without limit."""

import pytest

from sensorann.errors import StoreError
from sensorann.store import EditConflictError, Store, verify
from tests.builders import make_labels, make_track
from tests.store.edits import contents, moved, x_of


def move(store: Store, row: int, *, by=1.0, object_id="1", drive="drive") -> None:
    seen = store.track(drive, object_id)
    store.edit(seen, moved(seen.track, row, by=(by, 0, 0)))


def shifts(store: Store) -> list[int]:
    """How far each box stands from where it was imported, in whole metres."""
    then, now = x_of(make_track()), x_of(store.track("drive", "1").track)
    return [round(b - a) for a, b in zip(then, now, strict=True)]


@pytest.fixture(autouse=True)
def imported(anna):
    anna.import_labels(make_labels())


def test_undo_goes_back_step_by_step_and_redo_forth(anna):
    for row in range(3):
        move(anna, row)
    states = [shifts(anna)]
    for _ in range(3):
        anna.undo("drive")
        states.append(shifts(anna))
    assert states == [[1, 1, 1, 0, 0], [1, 1, 0, 0, 0], [1, 0, 0, 0, 0], [0, 0, 0, 0, 0]]
    for state in reversed(states[:3]):
        anna.redo("drive")
        assert shifts(anna) == state
    assert anna.redo("drive") is None
    assert verify(anna).faults == ()


@pytest.mark.parametrize("steps", ["uru", "uurruu", "uruurru", "uurur"])
def test_undo_and_redo_mix_like_positions_in_a_list(anna, steps):
    states = [shifts(anna)]
    for row in range(4):
        move(anna, row)
        states.append(shifts(anna))
    at = 4
    for step in steps:
        at += 1 if step == "r" else -1
        (anna.redo if step == "r" else anna.undo)("drive")
        assert shifts(anna) == states[at]


def test_an_edit_after_an_undo_ends_the_redo(anna):
    move(anna, 0)
    anna.undo("drive")
    move(anna, 1)
    assert anna.redo("drive") is None
    anna.undo("drive")
    assert shifts(anna) == [0] * 5


def test_undo_reaches_back_to_the_import_and_over_a_restart(place, anna):
    move(anna, 0)
    anna.close()
    again = place.open("anna")
    again.undo("drive")
    again.undo("drive")
    assert again.drives() == ()
    with pytest.raises(StoreError, match="no drive 'drive'"):
        again.undo("drive")
    again.redo("drive")
    assert contents(again.load("drive").labels) == contents(make_labels())


def test_what_comes_next_is_known_before_it_is_taken_back(anna):
    assert anna.next_undo("drive").kind == "import"
    assert anna.next_redo("drive") is None
    move(anna, 0)
    assert anna.next_undo("drive").object_id == "1"
    undone = anna.undo("drive")
    assert anna.next_undo("drive").kind == "import"
    assert anna.next_redo("drive").undoes == undone


def test_everybody_undoes_his_own_edits_in_one_drive(anna, ben):
    ben.import_labels(make_labels(), drive="other")
    move(anna, 0)
    move(ben, 1)
    move(anna, 0, drive="other")
    anna.undo("drive")
    assert shifts(anna) == [0, 1, 0, 0, 0]
    with pytest.raises(EditConflictError, match="presence"):
        ben.undo("other")  # anna's edit would go with his import
    ben.undo("drive")
    assert shifts(anna) == [0] * 5


def test_an_undo_that_would_overwrite_somebody_is_a_conflict(anna, ben):
    move(anna, 0)
    move(ben, 0)
    with pytest.raises(EditConflictError, match="center was") as caught:
        anna.undo("drive")
    (conflict,) = caught.value.conflicts
    assert (conflict.object_id, conflict.field, conflict.event) == ("1", "center", 3)
    assert shifts(anna) == [2, 0, 0, 0, 0]
