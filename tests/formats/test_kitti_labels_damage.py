"""KITTI label files that are damaged, or lack what says where their boxes stand."""

import pytest

from sensorann.errors import ArgumentError, FormatError
from sensorann.formats import open_drive, read_labels, write_labels
from sensorann.formats.kitti.rows import write_rows
from tests.builders import make_labels, make_track
from tests.formats.kitti_files import (
    PARTS,
    make_row,
    open_tracking,
    write_text,
    write_tracking,
)


@pytest.fixture(scope="module")
def drive(tmp_path_factory):
    return open_tracking(tmp_path_factory.mktemp("kitti"), parts=PARTS, n_frames=6)


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
