"""`sensorann interpolate`."""

import json

import cv2
import numpy as np
import pytest

import sensorann as sa
from benchmarks import kitti_interpolation
from sensorann.cli import run
from sensorann.scene import Source, Sweep
from tests.builders import FRAME_NS, START_NS, MemoryDrive, make_labels, make_rig, make_track, make_trajectory
from tests.formats.kitti_files import make_row, write_tracking

BEND = [(0, (0.0, 1.5, 10.0)), (2, (0.0, 1.5, 14.0)), (4, (4.0, 1.5, 14.0))]
OFFSETS = {"LIDAR_TOP": 0, "FIRST": 30_000_000, "SECOND": 60_000_000}
PICTURE = cv2.imencode(".png", np.zeros((480, 640, 3), np.uint8))[1].tobytes()


def write_drive(folder, *, frames=(0, 4)):
    """Write a KITTI drive with one car labelled at some frames; return drive and labels as the command takes them."""
    training = write_tracking(folder, rows=[make_row(frame=frame) for frame in frames])
    return str(training), str(training / "label_02" / "0000.txt")


def sources(path, drive):
    labels = sa.read_labels(path, drive=sa.open_drive(drive))
    return [Source(source).label for source in labels.tracks[0].sources]


def test_keyframes_become_a_complete_track(tmp_path, capsys):
    drive, labels = write_drive(tmp_path)
    out = tmp_path / "complete.json"
    assert run(["interpolate", labels, "--drive", drive, "-o", str(out)]) == 0
    assert sources(out, drive) == ["imported", "interpolated", "interpolated", "interpolated", "imported"]
    assert "1 tracks, 2 keyframes, 3 boxes computed" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("frames", "reason"),
    [
        ((), "the labels hold no keyframe"),
        ((2,), "no track has two"),
        ((1, 2, 3), "no instant asked for lies between two keyframes without being one"),
    ],
    ids=["no keyframe", "one", "dense"],
)
def test_when_no_box_is_computed_the_reason_is_said(tmp_path, capsys, frames, reason):
    drive, labels = write_drive(tmp_path, frames=frames)
    assert run(["interpolate", labels, "--drive", drive, "-o", str(tmp_path / "complete.json")]) == 0
    computed, why = capsys.readouterr().out.splitlines()
    assert " 0 boxes computed" in computed
    assert reason in why


def test_json_sums_up(tmp_path, capsys):
    drive, labels = write_drive(tmp_path)
    out = str(tmp_path / "complete.txt")
    assert run(["interpolate", labels, "--drive", drive, "-o", out, "--json"]) == 0
    summary = json.loads(capsys.readouterr().out)
    assert (summary["out"], summary["tracks"], summary["keyframes"], summary["computed"]) == (out, 1, 2, 3)
    assert 0 < summary["median_sigma_m"] <= summary["max_sigma_m"]
    assert summary["max_sigma_track"] == sa.read_labels(labels, drive=sa.open_drive(drive)).tracks[0].id


def test_the_output_format_can_be_named(tmp_path):
    drive, labels = write_drive(tmp_path)
    out = tmp_path / "complete"
    assert run(["interpolate", labels, "--drive", drive, "-o", str(out), "--from", "kitti", "--to", "kitti"]) == 0
    assert len(out.read_text().splitlines()) == 5


@pytest.mark.parametrize(("method", "straight"), [("linear", True), ("smooth", False), ("spline", False)])
def test_the_method_is_used(tmp_path, method, straight):
    # A car that goes straight ahead, then to the side: only the straight lines turn at once.
    training = write_tracking(tmp_path, rows=[make_row(frame=f, location=place) for f, place in BEND])
    out = tmp_path / "complete.json"
    labels = str(training / "label_02" / "0000.txt")
    assert run(["interpolate", labels, "--drive", str(training), "-o", str(out), "--method", method]) == 0
    centers = sa.read_labels(out).tracks[0].cuboids.centers
    bent = np.linalg.norm(centers[0] - 2 * centers[1] + centers[2])
    assert (bent < 1e-6) == straight


@pytest.mark.parametrize("at", ["lidar", "camera"])
def test_instants_are_those_of_the_named_kind_of_sensor(tmp_path, at):
    drive = MemoryDrive(
        rig=make_rig(cameras=("FIRST", "SECOND")),
        trajectory=make_trajectory(n=6),
        times={name: START_NS + offset + np.arange(5) * FRAME_NS for name, offset in OFFSETS.items()},
        images={name: [PICTURE] * 5 for name in ("FIRST", "SECOND")},
        sweeps={"LIDAR_TOP": [Sweep(sensor="LIDAR_TOP", timestamp_ns=START_NS, points=np.zeros((1, 3)))] * 5},
    )
    sa.pack(drive, tmp_path / "a.drive.h5")
    keyframes = make_track(timestamps_ns=[START_NS, START_NS + 4 * FRAME_NS])
    sa.write_labels(make_labels(keyframes, drive_name=drive.name), tmp_path / "keys.json")
    arguments = [str(tmp_path / "keys.json"), "--drive", str(tmp_path / "a.drive.h5"), "-o", str(tmp_path / "o.json")]
    assert run(["interpolate", *arguments, "--at", at, "--no-points"]) == 0
    times = sa.read_labels(tmp_path / "o.json").tracks[0].timestamps_ns[1:-1] - START_NS
    assert set(times % FRAME_NS) == {OFFSETS["FIRST" if at == "camera" else "LIDAR_TOP"]}


@pytest.mark.parametrize("in_file", [False, True], ids=["on the line", "in a file"])
def test_instants_can_be_given(tmp_path, in_file):
    drive, labels = write_drive(tmp_path)
    at = "150000000,250000000"
    if in_file:
        (tmp_path / "at.txt").write_text(at.replace(",", "\n"))
        at = str(tmp_path / "at.txt")
    out = tmp_path / "complete.json"
    assert run(["interpolate", labels, "--drive", drive, "-o", str(out), "--at", at]) == 0
    track = sa.read_labels(out, drive=sa.open_drive(drive)).tracks[0]
    np.testing.assert_array_equal(track.timestamps_ns, [0, 150_000_000, 250_000_000, 400_000_000])


def test_the_keyframe_sigma_reaches_the_boxes(tmp_path):
    drive, labels = write_drive(tmp_path)
    out = tmp_path / "complete.json"
    assert run(["interpolate", labels, "--drive", drive, "-o", str(out), "--keyframe-sigma-m", "0.1"]) == 0
    np.testing.assert_array_equal(sa.read_labels(out).tracks[0].sigmas[0, :3], 0.1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--at", "noon"], "--at must be lidar, camera, instants in ns"),
        (["--at", "1,99999999999999999999"], "--at must be lidar, camera, instants in ns"),
        (["--keyframe-sigma-m", "-1"], "--keyframe-sigma-m must be a length in metres"),
        (["--from", "waymo"], "waymo"),
        (["--to", "waymo"], "waymo"),
    ],
)
def test_bad_arguments_are_one_line_and_leave_no_file(tmp_path, capsys, arguments, message):
    drive, labels = write_drive(tmp_path)
    out = tmp_path / "complete.json"
    assert run(["interpolate", labels, "--drive", drive, "-o", str(out), *arguments]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert not out.exists()


def test_an_unknown_method_is_wrong_usage(tmp_path):
    drive, labels = write_drive(tmp_path)
    assert run(["interpolate", labels, "--drive", drive, "-o", str(tmp_path / "x.json"), "--method", "magic"]) == 2


@pytest.mark.real_data
def test_the_command_gives_what_the_benchmark_scores(real_data, tmp_path):
    case = next(case for case in kitti_interpolation.read_cases(real_data) if case.drive.name == "0002")
    given, out = tmp_path / "keyframes.json", tmp_path / "complete.json"
    sa.write_labels(case.keyframes, given)
    drive = f"{real_data / 'kitti_tracking' / 'training'}#0002"
    assert run(["interpolate", str(given), "--drive", drive, "-o", str(out)]) == 0
    scored, written = sa.interpolate(case.keyframes, case.drive), sa.read_labels(out)
    assert len(scored.tracks) > 5
    for track in scored.tracks:
        other = written.track(track.id)
        np.testing.assert_array_equal(other.timestamps_ns, track.timestamps_ns)
        np.testing.assert_array_equal(other.sources, track.sources)
        np.testing.assert_allclose(other.cuboids.corners(), track.cuboids.corners(), atol=1e-6)
        np.testing.assert_allclose(other.sigmas, track.sigmas, atol=1e-9)


def test_a_name_without_a_format_is_told_before_the_work(tmp_path, capsys):
    drive, labels = write_drive(tmp_path)
    assert run(["interpolate", labels, "--drive", drive, "-o", str(tmp_path / "complete.xyz")]) == 1
    assert capsys.readouterr().err.startswith("sensorann: cannot tell the label format from complete.xyz")


def test_extending_says_why_it_ended(tmp_path, capsys):
    drive, labels = write_drive(tmp_path)
    out = tmp_path / "longer.json"
    assert run(["interpolate", labels, "--drive", drive, "-o", str(out), "--extend"]) == 0
    told = "0 boxes beyond keyframes; ends of tracks by why following ended: too few points at the keyframe 2"
    assert told in capsys.readouterr().out
    assert run(["interpolate", labels, "--drive", drive, "-o", str(out), "--extend", "--json"]) == 0
    summary = json.loads(capsys.readouterr().out)
    assert summary["beyond_keyframes"] == 0
    assert summary["ended"] == {"too few points at the keyframe": 2}


def test_extending_without_points_is_a_wrong_word(tmp_path, capsys):
    drive, labels = write_drive(tmp_path)
    out = tmp_path / "longer.json"
    assert run(["interpolate", labels, "--drive", drive, "-o", str(out), "--extend", "--no-points"]) == 2
    assert "--extend follows points" in capsys.readouterr().err
