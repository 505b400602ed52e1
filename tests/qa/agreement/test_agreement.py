from dataclasses import replace

import numpy as np
import pytest

from sensorann.errors import ArgumentError
from sensorann.qa.agreement import AGREEMENT_FIGURES, cohen_kappa, measure_agreement
from sensorann.qa.agreement.tally import Tally, figure_of, ratio, resampled
from tests.builders import START_NS, MemoryDrive, make_labels, make_track
from tests.qa.agreement.people import changed, moved, scattered, scene

TRUTH = scene()


def agreed(*everyone, **options):
    return measure_agreement([dict(zip(("anna", "ben", "cleo"), everyone, strict=False))], **options)


def value(found, figure, group="all"):
    return found.groups[group].figures[figure].value


def test_equal_labels_agree_in_everything():
    found = agreed(TRUTH, TRUTH, TRUTH)
    assert [value(found, name) for name in ("f1", "iou", "alpha_center", "alpha_object")] == pytest.approx(
        [1, 1, 1, np.nan], nan_ok=True
    )
    assert [value(found, name) for name in ("center_m", "size_m", "yaw_deg", "flipped")] == pytest.approx(
        [0] * 4, abs=1e-9
    )
    assert found.groups["all"].n_boxes == 3 * TRUTH.n_boxes


def test_names_and_pieces_of_tracks_do_not_matter():
    cut = changed(TRUTH, {"2"}, lambda track: [track[:5], _renamed(track[5:], "piece")])
    assert value(agreed(TRUTH, cut), "f1") == 1.0
    assert value(agreed(TRUTH, changed(cut, {"piece"}, lambda track: None)), "f1") < 1.0


def test_an_error_of_known_size_is_measured():
    off = changed(TRUTH, {"0", "1"}, lambda track: moved(track, by=(0.3, 0.4, 0.0), turned=0.1, scaled=1.1))
    found = agreed(TRUTH, off)
    share = 2 / 8
    assert value(found, "center_m") == pytest.approx(0.5 * share)
    assert value(found, "yaw_deg") == pytest.approx(np.degrees(0.1) * share)
    assert value(found, "size_m") == pytest.approx(0.1 * np.mean([4.2, 1.8, 1.5]) * share)
    assert value(found, "flipped") == 0.0


def test_a_box_the_wrong_way_round_is_flipped_and_not_turned():
    found = agreed(TRUTH, changed(TRUTH, {"0"}, lambda track: moved(track, turned=np.pi)))
    assert value(found, "flipped") == pytest.approx(1 / 8)
    assert value(found, "yaw_deg") == pytest.approx(0.0, abs=1e-9)
    assert value(found, "alpha_yaw") < 0.1


def test_a_missing_object_costs_f1_and_what_is_there():
    found = agreed(TRUTH, changed(TRUTH, {"0"}, lambda track: None))
    assert value(found, "f1") == pytest.approx(2 * 7 / (2 * 7 + 1))
    assert value(found, "alpha_object") < 0.0
    assert value(found, "iou") == pytest.approx(1.0)


def test_classes_are_compared_where_boxes_are_the_same():
    van = changed(TRUTH, {"0", "1"}, lambda track: _of(track, "Van"))
    truth = changed(TRUTH, {"0", "5"}, lambda track: _of(track, "Van"))
    found = agreed(truth, van)
    first, second = (
        [int(track.category == "Van") for track in labels.tracks for _ in range(12)] for labels in (truth, van)
    )
    assert found.pairs["anna", "ben"]["kappa"].value == pytest.approx(cohen_kappa(first, second))
    assert 0.0 < value(found, "alpha_class") < 0.5
    by_class = agreed(truth, van, by="class")
    assert list(by_class.groups) == ["all", "car", "van"]
    assert by_class.groups["van"].n_boxes == 4 * 12


def test_attributes_that_are_nan_say_nothing():
    def labelled(values):
        tracks = [
            make_track(id=str(i), attributes={"occlusion": v, "door": d}, centers=np.full((5, 3), 20.0 * i))
            for i, (v, d) in enumerate(values)
        ]
        return make_labels(*tracks)

    nan = float("nan")
    found = agreed(
        labelled([(0.1, True), (0.9, False), (nan, True)]), labelled([(0.1, True), (0.9, False), (0.4, False)])
    )
    assert found.attributes["occlusion"].alpha.value == pytest.approx(1.0)
    assert found.attributes["occlusion"].n_said == 25
    assert found.attributes["door"].alpha.value < 0.6
    assert found.attributes["door"].prevalence == pytest.approx(0.5)


def test_ranges_and_sources_have_rows():
    drive = MemoryDrive()
    found = measure_agreement([{"a": TRUTH, "b": TRUTH}], recordings=[drive], by="range")
    assert sum(group.n_boxes for name, group in found.groups.items() if name != "all") == 2 * TRUTH.n_boxes
    assert list(agreed(TRUTH, TRUTH, by="source").groups) == ["all", "human"]


def test_degrees_have_a_weighted_kappa():
    """Between 0 and 1 people mistake a degree of occlusion oftener than between 0 and 3: kappa counts the distance."""
    said = {"a": (0, 1, 2, 3, 0), "b": (0, 1, 2, 3, 1), "c": (0, 1, 2, 3, 3)}

    def people(*names):
        tracks = {
            name: [
                make_track(id=str(i), attributes={"occlusion": v}, centers=np.full((5, 3), 20.0 * i))
                for i, v in enumerate(said[name])
            ]
            for name in names
        }
        return measure_agreement([{name: make_labels(*own) for name, own in tracks.items()}]).attributes["occlusion"]

    near, far = people("a", "b"), people("a", "c")
    assert near.alpha.value == pytest.approx(far.alpha.value, abs=0.05)
    ways = [np.concatenate([said[x] for x in names]) for names in (("a", "b"), ("b", "a"))]
    assert near.weighted_kappa.value == pytest.approx(cohen_kappa(*ways, weights="quadratic"))
    assert near.weighted_kappa.value > far.weighted_kappa.value + 0.2


@pytest.mark.parametrize("value", [0.5, "heavy", True, 1000], ids=["number", "word", "yes", "count"])
def test_what_is_no_degree_has_no_weighted_kappa(value):
    tracks = [
        make_track(id=str(i), attributes={"said": v}, centers=np.full((5, 3), 20.0 * i))
        for i, v in enumerate([value, 0])
    ]
    labels = make_labels(*tracks)
    assert measure_agreement([{"a": labels, "b": labels}]).attributes["said"].weighted_kappa is None


def test_noise_of_known_size_gives_agreement_of_known_size():
    everyone = [scattered(TRUTH, sigma=0.1, seed=seed) for seed in range(3)]
    # The distance of two points with normal errors in three axes has the mean 4 sigma / sqrt(pi) (Maxwell).
    assert value(agreed(*everyone), "center_m") == pytest.approx(0.4 / np.sqrt(np.pi), rel=0.05)


def test_intervals_resample_drives_where_there_are_enough():
    drives = [{"a": TRUTH, "b": scattered(TRUTH, sigma=0.02 * (1 + seed), seed=seed)} for seed in range(6)]
    found = measure_agreement(drives)
    figure = found.groups["all"].figures["center_m"]
    assert (found.blocks, found.n_blocks) == ("drives", 6)
    assert figure.low < figure.value < figure.high
    few = measure_agreement(drives[:2])
    assert (few.blocks, few.n_blocks) == ("objects", 16)


def test_intervals_hold_what_they_promise():
    """Drives differ in how good their people are: 95 of 100 intervals should hold the mean over all drives."""
    random, held = np.random.default_rng(1), 0
    small = scene(n_objects=3, n=3)
    for trial in range(40):
        sigmas = random.uniform(0.02, 0.1, 12)
        drives = [{"a": small, "b": scattered(small, sigma=s, seed=100 * trial + i)} for i, s in enumerate(sigmas)]
        figure = measure_agreement(drives, seed=trial).groups["all"].figures["center_m"]
        held += figure.low < 0.06 * np.sqrt(8 / np.pi) < figure.high
    assert held >= 33  # of 38 expected; the bootstrap of twelve is known to be a little narrow


def test_nothing_in_common_is_a_result():
    far = changed(TRUTH, {track.id for track in TRUTH.tracks}, lambda track: moved(track, by=(500.0, 0, 0)))
    found = agreed(TRUTH, far)
    assert value(found, "f1") == 0.0
    assert np.isnan(value(found, "iou"))
    assert np.isnan(value(found, "alpha_class"))
    assert set(found.groups["all"].figures) == set(AGREEMENT_FIGURES)


@pytest.mark.parametrize(
    ("everyone", "message"),
    [
        ([TRUTH], "at least two labellings, got 1"),
        ([TRUTH, make_labels(make_track(n=0))], "ben holds no boxes"),
        ([TRUTH, make_labels(make_track(frame="ego"), frame="ego")], "anna in the world frame, ben in the ego frame"),
        ([TRUTH, make_labels(make_track(start_ns=START_NS + 1))], "no instant is labelled by two people"),
    ],
    ids=["one person", "empty labels", "two frames", "no common instant"],
)
def test_what_cannot_be_compared_is_refused(everyone, message):
    with pytest.raises(ArgumentError, match=message):
        agreed(*everyone)


def test_ranges_in_the_world_need_poses():
    with pytest.raises(ArgumentError, match="need a drive with ego poses"):
        agreed(TRUTH, TRUTH, by="range")


def test_no_drive_is_refused():
    with pytest.raises(ArgumentError, match="at least one drive"):
        measure_agreement([])


def _renamed(track, name):
    return replace(track, id=name)


def _of(track, category):
    return replace(track, category=category)


@pytest.mark.parametrize(("aside", "f1"), [(0.5, 1.0), (0.75, 7 / 8)], ids=["overlap 0.57", "overlap 0.41"])
def test_boxes_of_one_object_count_where_they_overlap_by_half(aside, f1):
    off = changed(TRUTH, {"0"}, lambda track: moved(track, by=(0.0, aside, 0.0)))
    assert value(agreed(TRUTH, off), "f1") == pytest.approx(f1)


def test_neighbours_that_touch_are_two_objects():
    # Both lie in a twentieth of each other, at all instants.
    beside = changed(TRUTH, {"0"}, lambda track: moved(track, by=(0.0, 1.64, 0.0)))
    found = agreed(TRUTH, beside)
    assert value(found, "center_m") == pytest.approx(0.0, abs=1e-9)


def test_an_interval_leaves_out_a_fortieth_on_either_side():
    counts = np.column_stack([np.arange(10.0), np.ones(10)])
    weights = resampled(10, seed=3)
    tally = Tally(counts=counts, boxes=np.arange(10), value_of=ratio)
    figure = figure_of(tally, np.ones(10, np.bool_), np.arange(10), weights)
    means = [np.repeat(np.arange(10.0), row.astype(int)).mean() for row in weights]
    assert figure.value == pytest.approx(4.5)
    assert (figure.low, figure.high) == pytest.approx(tuple(np.percentile(means, [2.5, 97.5])))
