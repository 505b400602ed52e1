"""The layout of KITTI raw."""

import numpy as np
import pytest

from sensorann.errors import FormatError, MissingDataError
from sensorann.formats import list_drives, open_drive
from sensorann.formats.kitti import raw as kitti_raw
from sensorann.formats.kitti import tracking as kitti_tracking
from tests.formats.kitti_files import LIDAR_FROM_IMU, write_raw, write_text, write_tracking

NAME = "2011_09_26_drive_0005_sync"
# 2011-09-26 13:02:25 UTC.
START_NS = 1_317_042_145_000_000_000


@pytest.mark.parametrize("part", ["", "2011_09_26", f"2011_09_26/{NAME}"], ids=["days", "day", "drive"])
def test_a_drive_opens_from_every_level(tmp_path, part):
    write_raw(tmp_path)
    assert list_drives(tmp_path / part) == [f"{tmp_path / part}#{NAME}"]
    drive = open_drive(tmp_path / part)
    assert drive.name == NAME
    assert list(drive.rig) == ["velodyne", "image_02", "image_00"]
    assert len(drive.sweep("velodyne", 2)) == 12
    assert drive.image("image_02", 1)[0, 0, 0] == 1


def test_instants_keep_all_nine_digits(tmp_path):
    drive = open_drive(write_raw(tmp_path))
    expected = START_NS + 951_199_337 + np.arange(4) * 103_000_001
    np.testing.assert_array_equal(drive.timestamps_ns("velodyne"), expected)
    assert drive.timestamps_ns("velodyne").dtype == np.int64


@pytest.mark.parametrize(("text", "expected"), [("", 0), (".5", 500_000_000), (".000000001", 1)])
def test_short_fractions_are_read_as_fractions(tmp_path, text, expected):
    path = write_text(tmp_path / "timestamps.txt", f"2011-09-26 13:02:25{text}\n\n")
    assert kitti_raw.read_timestamps_ns(path).tolist() == [START_NS + expected]


@pytest.mark.parametrize(
    ("lines", "where"),
    [
        (["2011-09-26 13:02:25.1", "yesterday"], "line 2: expected an instant"),
        (["2011-09-26 13:02:25.1", "2011-13-26 13:02:25.2"], "line 2: expected an instant"),
        (["2011-09-26 13:02:25.1", "2011-09-26 13:02:25.1"], "line 2: expected an instant later"),
        (["2011-09-26 13:02:25.1", "2011-09-26 13:02:24.9"], "line 2: expected an instant later"),
    ],
    ids=["text", "month 13", "twice", "backwards"],
)
def test_damaged_instants_name_their_line(tmp_path, lines, where):
    path = write_text(tmp_path / "timestamps.txt", "\n".join(lines))
    with pytest.raises(FormatError, match=where):
        kitti_raw.read_timestamps_ns(path)


def test_the_trajectory_reaches_sweeps_just_before_the_first_packet(tmp_path):
    drive = open_drive(write_raw(tmp_path))
    trajectory = drive.trajectory
    assert trajectory.covers(drive.timestamps_ns("velodyne")).all()
    first = START_NS + 964_199_337
    # Constant velocity: the extra pose continues the line of the first two packets.
    poses = trajectory.sample([trajectory.start_ns, first, first + 103_000_001])
    fraction = (first - trajectory.start_ns) / 103_000_001
    step = poses.translations[2] - poses.translations[1]
    np.testing.assert_allclose(poses.translations[0], poses.translations[1] - fraction * step, atol=1e-9)
    turn = poses[1].inverse() @ poses[2]
    back = poses[0].inverse() @ poses[1]
    assert back.yaw == pytest.approx(fraction * turn.yaw, rel=1e-3)


def test_sweeps_far_from_the_packets_get_no_pose(tmp_path):
    day = write_raw(tmp_path)
    lines = ["2011-09-26 13:02:20.0", "2011-09-26 13:02:26.0", "2011-09-26 13:02:26.1", "2011-09-26 13:02:26.2"]
    write_text(day / NAME / "velodyne_points" / "timestamps.txt", "\n".join(lines))
    drive = open_drive(day)
    assert drive.trajectory.covers(drive.timestamps_ns("velodyne")).tolist() == [False, True, True, True]


def test_without_instants_frames_are_100_ms_apart_and_a_warning_says_so(tmp_path, caplog):
    drive = open_drive(write_raw(tmp_path, parts=("calib", "oxts"), stamps=False))
    np.testing.assert_array_equal(drive.timestamps_ns("velodyne"), np.arange(4) * 100_000_000)
    assert caplog.text.count("oxts/timestamps.txt does not exist: its 4 frames are taken to be 100 ms apart") == 1


def test_absent_files_are_named(tmp_path):
    day = write_raw(tmp_path, parts=("calib", "oxts"))
    with pytest.raises(MissingDataError, match=r"velodyne_points/data/0000000001\.bin does not exist"):
        open_drive(day).sweep("velodyne", 1)


def test_a_gap_in_the_sweeps_is_a_missing_file(tmp_path):
    day = write_raw(tmp_path)
    (day / NAME / "velodyne_points" / "data" / "0000000001.bin").unlink()
    drive = open_drive(day)
    assert len(drive.sweep("velodyne", 2)) == 12
    with pytest.raises(MissingDataError, match=r"0000000001\.bin"):
        drive.sweep("velodyne", 1)


def test_pictures_alone_have_frames(tmp_path):
    drive = open_drive(write_raw(tmp_path, parts=("calib", "image_02")))
    assert len(drive.timestamps_ns("velodyne")) == 4
    assert drive.trajectory is None


def test_a_size_in_the_calibration_stands_in_for_pictures(tmp_path):
    assert open_drive(write_raw(tmp_path, parts=("calib", "oxts"))).rig.camera("image_02").size == (410, 130)


@pytest.mark.parametrize("part", ["oxts", "velodyne_points", "image_02"])
def test_too_few_instants_for_the_files_are_refused(tmp_path, part):
    day = write_raw(tmp_path)
    write_text(day / NAME / part / "timestamps.txt", "2011-09-26 13:02:25.964199337\n")
    with pytest.raises(FormatError, match=rf"{part}/timestamps\.txt: .*an instant for each of the 4 .*found 1"):
        open_drive(day)


def test_instants_without_files_are_missing_sweeps(tmp_path):
    day = write_raw(tmp_path)
    (day / NAME / "velodyne_points" / "data" / "0000000003.bin").unlink()
    assert len(open_drive(day).timestamps_ns("velodyne")) == 4


def test_absent_packets_are_counted(tmp_path, caplog):
    day = write_raw(tmp_path)
    for index in (1, 2):
        (day / NAME / "oxts" / "data" / f"{index:010d}.txt").unlink()
    drive = open_drive(day)
    assert drive.trajectory.covers(drive.timestamps_ns("velodyne")).all()
    assert "2 oxts packets are absent; the ego poses are interpolated there" in caplog.text


def test_packets_of_other_names_are_refused(tmp_path):
    data = write_raw(tmp_path) / NAME / "oxts" / "data"
    for index in range(4):
        (data / f"{index:010d}.txt").rename(data / f"{index}.txt")
    with pytest.raises(FormatError, match=r"packets named like 0000000000\.txt, found 3\.txt"):
        open_drive(tmp_path)


@pytest.mark.parametrize("name", ["calib_imu_to_velo.txt", "calib_cam_to_cam.txt"])
def test_an_absent_calibration_is_named(tmp_path, name, caplog):
    day = write_raw(tmp_path)
    (day / name).unlink()
    assert list(open_drive(day).rig) == []
    assert f"{day / name} does not exist: there are ego poses but the sensors cannot be placed" in caplog.text


def test_the_lidar_sits_where_the_calibration_puts_it_on_the_imu(tmp_path):
    drive = open_drive(write_raw(tmp_path))
    point_ego = np.array([[4.0, -2.0, 1.0]])
    point_lidar = point_ego @ LIDAR_FROM_IMU.T + [-0.8, 0.3, -0.8]
    np.testing.assert_allclose(drive.rig["velodyne"].ego_from_sensor.apply(point_lidar), point_ego, atol=1e-9)


def test_an_unrectified_drive_is_refused(tmp_path):
    day = write_raw(tmp_path, name="2011_09_26_drive_0005_extract")
    with pytest.raises(FormatError, match="synced and rectified"):
        open_drive(day)


def test_the_two_layouts_are_told_apart(tmp_path):
    day = write_raw(tmp_path / "raw")
    training = write_tracking(tmp_path / "tracking")
    for path in (tmp_path / "raw", day, day / NAME):
        assert not kitti_tracking.recognises(path)
    assert not kitti_raw.recognises(training)


@pytest.mark.real_data
def test_recorded_packets_one_file_a_frame_equal_those_of_the_tracking_set(real_data):
    raw = open_drive(real_data / "formats" / "kitti_raw" / "2011_09_26_drive_0005_sync")
    tracking = open_drive(f"{real_data / 'kitti_tracking'}#0000")
    np.testing.assert_array_equal(
        raw.trajectory.world_from_ego.translations, tracking.trajectory.world_from_ego.translations[:20]
    )
