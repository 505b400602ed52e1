"""`sensorann calibrate convert`, and `--rig`: a calibration goes from tool to tool and onto a drive."""

import json

import numpy as np
import pytest

from sensorann.cli import run
from sensorann.formats import open_drive, pack, read_rig_document, write_labels
from sensorann.formats.rigs.own import pose_members
from sensorann.geometry import Transform
from tests.builders import make_labels, make_track
from tests.formats.packed_drives import make_drive

MOVED = Transform.from_yaw(0.3, [1.0, 0.2, 1.5])


@pytest.fixture
def packed(tmp_path):
    path = tmp_path / "garage.drive.h5"
    pack(make_drive(), path)
    return str(path)


@pytest.fixture
def pair(tmp_path):
    """A calibration of the LiDAR in the ego frame, as our commands write it."""
    path = tmp_path / "lidar.json"
    content = {"format_version": 1, "source": "LIDAR_TOP", "target": "ego", "target_from_source": pose_members(MOVED)}
    path.write_text(json.dumps(content))
    return str(path)


def test_the_rig_of_a_drive_goes_to_another_tool_and_back(packed, tmp_path, capsys):
    urdf, ours = str(tmp_path / "rig.urdf"), str(tmp_path / "rig.json")
    assert run(["calibrate", "convert", packed, urdf]) == 0
    assert run(["calibrate", "convert", urdf, ours, "--rename", "LIDAR_TOP=roof"]) == 0
    assert capsys.readouterr().out.splitlines()[1].startswith(f"{ours}: sensorann, with ego, roof")
    assert run(["calibrate", "convert", packed, ours, "--rename", "LIDAR_TOP=roof", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads((tmp_path / "rig.json").read_text())
    np.testing.assert_allclose(
        read_rig_document(ours).transform("ego", "roof").matrix,
        open_drive(packed).rig["LIDAR_TOP"].ego_from_sensor.matrix,
        atol=1e-12,
    )


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        (["--to", "word"], 2, "the formats are sensorann"),
        (["--rename", "LIDAR_TOP"], 2, "--rename takes OLD=NEW"),
        (["--rename", "nobody=a"], 1, "no frame 'nobody'"),
    ],
    ids=["no format", "half a name", "no frame"],
)
def test_slips_are_named(packed, tmp_path, words, status, message, capsys):
    assert run(["calibrate", "convert", packed, str(tmp_path / "rig.json"), *words]) == status
    assert message in capsys.readouterr().err


def test_info_shows_the_drive_with_another_calibration(packed, pair, capsys):
    assert run(["info", packed, "--rig", pair, "--json"]) == 0
    sensors = {sensor["name"]: sensor for sensor in json.loads(capsys.readouterr().out)["sensors"]}
    assert sensors["LIDAR_TOP"]["translation_m"] == [1.0, 0.2, 1.5]
    np.testing.assert_allclose(sensors["LIDAR_TOP"]["rotation_wxyz"], MOVED.quaternion_wxyz)


def test_measurements_stay_as_they_were(packed, pair):
    drive, moved = open_drive(packed), open_drive(packed, rig=pair)
    np.testing.assert_array_equal(moved.timestamps_ns("LIDAR_TOP"), drive.timestamps_ns("LIDAR_TOP"))
    np.testing.assert_array_equal(moved.sweep("LIDAR_TOP", 1).points, drive.sweep("LIDAR_TOP", 1).points)
    assert moved.image_bytes("CAM_FRONT", 0) == drive.image_bytes("CAM_FRONT", 0)
    np.testing.assert_array_equal(moved.image("CAM_FRONT", 0), drive.image("CAM_FRONT", 0))
    assert moved.name == drive.name
    np.testing.assert_array_equal(moved.trajectory.timestamps_ns, drive.trajectory.timestamps_ns)
    assert repr(moved).startswith("<RecalibratedDrive garage")


def test_points_are_drawn_where_another_calibration_puts_them(packed, pair, tmp_path):
    labels = tmp_path / "labels.json"
    write_labels(make_labels(make_track()), labels, drive=open_drive(packed))
    for name, words in (("own", []), ("other", ["--rig", pair])):
        out = str(tmp_path / name)
        assert run(["render", packed, "--labels", str(labels), "-o", out, "--every", "9", "--no-video", *words]) == 0
    own, other = ((tmp_path / name / "birdseye" / "000000.png").read_bytes() for name in ("own", "other"))
    assert own != other


def test_a_calibration_of_other_sensors_is_refused(packed, tmp_path, capsys):
    path = tmp_path / "other.json"
    content = {"format_version": 1, "source": "cam0", "target": "ego", "target_from_source": pose_members(MOVED)}
    path.write_text(json.dumps(content))
    assert run(["info", packed, "--rig", str(path)]) == 1
    assert "calibrate convert` renames frames" in capsys.readouterr().err
