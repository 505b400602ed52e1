"""Labels as KITTI's text: what is computed, and what has no column."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from sensorann.errors import ArgumentError
from sensorann.formats import read_labels, write_labels
from sensorann.formats.kitti.boxes import cuboids_from_rows
from sensorann.formats.kitti.rows import read_rows
from sensorann.geometry import Cuboids
from sensorann.scene import Event, ImageTrack, Source, Tag, sources_of
from tests.builders import MemoryDrive, make_labels, make_track
from tests.formats.kitti_files import (
    PARTS,
    make_row,
    open_tracking,
    round_trip,
    write_text,
)


@pytest.fixture(scope="module")
def drive(tmp_path_factory):
    return open_tracking(tmp_path_factory.mktemp("kitti"), parts=PARTS, n_frames=6)


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
