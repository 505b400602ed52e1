"""Which file of a plain folder is which frame, by its name."""

import numpy as np
import pytest

from sensorann.errors import FormatError, MissingDataError
from sensorann.formats import open_drive
from tests.builders import FRAME_NS, START_NS
from tests.formats.folder_files import documented_example, make_folder, write_picture, write_points


def test_names_that_are_unix_times_become_timestamps(tmp_path, caplog):
    for stem in ("1790000000.5", "1790000000.6"):
        write_points(tmp_path / f"lidar/{stem}.pcd")
    times = open_drive(tmp_path).timestamps_ns("lidar")
    np.testing.assert_array_equal(times, START_NS + np.array([500_000_000, 600_000_000]))
    assert "taken from the names of the files, as seconds" in caplog.text


@pytest.mark.parametrize(
    ("stem", "unit"), [("1790000000500", "milli"), ("1790000000500000", "micro"), ("1790000000500000000", "nano")]
)
def test_the_unit_of_a_name_follows_from_its_size(tmp_path, stem, unit, caplog):
    write_points(tmp_path / f"lidar/{stem}.pcd")
    assert open_drive(tmp_path).timestamps_ns("lidar") == START_NS + 500_000_000
    assert f"as {unit}seconds" in caplog.text


def test_other_names_are_frames_100_ms_apart_in_order_of_their_numbers(tmp_path, caplog):
    for stem, x in (("10", 10.0), ("2", 2.0)):
        write_points(tmp_path / f"lidar/{stem}.pcd", [[x, 0, 0]])
    drive = open_drive(tmp_path)
    np.testing.assert_array_equal(drive.timestamps_ns("lidar"), [0, FRAME_NS])
    assert [drive.sweep("lidar", i).points[0, 0] for i in range(2)] == [2.0, 10.0]
    assert "100 ms apart" in caplog.text


def test_equal_names_of_two_sensors_are_one_frame(tmp_path):
    for name in ("lidar/a/x.pcd", "lidar/a/y.pcd", "lidar/b/y.pcd"):
        write_points(tmp_path / name)
    np.testing.assert_array_equal(open_drive(tmp_path).timestamps_ns("b"), [FRAME_NS])


def test_pictures_of_unknown_cameras_are_left_out_and_counted(tmp_path, caplog):
    write_points(tmp_path / "lidar/1.pcd")
    write_picture(tmp_path / "camera/front/1.png")
    assert list(open_drive(tmp_path).rig) == ["lidar"]
    assert "left out 1 pictures" in caplog.text


def test_a_camera_may_miss_a_frame(tmp_path):
    drive = open_drive(make_folder(tmp_path, camera_stems=["000001"]))
    np.testing.assert_array_equal(drive.timestamps_ns("front"), [START_NS + 85_000_000])
    assert drive.image("front", 0).shape == (960, 1280, 3)


@pytest.mark.parametrize("stems", [("first", "second"), ("000007", "000008")], ids=["text", "other numbers"])
def test_names_that_are_no_frame_numbers_match_in_order(tmp_path, stems):
    drive = open_drive(make_folder(tmp_path, stems=stems, camera_stems=stems[1:]))
    np.testing.assert_array_equal(drive.timestamps_ns("front"), [START_NS + 85_000_000])


def test_names_that_differ_between_sensors_match_by_count(tmp_path):
    drive = open_drive(make_folder(tmp_path, stems=("a", "b"), camera_stems=("c", "d")))
    assert len(drive.timestamps_ns("front")) == 2


def test_files_that_match_no_frames_are_refused(tmp_path):
    make_folder(tmp_path, stems=("a", "b", "c"))
    with pytest.raises(FormatError, match=r"expected 2 files, one for each frame .* found 3 files, a\.pcd to c\.pcd"):
        open_drive(tmp_path)


def test_a_sensor_without_files_says_so(tmp_path, caplog):
    drive = open_drive(make_folder(tmp_path, camera_stems=()))
    assert len(drive.timestamps_ns("front")) == 2
    assert "no files of front" in caplog.text
    with pytest.raises(MissingDataError, match=r"camera.front has no \.jpg"):
        drive.image("front", 0)


def test_files_without_a_stream_are_left_out_and_counted(tmp_path, caplog):
    make_folder(tmp_path)
    write_points(tmp_path / "radar/000000.pcd")
    assert "radar" not in open_drive(tmp_path).rig
    assert "left out 1 files" in caplog.text


def test_a_description_without_frames_takes_the_time_from_the_names(tmp_path, caplog):
    document = documented_example()
    del document["openlabel"]["frames"]
    drive = open_drive(make_folder(tmp_path, document))
    np.testing.assert_array_equal(drive.timestamps_ns("front"), [0, FRAME_NS])
    assert drive.trajectory is None
