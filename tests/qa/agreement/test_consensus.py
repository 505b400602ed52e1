from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.spatial.transform import Rotation

from sensorann.errors import ArgumentError
from sensorann.geometry.rotations import rotations_from_yaws, wrap_angle
from sensorann.qa import compare, error_table
from sensorann.qa.agreement import consensus
from sensorann.qa.agreement.medians import geometric_median, median_heading, weighted_median
from sensorann.scene import Source
from tests.builders import make_labels, make_track
from tests.qa.agreement.people import changed, instant, moved, scattered, scene

TRUTH = scene()
PEOPLE = ("anna", "ben", "cleo")


def merged(*everyone, **options):
    return consensus(dict(zip(PEOPLE, everyone, strict=False)), **options)


def test_equal_labels_are_their_own_consensus():
    found = merged(TRUTH, TRUTH, TRUTH)
    errors = error_table(TRUTH, found.labels)
    assert (errors.n_missing, errors.n_extra) == (0, 0)
    assert errors.rows["all"].center_mean_m == pytest.approx(0.0, abs=1e-9)
    assert found.disputes == ()


def test_the_consensus_is_nearer_to_the_truth_than_each():
    everyone = [scattered(TRUTH, sigma=0.15, seed=seed) for seed in range(3)]
    ours = error_table(TRUTH, merged(*everyone).labels).rows["all"].center_mean_m
    assert ours < 0.75 * min(error_table(TRUTH, labels).rows["all"].center_mean_m for labels in everyone)


def test_one_wild_box_moves_nothing():
    wild = changed(TRUTH, {"0"}, lambda track: moved(track, by=(0.6, 0.0, 0.0), turned=0.1, scaled=1.05))
    track = merged(TRUTH, TRUTH, wild).labels.track("1")
    np.testing.assert_allclose(track.cuboids.centers, TRUTH.track("0").cuboids.centers, atol=1e-3)
    np.testing.assert_allclose(track.cuboids.sizes, TRUTH.track("0").cuboids.sizes)
    np.testing.assert_allclose(track.cuboids.yaws, 0.0, atol=1e-9)
    assert track.box_attributes["consensus_center_m"][0] == pytest.approx(0.6, abs=1e-3)


def test_the_front_is_voted_on():
    turned = changed(TRUTH, {"0"}, lambda track: moved(track, turned=np.pi))
    found = merged(TRUTH, turned, TRUTH)
    assert found.disputes == ()
    np.testing.assert_allclose(found.labels.track("1").cuboids.yaws, 0.0, atol=1e-9)
    tied = merged(TRUTH, turned)
    assert [(one.object, one.reason, one.value) for one in tied.disputes] == [("1", "heading", 0.5)]
    assert tied.labels.track("1").attributes["adjudicate"] == "heading"


def test_a_box_on_a_slope_stays_tilted():
    uphill = Rotation.from_euler("ZYX", [0.4, -0.1, 0.03]).as_matrix()

    def sloped(turned):
        track = make_track()
        boxes = replace(track.cuboids, rotations=np.tile(rotations_from_yaws(turned) @ uphill, (5, 1, 1)))
        return make_labels(replace(track, cuboids=boxes))

    backwards = sloped(0.0)
    (track,) = backwards.tracks
    boxes = replace(track.cuboids, rotations=track.cuboids.rotations @ rotations_from_yaws(np.pi))
    backwards = make_labels(replace(track, cuboids=boxes))
    found = merged(backwards, sloped(-0.02), sloped(0.02)).labels.track("1")
    np.testing.assert_allclose(found.cuboids.rotations, np.tile(uphill, (5, 1, 1)), atol=2e-3)


def test_categories_and_attributes_are_voted_on():
    def named(category, door):
        whole, single = {"door": door}, {"lit": (door,) * 5}
        return make_labels(make_track(category=category, attributes=whole, box_attributes=single))

    track = merged(named("Van", True), named("Car", False), named("Car", False)).labels.track("1")
    assert track.category == "car"
    assert track.attributes["door"] is False
    assert track.box_attributes["lit"] == (False,) * 5
    tied = merged(named("Van", True), named("Car", False))
    assert [one.reason for one in tied.disputes] == ["category"]
    assert tied.labels.track("1").category == "van"
    weighted = consensus({"a": named("Van", True), "b": named("Car", False)}, weights={"a": 1.0, "b": 2.0})
    assert weighted.labels.track("1").category == "car"
    assert weighted.disputes == ()


def test_pieces_of_a_track_have_one_voice():
    parts = zip("abc", np.split(np.arange(12), 3), strict=True)
    cut = [make_track(id=name, category="Car", n=12)[rows] for name, rows in parts]
    whole = make_labels(make_track(category="Van", n=12))
    assert merged(whole, make_labels(*cut), whole).labels.track("1").category == "van"


def test_attributes_that_are_nan_do_not_vote():
    def measured(value):
        return make_labels(make_track(attributes={"occlusion": value}))

    found = merged(measured(float("nan")), measured(0.2), measured(0.4))
    assert found.labels.track("1").attributes["occlusion"] == pytest.approx(0.3)
    nothing = merged(measured(float("nan")), measured(float("nan")))
    assert "occlusion" not in nothing.labels.track("1").attributes


def test_too_few_votes_are_no_object():
    alone = changed(TRUTH, {"3"}, lambda track: None)
    found = merged(TRUTH, alone, alone)
    assert len(found.labels.tracks) == 7
    (dispute,) = found.disputes
    assert (dispute.object, dispute.reason, dispute.parents) == (None, "votes", ("anna:3",))
    assert (dispute.value, dispute.limit) == (1.0, 2.0)
    assert len(merged(TRUTH, alone, alone, quorum=1).labels.tracks) == 8
    assert len(merged(TRUTH, alone, TRUTH, quorum=3).labels.tracks) == 7


def test_a_quorum_counts_instant_by_instant():
    short = changed(TRUTH, {"0"}, lambda track: track[:4])
    found = merged(TRUTH, short, short)
    assert found.labels.track("1").timestamps_ns[-1] == instant(3)


def test_parents_and_pieces_are_kept():
    cut = changed(TRUTH, {"0"}, lambda track: [track[:6], replace(track[6:], id="rest")])
    track = merged(TRUTH, cut).labels.track("1")
    assert track.attributes["consensus_parents"] == "anna:0 ben:0 ben:rest"
    assert len(track) == 12
    assert track.box_attributes["consensus_votes"] == (2,) * 12


def test_an_object_that_people_place_apart_is_looked_at_again():
    apart = changed(TRUTH, {"0"}, lambda track: moved(track, by=(1.1, 0.0, 0.0)))
    (dispute,) = merged(TRUTH, apart).disputes
    assert (dispute.object, dispute.reason) == ("1", "overlap")
    assert dispute.value < dispute.limit


def test_sources_are_those_of_most_parents():
    drawn = make_labels(make_track(source=Source.HUMAN))
    computed = make_labels(make_track(source=Source.INTERPOLATED))
    assert set(merged(drawn, computed, computed).labels.track("1").sources) == {Source.INTERPOLATED}


def test_two_labellings_of_one_object_never_become_one_parent():
    doubled = replace(TRUTH, tracks=(*TRUTH.tracks, replace(moved(TRUTH.track("0"), by=(0.1, 0, 0)), id="again")))
    found = merged(TRUTH, doubled, TRUTH)
    assert len(found.labels.tracks) == 8
    assert compare(TRUTH, found.labels).rows["all"]["mota"] == 1.0
    assert [one.parents for one in found.disputes] == [("ben:again",)]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"quorum": 4}, "1 to 3, got 4"),
        ({"weights": {"anna": 1.0, "ben": 1.0}}, "no weight for cleo"),
        ({"weights": {"anna": 1.0, "ben": 0.0, "cleo": 1.0}}, "must be above 0"),
    ],
)
def test_impossible_wishes_are_refused(options, message):
    with pytest.raises(ArgumentError, match=message):
        merged(TRUTH, TRUTH, TRUTH, **options)


@given(seed=st.integers(0, 100), n=st.integers(1, 5))
def test_the_geometric_median_has_the_least_sum_of_distances(seed, n):
    points = np.random.default_rng(seed).normal(size=(n, 1, 3))
    weights = np.random.default_rng(seed).uniform(0.5, 2.0, n)

    def cost(at):
        return (weights * np.linalg.norm(points[:, 0] - at, axis=1)).sum()

    found = geometric_median(points, weights)[0]
    best = min(cost(minimize(cost, start, method="Nelder-Mead").x) for start in points[:, 0])
    assert cost(found) <= best + 1e-3


def test_the_median_of_two_is_their_middle():
    points = np.array([[[0.0, 0.0]], [[2.0, 4.0]]])
    np.testing.assert_allclose(geometric_median(points, np.ones(2)), [[1.0, 2.0]])


@given(values=st.lists(st.integers(-5, 5), min_size=1, max_size=7))
def test_the_weighted_median_of_equal_weights_is_the_median(values):
    column = np.array(values, np.float64)[:, None]
    assert weighted_median(column, np.ones(len(values)))[0] == np.median(values)
    repeated = np.repeat(column, 2, axis=0)
    assert weighted_median(column, np.full(len(values), 2.0))[0] == weighted_median(repeated, np.ones(len(repeated)))[0]


@given(turn=st.floats(-3.1, 3.1), seed=st.integers(0, 50))
def test_headings_turn_with_their_people(turn, seed):
    yaws = np.random.default_rng(seed).normal(0.0, 0.3, (5, 1))
    straight, _ = median_heading(yaws, np.ones(5))
    turned, _ = median_heading(wrap_angle(yaws + turn), np.ones(5))
    assert abs(wrap_angle(turned - straight - turn)[0]) < 1e-9
    assert straight[0] == pytest.approx(np.median(yaws))
