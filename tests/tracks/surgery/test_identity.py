"""Merge, split, relink, delete."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensorann.errors import ArgumentError
from sensorann.scene import Relation, Source
from sensorann.tracks.surgery import delete_span, delete_unlikely, merge, relink, split
from tests.builders import make_labels, make_track
from tests.tracks.surgery.drives import assert_same_track, instant, make_image_track, make_scene, tracks


@given(track=tracks(), data=st.data())
def test_merging_what_was_split_gives_the_original_back(track, data):
    labels = make_scene(track)
    at = data.draw(st.integers(1, len(track) - 1))
    cut = split(labels, "1", instant(at), new_id="rest")
    assert [t.id for t in cut.tracks] == ["1", "rest", "bystander"]
    back = merge(cut, "1", "rest")
    assert [t.id for t in back.tracks] == ["1", "bystander"]
    assert_same_track(back.track("1"), track)
    assert back.track("bystander") is labels.track("bystander")
    assert len(back.image_tracks) == 1
    np.testing.assert_array_equal(back.image_tracks[0].boxes, labels.image_tracks[0].boxes)
    assert back.relations == labels.relations


@given(track=tracks(), data=st.data())
def test_deleting_a_span_leaves_all_else_as_it_was(track, data):
    labels = make_scene(track)
    first = data.draw(st.integers(0, len(track) - 1))
    last = data.draw(st.integers(first, len(track) - 1))
    edited = delete_span(labels, "1", span=(instant(first), instant(last)))
    kept = np.r_[0:first, last + 1 : len(track)]
    assert edited.track("bystander") is labels.track("bystander")
    assert len(labels.track("1")) == len(track)
    if len(kept):
        assert_same_track(edited.track("1"), track[kept])
    else:
        assert [t.id for t in edited.tracks] == ["bystander"]


@given(track=tracks(), data=st.data())
def test_relinking_there_and_back_gives_the_original(track, data):
    far = make_track(id="far", n=3, start_ns=instant(50))
    labels = make_labels(track, far)
    first = data.draw(st.integers(1, len(track) - 1))
    span = (instant(first), instant(len(track)))
    moved = relink(labels, "1", "far", span=span)
    assert len(moved.track("far")) == 3 + len(track) - first
    back = relink(moved, "far", "1", span=span)
    assert_same_track(back.track("1"), track)
    np.testing.assert_array_equal(back.track("far").timestamps_ns, far.timestamps_ns)


def test_a_human_box_beats_a_computed_one_whichever_track_it_is_of():
    computed = make_track(id="a", n=4, source=Source.INTERPOLATED, centers=np.zeros((4, 3)))
    human = make_track(id="b", n=2, start_ns=instant(1), centers=np.full((2, 3), 8.0))
    for first, second in (("a", "b"), ("b", "a")):
        merged = merge(make_labels(computed, human), first, second).track(first)
        np.testing.assert_array_equal(merged.cuboids.centers[:, 0], [0, 8, 8, 0])
        assert list(merged.sources) == [Source.INTERPOLATED, Source.HUMAN, Source.HUMAN, Source.INTERPOLATED]


def test_of_two_boxes_of_one_source_the_first_tracks_stays():
    one = make_track(id="a", n=2, source=Source.FITTED, centers=np.zeros((2, 3)))
    two = make_track(id="b", n=2, source=Source.FITTED, centers=np.full((2, 3), 8.0))
    merged = merge(make_labels(one, two), "b", "a").track("b")
    np.testing.assert_array_equal(merged.cuboids.centers, two.cuboids.centers)


def test_two_human_boxes_at_one_instant_are_refused():
    labels = make_labels(make_track(id="a", n=3), make_track(id="b", n=3, start_ns=instant(2)))
    with pytest.raises(ArgumentError, match=rf"tracks a and b both have a human box at {instant(2)} ns"):
        merge(labels, "a", "b")
    with pytest.raises(ArgumentError, match="both have a human box"):
        relink(labels, "b", "a", span=(instant(2), instant(2)))


def test_differing_categories_want_a_name():
    labels = make_labels(make_track(id="a"), make_track(id="b", category="Van", start_ns=instant(9)))
    with pytest.raises(ArgumentError, match="track a is a Car, track b a Van"):
        merge(labels, "a", "b")
    assert merge(labels, "a", "b", category="Van").track("a").category == "Van"
    assert relink(labels, "b", "a", span=(instant(9), instant(9))).track("a").category == "Car"


def test_relinked_boxes_take_the_attributes_of_their_new_track():
    giver = make_track(id="a", attributes={"color": "red", "wet": True})
    taker = make_track(id="b", start_ns=instant(9), attributes={"color": "blue"})
    moved = relink(make_labels(giver, taker), "a", "b", span=(instant(0), instant(2)))
    assert moved.track("b").attributes == {"color": "blue"}
    assert moved.track("a").attributes == {"color": "red", "wet": True}


def test_attributes_are_joined_and_the_first_ones_hold():
    one = make_track(id="a", n=1, attributes={"color": "red"}, box_attributes={"lit": (True,)})
    two = make_track(
        id="b", n=1, start_ns=instant(1), attributes={"color": "blue", "doors": 4}, box_attributes={"open": (False,)}
    )
    merged = merge(make_labels(one, two), "a", "b").track("a")
    assert dict(merged.attributes) == {"color": "red", "doors": 4}
    assert dict(merged.box_attributes) == {"lit": (True, None), "open": (None, False)}


def test_relations_and_pictures_follow_a_merge():
    labels = make_labels(
        make_track(id="a", n=2),
        make_track(id="b", n=2, start_ns=instant(2)),
        make_track(id="c"),
        image_tracks=(make_image_track(id="a", frames=range(2)), make_image_track(id="b", frames=range(2, 4))),
        relations=(
            Relation(id="1", predicate="follows", subject_id="a", object_id="b"),
            Relation(id="2", predicate="follows", subject_id="b", object_id="c"),
            Relation(id="3", predicate="follows", subject_id="a", object_id="c"),
        ),
    )
    merged = merge(labels, "a", "b")
    # The first would relate a to itself, the second would say what the third says.
    assert [(r.id, r.subject_id, r.object_id) for r in merged.relations] == [("3", "a", "c")]
    (image,) = merged.image_tracks
    assert image.id == "a"
    assert list(image.timestamps_ns) == [instant(i) for i in range(4)]


def test_pictures_follow_split_relink_and_deletion():
    labels = make_labels(
        make_track(id="1"), make_track(id="2", start_ns=instant(9)), image_tracks=(make_image_track(),)
    )
    span = (instant(3), instant(4))
    cut = split(labels, "1", instant(3))
    assert [(i.id, len(i.timestamps_ns)) for i in cut.image_tracks] == [("1", 3), ("1-2", 2)]
    moved = relink(labels, "1", "2", span=span)
    assert [(i.id, len(i.timestamps_ns)) for i in moved.image_tracks] == [("1", 3), ("2", 2)]
    deleted = delete_span(labels, "1", span=span)
    assert [(i.id, len(i.timestamps_ns)) for i in deleted.image_tracks] == [("1", 3)]


def test_a_track_that_gives_all_its_boxes_is_gone_and_its_relations_move():
    labels = make_scene(make_track(id="1"), make_track(id="2", start_ns=instant(9)))
    moved = relink(labels, "1", "2", span=None)
    assert [t.id for t in moved.tracks] == ["2", "bystander"]
    assert [r.subject_id for r in moved.relations] == ["2"]
    assert [i.id for i in moved.image_tracks] == ["2"]


def test_a_deleted_track_takes_its_relations_along():
    edited = delete_span(make_scene(make_track(id="1")), "1")
    assert edited.relations == ()
    assert edited.image_tracks == ()


def test_new_ids_are_free_ones():
    labels = make_labels(make_track(id="1"), image_tracks=(make_image_track(id="1-2"),))
    assert [t.id for t in split(labels, "1", instant(2)).tracks] == ["1", "1-3"]
    with pytest.raises(ArgumentError, match="the id '1-2' is taken"):
        split(labels, "1", instant(2), new_id="1-2")


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda x: merge(x, "1", "9"), "no track '9'"),
        (lambda x: merge(x, "1", "1"), "merging needs two tracks"),
        (lambda x: split(x, "9", instant(2)), "no track '9'"),
        (lambda x: split(x, "1", instant(0)), "no box before there"),
        (lambda x: split(x, "1", instant(5)), "no box from there"),
        (lambda x: relink(x, "1", "1", span=None), "relinking needs two tracks"),
        (lambda x: relink(x, "1", "bystander", span=(instant(7), instant(8))), "track 1 has no box from"),
        (lambda x: delete_span(x, "9"), "no track '9'"),
        (lambda x: delete_span(x, "1", span=(instant(7), instant(8))), "track 1 has no box from"),
        (lambda x: delete_span(x, "1", span=(instant(2), instant(1))), "must not end before it starts"),
        (lambda x: delete_span(x, "empty"), "track empty has no boxes"),
    ],
)
def test_what_cannot_be_done_is_said(edit, message):
    labels = make_scene(make_track(id="1"), replace(make_track(n=0), id="empty"))
    with pytest.raises(ArgumentError, match=message):
        edit(labels)


def test_unlikely_proposals_go_in_one_edit_and_what_people_touched_stays():
    labels = make_labels(
        make_track(id="unlikely", attributes={"confidence": 0.3}, source=Source.DETECTED),
        make_track(id="likely", attributes={"confidence": 0.5}, source=Source.DETECTED),
        make_track(id="corrected", attributes={"confidence": 0.1}, source=Source.HUMAN),
        make_track(id="imported", attributes={"confidence": 0.1}, source=Source.IMPORTED),
        make_track(id="silent", source=Source.DETECTED),
    )

    def left(confidence, **more):
        return [track.id for track in delete_unlikely(labels, confidence, **more).tracks]

    assert left(0.5) == ["likely", "corrected", "imported", "silent"]
    assert left(0.5, kept={"unlikely"}) == ["unlikely", "likely", "corrected", "imported", "silent"]
    assert left(None) == ["corrected", "imported"]
    assert len(labels.tracks) == 5


@pytest.mark.parametrize("confidence", [-0.1, 1.1, float("nan")])
def test_a_confidence_is_a_probability(confidence):
    with pytest.raises(ArgumentError, match=r"between 0 and 1"):
        delete_unlikely(make_labels(make_track()), confidence)
