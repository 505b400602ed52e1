import json

import numpy as np
import pytest

from sensorann.errors import ArgumentError, FormatError, MissingDataError
from sensorann.formats import open_drive, read_detections, read_labels, write_labels
from sensorann.formats.kitti.detections import COLUMNS
from tests.builders import START_NS, MemoryDrive, make_labels, make_track, make_trajectory
from tests.formats.kitti_files import make_row, open_tracking, write_text
from tests.formats.nuscenes_files import START_US, STEP_US, make_root

ROW = "2,2,10.0,20.0,110.5,60.25,3.5,1.5,1.7,4.2,2.0,1.6,15.0,0.4,-1.25"


def changed(**fields):
    names = COLUMNS
    values = dict(zip(names, ROW.split(","), strict=True)) | fields
    return ",".join(values.values())


def test_kitti_rows_are_placed_as_labels_are(tmp_path):
    row = make_row(frame=2)
    drive = open_tracking(tmp_path, rows=[row])
    labels = read_labels(tmp_path / "training" / "label_02" / "0000.txt", drive=drive)
    found = read_detections(write_text(tmp_path / "0000.txt", ROW + "\n"), drive=drive)
    assert found.categories == ("Car",)
    np.testing.assert_array_equal(found.scores, [3.5])
    np.testing.assert_array_equal(found.timestamps_ns, labels.tracks[0].timestamps_ns)
    np.testing.assert_allclose(found.cuboids.corners(), labels.tracks[0].cuboids.corners(), atol=1e-9)


def test_a_folder_holds_a_file_per_class(tmp_path):
    drive = open_tracking(tmp_path)
    write_text(tmp_path / "det" / "Car" / "0000.txt", f"{ROW}\n{ROW}\n")
    write_text(tmp_path / "det" / "Pedestrian" / "0000.txt", changed(type="1"))
    assert read_detections(tmp_path / "det", drive=drive).categories == ("Car", "Car", "Pedestrian")


def test_a_folder_without_the_drive_is_refused(tmp_path):
    write_text(tmp_path / "det" / "Car" / "0007.txt", ROW)
    with pytest.raises(MissingDataError, match="no detections of drive 0000"):
        read_detections(tmp_path / "det", drive=open_tracking(tmp_path))


def test_an_empty_file_holds_no_detections(tmp_path):
    assert len(read_detections(write_text(tmp_path / "0.txt", ""), drive=open_tracking(tmp_path))) == 0


@pytest.mark.parametrize(
    ("line", "where"),
    [
        (changed(score="nan"), "line 2, field score: expected a finite number"),
        (changed(x="inf"), "line 2, field x: expected a finite number"),
        (changed(type="7"), r"line 2, field type: expected one of 1 \(Pedestrian\), 2 \(Car\), 3 \(Cyclist\)"),
        (changed(frame="99"), "line 2, field frame: expected a frame of drive 0000"),
        (changed(frame="1.5"), "line 2, field frame"),
        (changed(width="0"), "line 2, field width: expected a positive length"),
        (changed(y="abc"), "line 2, field y"),
        (ROW + ",1", "line 2: expected 15 numbers"),
    ],
    ids=["nan", "infinite", "unknown class", "beyond the drive", "half a frame", "flat", "word", "too long"],
)
def test_damaged_kitti_rows_are_refused_with_their_place(tmp_path, line, where):
    path = write_text(tmp_path / "0000.txt", f"{ROW}\n{line}\n")
    with pytest.raises(FormatError, match=where):
        read_detections(path, drive=open_tracking(tmp_path))


def test_openlabel_boxes_with_scores_are_detections(tmp_path):
    track = make_track(box_attributes={"score": (0.9, 0.8, 0.7, 0.6, 0.5)})
    write_labels(make_labels(track), tmp_path / "d.json")
    found = read_detections(tmp_path / "d.json", drive=MemoryDrive(name="drive"))
    np.testing.assert_array_equal(found.scores, [0.9, 0.8, 0.7, 0.6, 0.5])
    np.testing.assert_array_equal(found.cuboids.centers, track.cuboids.centers)


def test_openlabel_boxes_without_scores_are_refused(tmp_path):
    write_labels(make_labels(make_track()), tmp_path / "d.json")
    with pytest.raises(FormatError, match=r"object 1 at .* attribute score"):
        read_detections(tmp_path / "d.json", drive=MemoryDrive(name="drive"))


def test_openlabel_boxes_of_the_vehicle_are_carried_into_the_world(tmp_path):
    drive = MemoryDrive(name="drive", trajectory=make_trajectory())
    where = {"timestamps_ns": [START_NS], "centers": [[3.0, 1.0, 0.5]], "frame": "ego"}
    track = make_track(**where, box_attributes={"score": (0.5,)})
    write_labels(make_labels(track, frame="ego"), tmp_path / "d.json")
    found = read_detections(tmp_path / "d.json", drive=drive)
    expected = drive.trajectory.at(START_NS).apply(np.array([[3.0, 1.0, 0.5]]))
    np.testing.assert_allclose(found.cuboids.centers, expected)


def test_what_is_no_detections_is_refused(tmp_path):
    with pytest.raises(FormatError, match="expected detections"):
        read_detections(write_text(tmp_path / "notes.txt", "hello"), drive=MemoryDrive())
    with pytest.raises(MissingDataError):
        read_detections(tmp_path / "absent.txt", drive=MemoryDrive())


def nuscenes_box(**changes):
    box = {
        "translation": [600_010.0, 4_000_000.0, 0.8],
        "size": [1.8, 4.2, 1.5],
        "rotation": [1.0, 0.0, 0.0, 0.0],
        "detection_name": "car",
        "detection_score": 0.75,
    }
    return box | changes


def nuscenes_results(tmp_path, *boxes):
    drive = open_drive(make_root().write(tmp_path / "root"))
    results = {"scene-0061-sample-1": list(boxes), "another scene": [{}]}
    return write_text(tmp_path / "results.json", json.dumps({"meta": {}, "results": results})), drive


def test_nuscenes_results_are_placed_at_their_samples(tmp_path):
    path, drive = nuscenes_results(tmp_path, nuscenes_box(), nuscenes_box(detection_name="pedestrian"))
    found = read_detections(path, drive=drive)
    assert found.categories == ("car", "pedestrian")
    np.testing.assert_array_equal(found.timestamps_ns, [(START_US + STEP_US) * 1000] * 2)
    np.testing.assert_array_equal(found.cuboids.sizes[0], [4.2, 1.8, 1.5])
    np.testing.assert_array_equal(found.scores, [0.75, 0.75])


def test_nuscenes_velocities_are_read_where_they_are_stated(tmp_path):
    path, drive = nuscenes_results(tmp_path, nuscenes_box(velocity=[3.0, -4.0]), nuscenes_box(velocity=None))
    np.testing.assert_array_equal(read_detections(path, drive=drive).velocities, [[3.0, -4.0], [np.nan, np.nan]])


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"detection_name": "ufo"}, r"sample-1\[1\]\.detection_name: expected a known category, found 'ufo'"),
        ({"detection_score": "x"}, r"sample-1\[1\]\.detection_score: expected a finite number"),
        ({"detection_score": float("nan")}, r"sample-1\[1\]\.detection_score: expected finite numbers"),
        ({"translation": [1.0, 2.0]}, r"translation: expected 3 finite numbers"),
        ({"size": [1.0, 0.0, 1.0]}, r"size: expected positive"),
        ({"rotation": [0.0, 0.0, 0.0, 0.0]}, r"rotation: expected a unit quaternion"),
        ({"velocity": [1.0]}, r"velocity: expected 2 finite numbers"),
    ],
    ids=["unknown class", "text", "nan", "short", "flat", "no rotation", "half a velocity"],
)
def test_damaged_nuscenes_boxes_are_refused_with_their_place(tmp_path, change, where):
    path, drive = nuscenes_results(tmp_path, nuscenes_box(), nuscenes_box(**change))
    with pytest.raises(FormatError, match=where):
        read_detections(path, drive=drive)


def test_nuscenes_results_need_a_nuscenes_scene(tmp_path):
    path = write_text(tmp_path / "results.json", json.dumps({"meta": {}, "results": {}}))
    with pytest.raises(ArgumentError, match="no nuScenes scene"):
        read_detections(path, drive=MemoryDrive())
