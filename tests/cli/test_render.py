import json

import cv2
import numpy as np
import pytest

from sensorann.cli import run
from sensorann.images import boxes_at, draw_cuboids


@pytest.mark.real_data
def test_render_draws_a_nuscenes_drive(real_data, tmp_path, capsys):
    root = str(real_data / "pandaset_nuscenes")
    status = run(
        ["render", root, "--labels", root, "-o", str(tmp_path), "--every", "6", "--camera", "CAM_FRONT", "--json"]
    )
    summary = json.loads(capsys.readouterr().out)
    assert status == 0
    assert summary["pictures"] == {"birdseye": 2, "CAM_FRONT": 2}
    assert summary["missing_images"] == {}
    assert cv2.imread(str(tmp_path / "CAM_FRONT" / "000006.jpg")).shape == (1080, 1920, 3)


@pytest.mark.real_data
def test_render_says_that_kitti_has_no_images(real_data, tmp_path, capsys):
    root = real_data / "kitti_tracking"
    labels = str(root / "training" / "label_02" / "0000.txt")
    drive = f"{root}#training/0000" if not (root / "training").exists() else f"{root / 'training'}#0000"
    assert run(["render", drive, "--labels", labels, "-o", str(tmp_path), "--every", "40", "--no-video"]) == 0
    assert "2 without an image" in capsys.readouterr().out
    assert not (tmp_path / "birdseye.mp4").exists()


@pytest.mark.real_data
def test_boxes_sit_on_the_points_of_their_cars(real_data):
    """In the picture, LiDAR points inside a box fall inside its outline: poses, times and lens agree."""
    from sensorann.formats import open_drive, read_labels

    drive = open_drive(real_data / "pandaset_nuscenes")
    labels = read_labels(real_data / "pandaset_nuscenes", drive=drive)
    now_ns = int(drive.timestamps_ns("LIDAR_TOP")[6])
    world_from_lidar = drive.trajectory.at(now_ns) @ drive.rig["LIDAR_TOP"].ego_from_sensor
    points_world = world_from_lidar.apply(drive.sweep("LIDAR_TOP", 6).points)
    picture_ns = int(drive.timestamps_ns("CAM_FRONT")[6])
    camera = drive.rig.camera("CAM_FRONT")
    camera_from_world = (drive.trajectory.at(picture_ns) @ drive.rig["CAM_FRONT"].ego_from_sensor).inverse()
    boxes = boxes_at(labels, picture_ns, frame_ns=now_ns)
    at_sweep = boxes_at(labels, now_ns)
    centers_now = dict(zip(at_sweep.track_ids, at_sweep.cuboids.centers, strict=True))
    tested = 0
    for i in range(len(boxes.track_ids)):
        cuboid = boxes.cuboids[i : i + 1]
        local = (points_world - cuboid.centers[0]) @ cuboid.rotations[0]
        inside = (np.abs(local) < cuboid.sizes[0] / 2 - 0.05).all(axis=1)
        corners_camera = camera_from_world.apply(cuboid.corners()[0])
        moved = np.linalg.norm(cuboid.centers - centers_now[boxes.track_ids[i]])
        # A car at the border shows a part of its outline, and one that drives leaves the points of the sweep behind.
        if inside.sum() < 50 or not camera.visible(corners_camera).all() or moved > 0.02:
            continue
        blank = np.zeros((1080, 1920, 3), np.uint8)
        outline = draw_cuboids(blank, camera, cuboid.moved(camera_from_world, frame="CAM_FRONT"), [(255, 255, 255)])
        hull = cv2.convexHull(np.argwhere(outline.any(axis=2))[:, ::-1].astype(np.int32))
        pixels = camera.project(camera_from_world.apply(points_world[inside]))
        assert all(cv2.pointPolygonTest(hull, (float(u), float(v)), True) > -2 for u, v in pixels)
        tested += 1
    assert tested >= 4


def test_render_refuses_a_step_of_zero(tmp_path):
    assert run(["render", str(tmp_path), "--labels", "a.json", "-o", str(tmp_path), "--every", "0"]) == 2
