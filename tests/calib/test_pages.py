"""What the pages of the single problems show is what was found, and their plots can be drawn without plotly."""

import numpy as np
import pytest

from calib.drift.finding import find_drift
from calib.drift.simulated import simulate_pairs
from calib.edges.camera_edges import PROFILE, CameraTurn
from calib.edges.views import View
from calib.estimation.tangent import rotation_from_vector
from calib.motion.hand_eye import calibrate_hand_eye
from calib.radars.radar_ego import calibrate_radar_ego
from calib.report import draw_outlines, draw_page, drift_page, edges_page, hand_eye_page, radar_page, rig_page
from calib.report.figures import bars, figure, line, points
from calib.report.plots import draw_figure
from calib.rigs.joint import join
from sensorann.geometry import Transform
from tests.builders import make_camera
from tests.calib.test_joint import SIGMAS, make_pairs
from tests.calib.test_motions import odometry, weave
from tests.calib.test_radar_ego import TRUE_POSE, make_drive

GREEN = "#00ff00"


def green(picture) -> np.ndarray:
    """Rows and columns (N, 2) of green pixels within the frame of a plot."""
    inside = picture[54:356, 64:534].astype(int)
    return np.argwhere((inside[:, :, 1] > 200) & (inside[:, :, [0, 2]].max(axis=2) < 100))


def test_a_point_is_drawn_where_its_values_are():
    drawn = figure([points([2.0], [30.0], name="", color=GREEN)], x="", y="", range=[0, 4])
    drawn["layout"]["yaxis"]["range"] = [0, 40]
    row, column = green(draw_figure(drawn, "one")).mean(axis=0)
    assert (row, column) == (pytest.approx(301 / 4, abs=1), pytest.approx(469 / 2, abs=1))


def test_bars_begin_at_zero_and_are_as_high_as_their_values():
    drawn = bars(("a", "b"), (1.0, 4.0), "", colors=(GREEN, "#ff0000"))
    drawn["layout"]["yaxis"]["range"] = [0, 4]
    rows = green(draw_figure(drawn, "two"))[:, 0]
    assert (rows.min(), rows.max()) == (pytest.approx(301 * 3 / 4, abs=2), 301)


def test_an_axis_that_falls_is_drawn_falling():
    drawn = figure([line([0.0, 1.0], [0.0, 1.0], name="", color=GREEN)], x="", y="")
    drawn["layout"]["yaxis"]["range"] = [1, 0]
    rows, columns = green(draw_figure(drawn, "down")).T
    assert np.corrcoef(rows, columns)[0, 1] > 0.99


def test_the_page_of_a_radar_shows_the_yaw_of_its_scans():
    page = radar_page(calibrate_radar_ego(make_drive(weave=0.3, rig_yaw=0.1), "RADAR"))
    scans, found, rig = page.figures["Yaw that each scan tells"]["data"]
    assert np.median(scans["y"]) == pytest.approx(np.rad2deg(TRUE_POSE.yaw), abs=0.05)
    assert found["y"][0] == pytest.approx(np.rad2deg(TRUE_POSE.yaw), abs=0.1)
    assert rig["y"][0] == pytest.approx(np.rad2deg(0.1))
    # Scans, and the line found through them.
    for trace in page.figures["Speed aside over the yaw rate: its slope is x"]["data"][:2]:
        slope = np.polyfit(np.deg2rad(trace["x"]), trace["y"], 1)[0]
        assert slope == pytest.approx(TRUE_POSE.translation[0], abs=0.1)
    assert draw_page(page).shape == (800, 1100, 3)


def test_the_page_of_a_rig_names_the_pair_that_gave_way():
    found = join(make_pairs(camera={"step": SIGMAS * [0, 0, 30, 0, 0, 0]}))
    page = rig_page(found)
    (bar,) = page.figures["By how much each pair gave way"]["data"]
    assert bar["x"] == ["lidar in radar", "camera in lidar", "camera in radar"]
    assert bar["y"] == [one.sigmas for one in found.misfits]
    assert page.tables[0].title == "lidar in radar"


def test_the_page_of_motions_shows_what_the_fit_leaves():
    ego = weave(n=400)
    found = calibrate_hand_eye(odometry(ego, late=0.03), ego)
    turns = hand_eye_page(found).figures["What is left of turns"]["data"]
    assert len(turns) == 3
    assert np.std(turns[0]["y"]) == pytest.approx(np.rad2deg(found.sigmas_of_motion[0]), rel=0.5)


def test_the_page_of_a_check_shows_misses_before_and_after_the_turn():
    pairs = simulate_pairs(
        np.random.default_rng(0), make_camera(size=(1280, 720), focal=900.0), turn=np.deg2rad([0.0, 0.5, 0.0])
    )
    before, after = drift_page(find_drift(pairs), pairs, camera="FRONT").figures[
        "Middles of boxes beside middles of cuboids"
    ]["data"]
    assert abs(np.median(after["x"])) < 0.3 * abs(np.median(before["x"]))


def test_outlines_are_drawn_where_the_turned_camera_sees_them():
    camera = make_camera(size=(1100, 600), focal=800.0)
    # The camera now looks 2 degrees farther about y (down): everything in front of it moves to the left.
    turn = np.array([0.0, np.deg2rad(2.0), 0.0])
    place = np.array([[0.0, 0.0, 20.0]])
    found = CameraTurn(
        camera="FRONT", ego_from_sensor=Transform.identity(), turn=turn, sigmas=np.ones(3), share_before=0.1,
        share=0.4, peaks=np.ones(3), profiles=np.zeros((3, len(PROFILE))), n_points=1, warnings=(),
        views=(View(7, np.zeros((600, 1100), np.float32), place),),
    )  # fmt: skip
    drawn = draw_outlines(found, {7: np.zeros((600, 1100, 3), np.uint8)}, camera)["picture 7"]
    u, v = camera.project(place @ rotation_from_vector(turn))[0].astype(int)
    assert u < camera.matrix[0, 2] - 20
    assert drawn[v, u, 1] > 150
    page = edges_page(found, pictures={"picture 7": drawn})
    assert draw_page(page).shape == (400 + 600, 1100, 3)
