"""Two LiDARs in a simulated town, mounted in any way: found without a guess, and what a place does not tell is said."""

import json
from dataclasses import replace

import cv2
import numpy as np
import pytest

from benchmarks.calibration_drives import turned_rig
from benchmarks.surveys import SIDE, TOP, two_lidars
from calib.estimation.tangent import difference
from calib.lidars.drive import calibrate_lidars_of_drive
from calib.lidars.file import lidar_lidar_summary
from calib.lidars.lidar_lidar import calibrate_lidar_lidar
from calib.lidars.start import level_pose
from calib.rigs.survey import survey_rig
from sensorann.cli import run
from sensorann.errors import ArgumentError, CalibrationError
from sensorann.formats import open_drive
from sensorann.geometry import Transform
from sensorann.scene import Rig, Sensor
from tests.builders import MemoryDrive

TRUTH = TOP.inverse() @ SIDE


@pytest.fixture(scope="module")
def drive():
    """Both LiDARs at two instants, on a vehicle that moves, whose rig is a little off: that must not matter."""
    pair = two_lidars(4)
    off = Transform(SIDE.rotation, SIDE.translation + 0.1)
    rig = Rig(tuple(Sensor(name=n, kind="lidar", ego_from_sensor=p) for n, p in (("TOP", TOP), ("SIDE", off))))
    times = {name: pair.timestamps_ns(name) for name in ("TOP", "SIDE")}
    return MemoryDrive(rig=rig, trajectory=pair.trajectory, sweeps=pair.sweeps, times=times)


def test_a_check_says_that_the_rig_has_the_lidar_elsewhere(drive):
    (checked,) = survey_rig(turned_rig(drive, "SIDE", (0.0, 0.0, 1.5)))
    assert (checked.sensor, checked.by, checked.verdict) == ("SIDE", "surfaces that TOP sees", "moved")
    off = {axis.name: axis.off for axis in checked.axes}
    assert np.rad2deg(np.linalg.norm([off[axis] for axis in ("roll", "pitch", "yaw")])) == pytest.approx(1.5, abs=0.2)
    # The rig has it 10 cm aside along each axis.
    assert np.linalg.norm([off[axis] for axis in "xyz"]) == pytest.approx(0.1 * np.sqrt(3), abs=0.04)


def test_a_tilted_lidar_is_found_without_a_guess(drive):
    found = calibrate_lidars_of_drive(drive, "SIDE", "TOP", n_instants=2)
    off = difference(found.target_from_source, TRUTH)
    assert np.rad2deg(np.abs(off[:3])).max() < 0.3
    assert np.abs(off[3:]).max() < 0.03
    assert np.all(np.abs(off) < 5 * np.sqrt(np.diag(found.covariance)))
    assert np.all(np.sqrt(np.diag(found.covariance)) > np.abs(found.exchanged))
    assert found.warnings == ()
    assert found.n_instants == 2


def test_ranges_that_are_off_widen_the_sigmas(drive):
    # Half a percent: 1 cm near by, 20 cm far out, and no single fit shows it.
    long = [replace(sweep, points=1.005 * sweep.points) for sweep in drive.sweeps["SIDE"]]
    off = replace(drive, sweeps={**drive.sweeps, "SIDE": long})
    right, wrong = (calibrate_lidars_of_drive(one, "SIDE", "TOP", n_instants=2) for one in (drive, off))
    assert np.linalg.norm(wrong.near_far[3:]) > 3 * np.linalg.norm(right.near_far[3:])
    # By cubes and by the exchange alone the truth is twenty sigmas away.
    off = difference(wrong.target_from_source, TRUTH)
    assert off @ np.linalg.solve(wrong.covariance, off) < 40
    assert "near and far points tell poses that differ by" in lidar_lidar_summary(wrong)


def test_the_ground_levels_a_sensor(drive):
    for name, pose in (("TOP", TOP), ("SIDE", SIDE)):
        level = level_pose(drive.sweep(name, 0).points.astype(float), name=name)
        assert level.translation[2] == pytest.approx(pose.translation[2], abs=0.15)
        # Up of the level frame is up of the vehicle, within the slope of the road.
        up = pose.rotate(level.inverse().rotate([0.0, 0.0, 1.0]))
        assert up[2] > np.cos(np.deg2rad(3.0))


def plane_points(rng, n=4000, *, walls=()):
    """Points of a level road, and of walls at given y, about a sensor 1.8 m above it."""
    x, y = rng.uniform(-25, 25, (2, n))
    parts = [np.column_stack([x, y, np.full(n, -1.8)])]
    parts += [np.column_stack([rng.uniform(-25, 25, n), np.full(n, wall), rng.uniform(-1.8, 3, n)]) for wall in walls]
    return np.concatenate(parts) + 0.01 * rng.normal(size=(n * len(parts), 3))


@pytest.mark.parametrize(
    ("walls", "lost", "why"),
    [((), {"yaw", "x", "y"}, "level, as on an empty road"), ((-6.0, 8.0), {"x"}, "all run one way, as in a corridor")],
    ids=["an empty road", "a corridor"],
)
def test_what_a_place_does_not_tell_is_named(walls, lost, why):
    rng = np.random.default_rng(0)
    # Whatever moves along the lost axes fits as well: the same cloud drawn twice.
    found = calibrate_lidar_lidar([plane_points(rng, walls=walls)], [plane_points(rng, walls=walls)])
    assert set(found.seen.weak_axes) == lost
    assert why in found.warnings[0]


def test_what_has_nothing_in_common_is_refused(drive):
    clouds = [drive.sweep(name, 0).points.astype(float) for name in ("TOP", "SIDE")]
    with pytest.raises(CalibrationError, match="sees no ground"):
        calibrate_lidar_lidar(clouds[:1], [np.random.default_rng(0).normal(size=(500, 3)) * 5])
    with pytest.raises(CalibrationError, match="same instants"):
        calibrate_lidar_lidar(clouds, clouds[:1])
    with pytest.raises(CalibrationError, match="name two LiDARs"):
        calibrate_lidars_of_drive(drive, "TOP", "TOP")
    with pytest.raises(ArgumentError, match="no sensor 'ROOF'"):
        calibrate_lidars_of_drive(drive, "ROOF", "TOP")


@pytest.mark.real_data
def test_two_recorded_lidars_agree_with_their_data_set(real_data, tmp_path, capsys):
    out = tmp_path / "top_from_front.json"
    drive = str(real_data / "pandaset_nuscenes")
    words = ["calibrate", "lidar-lidar", drive, "--sensor", "LIDAR_FRONT", "--target", "LIDAR_TOP", "--instants", "2"]
    picture = tmp_path / "both.png"
    assert run([*words, "-o", str(out), "--picture", str(picture)]) == 0
    # Four plots, two abreast.
    assert cv2.imread(str(picture)).shape == (800, 1100, 3)
    text = capsys.readouterr().out
    assert "LIDAR_FRONT in the frame of LIDAR_TOP: 2 instants" in text
    assert "an error that all its sweeps share is not in them" in text
    assert json.loads(out.read_text())["overlap"] > 0.2
    assert run(["info", drive, "--rig", str(out), "--samples", "0", "--json"]) == 0
    sensors = {one["name"]: one for one in json.loads(capsys.readouterr().out)["sensors"]}
    # The data set's own pose leaves a tenth more scatter than the one found.
    np.testing.assert_allclose(sensors["LIDAR_FRONT"]["translation_m"], [1.409, 0.018, 1.556], atol=0.08)


@pytest.mark.real_data
def test_a_roof_lidar_is_placed_beside_one_that_sees_a_part_of_what_it_does(real_data):
    recorded = open_drive(real_data / "pandaset_nuscenes")
    front = calibrate_lidars_of_drive(recorded, "LIDAR_FRONT", "LIDAR_TOP", n_instants=1)
    top = calibrate_lidars_of_drive(recorded, "LIDAR_TOP", "LIDAR_FRONT", n_instants=1)
    off = difference(top.target_from_source.inverse(), front.target_from_source)
    np.testing.assert_allclose(off, front.exchanged, atol=1e-3)
