"""KITTI label text to labels and back."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from sensorann.errors import ArgumentError, FormatError
from sensorann.formats import list_drives, open_drive, read_labels, write_labels
from sensorann.formats.kitti import labels as kitti_labels
from sensorann.formats.kitti.boxes import cuboids_from_rows
from sensorann.formats.kitti.rows import read_rows, write_rows
from sensorann.geometry import Cuboids
from sensorann.scene import Event, ImageTrack, Source, Tag, sources_of
from tests.builders import MemoryDrive, make_labels, make_track
from tests.formats.kitti_files import (
    calibration_text,
    dont_care_row,
    make_row,
    open_tracking,
    write_text,
    write_tracking,
)

PARTS = ("calib", "oxts")


@pytest.fixture(scope="module")
def drive(tmp_path_factory):
    return open_tracking(tmp_path_factory.mktemp("kitti"), parts=PARTS, n_frames=6)


def round_trip(rows, drive, folder):
    """Rows that come back after reading and writing."""
    write_rows(rows, folder / "in.txt")
    write_labels(read_labels(folder / "in.txt", drive=drive), folder / "out.txt", drive=drive)
    return read_rows(folder / "out.txt")


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


GOOD = "0 17 Car 0 1 -1.25 10 20 110 60 1.5 1.7 4.2 2 1.6 15 0.4"


def damaged(column, text):
    fields = GOOD.split()
    fields[column] = text
    return " ".join(fields)


REPEATED = "\n".join(damaged(column, text).replace("0 17", "1 17", 1) for column, text in ((2, "Car"), (2, "Van")))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (" ".join(GOOD.split()[:16]), "line 2: expected 17 or 18 fields, found 16"),
        (GOOD + " 0.5 0.5", "line 2: expected 17 or 18 fields, found 19"),
        (damaged(0, "-3"), "line 2, field frame: expected a frame number counted from 0, found '-3'"),
        (damaged(0, "1.5"), "line 2, field frame: expected a whole number, found '1.5'"),
        (damaged(0, "9" * 400), "line 2, field frame: expected a whole number"),
        (damaged(0, "6"), "line 2, field frame: expected a frame of drive 0000, which has 6, found 6"),
        (damaged(1, "-1"), "line 2, field id: expected a track id counted from 0"),
        (damaged(1, "x"), "line 2, field id: expected a whole number, found 'x'"),
        (damaged(2, "car"), "line 2, field type: expected one of Car, Van,.*found 'car'"),
        (damaged(7, "abc"), "line 2, field top: expected a number, found 'abc'"),
        (damaged(10, "0"), "line 2, field height: expected three positive edges"),
        (damaged(12, "-4.2"), "line 2, field length: expected three positive edges"),
        (damaged(3, "1e300"), "line 2, field truncated: expected a finite number up to"),
        (damaged(11, "1e-9"), "line 2, field width: expected three positive edges"),
        (damaged(13, "nan"), "line 2, field x: expected a finite number up to .*, found 'nan'"),
        (damaged(15, "1e999"), "line 2, field z: expected a finite number up to .*, found '1e999'"),
        (GOOD + " inf", "line 2, field score: expected a finite number up to .*, found 'inf'"),
        (REPEATED, "line 3: expected an object once in a frame, found track 17 again in frame 1 .first on line 2"),
    ],
)  # fmt: skip
def test_damaged_rows_name_line_and_field(drive, tmp_path, line, message):
    first = GOOD.replace("0 17", "2 17", 1)
    path = write_text(tmp_path / "l.txt", f"{first}\n{line}\n")
    with pytest.raises(FormatError, match=message) as caught:
        read_labels(path, drive=drive)
    assert str(path) in str(caught.value)


def test_bytes_that_are_no_text_are_refused(drive, tmp_path):
    path = tmp_path / "l.txt"
    path.write_bytes(b"0 17 Car \xff\xfe")
    with pytest.raises(FormatError, match="byte 9: expected UTF-8"):
        read_labels(path, drive=drive)


def test_frames_without_a_pose_are_refused(tmp_path):
    training = write_tracking(tmp_path, parts=(*PARTS, "label_02"), n_frames=3, rows=[make_row(frame=3)])
    with pytest.raises(FormatError, match=r"line 1, field frame: expected a frame with an ego pose .* \(3 of 4"):
        read_labels(training / "label_02" / "0000.txt", drive=open_drive(training))


def test_labels_need_their_drive(tmp_path):
    write_rows([make_row()], tmp_path / "l.txt")
    with pytest.raises(ArgumentError, match="name the drive"):
        read_labels(tmp_path / "l.txt")
    with pytest.raises(ArgumentError, match="name the drive"):
        write_labels(make_labels(), tmp_path / "out.txt")
    assert not (tmp_path / "out.txt").exists()


def test_a_drive_without_calibration_says_which_file_would_help(tmp_path):
    drive = open_tracking(tmp_path, parts=("oxts", "label_02"), rows=[make_row()])
    with pytest.raises(ArgumentError, match=r"no calibrated camera .*calib/NNNN.txt"):
        read_labels(tmp_path / "training" / "label_02" / "0000.txt", drive=drive)


def test_world_labels_need_a_drive_with_poses(tmp_path):
    drive = open_tracking(tmp_path, parts=("calib", "velodyne"))
    with pytest.raises(ArgumentError, match="no ego poses"):
        write_labels(make_labels(make_track(timestamps_ns=[0])), tmp_path / "out.txt", drive=drive)


def in_world(drive, *, time_ns, center_rect, size=(4.2, 1.7, 1.5), rotation=None, **parts):
    """A track of one box that is given in the rectified camera."""
    upright = cuboids_from_rows([make_row(rotation_y=0.4)], frame="rect").rotations[0]
    rotations = (upright if rotation is None else upright @ rotation)[None]
    cuboids = Cuboids(centers=np.array([center_rect]), sizes=np.array([size]), rotations=rotations, frame="rect")
    world_from_rect = drive.trajectory.at(time_ns) @ drive.rig["image_00"].ego_from_sensor
    track = make_track(timestamps_ns=[time_ns], **parts)
    return replace(track, cuboids=cuboids.moved(world_from_rect, frame="world"))


def written(drive, path, *tracks, **parts):
    write_labels(make_labels(*tracks, **parts), path, drive=drive)
    return read_rows(path)


def test_what_is_unknown_is_computed_from_the_box(drive, tmp_path):
    (row,) = written(drive, tmp_path / "l.txt", in_world(drive, time_ns=0, center_rect=(2.0, 0.85, 15.0)))
    assert row.alpha == pytest.approx(0.4 - np.arctan2(2.0, 15.0), abs=1e-5)
    assert (row.truncated, row.occluded, row.score) == (-1, 3, None)
    rect_from_world = (drive.trajectory.at(0) @ drive.rig["image_00"].ego_from_sensor).inverse()
    track = in_world(drive, time_ns=0, center_rect=(2.0, 0.85, 15.0))
    corners = rect_from_world.apply(track.cuboids.corners()[0])
    # P2 of the usual KITTI shape, applied as the devkit does.
    camera = drive.rig["image_02"]
    projection = np.column_stack([camera.camera.matrix, [300 * 0.06, 0.4, 0.003]])
    homogeneous = np.column_stack([corners, np.ones(8)]) @ projection.T
    pixels = homogeneous[:, :2] / homogeneous[:, 2:]
    np.testing.assert_allclose(row.image_box, [*pixels.min(axis=0), *pixels.max(axis=0)], atol=1e-4)


def test_an_outline_is_clipped_to_the_picture_and_at_the_image_plane(drive, tmp_path):
    (row,) = written(
        drive, tmp_path / "l.txt", in_world(drive, time_ns=0, center_rect=(0.5, 0.8, 1.0), size=(6.0, 2.0, 1.5))
    )
    left, top, right, bottom = row.image_box
    width, height = drive.rig.camera("image_02").size
    assert left == 0
    assert (right, bottom) == (width - 1, height - 1)
    assert 0 <= top < bottom


def test_a_box_behind_the_camera_has_no_2d_box(drive, tmp_path):
    (row,) = written(drive, tmp_path / "l.txt", in_world(drive, time_ns=0, center_rect=(0.5, 0.8, -15.0)))
    assert row.image_box == (-1, -1, -1, -1)
    assert row.location == pytest.approx((0.5, 0.8 + 0.75, -15.0), abs=1e-6)


def test_an_edited_box_gets_its_own_alpha(drive, tmp_path):
    stale = {"alpha": (2.0,), "occluded": (1,)}
    track = in_world(drive, time_ns=0, center_rect=(2.0, 0.85, 15.0), box_attributes=stale, source=Source.HUMAN)
    (row,) = written(drive, tmp_path / "l.txt", track)
    assert row.alpha == pytest.approx(0.4 - np.arctan2(2.0, 15.0), abs=1e-5)
    assert row.occluded == 1


def test_a_lost_tilt_is_counted(drive, tmp_path, caplog):
    tilted = Rotation.from_euler("y", 4.0, degrees=True).as_matrix()
    near = Rotation.from_euler("y", 0.5, degrees=True).as_matrix()
    written(
        drive,
        tmp_path / "l.txt",
        in_world(drive, time_ns=0, center_rect=(2.0, 0.85, 15.0), rotation=tilted, id="1"),
        in_world(drive, time_ns=0, center_rect=(2.0, 0.85, 15.0), rotation=near, id="2"),
    )
    assert "1 boxes keep their turn about the camera's y axis alone and lose over 1 deg" in caplog.text


def test_lost_sources_and_sigmas_are_said_once(drive, tmp_path, caplog):
    track = make_track(n=3, timestamps_ns=[0, 100_000_000, 200_000_000])
    sigmas = np.full((3, 7), np.nan)
    sigmas[1] = 0.1
    write_labels(make_labels(replace(track, sigmas=sigmas)), tmp_path / "out.txt", drive=drive)
    assert caplog.messages.count("KITTI labels: the source of 3 boxes and the sigma of 1 are lost") == 1


def test_an_imported_box_goes_back_without_a_word(drive, tmp_path, caplog):
    round_trip([make_row(frame=1)], drive, tmp_path)
    assert caplog.messages == []


def test_boxes_between_frames_are_counted_and_left_out(drive, tmp_path, caplog):
    track = make_track(timestamps_ns=[0, 50_000_000, 100_000_000])
    assert [row.frame for row in written(drive, tmp_path / "l.txt", track)] == [0, 1]
    assert "1 boxes left out: their instant is no frame of the drive" in caplog.text


def test_a_category_without_a_kitti_word_becomes_misc(drive, tmp_path, caplog):
    tracks = [
        make_track(id="1", category="vehicle.bus.rigid", timestamps_ns=[0]),
        make_track(id="2", category="car", timestamps_ns=[0]),
    ]
    rows = written(drive, tmp_path / "l.txt", *tracks)
    assert [row.type for row in rows] == ["Misc", "Car"]
    assert "1 boxes of vehicle.bus.rigid written as Misc" in caplog.text


def test_ids_that_are_no_numbers_are_numbered_after_the_others(drive, tmp_path, caplog):
    tracks = [make_track(id=name, timestamps_ns=[0]) for name in ("a1b2", "17", "007", "-3")]
    rows = written(drive, tmp_path / "l.txt", *tracks)
    assert sorted(row.track_id for row in rows) == [17, 18, 19, 20]
    assert "3 ids are no free whole numbers and were numbered from 18 on, the first is 'a1b2'" in caplog.text


def test_what_kitti_has_no_column_for_is_counted(drive, tmp_path, caplog):
    elsewhere = ImageTrack(
        id="1", camera="image_03", category="Car", timestamps_ns=np.array([0]), boxes=np.array([[1, 2, 3, 4.0]]),
        sources=sources_of(1, Source.HUMAN),
    )  # fmt: skip
    between = replace(elsewhere, camera="image_02", timestamps_ns=np.array([7]))
    event = Event(id="e", category="stop", start_ns=0, end_ns=1)
    written(
        drive, tmp_path / "l.txt", make_track(timestamps_ns=[0]), image_tracks=(elsewhere, between), events=(event,),
        tags=(Tag(name="weather", value="rain"),),
    )  # fmt: skip
    assert "1 2D boxes of other cameras left out" in caplog.text
    assert "1 2D boxes left out: their instant is no frame" in caplog.text
    assert "1 events left out" in caplog.text
    assert "1 tags left out" in caplog.text
    assert "relations" not in caplog.text


def test_a_foreign_drive_lends_the_camera_that_looks_ahead(tmp_path):
    drive = MemoryDrive()
    track = make_track(timestamps_ns=drive.trajectory.timestamps_ns[:2], centers=[[12.0, 0, 1], [13.0, 0, 1]])
    write_labels(make_labels(track), tmp_path / "l.txt", drive=drive)
    back = read_labels(tmp_path / "l.txt", drive=drive)
    np.testing.assert_allclose(back.tracks[0].cuboids.corners(), track.cuboids.corners(), atol=5e-6)


def test_a_failed_writing_leaves_the_old_file(drive, tmp_path):
    path = write_text(tmp_path / "l.txt", "old")
    with pytest.raises(ArgumentError):
        write_labels(make_labels(make_track(frame="world")), path, drive=None)
    assert path.read_text() == "old"


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
