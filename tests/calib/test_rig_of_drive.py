"""The rig of an ordinary drive: what its pairs tell, what the rig must hold, and loops that are closed."""

import json
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.calibration_drives import turned_rig
from calib.edges.camera_edges import refine_camera
from calib.estimation.tangent import difference
from calib.rigs.of_drive import calibrate_rig_of_drive
from sensorann.cli import run
from sensorann.errors import CalibrationError
from sensorann.formats import open_drive, pack
from sensorann.scene import RecalibratedDrive, Rig
from tests.builders import MemoryDrive
from tests.calib import test_camera_edges, test_radar_ego


def off_the_rig(found, drive, name):
    """Degrees (3,) from what the rig says to what was found."""
    return np.rad2deg(difference(found.joint.root_from[name], drive.rig[name].ego_from_sensor)[:3])


def test_a_turned_camera_is_put_back_beside_a_lidar_that_the_rig_holds():
    straight = test_camera_edges.make_drive()
    found = calibrate_rig_of_drive(turned_rig(straight, "FRONT", (0.0, 0.9, 0.0)))
    assert found.held == ("ROOF",)
    assert [item.name for item in found.untold] == ["ROOF in ego"]
    assert np.linalg.norm(off_the_rig(found, straight, "FRONT")) < 0.3
    sigmas = np.sqrt(np.diag(found.joint.covariances["ROOF"]))
    # What the rig holds is known as well as rigs are, however well the edges tell the camera beside it.
    np.testing.assert_allclose(sigmas, np.repeat([np.deg2rad(1.0), 0.05], 3), rtol=1e-3)


def test_what_edges_tell_of_a_camera_stays_with_the_axis_that_they_tell():
    found = calibrate_rig_of_drive(test_camera_edges.make_drive(), root="ROOF")
    roll, pitch, yaw, *place = np.sqrt(np.diag(found.joint.covariances["FRONT"]))
    # Upright posts tell the yaw, which is about y of the camera and about z of the LiDAR.
    assert np.rad2deg(yaw) < 0.4
    assert np.rad2deg(pitch) > 0.9
    assert np.rad2deg(roll) == pytest.approx(np.hypot(0.2, 0.25), abs=0.1)
    assert min(place) > 0.05


def test_a_radar_is_told_on_the_vehicle_itself():
    found = calibrate_rig_of_drive(test_radar_ego.make_drive(rig_yaw=np.deg2rad(1.5)))
    assert (found.held, found.untold) == ((), ())
    off = difference(found.joint.root_from["RADAR"], test_radar_ego.TRUE_POSE)
    assert np.rad2deg(abs(off[2])) < 0.3
    sigmas = np.sqrt(np.diag(found.joint.covariances["RADAR"]))
    assert np.rad2deg(sigmas[2]) < 0.4
    assert np.all(np.rad2deg(sigmas[:2]) > 0.9)


def test_what_a_pair_is_in_doubt_of_is_a_doubt_of_the_rig():
    backwards = calibrate_rig_of_drive(test_radar_ego.make_drive(flip=-1.0))
    assert any(text.startswith("RADAR in ego: the radar comes out backwards") for text in backwards.joint.warnings)
    upright = calibrate_rig_of_drive(test_radar_ego.make_drive())
    assert not any("backwards" in text for text in upright.joint.warnings)
    assert any("roll, pitch and z are not observable" in text for text in upright.joint.warnings)


def test_a_turn_that_fits_the_edges_worse_than_the_rig_is_not_taken(monkeypatch):
    found = refine_camera(drive := test_camera_edges.make_drive(), "FRONT", "ROOF")
    worse = replace(found, share=0.9 * found.share_before)
    monkeypatch.setattr("calib.rigs.of_drive.refine_camera", lambda *_: worse)
    with pytest.raises(CalibrationError, match=r"FRONT in ROOF: .* of outlines lie on edges by the rig"):
        calibrate_rig_of_drive(drive)


def test_a_drive_that_tells_nothing_is_refused_with_the_reasons():
    slow = test_radar_ego.make_drive(speed=2.0)
    with pytest.raises(CalibrationError, match=r"tells no pair of its sensors: RADAR in ego: .*faster or longer drive"):
        calibrate_rig_of_drive(slow)
    alone = MemoryDrive(rig=Rig(()), trajectory=None)
    with pytest.raises(CalibrationError, match="tells no pair of its sensors"):
        calibrate_rig_of_drive(alone)


def test_the_command_takes_one_drive(tmp_path, capsys):
    path, out, page = tmp_path / "posts.drive.h5", tmp_path / "rig.json", tmp_path / "rig.html"
    pack(test_camera_edges.make_drive(), path)
    assert run(["calibrate", "rig", str(path), "-o", str(out), "--report", str(page)]) == 0
    text = capsys.readouterr().out
    assert "FRONT in the frame of ego" in text
    assert "not told, ROOF in ego: " in text
    assert "ROOF is held in ego by the rig, to 1 deg and 5 cm" in text
    assert json.loads(out.read_text())["held_by_rig"] == ["ROOF"]
    assert "ROOF in ego" in page.read_text("utf-8")
    assert run(["info", str(path), "--rig", str(out), "--samples", "0"]) == 0
    assert run(["calibrate", "rig", str(path), "session.toml"]) == 2
    assert "name session files, .toml, or one drive alone" in capsys.readouterr().err


@pytest.mark.real_data
def test_two_lidars_and_a_camera_of_a_recorded_drive_close_a_loop(real_data):
    whole = open_drive(real_data / "pandaset_nuscenes")
    kept = ("LIDAR_TOP", "LIDAR_FRONT", "CAM_FRONT")
    drive = RecalibratedDrive(whole, Rig(tuple(whole.rig[name] for name in kept)))
    found = calibrate_rig_of_drive(turned_rig(drive, "LIDAR_FRONT", (0.0, 1.0, 1.0)))
    assert found.joint.loops == 1
    assert found.joint.chance > 0.05
    for name in kept:
        assert np.linalg.norm(off_the_rig(found, drive, name)) < 0.6
