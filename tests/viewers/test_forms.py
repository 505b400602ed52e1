"""What is asked and typed."""

import numpy as np
import pytest

from sensorann.errors import ArgumentError
from sensorann.scene import Event, Tag
from sensorann.store import log
from sensorann.store.reviewing import comments
from tests.builders import FRAME_NS
from tests.viewers.keys import press, write
from viewers.actions import shaping
from viewers.state import Question


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
