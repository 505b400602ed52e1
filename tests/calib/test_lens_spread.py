"""A lens that is known to so much makes a pose that is no surer: its error is the same for every target."""

import json
from dataclasses import replace

import numpy as np
import pytest

from calib.boards.clouds import CloudBoard
from calib.boards.pairs import calibrate_boards
from calib.boards.poses import outline_before_camera
from calib.estimation.summary import summary
from calib.estimation.tangent import difference
from calib.lenses.models import camera_of, lens_parameters
from calib.lenses.session import described_lens
from calib.lenses.spread import KnownLens, estimated_with
from calib.targets.session import Session
from calib.targets.solving import calibrate_session
from sensorann.errors import FormatError
from sensorann.formats.rigs import Intrinsics
from sensorann.formats.rigs.own import lens_members
from tests.builders import make_camera
from tests.calib.board_captures import BOARD, CAMERA, LIDAR_FROM_CAMERA, OUTLINE, PLACES, TURNS, centered
from tests.calib.board_sweeps import lidar_pose_of_board

LENS = replace(CAMERA, distortion=np.array([-0.1, 0.02, 0.0, 0.0]))
# As of few pictures; which of them go together is left out here.
COVARIANCE = np.diag([4.0, 4.0, 4.0, 4.0, 0.002, 0.002, 0.0005, 0.0005]) ** 2
SIGMA = 0.008


def estimate_boards(rng, *, covariance=COVARIANCE):
    """Boards before a camera whose lens is off by what is known of it, and before a LiDAR."""
    off = rng.multivariate_normal(np.zeros(8), COVARIANCE)
    true_lens = camera_of(lens_parameters(LENS) + off, model="pinhole", size=LENS.size)
    pixels, boards = [], []
    for place, turn in zip(PLACES * 2, TURNS * 2, strict=True):
        pose = lidar_pose_of_board(place, np.array(turn) * rng.choice([-1, 1]))
        camera_from_board = LIDAR_FROM_CAMERA.inverse() @ centered(pose)
        exact = true_lens.project(BOARD.points, camera_from_points=camera_from_board)
        pixels.append(exact + 0.1 * rng.normal(size=exact.shape))
        corners = centered(pose).apply(OUTLINE)
        boards.append(CloudBoard(corners + SIGMA * rng.normal(size=corners.shape), SIGMA, SIGMA, 500, 0.01))

    def by_lens(camera):
        seen = [outline_before_camera(camera, BOARD.points, one, OUTLINE) for one in pixels]
        return calibrate_boards(seen, boards, names=[str(i) for i in range(len(boards))])

    return estimated_with(KnownLens(LENS, covariance), by_lens)


def test_the_stated_sigmas_hold_although_the_lens_is_off():
    rng, distances = np.random.default_rng(0), []
    for _ in range(8):
        found = estimate_boards(rng)
        off = difference(found.target_from_source, LIDAR_FROM_CAMERA)
        distances.append([off @ np.linalg.solve(found.covariance - part, off) for part in (0.0, found.lens_covariance)])
    with_lens, alone = np.mean(distances, axis=0)
    assert 3.0 < with_lens < 9.0
    # Residuals of boards that all move with the lens show nothing of it.
    assert alone > 3 * with_lens
    assert "of the sigmas the lens is to blame for up to" in summary(found)


def test_a_lens_without_a_covariance_adds_nothing():
    assert estimate_boards(np.random.default_rng(1), covariance=None).lens_covariance is None


def session_of_pixels(folder, members):
    """Reflectors as pixels and as a radar measures them, with a lens file."""
    rng = np.random.default_rng(2)
    points = np.column_stack([rng.uniform(4, 12, 20), rng.uniform(-3, 3, 20), rng.uniform(-0.4, 1.5, 20)])
    camera = make_camera(size=(1280, 720), focal=900.0)
    pixels = camera.project(LIDAR_FROM_CAMERA.inverse().apply(points))
    (folder / "lens.json").write_text(
        json.dumps({"format_version": 1, **lens_members(Intrinsics.of(camera)), **members})
    )
    rows = [f"{i},{u},{v}" for i, (u, v) in enumerate(pixels)]
    (folder / "camera.csv").write_text("\n".join(["target,u_px,v_px", *rows]))
    rows = [f"{i},{np.linalg.norm(p)},{np.rad2deg(np.arctan2(p[1], p[0]))}" for i, p in enumerate(points)]
    (folder / "radar.csv").write_text("\n".join(["target,range_m,azimuth_deg", *rows]))
    w, x, y, z = LIDAR_FROM_CAMERA.quaternion_wxyz
    root = {
        "camera": {"targets": "camera.csv", "sigma_px": 0.5, "lens": "lens.json"},
        "radar": {"targets": "radar.csv", "sigma_range_m": 0.05, "sigma_azimuth_deg": 0.3},
        "prior": {
            "rotation_wxyz": [w, x, y, z],
            "translation_m": LIDAR_FROM_CAMERA.translation.tolist(),
            "sigma_deg": 1.0,
            "sigma_m": 0.05,
        },
    }
    return Session(folder / "session.toml", root)


def test_the_covariance_of_a_lens_file_counts_for_pixels(tmp_path):
    wide = {"covariance": {"matrix": np.diag([400.0, 400.0, 400.0, 400.0]).tolist()}}
    found = calibrate_session(session_of_pixels(tmp_path, wide), "camera-radar")
    # Twenty pixels of the middle are as much yaw as twenty pixels over the focal length.
    assert np.sqrt(found.lens_covariance[2, 2]) == pytest.approx(20 / 900, rel=0.5)
    assert np.all(np.diag(found.covariance) > np.diag(found.lens_covariance))
    exact = calibrate_session(session_of_pixels(tmp_path, {}), "camera-radar")
    assert np.all(exact.sigmas <= found.sigmas)


def test_a_covariance_of_another_lens_is_refused(tmp_path):
    session = session_of_pixels(tmp_path, {"covariance": {"matrix": np.eye(6).tolist()}})
    with pytest.raises(FormatError, match="4 x 4 numbers"):
        described_lens(session)
