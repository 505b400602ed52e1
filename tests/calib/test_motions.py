"""Hand-eye and clocks: the pose and the delay come back from motions, and what they do not tell is said."""

import json

import numpy as np
import pytest

from calib.estimation.file import read_calibration
from calib.estimation.levenberg import Equations
from calib.estimation.problem import Prior
from calib.estimation.tangent import difference, moved, rotation_from_vector
from calib.motion.clocks import find_delay
from calib.motion.hand_eye import _MotionModel, _State, calibrate_hand_eye
from calib.motion.poses import read_poses
from sensorann.cli import run
from sensorann.errors import CalibrationError, FormatError
from sensorann.formats import open_drive
from sensorann.geometry import Trajectory, Transform, Transforms

START_NS = 1_790_000_000_000_000_000
EGO_FROM_LIDAR = Transform(rotation_from_vector([0.02, -0.03, 0.3]), np.array([1.2, -0.3, 0.9]))


def weave(*, n=1200, tilt=0.1, turn=1.0) -> Trajectory:
    """Ego poses of a road that winds, with roll and pitch of a body that sways."""
    t = 0.05 * np.arange(n)
    yaw = np.cumsum(turn * (0.35 * np.sin(0.35 * t) + 0.15 * np.sin(1.1 * t + 1))) * 0.05
    roll, pitch = tilt * (np.sin(0.9 * t) + 0.5 * np.sin(2.3 * t)), tilt * np.sin(0.7 * t + 2)
    rotations = [
        rotation_from_vector([0, 0, y]) @ rotation_from_vector([0, p, 0]) @ rotation_from_vector([r, 0, 0])
        for r, p, y in zip(roll, pitch, yaw, strict=True)
    ]
    speed = 8.0 + 2.0 * np.sin(0.2 * t)
    places = np.cumsum(np.stack([np.cos(yaw) * speed, np.sin(yaw) * speed, 0 * yaw], axis=1) * 0.05, axis=0)
    return Trajectory(START_NS + 50_000_000 * np.arange(n), Transforms(np.stack(rotations), places))


def odometry(ego: Trajectory, *, late=0.0, seed=0, turn_noise=2e-4, place_noise=0.003) -> Trajectory:
    """Poses of the LiDAR in a world of its own, whose errors add up as those of odometry do."""
    rng = np.random.default_rng(seed)
    poses = ego.world_from_ego @ EGO_FROM_LIDAR
    steps = Transforms(poses.rotations[:-1], poses.translations[:-1]).inverse() @ Transforms(
        poses.rotations[1:], poses.translations[1:]
    )
    walked = [Transform.identity()]
    for i in range(len(steps)):
        slip = Transform(rotation_from_vector(turn_noise * rng.normal(size=3)), place_noise * rng.normal(size=3))
        walked.append(moved(walked[-1] @ steps[i] @ slip, np.zeros(6)))
    rotations, places = (np.stack([getattr(pose, part) for pose in walked]) for part in ("rotation", "translation"))
    return Trajectory(ego.timestamps_ns + round(late * 1e9), Transforms(rotations, places))


def test_a_delay_beyond_what_was_tried_is_doubted():
    ego = weave()
    late = odometry(ego, late=0.8)
    inside, outside = (find_delay(late, ego, largest_s=largest) for largest in (1.0, 0.7))
    assert inside.warnings == ()
    assert "the delay lies at the end of what was tried, 0.7 s" in outside.warnings[-1]


@pytest.mark.parametrize("largest", [-1.0, np.nan, np.inf])
def test_a_largest_delay_that_is_no_length_of_time_is_refused(largest):
    with pytest.raises(CalibrationError, match="the largest delay must be 0 s or more, got"):
        find_delay(weave(), weave(), largest_s=largest)


def test_pose_and_delay_come_back_within_their_sigmas():
    ego = weave()
    offs = []
    for seed in range(3):
        found = calibrate_hand_eye(odometry(ego, late=0.020, seed=seed), ego)
        off = difference(found.second_from_first, EGO_FROM_LIDAR)
        offs.append([*(off / np.sqrt(np.diag(found.covariance))), (found.delay - 0.020) / found.delay_sigma])
        assert abs(found.delay - 0.020) < 0.003
        assert found.warnings == ()
    assert 0.5 < np.sqrt(np.mean(np.square(offs))) < 1.6
    assert np.abs(offs).max() < 4.5


def test_a_vehicle_on_a_plane_does_not_tell_the_height():
    ego = weave(tilt=0.0)
    found = calibrate_hand_eye(odometry(ego), ego)
    assert found.seen.weak_axes == ("z",)
    assert "nearly all turns are about one axis" in found.warnings[0]
    off = difference(found.second_from_first, EGO_FROM_LIDAR)
    assert np.abs(off[[2, 3, 4]]).max() < 0.05


def test_a_prior_gives_what_the_motions_do_not():
    ego = weave(tilt=0.0)
    prior = Prior.from_sigmas(EGO_FROM_LIDAR, rotation=np.deg2rad(1.0), translation=0.05)
    found = calibrate_hand_eye(odometry(ego), ego, prior=prior)
    assert np.abs(difference(found.second_from_first, EGO_FROM_LIDAR)).max() < 0.05
    assert "z" in found.seen.weak_axes


def test_derivatives_are_those_of_differences():
    ego = weave(n=400)
    times = ego.timestamps_ns[40:-60:5]
    motions = ego.sample(times).inverse() @ ego.sample(times + 1_000_000_000)
    known = Prior.from_sigmas(EGO_FROM_LIDAR, rotation=1.0, translation=1.0)
    model = _MotionModel(odometry(ego), motions, times, known, (0.1, 0.1), 0.0)
    state = _State(moved(EGO_FROM_LIDAR, [0.01, -0.02, 0.015, 0.05, 0.02, -0.03]), 0.0)
    _, slopes = model.rows(state)
    weights = 1.0 / (1.0 + ((model.residuals(state) / 0.1) ** 2).sum(axis=1) / 4.0)
    for k in range(7):
        step = np.zeros(7)
        step[k] = 1e-6 if k < 6 else 1e-3
        ahead, behind = (model.residuals(model.moved(state, sign * step, np.zeros(0))) for sign in (1, -1))
        expected = (ahead - behind) / (2 * step[k]) / 0.1 * np.sqrt(weights)[:, None]
        # The turn that is left is small, and its half-difference of matrices is right to its square.
        np.testing.assert_allclose(slopes[:, :, k], expected, atol=0.3 if k == 6 else 0.02)
    assert isinstance(model.equations(state), Equations)


def test_a_delay_is_found_to_a_fraction_of_a_sample():
    ego = weave()
    for late in (-0.313, 0.0, 0.020, 0.777):
        found = find_delay(odometry(ego, late=late), ego)
        assert abs(found.seconds - late) < max(4 * found.sigma, 0.002)
        assert found.sigma < 0.01
        assert found.likeness > 0.95


def test_sensors_of_different_drives_are_doubted():
    other = weave(turn=-0.6, tilt=0.25)
    backwards = Trajectory(other.timestamps_ns, Transforms(other.world_from_ego.rotations[::-1], np.zeros((1200, 3))))
    assert "the same drive?" in find_delay(backwards, weave()).warnings[0]


@pytest.mark.parametrize(
    ("ego", "message"),
    [
        (weave(tilt=0.0, turn=0.0), "do not turn"),
        (weave(n=100), "are needed"),
        (weave(tilt=0.0, turn=0.02), "drive bends"),
    ],
    ids=["straight road", "too short", "hardly a bend"],
)
def test_motions_that_tell_nothing_are_refused(ego, message):
    with pytest.raises(CalibrationError, match=message):
        calibrate_hand_eye(Trajectory(ego.timestamps_ns, ego.world_from_ego), ego)


def write_csv(path, trajectory):
    rows = ["timestamp_ns,x_m,y_m,z_m,qw,qx,qy,qz"]
    for i, time in enumerate(trajectory.timestamps_ns):
        pose = trajectory.world_from_ego[i]
        rows.append(",".join([str(time), *map(repr, [*pose.translation.tolist(), *pose.quaternion_wxyz.tolist()])]))
    path.write_text("\n".join(rows) + "\n")


def test_both_files_of_poses_hold_the_same(tmp_path):
    ego = weave(n=30)
    write_csv(tmp_path / "ego.csv", ego)
    lines = []
    for i, time in enumerate(ego.timestamps_ns.tolist()):
        pose = ego.world_from_ego[i]
        w, *xyz = pose.quaternion_wxyz.tolist()
        lines.append(
            f"{time // 10**9}.{time % 10**9:09d} " + " ".join(map(repr, [*pose.translation.tolist(), *xyz, w]))
        )
    (tmp_path / "ego.txt").write_text("# TUM\n" + "\n".join(lines))
    for name in ("ego.csv", "ego.txt"):
        found = read_poses(tmp_path / name)
        np.testing.assert_array_equal(found.timestamps_ns, ego.timestamps_ns)
        np.testing.assert_allclose(found.world_from_ego.rotations, ego.world_from_ego.rotations, atol=1e-12)
        np.testing.assert_array_equal(found.world_from_ego.translations, ego.world_from_ego.translations)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", "timestamp_ns,x_m\n1,2\n", "columns timestamp_ns, x_m, y_m"),
        ("a.csv", "timestamp_ns,x_m,y_m,z_m,qw,qx,qy,qz\n", "expected poses"),
        ("a.csv", "timestamp_ns,x_m,y_m,z_m,qw,qx,qy,qz\n1,0,0,0,1,0,0\n", "8 cells"),
        ("a.csv", "timestamp_ns,x_m,y_m,z_m,qw,qx,qy,qz\n1,0,0,0,0,0,0,90\n", "length one"),
        ("a.csv", "timestamp_ns,x_m,y_m,z_m,qw,qx,qy,qz\n1.5,0,0,0,1,0,0,0\n", "whole nanoseconds"),
        ("a.csv", "timestamp_ns,x_m,y_m,z_m,qw,qx,qy,qz\n2,0,0,0,1,0,0,0\n1,0,0,0,1,0,0,0\n", "order of time"),
        ("a.txt", "noon 0 0 0 0 0 0 1\n", "seconds"),
        ("a.txt", "1.0 0 0 nan 0 0 0 1\n", "finite"),
        ("a.txt", "1.0 0 0 here 0 0 0 1\n", "numbers"),
    ],
    ids=["columns", "empty", "half a line", "degrees", "seconds", "backwards", "no time", "NaN", "a word"],
)
def test_damaged_poses_are_refused(tmp_path, name, content, message):
    (tmp_path / name).write_text(content)
    with pytest.raises(FormatError, match=message):
        read_poses(tmp_path / name)


def test_the_commands_take_files_of_poses(tmp_path, capsys):
    ego = weave(n=800)
    write_csv(tmp_path / "ego.csv", ego)
    write_csv(tmp_path / "lidar.csv", odometry(ego, late=0.020))
    session, out = tmp_path / "session.toml", tmp_path / "ego_from_lidar.json"
    session.write_text('[first]\nname = "LIDAR"\nposes = "lidar.csv"\n[second]\nname = "ego"\nposes = "ego.csv"\n')
    page = tmp_path / "page.html"
    assert run(["calibrate", "hand-eye", str(session), "-o", str(out), "--report", str(page)]) == 0
    assert "What is left of turns" in page.read_text("utf-8")
    assert "the clock of LIDAR is +" in capsys.readouterr().out
    assert json.loads(out.read_text())["delay_s"] == pytest.approx(0.020, abs=0.003)
    assert run(["calibrate", "time-offset", str(session), "--json", "--report", str(page)]) == 0
    assert "How fast both turn" in page.read_text("utf-8")
    assert json.loads(capsys.readouterr().out)["delay_s"] == pytest.approx(0.020, abs=0.005)
    session.write_text('[first]\nposes = "lidar.csv"\n[second]\nname = "ego"\n')
    assert run(["calibrate", "hand-eye", str(session)]) == 1
    assert "[second] poses: expected the name of a file of poses" in capsys.readouterr().err


@pytest.mark.real_data
def test_a_recorded_drive_tells_a_sensor_that_was_put_on_it(real_data, tmp_path):
    place = f"{real_data / 'kitti_tracking' / 'training'}#0020"
    write_csv(tmp_path / "lidar.csv", odometry(open_drive(place).trajectory, late=0.020))
    session, out = tmp_path / "session.toml", tmp_path / "found.json"
    session.write_text(f'[first]\nposes = "lidar.csv"\n[second]\nname = "ego"\ndrive = "{place}"\n')
    assert run(["calibrate", "hand-eye", str(session), "-o", str(out)]) == 0
    found = read_calibration(out)
    off = difference(found.target_from_source, EGO_FROM_LIDAR)
    assert np.all(np.abs(off) < 4 * np.sqrt(np.diag(found.covariance)))
    assert np.rad2deg(np.abs(off[:3])).max() < 1.0
    assert json.loads(out.read_text())["delay_s"] == pytest.approx(0.020, abs=0.003)


@pytest.mark.real_data
def test_a_straight_recorded_road_is_refused(real_data):
    ego = open_drive(f"{real_data / 'kitti_tracking' / 'training'}#0016").trajectory
    with pytest.raises(CalibrationError, match="drive bends"):
        calibrate_hand_eye(odometry(ego), ego)
