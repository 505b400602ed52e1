"""A camera that does not fit its labels is a finding; label errors of single objects are none."""

from dataclasses import replace

import numpy as np
import pytest

import sensorann as sa
from calib.drift.suspicion import camera_table, suspect_cameras
from calib.estimation.tangent import rotation_from_vector
from sensorann.cli import run
from sensorann.geometry import Transform
from sensorann.qa import Severity
from sensorann.scene import Rig
from tests.builders import make_labels

pytestmark = pytest.mark.real_data
CAMERA = "image_02"


@pytest.fixture(scope="module")
def recording(real_data):
    root = real_data / "kitti_tracking" / "training"
    drive = sa.open_drive(f"{root}#0004")
    return drive, sa.read_labels(root / "label_02" / "0004.txt", drive=drive)


class Turned:
    """The same drive with a camera that was knocked by half a degree."""

    def __init__(self, drive):
        self._drive = drive
        turn = Transform(rotation_from_vector(np.deg2rad([0.0, 0.5, 0.0])), np.zeros(3))
        self.rig = Rig(
            tuple(
                replace(sensor, ego_from_sensor=sensor.ego_from_sensor @ turn) if sensor.name == CAMERA else sensor
                for sensor in drive.rig.sensors
            )
        )

    def __getattr__(self, name):
        return getattr(self._drive, name)


def test_a_camera_as_calibrated_is_no_finding(recording):
    drive, labels = recording
    found, checked = suspect_cameras(labels, drive)
    assert found == []
    assert [drift.verdict for drift in checked.values()] == ["as calibrated"]
    assert camera_table(checked).rows[0][:2] == (CAMERA, "as calibrated")


def test_a_knocked_camera_is_named(recording):
    drive, labels = recording
    (finding,), _ = suspect_cameras(labels, Turned(drive))
    assert (finding.rule, finding.object, finding.severity) == ("calibration", "", Severity.ERROR)
    assert finding.score > 0.99
    assert finding.value == pytest.approx(np.deg2rad(0.5), abs=np.deg2rad(0.05))
    assert "image_02: the camera has turned" in finding.message


def test_labels_without_pictures_say_nothing(recording):
    drive, _ = recording
    assert suspect_cameras(make_labels(), drive) == ([], {})


def test_the_command_checks_cameras(real_data, capsys):
    root = real_data / "kitti_tracking" / "training"
    words = ["check", str(root / "label_02" / "0004.txt"), "--drive", f"{root}#0004", "--rule", "calibration"]
    assert run(words) == 0
    assert "0 findings in" in capsys.readouterr().out
