"""A LiDAR followed through a simulated drive: where it sits and what its clock says, straight from the recording."""

import json
from dataclasses import replace

import numpy as np
import pytest

from calib.estimation.file import read_calibration
from calib.estimation.tangent import difference
from calib.motion.odometry import lidar_odometry
from sensorann.cli import run
from sensorann.errors import CalibrationError
from sensorann.formats import open_drive, pack
from sensorann.scene import Rig
from sensorann.simulate import simulate_drive
from tests.builders import MemoryDrive

LATE_S = 0.030


@pytest.fixture(scope="module")
def driven():
    """A drive through a town with bends, its LiDAR alone, stamped too late."""
    drive, _ = simulate_drive(seed=0, n_frames=110, n_actors=8, n_beams=16, n_columns=600)
    lidar = drive.rig.of_kind("lidar")[0]
    late_ns = round(LATE_S * 1e9)
    sweeps = [drive.sweep(lidar.name, i) for i in range(len(drive.timestamps_ns(lidar.name)))]
    stamped = [replace(sweep, timestamp_ns=sweep.timestamp_ns + late_ns) for sweep in sweeps]
    return MemoryDrive(
        rig=Rig((lidar,)),
        trajectory=drive.trajectory,
        sweeps={lidar.name: stamped},
        times={lidar.name: drive.timestamps_ns(lidar.name) + late_ns},
    )


def first_sweeps(driven, n):
    name = driven.rig.sensors[0].name
    return replace(driven, sweeps={name: driven.sweeps[name][:n]}, times={name: driven.times[name][:n]})


def test_every_second_of_a_drive_is_followed_from_the_first_sweep_on(driven):
    sensor = driven.rig.sensors[0]
    found = lidar_odometry(first_sweeps(driven, 40), sensor.name)
    before = found.timestamps_ns[:-10] - round(LATE_S * 1e9)
    for first, at_ns in enumerate(before):
        ends = [driven.trajectory.at(int(ns)) @ sensor.ego_from_sensor for ns in (at_ns, at_ns + 1_000_000_000)]
        off = difference(
            found.world_from_ego[first].inverse() @ found.world_from_ego[first + 10], ends[0].inverse() @ ends[1]
        )
        assert np.rad2deg(np.linalg.norm(off[:3])) < 0.2
        assert np.linalg.norm(off[3:]) < 0.05


def test_hand_eye_takes_a_drive_and_the_name_of_its_lidar(driven, tmp_path):
    path, out = tmp_path / "town.drive.h5", tmp_path / "found.json"
    pack(driven, path)
    sensor = driven.rig.sensors[0]
    assert run(["calibrate", "hand-eye", str(path), "--sensor", sensor.name, "-o", str(out)]) == 0
    found = read_calibration(out)
    assert (found.source, found.target) == (sensor.name, "ego")
    off = difference(found.target_from_source, sensor.ego_from_sensor)
    assert np.all(np.abs(off) < 4 * np.sqrt(np.diag(found.covariance)))
    assert json.loads(out.read_text())["delay_s"] == pytest.approx(LATE_S, abs=0.01)


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        ([], 2, "name the LiDAR of the drive that is followed, with --sensor"),
        (["--sensor", "ROOF"], 1, "ROOF"),
        (["--sensor", "LIDAR_TOP", "--target", "LIDAR_TOP"], 2, "LIDAR_TOP cannot be compared with itself"),
    ],
    ids=["no sensor", "unknown", "itself"],
)
def test_what_names_no_two_sensors_is_refused(driven, tmp_path, capsys, options, code, message):
    path = tmp_path / "town.drive.h5"
    pack(first_sweeps(driven, 2), path)
    assert run(["calibrate", "hand-eye", str(path), *options]) == code
    assert message in capsys.readouterr().err


def test_a_session_file_names_its_sensors_itself(tmp_path, capsys):
    (tmp_path / "session.toml").write_text("[first]\n[second]\n")
    assert run(["calibrate", "hand-eye", str(tmp_path / "session.toml"), "--sensor", "TOP"]) == 2
    assert "names its sensors itself" in capsys.readouterr().err


def test_a_cut_between_two_sweeps_is_named(driven):
    sensor = driven.rig.sensors[0].name
    cut = first_sweeps(driven, 4)
    cut.sweeps[sensor][2] = replace(cut.sweeps[sensor][2], points=cut.sweeps[sensor][2].points[:, [2, 0, 1]])
    with pytest.raises(CalibrationError, match=r"sweep 2 of .* on surfaces that it saw before"):
        lidar_odometry(cut, sensor)
    with pytest.raises(CalibrationError, match="has 1 sweeps"):
        lidar_odometry(first_sweeps(driven, 1), sensor)


@pytest.mark.real_data
def test_a_recorded_lidar_turns_as_its_vehicle_does(real_data):
    drive = open_drive(f"{real_data / 'kitti_tracking' / 'training'}#0000")
    found, pose = lidar_odometry(drive, "velodyne"), drive.rig["velodyne"].ego_from_sensor
    ends = [drive.trajectory.at(int(found.timestamps_ns[i])) @ pose for i in (0, -1)]
    turn = difference(found.world_from_ego[len(found.timestamps_ns) - 1], ends[0].inverse() @ ends[1])[:3]
    assert np.rad2deg(np.linalg.norm(turn)) < 1.0
