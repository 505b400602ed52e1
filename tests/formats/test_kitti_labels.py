"""KITTI label files come in and go out as they were."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from sensorann.formats import list_drives, open_drive, read_labels, write_labels
from sensorann.formats.kitti import labels as kitti_labels
from sensorann.formats.kitti.boxes import cuboids_from_rows
from sensorann.formats.kitti.rows import read_rows, write_rows
from sensorann.scene import Source
from tests.builders import make_labels, make_track
from tests.formats.kitti_files import (
    PARTS,
    calibration_text,
    dont_care_row,
    make_row,
    open_tracking,
    round_trip,
    write_text,
    write_tracking,
)


@pytest.fixture(scope="module")
def drive(tmp_path_factory):
    return open_tracking(tmp_path_factory.mktemp("kitti"), parts=PARTS, n_frames=6)


def test_a_box_stands_where_kittis_corners_say(drive, tmp_path):
    row = make_row(frame=2, rotation_y=0.7)
    write_rows([row], tmp_path / "l.txt")
    labels = read_labels(tmp_path / "l.txt", drive=drive)
    height, width, length = row.size
    # Devkit: corners about the bottom face, turned about y, shifted to the location.
    x = np.array([1, 1, -1, -1, 1, 1, -1, -1]) * length / 2
    y = np.array([0, 0, 0, 0, -1, -1, -1, -1]) * height
    z = np.array([1, -1, -1, 1, 1, -1, -1, 1]) * width / 2
    corners_rect = Rotation.from_euler("y", row.rotation_y).apply(np.stack([x, y, z], 1)) + row.location
    world_from_rect = drive.trajectory.at(200_000_000) @ drive.rig["image_00"].ego_from_sensor
    expected = world_from_rect.apply(corners_rect)
    actual = labels.track("17").cuboids.corners()[0]
    distances = np.linalg.norm(expected[:, None] - actual[None], axis=2)
    assert distances.min(axis=0).max() < 1e-9
    assert distances.min(axis=1).max() < 1e-9


def test_the_box_faces_along_rotation_y():
    axes = cuboids_from_rows([make_row(rotation_y=np.pi / 6)], frame="image_00").rotations[0]
    np.testing.assert_allclose(axes[:, 0], [np.cos(np.pi / 6), 0, -0.5], atol=1e-12)
    np.testing.assert_allclose(axes[:, 2], [0, -1, 0], atol=1e-12)


def test_what_a_row_says_is_kept(drive, tmp_path):
    write_rows([make_row(), dont_care_row(), dont_care_row(image_box=(1, 2, 3, 4))], tmp_path / "l.txt")
    labels = read_labels(tmp_path / "l.txt", drive=drive)
    assert labels.frame == "world"
    assert labels.drive_name == "0000"
    (track,) = labels.tracks
    assert (track.id, track.category) == ("17", "Car")
    assert track.sources.tolist() == [Source.IMPORTED]
    assert np.isnan(track.sigmas).all()
    assert track.box_attributes == {"truncated": (0,), "occluded": (1,), "alpha": (-1.25,)}
    assert [(image.id, image.camera, image.category) for image in labels.image_tracks] == [
        ("17", "image_02", "Car"),
        ("DontCare-0", "image_02", "DontCare"),
        ("DontCare-1", "image_02", "DontCare"),
    ]
    np.testing.assert_array_equal(labels.image_tracks[0].boxes, [[10, 20, 110.5, 60.25]])


coordinates = st.floats(-80, 80).map(lambda value: round(value, 6))

edges = st.floats(0.2, 20).map(lambda value: round(value, 6))


@given(
    x=coordinates, y=coordinates, z=coordinates, size=st.tuples(edges, edges, edges),
    rotation_y=st.floats(-3.14159, 3.14159).map(lambda value: round(value, 6)), frame=st.integers(0, 5),
)  # fmt: skip
def test_every_row_comes_back_to_its_printed_digits(drive, tmp_path_factory, x, y, z, size, rotation_y, frame):
    row = make_row(frame=frame, location=(x, y, z), size=size, rotation_y=rotation_y)
    (back,) = round_trip([row], drive, tmp_path_factory.mktemp("trip"))
    assert replace(back, i_line=0) == row


def test_all_kinds_of_rows_come_back_in_order(drive, tmp_path):
    rows = [
        dont_care_row(frame=0),
        dont_care_row(frame=0, image_box=(1.5, 2.0, 30.25, 40.0)),
        make_row(frame=0, track_id=2, type="Person"),
        make_row(frame=0, track_id=11, truncated=2, occluded=3, alpha=2.5),
        dont_care_row(frame=1),
        make_row(frame=1, track_id=11, location=(3.0, 1.6, 16.0)),
        make_row(frame=5, track_id=2, type="Person", truncated=0.25),
    ]
    back = round_trip(rows, drive, tmp_path)
    assert [replace(row, i_line=0) for row in back] == rows


def test_scores_come_back(drive, tmp_path):
    rows = [make_row(frame=0, score=0.75), make_row(frame=1, score=-3.5)]
    assert [row.score for row in round_trip(rows, drive, tmp_path)] == [0.75, -3.5]


def test_an_id_with_two_categories_makes_two_tracks_and_comes_back_as_one(drive, tmp_path, caplog):
    rows = [make_row(frame=0), make_row(frame=1, type="Van"), make_row(frame=2)]
    write_rows(rows, tmp_path / "l.txt")
    labels = read_labels(tmp_path / "l.txt", drive=drive)
    assert [(track.id, track.category, len(track)) for track in labels.tracks] == [
        ("17", "Car", 2),
        ("17:Van", "Van", 1),
    ]
    assert "17:Van" in caplog.text
    assert [(row.track_id, row.type) for row in round_trip(rows, drive, tmp_path)] == [
        (17, "Car"), (17, "Van"), (17, "Car"),
    ]  # fmt: skip


def test_a_second_category_that_overlaps_gets_a_number_of_its_own(drive, tmp_path, caplog):
    times = [0, 100_000_000]
    labels = make_labels(
        make_track(id="17", timestamps_ns=times), make_track(id="17:Van", category="Van", timestamps_ns=times)
    )
    write_labels(labels, tmp_path / "l.txt", drive=drive)
    assert [row.track_id for row in read_rows(tmp_path / "l.txt")] == [17, 18, 17, 18]
    assert "numbered from 18" in caplog.text


def test_a_row_without_a_3d_box_stays_a_2d_box(drive, tmp_path, caplog):
    row = make_row(size=(-1.0, -1.0, -1.0), location=(-1000.0, -1000.0, -1000.0), rotation_y=-10.0)
    (back,) = round_trip([row], drive, tmp_path)
    assert "1 rows have no 3D box" in caplog.text
    assert (back.track_id, back.type, back.image_box, back.has_cuboid) == (17, "Car", row.image_box, False)


def test_without_poses_boxes_live_in_the_ego_frame(tmp_path):
    row = make_row(frame=1)
    training = write_tracking(tmp_path, parts=("calib", "label_02"), rows=[row])
    drive = open_drive(training)
    path = training / "label_02" / "0000.txt"
    labels = read_labels(path, drive=drive)
    assert labels.frame == "ego"
    in_rect = labels.tracks[0].cuboids.moved(drive.rig["image_00"].ego_from_sensor.inverse(), frame="image_00")
    np.testing.assert_allclose(in_rect.centers[0], [2.0, 1.6 - 0.75, 15.0], atol=1e-9)
    assert [replace(back, i_line=0) for back in round_trip([row], drive, tmp_path)] == [row]


def test_an_empty_file_is_an_empty_document(drive, tmp_path):
    labels = read_labels(write_text(tmp_path / "l.txt", ""), drive=drive)
    assert labels.tracks == ()
    write_labels(labels, tmp_path / "out.txt", drive=drive)
    assert (tmp_path / "out.txt").read_bytes() == b""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0 17 Car 0 0 1 2 3", True), ("  0 -1 DontCare", True), ("0 17 Cra 0", True), ("\n\n", True),
        ("once upon a time", False), ("0 17 1.5 0", False), ("1.0 2.0 3.0", False),
    ],
)  # fmt: skip
def test_label_text_is_recognised_by_its_beginning(tmp_path, text, expected):
    assert kitti_labels.recognises(write_text(tmp_path / "l.txt", text)) == expected


def test_other_names_and_folders_are_not_recognised(tmp_path):
    assert not kitti_labels.recognises(write_text(tmp_path / "l.json", "0 17 Car 0"))
    assert not kitti_labels.recognises(tmp_path)


def test_both_calibration_spellings_place_boxes_alike(tmp_path):
    spelled = calibration_text(colon=":", rect="R0_rect", lidar="Tr_velo_to_cam", imu="Tr_imu_to_velo")
    write_rows([make_row()], tmp_path / "l.txt")
    centers = [
        read_labels(tmp_path / "l.txt", drive=open_tracking(tmp_path / name, parts=PARTS, calibration=text))
        .tracks[0].cuboids.centers
        for name, text in (("a", spelled), ("b", calibration_text()))
    ]  # fmt: skip
    np.testing.assert_array_equal(*centers)


@pytest.mark.real_data
def test_every_recorded_label_file_comes_back_word_for_word(real_data, tmp_path):
    for address in list_drives(real_data / "kitti_tracking"):
        recording = open_drive(address)
        path = real_data / "kitti_tracking" / "training" / "label_02" / f"{recording.name}.txt"
        write_labels(read_labels(path, drive=recording), tmp_path / "out.txt", drive=recording)
        before, after = (one.read_text().split() for one in (path, tmp_path / "out.txt"))
        assert before == after, recording.name


@pytest.mark.real_data
def test_recorded_boxes_hold_their_points(real_data):
    recording = open_drive(f"{real_data / 'kitti_tracking'}#0000")
    labels = read_labels(real_data / "kitti_tracking" / "training" / "label_02" / "0000.txt", drive=recording)
    counts = []
    for track in labels.tracks:
        for i, time in enumerate(track.timestamps_ns):
            world_from_velodyne = recording.trajectory.at(int(time)) @ recording.rig["velodyne"].ego_from_sensor
            box = track.cuboids[i : i + 1].moved(world_from_velodyne.inverse(), frame="velodyne")
            points = recording.sweep("velodyne", int(time) // 100_000_000).points
            local = (points - box.centers[0]) @ box.rotations[0]
            counts.append(int((np.abs(local) <= box.sizes[0] / 2).all(axis=1).sum()))
    assert (len(counts), sum(counts)) == (232, 125_149)
    assert min(counts) >= 5
