"""Which format a path is read and written as, and whose labels they are."""

import pytest

from sensorann.errors import ArgumentError, FormatError, MissingDataError
from sensorann.formats import open_drive, read_labels, write_labels
from sensorann.images import render_drive
from sensorann.scene import frame_timestamps_ns
from tests.builders import MemoryDrive, make_labels
from tests.formats.kitti_files import open_tracking
from tests.formats.nuscenes_files import make_root


def test_the_format_follows_the_name(tmp_path):
    drive = open_tracking(tmp_path)
    empty = read_labels(tmp_path / "training/label_02/0000.txt", drive=drive)
    write_labels(empty, tmp_path / "a.json")
    assert (tmp_path / "a.json").read_text().startswith('{"openlabel"')
    write_labels(empty, tmp_path / "a.txt", drive=drive)
    assert (tmp_path / "a.txt").read_text() == ""
    write_labels(empty, tmp_path / "a", drive=drive)
    assert (tmp_path / "a" / "v1.0-sensorann" / "scene.json").is_file()


def test_a_format_that_is_named_wins_over_the_name(tmp_path):
    write_labels(make_labels(), tmp_path / "a.txt", format="openlabel")
    assert read_labels(tmp_path / "a.txt", format="openlabel").n_boxes == make_labels().n_boxes


def test_a_name_that_tells_no_format_is_refused(tmp_path):
    with pytest.raises(ArgumentError, match=r"from a\.xyz: name it with one of openlabel, kitti, nuscenes"):
        write_labels(make_labels(), tmp_path / "a.xyz")
    with pytest.raises(ArgumentError, match="must be one of openlabel, kitti, nuscenes, got 'coco'"):
        write_labels(make_labels(), tmp_path / "a.json", format="coco")


def test_a_scene_is_addressed_within_its_root(tmp_path):
    make_root(scenes=("scene-0103", "scene-0061")).write(tmp_path)
    for format_name in (None, "nuscenes"):
        labels = read_labels(f"{tmp_path}#scene-0103", format=format_name)
        assert labels.drive_name == open_drive(f"{tmp_path}#scene-0103").name == "scene-0103"


@pytest.mark.parametrize("format_name", [None, "openlabel", "kitti", "nuscenes"])
def test_nothing_at_a_path_is_said_whatever_format_is_named(tmp_path, format_name):
    for name in ("nowhere.json", "nowhere#scene-0061"):
        with pytest.raises(MissingDataError, match=f"{name} does not exist"):
            read_labels(tmp_path / name, format=format_name)


def test_what_no_format_recognises_is_refused(tmp_path):
    (tmp_path / "a.json").write_text('{"coco": []}')
    with pytest.raises(FormatError, match="labels in one of openlabel, kitti, nuscenes"):
        read_labels(tmp_path / "a.json")


def test_labels_of_another_drive_are_read_with_a_warning(tmp_path, caplog):
    write_labels(make_labels(drive_name="0000"), tmp_path / "a.json")
    for drive in (None, MemoryDrive(name="0000")):
        read_labels(tmp_path / "a.json", drive=drive)
    assert caplog.messages == []
    read_labels(tmp_path / "a.json", drive=MemoryDrive(name="0002"))
    assert caplog.messages == [f"{tmp_path / 'a.json'}: these labels are of 0000, the drive is 0002"]


def test_a_drive_given_as_a_path_is_refused_with_the_way_out(tmp_path):
    message = r"drive must be an opened drive, got 'day1': open_drive\('day1'\) opens it"
    with pytest.raises(ArgumentError, match=message):
        read_labels(tmp_path / "a.json", drive="day1")
    with pytest.raises(ArgumentError, match=message):
        write_labels(make_labels(), tmp_path / "a.json", drive="day1")
    with pytest.raises(ArgumentError, match=message):
        frame_timestamps_ns("day1")
    with pytest.raises(ArgumentError, match=message):
        render_drive("day1", make_labels(), tmp_path)
    assert list(tmp_path.iterdir()) == []
