"""The page and pictures of a calibration: whole, escaped, asking for nothing, and right."""

import json
import re
import sys

import cv2
import numpy as np
import pytest

from calib import calibrate_camera, calibrate_camera_radar
from calib.estimation.pixel_sigma import pose_sigmas
from calib.estimation.simulation import simulate_session
from calib.estimation.start import FORWARD_FROM_CAMERA
from calib.estimation.tangent import moved
from calib.lenses.pictures import draw_lens, lens_residuals
from calib.lenses.trust import trust_lens
from calib.report import Overlay, draw_overlays, lens_page, pair_page, write_report
from calib.report.pairs import pair_figures
from sensorann.cli import run
from sensorann.errors import ArgumentError, MissingDataError
from tests.builders import make_camera
from tests.calib.board_captures import write_captures
from tests.calib.board_views import make_views, wide_camera

HOSTILE = "<script>alert(1)</script>"
CAMERA = make_camera(size=(1280, 720), focal=900.0, distortion=(-0.2, 0.05, 0.001, -0.001))


@pytest.fixture(scope="module")
def estimate():
    session = simulate_session(np.random.default_rng(3), n=20, wrong_share=0.1)
    return calibrate_camera_radar(session.boards, session.radar, names=[HOSTILE, *map(str, range(1, 20))])


@pytest.fixture(scope="module")
def page(estimate, tmp_path_factory):
    path = tmp_path_factory.mktemp("report") / "pair.html"
    picture = Overlay("first", np.full((720, 1280, 3), 90, np.uint8), np.array([[10.0, 0.0, 0.0]]))
    write_report(pair_page(estimate, camera=CAMERA, overlays=[picture]), path)
    return path.read_text("utf-8")


def without_plotly(page):
    """The page less the program that draws, which names addresses of its own."""
    return re.sub(r"<script>/\*\*.*?</script>", "", page, flags=re.DOTALL)


def test_a_page_is_whole_and_asks_for_nothing(page):
    assert page.count("plotly.js v") == 1
    own = without_plotly(page)
    assert len(own) < len(page) / 4
    assert not re.search(r"""(src|href)=["'](?!data:|#)""", own)
    assert "default-src 'none'" in own
    assert own.count("data:image/jpeg;base64,") == 1


def test_names_are_words_and_never_markup(page):
    own = without_plotly(page)
    assert HOSTILE not in own
    stored = json.loads(re.search(r'id="figures">(.*?)</script>', own, re.DOTALL)[1])
    assert HOSTILE in stored["Residuals of each target, in standard deviations"]["data"][0]["x"]


def test_a_page_shows_pose_modes_doubts_and_what_was_left_out(estimate, page):
    for text in ("Poses that fit within 95 %", "Left out", "Sigma of points 30 m away, in pixels"):
        assert text in page
    assert page.count('class="doubt"') == len(estimate.warnings)


def test_residuals_are_those_of_the_targets(estimate):
    figure = pair_figures(estimate, None)["Residuals of each target, in standard deviations"]
    ranges, azimuths = (np.abs(trace["y"]) for trace in figure["data"])
    wrong = ~estimate.inliers
    # The targets left out are those that stand out.
    assert np.maximum(ranges, azimuths)[wrong].min() > np.maximum(ranges, azimuths)[~wrong].max()


def test_sigma_in_pixels_is_the_scatter_of_drawn_points():
    pose = moved(FORWARD_FROM_CAMERA, [0.02, -0.1, 0.05, 0.3, 0.1, -0.4])
    rng = np.random.default_rng(0)
    root = rng.normal(size=(6, 6)) * [1e-3, 1e-3, 2e-3, 0.02, 0.03, 0.01]
    covariance = root.T @ root
    pixels = np.array([[100.0, 80.0], [640.0, 360.0], [1200.0, 650.0]])
    points = pose.apply(CAMERA.unproject(pixels) * 15.0)
    drawn = [
        CAMERA.project(points, camera_from_points=moved(pose, step).inverse()) - pixels
        for step in rng.multivariate_normal(np.zeros(6), covariance, 4000)
    ]
    spread = [np.sqrt(np.linalg.eigvalsh(np.cov(np.array(drawn)[:, i].T))[1]) for i in range(3)]
    found = pose_sigmas(CAMERA, pose, covariance, pixels=pixels, depth=15.0)
    np.testing.assert_allclose(found, spread, rtol=0.06)


def test_points_are_drawn_where_the_estimate_puts_them(estimate):
    point = estimate.target_from_source.apply([[0.5, -0.2, 10.0]])
    overlay = Overlay("first", np.zeros((720, 1280, 3), np.uint8), point)
    drawn = draw_overlays(estimate, [overlay], CAMERA)["first"]
    u, v = (CAMERA.project([[0.5, -0.2, 10.0]])[0] * 1100 / 1280).astype(int)
    assert drawn[v, u, 1] > 150
    assert drawn[v + 20, u].sum() == 0


def test_a_lens_has_its_page_and_its_picture(tmp_path):
    views = make_views(wide_camera(), n=8, noise=0.2)
    lens = calibrate_camera(views, n_coefficients=4)
    trust = trust_lens(views, lens)
    corners, off = lens_residuals(lens, views)
    assert np.sqrt((off**2).sum(axis=1).mean()) == pytest.approx(lens.rms)
    assert len(corners) == 8 * 54
    assert draw_lens(lens, trust, views).shape == (405, 1440, 3)
    write_report(lens_page(lens, trust, views, name=HOSTILE), tmp_path / "lens.html")
    own = without_plotly((tmp_path / "lens.html").read_text("utf-8"))
    assert "Lens of &lt;script&gt;" in own
    assert "Sigma of where a far point is imaged" in own


def test_what_is_missing_or_misnamed_is_said(estimate, tmp_path, monkeypatch):
    with pytest.raises(ArgumentError, match=r"ends in \.html"):
        write_report(pair_page(estimate), tmp_path / "page.pdf")
    monkeypatch.setitem(sys.modules, "plotly.offline", None)
    with pytest.raises(MissingDataError, match=r"sensorann\[report\]"):
        write_report(pair_page(estimate), tmp_path / "page.html")
    assert not list(tmp_path.iterdir())


def test_the_command_draws_points_on_pictures(tmp_path, captures):
    path = write_captures(tmp_path, captures)
    page, picture = tmp_path / "page.html", tmp_path / "page.png"
    assert run(["calibrate", "camera-lidar", str(path), "--report", str(page), "--picture", str(picture)]) == 0
    assert page.read_text("utf-8").count("data:image/jpeg;base64,") == 4
    # The targets, and two pictures of 1280 x 720 at a width of 1100.
    assert cv2.imread(str(picture)).shape == (720 + 2 * 619, 1100, 3)


@pytest.mark.parametrize(
    ("option", "message"),
    [("--report", ".html or .htm"), ("--picture", ".png or .jpg"), ("--out", ".json")],
)
def test_a_file_that_could_not_be_written_is_refused_before_anything_is_read(tmp_path, capsys, option, message):
    assert run(["calibrate", "camera-radar", str(tmp_path / "absent.toml"), option, str(tmp_path / "it.pdf")]) == 2
    assert f"{option} must end in {message}, got" in capsys.readouterr().err
