"""Single boxes: placed, vouched for, described."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensorann.errors import ArgumentError
from sensorann.scene import Source
from sensorann.tracks import surgery
from tests.builders import make_labels, make_track
from tests.tracks.surgery.drives import assert_same_track, instant, make_image_track, make_scene, tracks


@given(track=tracks(), data=st.data())
def test_a_box_put_where_it_is_makes_it_a_persons_and_changes_nothing_else(track, data):
    row = data.draw(st.integers(0, len(track) - 1))
    labels = make_scene(track)
    edited = surgery.put_box(labels, "1", timestamp_ns=int(track.timestamps_ns[row]), cuboid=track.cuboids.record(row))
    sources, sigmas = np.array(track.sources), np.array(track.sigmas)
    sources[row], sigmas[row] = Source.HUMAN, 0.0
    assert_same_track(edited.track("1"), replace(track, sources=sources, sigmas=sigmas))
    assert edited.track("bystander") is labels.track("bystander")


@given(track=tracks(), data=st.data())
def test_a_box_taken_out_and_put_back_is_back_in_its_place(track, data):
    row = data.draw(st.integers(0, len(track) - 1))
    at = int(track.timestamps_ns[row])
    without = surgery.delete_span(make_scene(track), "1", span=(at, at))
    found = surgery.put_box(without, "1", timestamp_ns=at, cuboid=track.cuboids.record(row)).track("1")
    sources, sigmas = np.array(track.sources), np.array(track.sigmas)
    sources[row], sigmas[row] = Source.HUMAN, 0.0
    occluded = tuple(None if i == row else value for i, value in enumerate(track.box_attributes["occluded"]))
    expected = replace(track, sources=sources, sigmas=sigmas, box_attributes={"occluded": occluded})
    assert_same_track(found, expected)


def test_a_started_object_has_one_box_and_comes_last():
    box = make_track().cuboids.record(2)
    edited = surgery.started(make_labels(), "new", "van", timestamp_ns=instant(2), cuboid=box)
    assert [track.id for track in edited.tracks] == ["1", "new"]
    expected = replace(make_track(id="new", category="van")[2:3], sigmas=np.zeros((1, 7)))
    assert_same_track(edited.track("new"), expected)
    with pytest.raises(ArgumentError, match="two tracks have the id '1'"):
        surgery.started(edited, "1", "van", timestamp_ns=instant(2), cuboid=box)


def test_a_box_of_another_frame_is_refused():
    box = make_track(frame="ego").cuboids.record(0)
    with pytest.raises(ArgumentError, match="exactly one frame"):
        surgery.put_box(make_labels(), "1", timestamp_ns=instant(9), cuboid=box)


def test_the_machine_takes_a_box_over_and_a_person_takes_it_back():
    labels = make_labels(replace(make_track(), sigmas=np.zeros((5, 7))))
    left = surgery.set_source(labels, "1", timestamp_ns=instant(2), source=Source.INTERPOLATED)
    assert left.track("1").sources.tolist() == [0, 0, Source.INTERPOLATED, 0, 0]
    assert np.isnan(left.track("1").sigmas[2]).all()
    back = surgery.set_source(left, "1", timestamp_ns=instant(2), source=Source.HUMAN)
    assert_same_track(back.track("1"), labels.track("1"))
    with pytest.raises(ArgumentError, match="no box at"):
        surgery.set_source(labels, "1", timestamp_ns=instant(7), source=Source.HUMAN)


def test_an_attribute_of_one_box():
    labels = make_labels()
    edited = surgery.set_box_attribute(labels, "1", "occluded", 2, timestamp_ns=instant(1))
    assert dict(edited.track("1").box_attributes) == {"occluded": (None, 2, None, None, None)}


def test_a_free_id_is_taken_by_nothing():
    labels = make_labels(make_track(id="7"), make_track(id="x"), image_tracks=(make_image_track(id="12"),))
    assert surgery.free_id(labels) == "13"
    assert surgery.free_id(make_labels(make_track(id="x"))) == "1"
