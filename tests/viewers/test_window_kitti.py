"""The window on a recorded drive, on a screen of its own."""

import numpy as np
import pytest

import sensorann as sa
from sensorann.geometry.overlap import iou_3d
from tests.viewers.desk import opened, places
from tests.viewers.pinhole import pixel_of
from tests.viewers.screen import available, screen, until
from viewers import open_session
from viewers.points import points_here

pytest.importorskip("open3d", exc_type=(ImportError, OSError))
pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(not available(), reason="needs Xvfb and xdotool (make system-libraries)"),
]


def test_one_click_on_the_kitti_van_is_its_box(real_data, tmp_path, store):
    path = f"{real_data / 'kitti_tracking/training'}#0000"
    drive = sa.open_drive(path)
    van = sa.read_labels(real_data / "kitti_tracking/training/label_02/0000.txt", drive=drive).tracks[0]
    session = open_session(drive, store)
    labelled = van.cuboids.record(0).frame_from_cuboid.inverse() @ session.frame_from_ego(session.timestamp_ns)
    points = points_here(session)
    inside = (np.abs(labelled.apply(points)) < np.array(van.cuboids.sizes[0]) / 3).all(axis=1)
    session.close()
    view = places(has_cameras=True).view
    with screen() as shown:
        desk = opened(shown, path, tmp_path / "kitti.db", name="0000")
        try:
            desk.hands.key("q")
            desk.hands.press(*pixel_of(points[inside][0], (view.width, view.height)))
            desk.hands.release()
            until(lambda: desk.kinds()[1:] == ["fit"], "a fitted box")
            (found,) = desk.labels().tracks
        finally:
            desk.program.kill()
            desk.program.wait()
    assert iou_3d(found.cuboids, van.cuboids[:1])[0, 0] > 0.5
