"""Lenses from boards: as good as OpenCV on the same corners, with sigmas that hold."""

import cv2
import numpy as np
import pytest

from benchmarks.lenses import opencv_rms
from calib.boards.pictures import Board, find_board, read_views
from calib.lenses.camera import BoardViews, calibrate_camera
from calib.lenses.models import lens_parameters
from calib.lenses.trust import choose_lens, pixel_differences, trust_lens
from sensorann.errors import ArgumentError, CalibrationError
from tests.builders import make_camera
from tests.calib.board_views import ASYMMETRIC, BOARD, board_poses, draw_board, make_views, wide_camera

CHARUCO = Board(pattern="charuco", columns=9, rows=6, spacing=BOARD.spacing)


@pytest.mark.parametrize(("n_coefficients", "flags"), [(4, cv2.CALIB_FIX_K3), (5, 0)], ids=["4", "5"])
def test_residuals_are_no_larger_than_those_of_opencv(n_coefficients, flags):
    views = make_views(wide_camera())
    lens = calibrate_camera(views, n_coefficients=n_coefficients)
    assert lens.rms <= opencv_rms(views, flags) * (1 + 1e-6)


@pytest.mark.parametrize(
    "camera",
    [
        wide_camera(),
        make_camera(size=(1280, 720), focal=700.0, distortion=(-0.02, 0.03, -0.01, 0.002), model="fisheye"),
    ],
    ids=["pinhole", "fisheye"],
)
def test_the_lens_is_found_within_its_sigmas(camera):
    errors = []
    for seed in range(8):
        lens = calibrate_camera(make_views(camera, n=12, seed=seed), model=camera.model, n_coefficients=4)
        off = lens_parameters(lens.camera) - lens_parameters(camera)
        errors.append(off @ np.linalg.solve(lens.covariance, off))
    # Eight draws of chi-square with 8 degrees of freedom: 64 on average, beyond 24 to 127 once in ten thousand.
    assert 24 < sum(errors) < 127


def test_a_picture_of_something_else_is_left_out_and_named():
    views = make_views(wide_camera())
    pixels = views.pixels.copy()
    pixels[4] += np.random.default_rng(0).normal(size=pixels[4].shape) * 3
    lens = calibrate_camera(BoardViews(board=views.board, pixels=pixels, size=views.size, names=views.names))
    assert [item.name for item in lens.rejected] == ["04.png"]
    assert "the median picture by 0.1" in lens.rejected[0].reason
    assert len(lens.names) == 19


def test_boards_from_the_front_tell_no_focal_length():
    with pytest.raises(CalibrationError, match="tell focal length from distance"):
        calibrate_camera(make_views(wide_camera(), tilt=0.0))


def test_two_pictures_are_too_few():
    with pytest.raises(CalibrationError, match="got 2"):
        calibrate_camera(make_views(wide_camera(), n=2))


def test_halves_differ_by_about_what_the_covariance_says():
    views = make_views(wide_camera(), n=24)
    lens = calibrate_camera(views, n_coefficients=4)
    trust = trust_lens(views, lens)
    assert trust.held_out_rms == pytest.approx(lens.rms, rel=0.1)
    # Each half has twice the variance, and the worst places of the picture dominate.
    assert trust.halves_differ < 6 * np.nanmax(trust.sigmas)
    assert np.nanmax(pixel_differences(lens.camera, wide_camera())) < 6 * np.nanmax(trust.sigmas)


def test_a_turn_of_the_camera_is_no_difference_of_lenses():
    camera = make_camera(size=(1280, 720), focal=1000.0)
    shifted = make_camera(size=(1284, 720), focal=1000.0)
    assert np.nanmax(pixel_differences(camera, camera)) < 1e-9
    # The pictures' middles are 2 px apart; a turn explains all of that but what grows with the angle squared.
    assert np.nanmax(pixel_differences(camera, shifted)) < 0.5


def test_more_coefficients_are_not_chosen_for_their_residuals_alone():
    lens, trust = choose_lens(make_views(make_camera(size=(1280, 720), focal=1000.0, distortion=(-0.1, 0.02, 0, 0))))
    assert (lens.camera.model, len(lens.camera.distortion)) != ("pinhole", 8)
    assert trust.held_out_rms < 0.16


@pytest.mark.parametrize("pattern", ["chessboard", "circles"])
def test_boards_are_found_to_a_fraction_of_a_pixel(pattern):
    camera = make_camera(size=(1280, 720), focal=1000.0)
    pose = board_poses(1, seed=3)[0]
    found = find_board(draw_board(pose, camera, pattern=pattern), Board(pattern=pattern, columns=9, rows=6))
    expected = camera.project(BOARD.points, camera_from_points=pose)
    # A board may be read from either end; the middle of a tilted circle is not where its centre is imaged.
    off = min(np.abs(found - order).max() for order in (expected, expected[::-1]))
    assert off < (0.2 if pattern == "chessboard" else 0.8)


@pytest.mark.parametrize(("focal", "pixels"), [(1600.0, 0.1), (180.0, 0.4)], ids=["large in it", "lost when reduced"])
def test_a_chessboard_is_found_to_a_fraction_of_a_pixel_of_a_large_picture(focal, pixels):
    camera = make_camera(size=(1920, 1080), focal=focal)
    pose = board_poses(1, seed=3)[0]
    found = find_board(draw_board(pose, camera), BOARD)
    expected = camera.project(BOARD.points, camera_from_points=pose)
    assert min(np.abs(found - order).max() for order in (expected, expected[::-1])) < pixels


def test_asymmetric_circles_are_found_in_the_order_of_their_points():
    camera = make_camera(size=(1280, 720), focal=1000.0)
    pose = board_poses(1, seed=3)[0]
    found = find_board(draw_board(pose, camera, pattern=ASYMMETRIC.pattern), ASYMMETRIC)
    # The pattern looks the same from one end only.
    np.testing.assert_allclose(found, camera.project(ASYMMETRIC.points, camera_from_points=pose), atol=0.8)


def test_the_markers_of_a_charuco_board_name_the_corners_that_are_seen():
    camera = make_camera(size=(1280, 720), focal=1000.0)
    pose = board_poses(1, seed=3)[0]
    picture = draw_board(pose, camera, pattern="charuco")
    expected = camera.project(BOARD.points, camera_from_points=pose)
    hidden = expected[:, 0] > np.median(expected[:, 0])
    picture[:, int(np.median(expected[:, 0])) :] = 128
    found = find_board(picture, CHARUCO)
    seen = np.isfinite(found).all(axis=1)
    assert not seen[hidden].any()
    assert seen.sum() > 15
    assert np.abs(found - expected)[seen].max() < 0.4


def test_a_lens_is_told_by_boards_of_which_a_part_is_hidden():
    views = make_views(wide_camera(), n=12)
    pixels = views.pixels.copy()
    pixels[::2, :20] = np.nan
    lens = calibrate_camera(BoardViews(board=BOARD.points, pixels=pixels, size=views.size, names=views.names))
    truth = lens_parameters(wide_camera())
    off = (lens_parameters(lens.camera)[:8] - truth) / np.sqrt(np.diag(lens.covariance))[:8]
    assert np.abs(off).max() < 4
    assert lens.rms == pytest.approx(0.1 * np.sqrt(2), rel=0.1)
    assert trust_lens(BoardViews(board=BOARD.points, pixels=pixels, size=views.size, names=views.names), lens)


def test_a_picture_without_corners_enough_shows_no_charuco_board():
    assert find_board(np.full((360, 640), 128, np.uint8), CHARUCO) is None
    with pytest.raises(ArgumentError, match="a dictionary such as"):
        Board(pattern="charuco", columns=9, rows=6, markers="DICT_OF_NOBODY")


def test_a_bent_board_is_told_from_a_lens():
    views = make_views(wide_camera(), n=20, warp=(0.003, -0.002))
    flat, bent = (calibrate_camera(views, n_coefficients=4, warped=warped) for warped in (False, True))
    assert bent.rms == pytest.approx(0.1 * np.sqrt(2), rel=0.05)
    assert flat.rms > 1.2 * bent.rms
    assert np.all(np.abs(bent.warp - [0.003, -0.002]) < 4 * bent.warp_sigmas)
    assert np.all(bent.warp_sigmas < 3e-4)
    off = lens_parameters(bent.camera) - lens_parameters(wide_camera())
    assert np.abs(off / np.sqrt(np.diag(bent.covariance))).max() < 4
    assert trust_lens(views, bent).held_out_rms < 1.2 * bent.rms


def test_pictures_without_the_board_or_of_another_size_are_named(tmp_path):
    camera = make_camera(size=(640, 360), focal=500.0)
    for i, pose in enumerate(board_poses(3)):
        cv2.imwrite(str(tmp_path / f"{i}.png"), draw_board(pose, camera))
    cv2.imwrite(str(tmp_path / "3.png"), np.full((360, 640), 128, np.uint8))
    cv2.imwrite(str(tmp_path / "4.png"), np.full((361, 641), 128, np.uint8))
    views, rejected = read_views(sorted(tmp_path.glob("*.png")), BOARD)
    assert views.names == ("0.png", "1.png", "2.png")
    assert [item.name for item in rejected] == ["3.png", "4.png"]
    assert "not all 9 x 6 corners" in rejected[0].reason
    assert "is 641 x 361 pixels" in rejected[1].reason


@pytest.mark.parametrize(
    ("content", "message"), [(b"no picture", "no picture that OpenCV can read"), (None, "shows a board of 9 x 6")]
)
def test_what_is_no_picture_of_a_board_is_refused(tmp_path, content, message):
    path = tmp_path / "0.png"
    path.write_bytes(content or cv2.imencode(".png", np.zeros((64, 64), np.uint8))[1].tobytes())
    with pytest.raises(CalibrationError, match=message):
        read_views([path], BOARD)


def test_a_board_of_two_columns_is_none():
    with pytest.raises(ArgumentError, match="3 columns and rows or more"):
        Board(pattern="chessboard", columns=2, rows=6)


@pytest.mark.real_data
def test_recorded_chessboards_fit_as_well_as_with_opencv(real_data):
    paths = [real_data / "chessboard" / f"calibration{i}.jpg" for i in (2, 3, 6, 8, 9, 10, 12)]
    views, rejected = read_views(paths, Board(pattern="chessboard", columns=9, rows=6))
    assert rejected == ()
    lens = calibrate_camera(views, n_coefficients=4)
    assert lens.rms <= opencv_rms(views, cv2.CALIB_FIX_K3) * (1 + 1e-6)
    assert lens.rms < 1.2
