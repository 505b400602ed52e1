from dataclasses import replace

import numpy as np
import pytest

from sensorann.errors import ArgumentError
from sensorann.geometry import paired_iou_3d
from sensorann.qa import Pairing, compare, error_table, precision_by_range
from sensorann.qa.amota import ScoredSequence, evaluate
from sensorann.scene import Source
from tests.builders import FRAME_NS, START_NS, MemoryDrive, make_labels, make_track
from tests.qa.scored import scored_labels


def test_all_categories_come_first_and_each_has_its_row():
    truth = make_labels(make_track(id="1", category="Car"), make_track(id="2", category="Cyclist"))
    rows = compare(truth, make_labels(make_track(id="1", category="Car"))).rows
    assert list(rows) == ["all", "car", "cyclist"]
    assert rows["all"]["mota"] == 0.5
    assert [row["missed"] for row in rows.values()] == [5, 0, 5]


def test_boxes_at_instants_without_truth_are_counted():
    truth = make_labels(make_track(n=2))
    assert compare(truth, make_labels(make_track(n=5))).n_left_out == 3


def test_an_empty_truth_is_refused():
    with pytest.raises(ArgumentError, match="the truth holds no boxes"):
        compare(make_labels(make_track(n=0)), make_labels())


def test_nothing_found_is_a_result():
    assert compare(make_labels(), make_labels(make_track(n=0))).rows["all"]["hota"] == 0.0


def test_labels_of_other_instants_are_refused():
    with pytest.raises(ArgumentError, match="of the same drive"):
        compare(make_labels(), make_labels(make_track(start_ns=START_NS + 1)))


def test_the_precision_of_all_is_the_mean_over_what_the_truth_has():
    truth = make_labels(make_track(id="1", category="Car"), make_track(id="2", category="Cyclist"))
    other = make_labels(make_track(id="1", category="Car"), make_track(id="3", category="Pedestrian"))
    rows = compare(truth, other, metrics=["ap"]).rows
    assert [rows[name]["ap"] for name in ("car", "cyclist", "pedestrian")] == pytest.approx([1.0, 0.0, 0.0])
    assert rows["all"]["ap"] == pytest.approx(0.5)
    assert rows["all"]["ap40_3d"] == 0.5


def pairing_of(truth, other):
    """Pairing and scores of labels of one category, frame by frame."""
    ids, names, ious, scores = [], [], [], []
    for now in np.unique(np.concatenate([track.timestamps_ns for track in truth.tracks])):
        ours, theirs = (
            [(i, track[track.timestamps_ns == now]) for i, track in enumerate(labels.tracks)]
            for labels in (truth, other)
        )
        theirs = [(i, box) for i, box in theirs if len(box)]
        ids.append([i for i, _ in ours])
        names.append([i for i, _ in theirs])
        ious.append(np.array([[paired_iou_3d(a.cuboids, b.cuboids)[0] for _, b in theirs] for _, a in ours]))
        scores += [b.box_attributes["score"][0] for _, b in theirs]
    return ScoredSequence(pairing=Pairing.of_frames(ids, names, ious), scores=np.array(scores))


@pytest.mark.parametrize("seed", range(3))
def test_tracks_are_swept_by_their_own_scores(seed):
    truth, other = scored_labels(seed)
    expected = evaluate([pairing_of(truth, other)], threshold=0.1)
    row = compare(truth, other, metrics=["amota"], threshold=0.1).rows["all"]
    figures = expected.samota, expected.amota, expected.amotp
    assert (row["samota"], row["amota"], row["amotp"]) == pytest.approx(figures)
    assert row["samota"] > 0.0


def test_what_the_truth_has_not_is_no_part_of_the_mean():
    car = make_track(id="1", n=60)
    other = make_labels(car, make_track(id="3", category="Pedestrian"))
    rows = compare(make_labels(car), other, metrics=["amota"]).rows
    assert rows["pedestrian"]["samota"] == 0.0
    assert rows["all"]["samota"] == rows["car"]["samota"] == 1.0


def test_precision_by_range_counts_boxes_where_they_lie():
    drive = MemoryDrive()
    ego = drive.trajectory.sample(START_NS + np.arange(5) * FRAME_NS).translations
    near, far = (make_track(id=str(x), centers=ego + np.array([x, 0, 0])) for x in (10.0, 50.0))
    rows = precision_by_range(make_labels(near, far), make_labels(near), drive=drive)
    assert list(rows) == ["0-20 m", "40-60 m"]
    assert rows["0-20 m"]["ap"] == pytest.approx(1.0)
    assert rows["40-60 m"]["ap"] == 0.0
    assert rows["40-60 m"]["boxes"] == 5


def test_false_boxes_of_a_range_count_where_the_truth_has_boxes_elsewhere():
    drive = MemoryDrive(trajectory=None)
    near, far = (make_track(id=str(x), n=10, centers=np.full((10, 3), [x, 0, 0]), frame="ego") for x in (10.0, 50.0))
    truth = make_labels(near, far[:5], frame="ego")
    rows = precision_by_range(truth, make_labels(far, frame="ego"), drive=drive)
    assert rows["40-60 m"]["ap40_3d"] < 0.6


def test_precision_by_range_needs_to_know_where_the_vehicle_was():
    with pytest.raises(ArgumentError, match="need a drive with ego poses"):
        precision_by_range(make_labels(), make_labels())


def test_errors_by_source_are_those_of_the_boxes_that_are_judged():
    track = make_track(n=4)
    moved = replace(
        make_track(n=4, centers=track.cuboids.centers + np.outer([0, 0.3, 0.3, 0], [1, 0, 0])),
        sources=np.array([Source.HUMAN, Source.FITTED, Source.FITTED, Source.HUMAN], np.uint8),
    )
    rows = error_table(make_labels(track), make_labels(moved), by="source").rows
    assert list(rows) == ["all", "human", "fitted"]
    assert rows["human"].center_mean_m == 0.0
    assert rows["fitted"].center_mean_m == pytest.approx(0.3)
    assert rows["all"].n_boxes == 4


def test_errors_pair_the_same_objects_whatever_their_ids():
    there = make_track(id="1", centers=np.array([[50.0, 50.0 + i, 0.75] for i in range(5)]))
    truth = make_labels(make_track(id="0"), there)
    crossed = make_labels(replace(there, id="0"), make_track(id="1"), make_track(id="2", category="Cyclist", n=2))
    table = error_table(truth, crossed)
    assert table.rows["all"].n_boxes == 10
    assert table.rows["all"].center_mean_m == 0.0
    assert (table.n_missing, table.n_extra) == (0, 2)


def test_errors_where_nothing_overlaps_are_none():
    far = make_track(centers=np.full((5, 3), 90.0))
    table = error_table(make_labels(make_track()), make_labels(far))
    assert table.rows["all"].n_boxes == 0
    assert (table.n_missing, table.n_extra) == (5, 5)


def test_errors_by_range_count_from_the_ego_vehicle():
    drive = MemoryDrive()
    ego = drive.trajectory.sample(START_NS + np.arange(3) * 100_000_000).translations
    track = make_track(n=3, centers=ego + np.outer([10.0, 30.0, 90.0], [1, 0, 0]))
    rows = error_table(make_labels(track), make_labels(track), by="range", drive=drive).rows
    assert list(rows) == ["all", "0-20 m", "20-40 m", "over 60 m"]


def test_ranges_in_the_world_need_ego_poses():
    with pytest.raises(ArgumentError, match="need a drive with ego poses"):
        error_table(make_labels(), make_labels(), by="range")
