import logging

import cv2
import numpy as np
import pytest

from sensorann.errors import ArgumentError
from sensorann.geometry import Transform
from sensorann.images import render_drive
from sensorann.scene import Sweep
from tests.builders import FRAME_NS, START_NS, MemoryDrive, make_labels, make_rig, make_track, make_trajectory

N = 4


def encoded(value):
    return cv2.imencode(".png", np.full((480, 640, 3), value, np.uint8))[1].tobytes()


def make_drive(*, images=True, lidars=("LIDAR_TOP",), **changes):
    rng = np.random.default_rng(1)
    sweeps = {
        name: [
            Sweep(sensor=name, timestamp_ns=START_NS + i * FRAME_NS, points=rng.uniform(-20, 20, (500, 3)))
            for i in range(N)
        ]
        for name in lidars
    }
    arguments = {
        "rig": make_rig(lidars=lidars),
        "trajectory": make_trajectory(n=N),
        "sweeps": sweeps,
        "images": {"CAM_FRONT": [encoded(90)] * N} if images else {},
        **changes,
    }
    return MemoryDrive(**arguments)


def ahead(**changes):
    return make_labels(make_track(n=N, centers=[[15.0, 0, 1]] * N, **changes))


def test_every_frame_gives_its_pictures_and_a_frame_of_video(tmp_path):
    summary = render_drive(make_drive(), ahead(), tmp_path)
    assert summary.pictures == {"birdseye": N, "CAM_FRONT": N}
    assert sorted(path.name for path in (tmp_path / "CAM_FRONT").iterdir()) == [f"{i:06d}.jpg" for i in range(N)]
    capture = cv2.VideoCapture(str(summary.video))
    assert int(capture.get(cv2.CAP_PROP_FRAME_COUNT)) == N
    capture.release()


def test_boxes_stand_where_they_were_at_the_instant_of_the_picture(tmp_path):
    # The object moves 8 m to the left in one frame step, the vehicle stands, the picture is taken half way.
    drive = make_drive(
        trajectory=make_trajectory(n=N, speed=0.0, yaw_rate=0.0),
        times={"CAM_FRONT": START_NS + FRAME_NS // 2 + np.arange(N - 1) * FRAME_NS},
    )
    track = make_track(n=N, centers=[[21.5, 8.0 * i - 4, 1.4] for i in range(N)], yaws=[0.0] * N, size=(0.2, 2, 2))
    render_drive(drive, make_labels(track), tmp_path, frames=[0], video=False)
    image = cv2.imread(str(tmp_path / "CAM_FRONT" / "000000.jpg")).astype(int)
    columns = np.nonzero((np.abs(image - 90).max(axis=2) > 40)[100:])[1]
    assert columns.mean() == pytest.approx(320, abs=3)


def test_without_images_the_lidar_points_are_drawn_and_counted(tmp_path, caplog):
    with caplog.at_level(logging.WARNING):
        summary = render_drive(make_drive(images=False), ahead(), tmp_path, video=False)
    assert summary.missing_images == {"CAM_FRONT": N}
    assert "no images of CAM_FRONT" in caplog.text
    assert "4 of 4 pictures have no image" in caplog.text
    image = cv2.imread(str(tmp_path / "CAM_FRONT" / "000000.jpg"))
    assert (image.max(axis=2) > 120).sum() > 100


def test_without_images_and_points_nothing_is_promised(tmp_path, caplog):
    drive = make_drive(images=False, lidars=(), times=dict.fromkeys(("CAM_FRONT",), START_NS + np.arange(N) * FRAME_NS))
    render_drive(drive, ahead(), tmp_path, video=False)
    assert "there are no LiDAR points to draw instead" in caplog.text
    assert "are drawn instead" not in caplog.text


def test_pictures_of_an_earlier_run_do_not_mix_with_new_ones(tmp_path):
    render_drive(make_drive(), ahead(), tmp_path, video=False)
    mine = [
        tmp_path / "CAM_FRONT" / "holiday.jpg",
        tmp_path / "CAM_FRONT" / "12.jpg",
        tmp_path / "other" / "000000.jpg",
    ]
    for path in mine:
        path.parent.mkdir(exist_ok=True)
        path.write_text("mine")
    render_drive(make_drive(), ahead(), tmp_path, frames=[2], video=False, replace=True)
    drawn = [tmp_path / "CAM_FRONT" / "000002.jpg", tmp_path / "birdseye" / "000002.png"]
    assert sorted(path for path in tmp_path.rglob("*") if path.is_file()) == sorted(drawn + mine)


def test_without_ego_poses_ego_labels_are_drawn(tmp_path):
    drive = make_drive(trajectory=None)
    drive.times.update(dict.fromkeys(drive.rig, START_NS + np.arange(N) * FRAME_NS))
    labels = make_labels(make_track(n=N, frame="ego"), frame="ego")
    assert render_drive(drive, labels, tmp_path, video=False).frames == N


def test_several_lidars_are_all_drawn(tmp_path):
    drive = make_drive(lidars=("LIDAR_TOP", "LIDAR_REAR"), images=False)
    for i in range(N):
        point = np.array([[10.0, 5.0, 0.0]], np.float32)
        drive.sweeps["LIDAR_TOP"][i] = Sweep(sensor="LIDAR_TOP", timestamp_ns=START_NS, points=point)
        drive.sweeps["LIDAR_REAR"][i] = Sweep(sensor="LIDAR_REAR", timestamp_ns=START_NS, points=-point)
    render_drive(drive, ahead(), tmp_path, frames=[0], video=False)
    both = cv2.imread(str(tmp_path / "birdseye" / "000000.png"))
    scale = 900 / 100
    for ego in ([10.0, 5.0, 0], [-10.0, -5.0, 0]):
        x, y, _ = Transform.from_yaw(0.02, [0.9, 0, 1.8]).apply(ego)
        u, v = round(449.5 - scale * y), round(449.5 - scale * x)
        assert both[v - 1 : v + 2, u - 1 : u + 2].max() > 100


def test_frames_outside_the_ego_trajectory_are_counted(tmp_path, caplog):
    drive = make_drive(trajectory=make_trajectory(n=2))
    drive.times.update(dict.fromkeys(drive.rig, START_NS + np.arange(N) * FRAME_NS))
    with caplog.at_level(logging.WARNING):
        summary = render_drive(drive, ahead(), tmp_path, video=False)
    assert summary.frames == 2
    assert summary.skipped == {"the frame is outside the ego trajectory": 2}


def test_labels_of_another_time_are_said(tmp_path, caplog):
    with caplog.at_level(logging.WARNING):
        render_drive(make_drive(), ahead(start_ns=START_NS + 10**12), tmp_path, frames=[0], video=False)
    assert "no label of drive lies within" in caplog.text


@pytest.mark.parametrize("frames", [[N], [-1], []], ids=["past the end", "negative", "none"])
def test_frames_that_do_not_exist_are_refused(tmp_path, frames):
    with pytest.raises(ArgumentError, match="frames must lie between 0 and 3"):
        render_drive(make_drive(), ahead(), tmp_path, frames=frames)


def test_unknown_cameras_are_refused(tmp_path):
    with pytest.raises(ArgumentError, match="REAR"):
        render_drive(make_drive(), ahead(), tmp_path, cameras=["REAR"])


@pytest.mark.parametrize("asked", [None, ["CAM_REAR", "CAM_FRONT"]], ids=["all", "by name"])
def test_a_camera_without_pictures_is_left_out_and_said_where_it_was_asked_for(tmp_path, caplog, asked):
    drive = make_drive(rig=make_rig(cameras=("CAM_REAR", "CAM_FRONT")), times={"CAM_REAR": np.zeros(0, np.int64)})
    with caplog.at_level(logging.WARNING):
        summary = render_drive(drive, ahead(), tmp_path, video=False, cameras=asked)
    assert set(summary.pictures) == {"birdseye", "CAM_FRONT"}
    assert ("no picture was taken by CAM_REAR" in caplog.text) == (asked is not None)


def test_world_labels_need_ego_poses(tmp_path):
    drive = make_drive(trajectory=None)
    with pytest.raises(ArgumentError, match="no ego poses"):
        render_drive(drive, ahead(), tmp_path)


def test_camera_pictures_may_be_drawn_at_some_frames_and_are_held_in_the_video(tmp_path):
    drive = make_drive(images=False)
    drive.images["CAM_FRONT"] = [encoded(40 * i + 40) for i in range(N)]
    summary = render_drive(drive, ahead(), tmp_path, camera_step=2)
    assert summary.pictures == {"birdseye": N, "CAM_FRONT": N // 2}
    assert sorted(path.name for path in (tmp_path / "CAM_FRONT").iterdir()) == ["000000.jpg", "000002.jpg"]
    capture = cv2.VideoCapture(str(summary.video))
    shades = [capture.read()[1][600, 480].mean() for _ in range(N)]
    capture.release()
    np.testing.assert_allclose(shades, [40, 40, 120, 120], atol=8)


def test_a_camera_step_below_one_is_refused(tmp_path):
    with pytest.raises(ArgumentError, match="camera_step"):
        render_drive(make_drive(), ahead(), tmp_path, camera_step=0)
