"""The official nuscenes-devkit, in its own environment, loads what we write."""

import json
import os
import subprocess
from pathlib import Path

import numpy as np
import pytest

from sensorann.formats import open_drive, read_labels, write_labels
from sensorann.formats.nuscenes.folder import VERSION
from tests.builders import FRAME_NS, make_labels, make_track
from tests.formats.nuscenes_drives import make_drive

REPOSITORY = Path(__file__).parents[2]
ENVIRONMENT = Path(os.environ.get("SENSORANN_NUSCENES_JUDGE", REPOSITORY / ".cache" / "judges" / "nuscenes"))
PYTHON = ENVIRONMENT / "bin" / "python"
# The devkit's corners in the order of ours: both faces start at another corner there.
OURS_FROM_DEVKIT = [2, 3, 0, 1, 6, 7, 4, 5]

pytestmark = [
    pytest.mark.judge,
    pytest.mark.skipif(
        not PYTHON.exists(),
        reason=f"no nuscenes-devkit at {ENVIRONMENT} (make judges, or set SENSORANN_NUSCENES_JUDGE)",
    ),
]


def judged(root: Path, *options: str) -> dict:
    script = Path(__file__).with_name("nuscenes_devkit_judge.py")
    command = [str(PYTHON), str(script), str(root), VERSION, *options]
    result = subprocess.run(
        command, capture_output=True, text=True, timeout=300, env=os.environ | {"MPLBACKEND": "Agg"}, check=False
    )
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def converted(labels_path, drive_address, out, *options):
    drive = open_drive(drive_address)
    labels = read_labels(labels_path, drive=drive)
    write_labels(labels, out, drive=drive)
    return drive, labels, judged(out, *options)


def box_id(out: Path) -> dict[str, str]:
    rows = json.loads((out / VERSION / "instance.json").read_text())
    return {row["token"]: row.get("sensorann_id", row["token"]) for row in rows}


def check_boxes(labels, report, out):
    """Every box of ours is one of the devkit's, at the same place to a micrometre."""
    ids = box_id(out)
    seen = {(ids[box["instance"]], box["timestamp"]): box for box in report["boxes"]}
    assert len(seen) == labels.n_boxes
    for track in labels.tracks:
        for time, corners in zip(track.timestamps_ns, track.cuboids.corners(), strict=True):
            theirs = np.array(seen[track.id, int(time) // 1000]["corners"])[OURS_FROM_DEVKIT]
            np.testing.assert_allclose(theirs, corners, atol=1e-6, rtol=0)


def check_sensor_boxes(drive, labels, sensors, out):
    """The boxes that the devkit gives in a sensor's frame are ours, moved by our poses."""
    ids = box_id(out)
    annotations = {row["token"]: row for row in json.loads((out / VERSION / "sample_annotation.json").read_text())}
    samples = {row["token"]: row["timestamp"] for row in json.loads((out / VERSION / "sample.json").read_text())}
    written = open_drive(out)
    for channel, seen in sensors.items():
        key_frames = {row.sample_token: row.timestamp_ns for row in written.recordings[channel] if row.is_key_frame}
        for token, theirs in seen["sensor_boxes"]:
            row = annotations[token]
            track = labels.track(ids[row["instance_token"]])
            box = track[track.timestamps_ns // 1000 == samples[row["sample_token"]]].cuboids
            world_from_ego = drive.trajectory.at(key_frames[row["sample_token"]])
            sensor_from_world = (world_from_ego @ written.rig[channel].ego_from_sensor).inverse()
            ours = sensor_from_world.apply(box.corners()[0])
            np.testing.assert_allclose(np.array(theirs)[OURS_FROM_DEVKIT], ours, atol=1e-6, rtol=0)
        assert seen["sensor_boxes"]


def test_the_devkit_loads_a_drive_of_ours_with_radar_and_velocities(tmp_path):
    track = make_track(centers=[[10 + 0.5 * i, 2, 0.75] for i in range(5)], id="17")
    labels, drive = make_labels(track), make_drive()
    write_labels(labels, tmp_path / "out", drive=drive)
    report = judged(tmp_path / "out")
    check_boxes(labels, report, tmp_path / "out")
    assert report["chains"] == [5]
    assert report["scene"] == "day1"
    # Radar clouds have 18 rows; the first scan of the drive is empty.
    assert report["sensors"]["RADAR_FRONT"]["sizes"] == [[18, n] for n in range(5)]
    assert report["sensors"]["LIDAR_TOP"]["sizes"] == [[4, 10]] * 5
    assert report["sensors"]["CAM_FRONT"]["sizes"] == [[640, 480]] * 5
    velocities = [box["velocity"] for box in sorted(report["boxes"], key=lambda box: box["timestamp"])]
    np.testing.assert_allclose(velocities, [[0.5e9 / FRAME_NS, 0.0, 0.0]] * 5, atol=1e-4)


@pytest.mark.real_data
def test_the_devkit_loads_a_kitti_drive(real_data, tmp_path):
    kitti = real_data / "kitti_tracking"
    label_file = kitti / "training" / "label_02" / "0000.txt"
    drive, labels, report = converted(label_file, f"{kitti}#0000", tmp_path / "out")
    assert (report["rows"]["sample"], report["rows"]["sample_annotation"], report["rows"]["instance"]) == (77, 232, 4)
    check_boxes(labels, report, tmp_path / "out")
    check_sensor_boxes(drive, labels, {"LIDAR_TOP": report["sensors"]["LIDAR_TOP"]}, tmp_path / "out")
    lidar = report["sensors"]["LIDAR_TOP"]
    assert lidar["n_loaded"] == 77
    assert sum(lidar["in_boxes"]) == sum(box["num_lidar_pts"] for box in report["boxes"]) == 125_149


@pytest.mark.real_data
def test_the_devkit_loads_pandaset_again_with_every_sensor(real_data, tmp_path):
    root = real_data / "pandaset_nuscenes"
    drive, labels, report = converted(root, root, tmp_path / "out", "--evaluate", str(tmp_path))
    check_boxes(labels, report, tmp_path / "out")
    check_sensor_boxes(drive, labels, report["sensors"], tmp_path / "out")
    assert {name: seen["n_loaded"] for name, seen in report["sensors"].items()} == dict.fromkeys(drive.rig, 12)
    both = np.sum([report["sensors"][name]["in_boxes"] for name in ("LIDAR_TOP", "LIDAR_FRONT")], axis=0)
    assert int((both >= 5).sum()) == 947
    # Handed in as detections, the labels are perfect; without a word of nuScenes for them they would not count at all.
    assert report["average_precision"] == pytest.approx(
        dict.fromkeys(("car", "truck", "construction_vehicle", "motorcycle", "pedestrian", "traffic_cone"), 1.0)
    )
