"""Sessions on recorded drives."""

import numpy as np
import pytest

import sensorann as sa
from sensorann.geometry.overlap import iou_3d
from tests.store.edits import contents
from viewers import open_session
from viewers.actions import history, placing
from viewers.points import points_here

pytestmark = pytest.mark.real_data


def test_a_click_on_the_kitti_van_is_its_box_and_stays_after_reopening(real_data, store):
    drive = sa.open_drive(real_data / "kitti_tracking/training#0000")
    van = sa.read_labels(real_data / "kitti_tracking/training/label_02/0000.txt", drive=drive).tracks[0]
    session = open_session(drive, store)
    labelled = van.cuboids.record(0)
    points = session.frame_from_ego(session.timestamp_ns).apply(points_here(session))
    inside = np.abs(labelled.frame_from_cuboid.inverse().apply(points)) < np.array(labelled.size) / 3
    placing.create_from_click(session, points[inside.all(axis=1)][0])
    session.finish()
    (track,) = session.labels.tracks
    assert iou_3d(track.cuboids, van.cuboids[:1])[0, 0] > 0.5
    kept = contents(session.labels)
    session.close()
    again = open_session(drive, store)
    assert contents(again.labels) == kept
    history.undo(again)
    assert again.labels.tracks == ()
    again.close()


def test_a_frame_holds_the_points_of_both_pandaset_lidars(real_data, store):
    drive = sa.open_drive(real_data / "pandaset_nuscenes")
    session = open_session(drive, store)
    sweeps = [drive.sweep(sensor.name, 0) for sensor in drive.rig.of_kind("lidar")]
    assert len(sweeps) == 2
    points = points_here(session)
    assert len(points) == sum(np.isfinite(sweep.points).all(axis=1).sum() for sweep in sweeps)
    first = drive.rig[sweeps[0].sensor].ego_from_sensor.apply(sweeps[0].points)
    moved = session.frame_from_ego(session.timestamp_ns).inverse() @ session.frame_from_ego(sweeps[0].timestamp_ns)
    np.testing.assert_allclose(points[: len(first)], moved.apply(first), rtol=0, atol=1e-4)
    session.close()
