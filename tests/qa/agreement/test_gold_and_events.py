from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sensorann.errors import ArgumentError
from sensorann.qa.agreement import Share, drawn_gold, event_agreement, gold_skills
from sensorann.qa.agreement.events import EVENT_OVERLAPS
from sensorann.scene import Event
from tests.builders import FRAME_NS, START_NS, make_labels, make_track
from tests.naive import reliability
from tests.qa.agreement.people import changed, moved, scene

GOLD = scene()


def skill(labels, **options):
    return gold_skills(GOLD, {"anna": labels}, **options)["anna"]


def test_whoever_finds_everything_is_still_not_known_to_be_perfect():
    found = skill(GOLD)
    assert (found.recall.hits, found.recall.n) == (8, 8)
    assert found.recall.mean == pytest.approx(9 / 10)
    assert found.recall.interval[0] < 0.75


def test_the_posterior_is_a_beta_distribution():
    assert Share(hits=7, n=9).interval == pytest.approx(stats.beta(8, 3).interval(0.95))
    assert Share(hits=0, n=0).interval == pytest.approx((0.025, 0.975))


def test_misses_and_ghosts_are_told_apart():
    missing = changed(GOLD, {"0", "1"}, lambda track: None)
    assert (skill(missing).recall.hits, skill(missing).precision.n) == (6, 6)
    ghost = replace(GOLD, tracks=(*GOLD.tracks, replace(moved(GOLD.track("0"), by=(0, 300, 0)), id="ghost")))
    assert (skill(ghost).recall.hits, skill(ghost).precision.hits, skill(ghost).precision.n) == (8, 8, 9)


def test_wrong_class_short_tracks_and_far_boxes_do_not_count():
    def change(track):
        return {
            "0": replace(track, category="Pedestrian"),
            "1": track[:4],
            "2": moved(track, by=(0.0, 1.5, 0.0)),
        }[track.id]

    found = skill(changed(GOLD, {"0", "1", "2"}, change))
    assert (found.recall.hits, found.recall.n) == (5, 8)
    # The few boxes of the short track are all right.
    assert (found.precision.hits, found.precision.n) == (6, 8)


def test_of_hidden_objects_nothing_else_is_asked():
    partial = changed(GOLD, {"0", "1", "2"}, lambda track: None)
    found = skill(partial, objects=["2", "3"])
    assert (found.recall.hits, found.recall.n) == (1, 2)
    assert (found.precision.hits, found.precision.n) == (1, 1)


def test_another_seed_hides_other_objects():
    assert drawn_gold(GOLD, 3, seed=0) == drawn_gold(GOLD, 3, seed=0)
    assert len({frozenset(drawn_gold(GOLD, 3, seed=seed)) for seed in range(5)}) > 1


def test_no_labels_find_nothing():
    found = skill(make_labels(make_track(n=0)))
    assert (found.recall.hits, found.recall.n, found.precision.n) == (0, 8, 0)


@pytest.mark.parametrize(("objects", "message"), [(["77"], "no gold object 77"), ([], "no gold objects")])
def test_gold_that_is_not_there_is_refused(objects, message):
    with pytest.raises(ArgumentError, match=message):
        gold_skills(GOLD, {"anna": GOLD}, objects=objects)


def with_events(*spans, category="lane_change"):
    """Labels of ten frames with events from frame to frame."""
    events = tuple(
        Event(
            id=str(number),
            category=category,
            start_ns=START_NS + start * FRAME_NS,
            end_ns=START_NS + end * FRAME_NS,
        )
        for number, (start, end) in enumerate(spans)
    )
    return make_labels(make_track(n=20), events=events)


def events_of(*everyone):
    return event_agreement({str(number): labels for number, labels in enumerate(everyone)})["lane_change"]


def test_equal_events_agree():
    found = events_of(with_events((2, 8), (12, 12)), with_events((2, 8), (12, 12)))
    assert (found.f1, found.edge_s, found.kappa) == ((1.0, 1.0, 1.0), 0.0, 1.0)


def test_shifted_events_agree_by_their_overlap():
    # 3 of 9 frame steps are shared: enough for 10 and 25 %, not for 50.
    found = events_of(with_events((0, 6)), with_events((3, 9)))
    assert found.f1 == (1.0, 1.0, 0.0)
    assert found.edge_s == pytest.approx(0.3)
    # Both 4 frames, neither 10, each alone 3.
    assert found.kappa == pytest.approx((0.7 - (7 * 7 + 13 * 13) / 400) / (1 - (7 * 7 + 13 * 13) / 400))


def test_events_that_only_one_has_are_misses():
    found = events_of(with_events((0, 6), (10, 14)), with_events((0, 6)))
    assert found.f1[0] == pytest.approx(2 / 3)
    nothing = events_of(with_events((0, 6)), with_events())
    assert nothing.f1 == (0.0, 0.0, 0.0)
    assert np.isnan(nothing.edge_s)


def test_all_pairs_of_people_count():
    found = events_of(with_events((0, 6)), with_events((0, 6)), with_events())
    assert found.f1[0] == pytest.approx(2 / 4)
    assert found.n_events == 2


def test_without_events_there_is_nothing_to_tell():
    assert event_agreement({"a": make_labels(), "b": make_labels()}) == {}


def test_one_person_agrees_with_nobody():
    with pytest.raises(ArgumentError, match="at least two labellings, got 1"):
        event_agreement({"a": with_events((2, 8))})


SPANS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)).map(sorted), max_size=4)


@given(ours=SPANS, theirs=SPANS)
def test_f1_of_events_matches_naive(ours, theirs):
    if ours or theirs:
        found = events_of(with_events(*ours), with_events(*theirs))
        for f1, least in zip(found.f1, EVENT_OVERLAPS, strict=True):
            assert any(f1 == pytest.approx(known) for known in reliability.event_f1s(ours, theirs, least))


def test_a_worked_example_of_events():
    # Shared by joint time: 4 of 6, 1 of 10, and nothing; each has three.
    found = events_of(with_events((0, 5), (8, 10), (25, 26)), with_events((1, 6), (9, 18), (30, 30)))
    assert found.f1 == pytest.approx((2 * 2 / 6, 2 * 1 / 6, 2 * 1 / 6))
    assert found.edge_s == pytest.approx((0.1 + (0.1 + 0.8) / 2) / 2)


def test_events_of_labels_without_boxes_are_compared():
    found = event_agreement({name: replace(with_events((2, 8)), tracks=()) for name in ("a", "b")})["lane_change"]
    assert found.f1 == (1.0, 1.0, 1.0)
    assert np.isnan(found.kappa)


@pytest.mark.parametrize(("n_right", "n_found"), [(7, 8), (6, 8), (5, 7)], ids=["more than half", "half", "less"])
def test_half_of_its_boxes_find_an_object(n_right, n_found):
    some = changed(GOLD, {"1"}, lambda track: track[:n_right])
    assert skill(some).recall.hits == n_found
