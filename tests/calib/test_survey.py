"""A rig checked without labels: what has moved is named, what a drive does not tell is said."""

import json
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.calibration_drives import turned_rig
from calib.rigs.survey import Axis, Checked, doubts_of_survey, survey_rig
from calib.rigs.survey_file import survey_document, survey_summary
from sensorann.cli import run
from sensorann.errors import ArgumentError, CalibrationError
from sensorann.formats import open_drive, pack
from sensorann.formats.rigs.own import pose_members
from sensorann.scene import Rig
from tests.builders import MemoryDrive
from tests.calib import test_camera_edges, test_radar_ego


@pytest.fixture(scope="module")
def posts():
    """A camera and a LiDAR before posts."""
    return test_camera_edges.make_drive()


def verdicts(checked) -> dict[str, str]:
    return {one.sensor: one.verdict for one in checked}


def test_a_camera_that_looks_where_the_rig_says_has_not_moved(posts):
    (checked,) = survey_rig(posts)
    assert (checked.sensor, checked.by, checked.verdict) == ("FRONT", "outlines of ROOF", "as the rig says")
    assert checked.beside == "ROOF"
    assert max(abs(axis.off) for axis in checked.axes) < np.deg2rad(0.1)


@pytest.mark.parametrize("degrees", [-0.9, 0.9])
def test_a_turned_camera_has_moved(posts, degrees):
    (checked,) = survey_rig(turned_rig(posts, "FRONT", (0.0, degrees, 0.0)))
    assert checked.verdict == "moved"
    # Upright posts tell the yaw: the rig is off by what the camera must turn back.
    off = {axis.name: np.rad2deg(axis.off) for axis in checked.axes}
    assert off["y (yaw)"] == pytest.approx(-degrees, abs=0.1)


@pytest.mark.parametrize("degrees", [-3.0, 3.0])
def test_a_camera_that_is_off_by_more_than_is_looked_for_is_no_small_turn(posts, degrees):
    (checked,) = survey_rig(turned_rig(posts, "FRONT", (0.0, degrees, 0.0)))
    assert (checked.verdict, checked.axes) == ("not told", ())
    assert "the rig is wrong of it or of the LiDAR" in checked.reason


def test_a_lidar_beside_which_all_have_moved_may_have_moved_itself():
    turned, still = (Axis("y (yaw)", np.deg2rad(0.9), 1e-4),), (Axis("y (yaw)", 0.0, 1e-4),)
    left, right = (Checked(name, "outlines of ROOF", turned, beside="ROOF") for name in ("LEFT", "RIGHT"))
    assert "it may be ROOF that did" in survey_summary((left, right))
    assert survey_document((left, right))["warnings"]
    assert doubts_of_survey((left, replace(right, axes=still))) == ()
    assert doubts_of_survey((left, replace(right, axes=()))) == ()
    assert doubts_of_survey((left, Checked("RADAR", "Doppler", turned))) == ()


def test_a_turned_radar_has_moved():
    checked = survey_rig(test_radar_ego.make_drive(rig_yaw=np.deg2rad(1.5)))
    assert verdicts(checked) == {"RADAR": "moved"}
    assert np.rad2deg(checked[0].axes[0].off) == pytest.approx(1.5, abs=0.2)
    assert verdicts(survey_rig(test_radar_ego.make_drive(rig_yaw=np.deg2rad(3.0)))) == {"RADAR": "as the rig says"}


def test_what_a_drive_does_not_tell_is_said():
    (blank,) = survey_rig(test_camera_edges.make_drive(blank=True))
    assert blank.verdict == "not told"
    (slow,) = survey_rig(test_radar_ego.make_drive(speed=2.0))
    assert slow.verdict == "not told"
    assert "take a faster or longer drive" in slow.reason


def test_what_cannot_be_compared_is_refused(posts):
    alone = MemoryDrive(rig=Rig((posts.rig["ROOF"],)), trajectory=None, times={}, sweeps={})
    with pytest.raises(CalibrationError, match="nothing can be compared without --labels"):
        survey_rig(alone)
    with pytest.raises(CalibrationError, match="ROOF has no LiDAR beside"):
        survey_rig(posts, only="ROOF")
    with pytest.raises(ArgumentError, match="no sensor 'BACK'"):
        survey_rig(posts, only="BACK")


def test_only_what_exceeds_both_sigma_and_the_way_has_moved():
    half, degree = np.deg2rad([0.4, 1.0])
    assert not Axis("yaw", half, 1e-4).moved
    assert Axis("yaw", -degree, 1e-4).moved
    assert not Axis("yaw", degree, degree).moved
    assert not Axis("x", 0.08, 1e-4).moved
    assert Axis("x", -0.12, 1e-4).moved
    assert Checked("CAMERA", "edges").verdict == "not told"


def test_the_command_checks_a_drive_without_labels(posts, tmp_path, capsys):
    path, out, picture = tmp_path / "posts.drive.h5", tmp_path / "check.json", tmp_path / "check.png"
    pack(posts, path)
    assert run(["calibrate", "check", str(path), "-o", str(out), "--picture", str(picture)]) == 0
    assert "FRONT, by outlines of ROOF: as the rig says" in capsys.readouterr().out
    assert json.loads(out.read_text())["sensors"][0]["verdict"] == "as the rig says"
    assert picture.stat().st_size > 5_000
    turned = turned_rig(posts, "FRONT", (0.0, 0.9, 0.0)).rig["FRONT"].ego_from_sensor
    pose = {"source": "FRONT", "target": "ego", "target_from_source": pose_members(turned)}
    (tmp_path / "rig.json").write_text(json.dumps({"format_version": 1, **pose}))
    assert run(["calibrate", "check", str(tmp_path / "rig.json"), "--drive", str(path)]) == 0
    assert "FRONT, by outlines of ROOF: moved" in capsys.readouterr().out
    assert run(["calibrate", "check", str(tmp_path / "rig.json")]) == 2
    assert "name the recording on which it is checked, with --drive" in capsys.readouterr().err
    assert run(["calibrate", "check", str(path), "--labels", "labels.json"]) == 2
    assert "name the camera or radar that is beside the labels" in capsys.readouterr().err


@pytest.mark.real_data
@pytest.mark.parametrize(("sensor", "verdict"), [("CAM_FRONT", "moved"), ("CAM_FRONT_RIGHT", "as the rig says")])
def test_of_a_recorded_rig_only_the_turned_camera_has_moved(real_data, sensor, verdict):
    drive = turned_rig(open_drive(real_data / "pandaset_nuscenes"), "CAM_FRONT", (0.0, 1.0, 1.0))
    assert verdicts(survey_rig(drive, only=sensor)) == {sensor: verdict}
