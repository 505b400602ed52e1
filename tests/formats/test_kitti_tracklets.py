"""Tracklets of KITTI raw."""

import numpy as np
import pytest

from sensorann.errors import ArgumentError, FormatError
from sensorann.formats import open_drive, read_labels, write_labels
from sensorann.scene import Source
from tests.builders import make_labels
from tests.formats.kitti_files import write_raw, write_text

POSE = {"tx": 12.0, "ty": 1.5, "tz": -1.6, "rx": 0, "ry": 0, "rz": 0.5, "state": 2, "occlusion": 0, "truncation": 1}
HEAD = '<?xml version="1.0"?>\n<!DOCTYPE boost_serialization>\n<boost_serialization version="9"><tracklets>\n'


def tags(values) -> str:
    return "".join(f"<{name}>{value}</{name}>" for name, value in values.items())


def tracklet(*poses, object_type="Car", first_frame=1, count=None, **size) -> str:
    body = {"objectType": object_type, "h": 1.5, "w": 1.7, "l": 4.2, "first_frame": first_frame, **size}
    items = "".join(f"<item>{tags({**POSE, **pose})}</item>" for pose in poses)
    count = len(poses) if count is None else count
    return f"<item>{tags(body)}<poses><count>{count}</count>{items}</poses><finished>1</finished></item>\n"


def write_tracklets(folder, *tracklets):
    body = f"<count>{len(tracklets)}</count><item_version>1</item_version>{''.join(tracklets)}"
    return write_text(folder / "tracklet_labels.xml", f"{HEAD}{body}</tracklets></boost_serialization>\n")


@pytest.fixture(scope="module")
def drive(tmp_path_factory):
    return open_drive(write_raw(tmp_path_factory.mktemp("raw")))


def test_boxes_stand_on_their_bottom_face_in_the_lidar_frame(drive, tmp_path):
    path = write_tracklets(tmp_path, tracklet({}, {"tx": 13.0}), tracklet({}, object_type="Person (sitting)"))
    labels = read_labels(path, drive=drive)
    assert [(track.id, track.category, len(track)) for track in labels.tracks] == [
        ("0", "Car", 2), ("1", "Person_sitting", 1),
    ]  # fmt: skip
    track = labels.tracks[0]
    np.testing.assert_array_equal(track.timestamps_ns, drive.timestamps_ns("velodyne")[1:3])
    world_from_velodyne = drive.trajectory.at(int(track.timestamps_ns[1])) @ drive.rig["velodyne"].ego_from_sensor
    box = track.cuboids[1:2].moved(world_from_velodyne.inverse(), frame="velodyne")
    np.testing.assert_allclose(box.centers[0], [13.0, 1.5, -1.6 + 0.75], atol=1e-9)
    np.testing.assert_allclose(box.sizes[0], [4.2, 1.7, 1.5])
    assert box.yaws[0] == pytest.approx(0.5)


def test_states_become_sources_and_unset_values_none(drive, tmp_path):
    poses = ({"state": 2}, {"state": 1, "occlusion": -1}, {"state": 0, "truncation": 99})
    (track,) = read_labels(write_tracklets(tmp_path, tracklet(*poses)), drive=drive).tracks
    assert track.sources.tolist() == [Source.HUMAN, Source.INTERPOLATED, Source.IMPORTED]
    assert track.box_attributes == {"occluded": (0, None, 0), "truncated": (1, 1, None)}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (tracklet({}, count=2), "tracklet 0, poses, field count: expected the number of items, 1, found 2"),
        (tracklet({}, object_type="Cow"), "tracklet 0, field objectType: expected one of Car.*'Cow'"),
        (tracklet({"tx": "nan"}), "tracklet 0, field tx: expected a finite number up to .*, found 'nan'"),
        (tracklet({"state": 1.5}), "tracklet 0, field state: expected a whole number"),
        (tracklet({}, h=0), "tracklet 0, fields h w l: expected positive"),
        (tracklet({}, {}, {}, {}), "field first_frame: expected frames of drive .* which has 4, found 1 to 4"),
        (tracklet({}, first_frame=-1), "field first_frame"),
        (tracklet({}, first_frame=""), "tracklet 0, field first_frame: expected a value, found none"),
    ],
)
def test_damaged_tracklets_name_their_field(drive, tmp_path, text, message):
    with pytest.raises(FormatError, match=message):
        read_labels(write_tracklets(tmp_path, text), drive=drive)


def test_cut_and_hostile_xml_is_refused(drive, tmp_path):
    path = write_tracklets(tmp_path, tracklet({}))
    whole = path.read_text()
    path.write_text(whole[:-60])
    with pytest.raises(FormatError, match="expected XML"):
        read_labels(path, drive=drive)
    bomb = '<!DOCTYPE boost_serialization [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
    path.write_text(whole.replace("<!DOCTYPE boost_serialization>", bomb))
    with pytest.raises(FormatError, match="without entities"):
        read_labels(path, drive=drive)


@pytest.mark.parametrize("encoding", ["UTF-99", "UTF-7", "utf-16-le", "idna"])
def test_an_encoding_that_cannot_be_read_is_refused(drive, tmp_path, encoding):
    path = write_tracklets(tmp_path, tracklet({}))
    path.write_text(path.read_text().replace('version="1.0"?', f'version="1.0" encoding="{encoding}"?'))
    with pytest.raises(FormatError, match=r"tracklet_labels\.xml, line 1: expected XML"):
        read_labels(path, drive=drive)


def test_tracklets_are_only_read_and_need_their_drive(drive, tmp_path):
    path = write_tracklets(tmp_path, tracklet({}))
    with pytest.raises(ArgumentError, match="name the drive"):
        read_labels(path)
    with pytest.raises(ArgumentError, match="only read"):
        write_labels(make_labels(), path, drive=drive, format="kitti")


@pytest.mark.real_data
def test_recorded_tracklets_are_read(real_data, tmp_path):
    recording = open_drive(write_raw(tmp_path, n_frames=108, parts=("calib", "oxts")))
    path = real_data / "formats" / "kitti_raw" / "2011_09_26_drive_0001_sync" / "tracklet_labels.xml"
    labels = read_labels(path, drive=recording)
    assert len(labels.tracks) == 15
    assert labels.tracks[0].category == "Car"
    assert (len(labels.tracks[0]), labels.tracks[0].timestamps_ns[0]) == (14, recording.timestamps_ns("velodyne")[0])
