"""A rig straight from pictures, clouds and scans, with a drawing of the radar that lies in the plane of its targets."""

import json

import numpy as np
import pytest

from calib.estimation.tangent import difference
from calib.rigs.captured import Seen, count_corners_alike
from calib.targets.detections import PointDetections
from sensorann.cli import run
from sensorann.errors import CalibrationError
from sensorann.formats.openlabel.node import Node
from sensorann.formats.rigs import Intrinsics
from sensorann.formats.rigs.own import lens_members, read_pose
from sensorann.geometry import Transform
from tests.calib.board_captures import CAMERA, LIDAR_FROM_CAMERA
from tests.calib.radar_captures import (
    IMAGES,
    RADAR_FROM_LIDAR,
    SCANS,
    SIZES,
    SOURCES,
    YARD,
    make_scan,
    taped,
    write_radar_captures,
    write_yard,
)

NAMED = 'source = "camera"\ntarget = "radar"\n'
FROM_LIDAR = dict.fromkeys(("camera", "FRONT"), LIDAR_FROM_CAMERA)
FROM_LIDAR |= dict.fromkeys(("radar", "RADAR"), RADAR_FROM_LIDAR.inverse())


@pytest.fixture
def folder(tmp_path, captures):
    write_radar_captures(tmp_path, captures)
    return tmp_path


def assert_rig(path, *, sigmas=4.0):
    for one in json.loads(path.read_text())["transforms"]:
        pose = read_pose(Node(one["target_from_source"], path))
        off = difference(pose, FROM_LIDAR[one["source"]])
        assert np.all(np.abs(off) < sigmas * np.sqrt(np.diag(one["covariance"]["matrix"])))


def test_one_session_of_pictures_clouds_and_scans_places_all_three(folder, capsys):
    path, out = folder / "rig.toml", folder / "rig.json"
    path.write_text(f"{SOURCES['camera']}{SOURCES['lidar']}{SCANS}{SIZES}{taped('camera')}{NAMED}")
    (folder / "clouds" / "5_full.pcd").unlink()
    assert run(["calibrate", "rig", str(path), "-o", str(out)]) == 0
    text = capsys.readouterr().out
    assert "camera: 6 of 6 targets" in text
    assert "lidar: 5 of 5 targets" in text
    assert "radar: 6 of 6 targets" in text
    assert "of camera in radar are not observable: the drawing says more" in text
    assert_rig(out)
    (radar,) = (one for one in json.loads(out.read_text())["transforms"] if one["source"] == "radar")
    # Without one of the boards the drawing is still there: what it holds is never known less well than it says.
    assert np.all(np.rad2deg(np.sqrt(np.diag(radar["covariance"]["matrix"])[:3])) < 1.1)


def test_a_lens_with_a_covariance_that_the_sigmas_do_not_hold_is_doubted(folder, capsys):
    lens, path = lens_members(Intrinsics.of(CAMERA)), folder / "rig.toml"
    n = 4 + len(CAMERA.distortion)
    path.write_text(f'[camera]\nlens = "lens.json"\n{IMAGES}folder = "pictures"\n{SOURCES["lidar"]}{SIZES}')
    for stated, doubted in (({}, False), ({"covariance": {"matrix": np.eye(n).tolist()}}, True)):
        (folder / "lens.json").write_text(json.dumps({"format_version": 1, **lens, **stated}))
        assert run(["calibrate", "rig", str(path)]) == 0
        assert ("doubt: the sigmas take the lens of camera to be exact" in capsys.readouterr().out) == doubted


def test_sessions_of_pairs_say_the_same_together(folder):
    for source in SOURCES:
        (folder / f"{source}.toml").write_text(f"{SOURCES[source]}{SCANS}{SIZES}{taped(source)}")
    sessions, out = [str(folder / f"{source}.toml") for source in SOURCES], folder / "rig.json"
    assert run(["calibrate", "rig", *sessions, "--root", "lidar", "-o", str(out)]) == 0
    assert_rig(out)


def test_a_drive_of_targets_places_all_three(folder, captures, capsys):
    write_yard(folder, captures)
    path, out = folder / "drive.toml", folder / "rig.json"
    path.write_text(YARD)
    page = folder / "page.html"
    assert run(["calibrate", "rig", str(path), "-o", str(out), "--report", str(page)]) == 0
    assert "RADAR: 6 of 6 targets" in capsys.readouterr().out
    # Two pictures with points of the LiDAR, two with returns of the radar.
    assert page.read_text("utf-8").count("data:image/jpeg;base64,") == 4
    assert_rig(out)
    # The reflectors may be listed instead, by the names of the instants.
    returns = [make_scan(board, i) for i, (board, *_) in enumerate(captures)]
    rows = [f"{i:06d},{scan['x'][0]},{scan['y'][0]}" for i, scan in enumerate(returns)]
    (folder / "radar.csv").write_text("\n".join(["target,x_m,y_m", *rows[:5]]))
    path.write_text(YARD.replace('name = "RADAR"', 'name = "RADAR"\ntargets = "radar.csv"'))
    assert run(["calibrate", "rig", str(path)]) == 0
    assert "RADAR: 5 of 5 targets" in capsys.readouterr().out
    # It is the calibration that `--rig` takes.
    assert run(["info", str(folder / "yard.drive.h5"), "--rig", str(out)]) == 0


@pytest.mark.parametrize(
    ("named", "message"),
    [
        ("", "expected source and target, two of camera, lidar, radar, found neither"),
        ('source = "camera"\ntarget = "roof"\n', "found camera, roof"),
        ('source = "radar"\ntarget = "radar"\n', "found radar, radar"),
    ],
    ids=["none", "unknown", "itself"],
)
def test_of_three_sensors_a_prior_names_two(folder, capsys, named, message):
    path = folder / "rig.toml"
    path.write_text(f"{SOURCES['camera']}{SOURCES['lidar']}{SCANS}{SIZES}{taped('camera')}{named}")
    assert run(["calibrate", "rig", str(path)]) == 1
    assert message in capsys.readouterr().err


def test_two_drawings_of_one_pair_must_agree(folder, capsys):
    front, again = folder / "front.toml", folder / "again.toml"
    front.write_text(f"{SOURCES['camera']}{SCANS}{SIZES}{taped('camera')}")
    again.write_text(front.read_text().replace("sigma_deg = 1.0", "sigma_deg = 2.0"))
    assert run(["calibrate", "rig", str(front), str(again)]) == 1
    assert "expected camera in radar as front.toml has it" in capsys.readouterr().err


def test_another_board_in_the_second_session_is_refused(folder, capsys):
    front, roof = folder / "front.toml", folder / "roof.toml"
    front.write_text(f"{SOURCES['camera']}{SCANS}{SIZES}{taped('camera')}")
    roof.write_text(f"{SOURCES['lidar']}{SIZES.replace('rows_m = ', 'rows_m = 1')}")
    assert run(["calibrate", "rig", str(front), str(roof)]) == 1
    assert "roof.toml, [board]: expected the board of front.toml" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('folder = "pictures"', 'folder = "photos"', "photos is no folder"),
        ('folder = "pictures"', 'folder = "radar"', "radar holds no pictures"),
        ("clouds/*_full.pcd", "clouds/*_cropped.pcd", "no clouds are called"),
        ("columns = 7", "columns = 7.5", "[images] columns: expected a whole number, found 7.5"),
        ("spacing_m = 0.0625", "spacing_m = 62.5", "no pose brings more than 0 of 6 boards"),
    ],
    ids=["no folder", "no pictures", "no clouds", "half a column", "millimetres for metres"],
)
def test_captures_that_are_not_as_described_are_named(folder, capsys, old, new, message):
    text = f"{SOURCES['camera']}{SOURCES['lidar']}{SIZES}"
    assert old in text
    path = folder / "rig.toml"
    path.write_text(text.replace(old, new))
    assert run(["calibrate", "rig", str(path)]) == 1
    assert message in capsys.readouterr().err


def seen_boards(pose: Transform, boards: np.ndarray, names: list[str]) -> Seen:
    targets = tuple(np.repeat(names, 4).tolist())
    return Seen(targets, PointDetections.isotropic(pose.inverse().apply(boards.reshape(-1, 3)), 0.01))


def test_corners_are_counted_alike_whoever_begins_where(captures):
    square = np.array([[-0.3, -0.2, 0], [0.3, -0.2, 0], [0.3, 0.2, 0], [-0.3, 0.2, 0]])
    boards = np.stack([pose.apply(square) for pose, *_ in captures])
    names = list("abcdef")
    first = seen_boards(Transform.identity(), boards[:4], names[:4])
    turned = np.stack([np.roll(corners, i, axis=0)[:: 1 if i % 2 else -1] for i, corners in enumerate(boards)])
    other = Transform.from_yaw(1.0, [0.3, -2.0, 0.1])
    second, third = seen_boards(other, turned, names), seen_boards(Transform.identity(), turned[3:], names[3:])
    ordered = count_corners_alike({"first": first, "second": second, "third": third})
    np.testing.assert_allclose(
        other.apply(ordered["second"].detections.points[:16]), first.detections.points, atol=1e-12
    )
    # Boards that the first did not see are counted as the second counts them.
    np.testing.assert_allclose(
        ordered["third"].detections.points, other.apply(ordered["second"].detections.points[12:]), atol=1e-12
    )


def test_two_shared_boards_do_not_tell_which_corner_is_which(captures):
    square = np.array([[-0.3, -0.2, 0], [0.3, -0.2, 0], [0.3, 0.2, 0], [-0.3, 0.2, 0]])
    boards = np.stack([pose.apply(square) for pose, *_ in captures])
    first = seen_boards(Transform.identity(), boards[:4], list("abcd"))
    second = seen_boards(Transform.identity(), boards[2:], list("cdef"))
    with pytest.raises(CalibrationError, match="2 boards were found by both second and another sensor"):
        count_corners_alike({"first": first, "second": second})
