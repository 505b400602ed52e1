"""Boards with reflectors, found in pictures or clouds and in the scans of a radar: of a folder, and of a drive."""

import json

import numpy as np
import pytest

from calib.estimation.file import read_calibration
from calib.estimation.tangent import difference, moved
from sensorann.cli import run
from sensorann.formats import pack
from sensorann.formats.points.pcd import write_pcd
from sensorann.formats.rigs import Intrinsics
from sensorann.formats.rigs.own import lens_members
from sensorann.geometry import Transform
from sensorann.scene import Rig, Sensor, Sweep
from tests.builders import START_NS, MemoryDrive
from tests.calib.board_captures import BOARD, CAMERA, LIDAR_FROM_CAMERA, write_captures
from tests.calib.board_sweeps import SIZE

DEPTH = 0.1
RADAR_FROM_LIDAR = Transform.from_yaw(0.05, [-1.0, 0.1, 0.5])
TRUTH = {"camera": RADAR_FROM_LIDAR @ LIDAR_FROM_CAMERA, "lidar": RADAR_FROM_LIDAR}
# What a tape says of the mounting.
TAPED = moved(RADAR_FROM_LIDAR, [0.01, -0.01, 0.015, 0.03, -0.03, 0.02])


def make_scan(board: Transform, seed: int) -> dict[str, np.ndarray]:
    """Returns of the reflector, of weaker things around it, and of a truck far from it, in the radar's plane."""
    rng = np.random.default_rng(seed)
    reflector = (RADAR_FROM_LIDAR @ board).apply([0.0, 0.0, DEPTH])
    distance, azimuth = np.linalg.norm(reflector), np.arctan2(reflector[1], reflector[0])
    ranges = np.array([distance + rng.normal(0, 0.02), distance + 0.5, distance - 0.4, distance + 20])
    azimuths = azimuth + np.array([rng.normal(0, np.deg2rad(0.25)), 0.1, -0.15, 0.0])
    x, y = ranges * np.cos(azimuths), ranges * np.sin(azimuths)
    columns = {"x": x, "y": y, "z": np.zeros(4), "rcs": np.array([18.0, 4.0, 7.0, 30.0])}
    return {name: column.astype(np.float32) for name, column in columns.items()}


@pytest.fixture
def folder(tmp_path, captures):
    """Pictures and clouds of boards, and scans of a radar beside them."""
    write_captures(tmp_path, captures)
    (tmp_path / "radar").mkdir()
    for i, (board, *_) in enumerate(captures):
        write_pcd(tmp_path / "radar" / f"{i}.pcd", make_scan(board, i))
    return tmp_path


RADAR = "sigma_range_m = 0.02\nsigma_azimuth_deg = 0.25\n"
IMAGES = f"[images]\ncolumns = {BOARD.columns}\nrows = {BOARD.rows}\nspacing_m = {BOARD.spacing}\n"
SIZES = f"[board]\nreflector_depth_m = {DEPTH}\ncolumns_m = {SIZE[0]}\nrows_m = {SIZE[1]}\n"


def folder_session(folder, source, *, taped=True):
    pose = TAPED if source == "lidar" else TAPED @ LIDAR_FROM_CAMERA
    prior = (
        f"[prior]\nrotation_wxyz = {pose.quaternion_wxyz.tolist()}\ntranslation_m = {pose.translation.tolist()}\n"
        "sigma_deg = 1.0\nsigma_m = 0.05\n"
    )
    sources = {
        "camera": f"[camera]\nmatrix = {CAMERA.matrix.tolist()}\nsize_px = {list(CAMERA.size)}\n"
        f'{IMAGES}folder = "pictures"\n',
        "lidar": '[lidar]\nclouds = "clouds/*_full.pcd"\n',
    }
    path = folder / f"{source}.toml"
    path.write_text(f'{sources[source]}[radar]\nclouds = "radar/*.pcd"\n{RADAR}{SIZES}{prior if taped else ""}')
    return path


def assert_found(path, source, *, sigmas=4.0):
    found = read_calibration(path)
    off = difference(found.target_from_source, TRUTH[source])
    assert np.all(np.abs(off) < sigmas * np.sqrt(np.diag(found.covariance)))
    assert len(json.loads(path.read_text())["targets"]["names"]) == 6


@pytest.mark.parametrize("source", ["camera", "lidar"])
def test_reflectors_are_found_in_scans_beside_pictures_and_clouds(folder, source):
    out = folder / "radar_from_it.json"
    assert run(["calibrate", f"{source}-radar", str(folder_session(folder, source)), "-o", str(out)]) == 0
    assert_found(out, source)


def test_the_lens_is_to_blame_for_a_part_of_the_sigmas(folder, capsys):
    path = folder_session(folder, "camera")
    lens = {"format_version": 1, **lens_members(Intrinsics.of(CAMERA)), "covariance": {"matrix": np.eye(4).tolist()}}
    (folder / "lens.json").write_text(json.dumps(lens))
    stated = f"matrix = {CAMERA.matrix.tolist()}\nsize_px = {list(CAMERA.size)}"
    path.write_text(path.read_text().replace(stated, 'lens = "lens.json"'))
    out = folder / "radar_from_camera.json"
    assert run(["calibrate", "camera-radar", str(path), "-o", str(out)]) == 0
    # A pixel of the middle is as much yaw as a pixel over the focal length.
    assert np.sqrt(json.loads(out.read_text())["covariance_of_lens"][2][2]) == pytest.approx(1 / 900, rel=0.5)
    assert "the lens is to blame" in capsys.readouterr().out


def test_scans_that_show_no_reflector_are_named(folder, capsys):
    (folder / "radar" / "2.pcd").unlink()
    empty = {name: column[3:] for name, column in make_scan(Transform.identity(), 0).items()}
    write_pcd(folder / "radar" / "4.pcd", empty)
    assert run(["calibrate", "camera-radar", str(folder_session(folder, "camera"))]) == 0
    out = capsys.readouterr().out
    assert "4 of 4 targets" in out
    assert "left out 2.png: has no cloud of its name" in out
    assert "left out 4.png: no return of the radar lies within 1.5 m of its reflector" in out


def test_without_a_pose_to_look_from_nothing_is_guessed(folder, capsys):
    assert run(["calibrate", "lidar-radar", str(folder_session(folder, "lidar", taped=False))]) == 1
    assert "a prior is needed" in capsys.readouterr().err


@pytest.mark.parametrize("source", ["camera", "lidar"])
def test_reflectors_are_found_straight_in_a_drive(folder, captures, source):
    ego_from_radar = Transform.from_yaw(0.0, [3.5, 0.0, 0.5])
    poses = {
        "RADAR": ego_from_radar,
        "ROOF": ego_from_radar @ TAPED,
        "FRONT": ego_from_radar @ TAPED @ LIDAR_FROM_CAMERA,
    }
    kinds = {"RADAR": "radar", "ROOF": "lidar", "FRONT": "camera"}
    rig = Rig(
        tuple(
            Sensor(name=name, kind=kind, ego_from_sensor=poses[name], camera=CAMERA if kind == "camera" else None)
            for name, kind in kinds.items()
        )
    )
    times = START_NS + 1_000_000_000 * np.arange(len(captures), dtype=np.int64)
    sweeps: dict[str, list[Sweep]] = {"ROOF": [], "RADAR": []}
    for i, (time, (board, _, points, rings)) in enumerate(zip(times.tolist(), captures, strict=True)):
        scan = make_scan(board, i)
        returns = np.stack([scan.pop(axis) for axis in "xyz"], axis=1)
        for name, cloud, fields in (("ROOF", points.astype(np.float32), {"ring": rings}), ("RADAR", returns, scan)):
            sweeps[name].append(Sweep(sensor=name, timestamp_ns=time, points=cloud, fields=fields))
    pictures = [(folder / "pictures" / f"{i}.png").read_bytes() for i in range(len(captures))]
    drive = MemoryDrive(
        rig=rig, trajectory=None, times=dict.fromkeys(kinds, times), sweeps=sweeps, images={"FRONT": pictures}
    )
    pack(drive, folder / "yard.drive.h5")
    path, out = folder / "drive.toml", folder / "found.json"
    path.write_text(
        f'[drive]\npath = "yard.drive.h5"\n[camera]\nname = "FRONT"\n[lidar]\nname = "ROOF"\n{IMAGES}{SIZES}'
        f'[radar]\nname = "RADAR"\n{RADAR}'
    )
    page = folder / "page.html"
    assert run(["calibrate", f"{source}-radar", str(path), "-o", str(out), "--report", str(page)]) == 0
    assert_found(out, source)
    assert read_calibration(out).target == "RADAR"
    # Pictures with the returns of the radar, where a camera is part of the pair.
    assert page.read_text("utf-8").count("data:image/jpeg;base64,") == (4 if source == "camera" else 0)
