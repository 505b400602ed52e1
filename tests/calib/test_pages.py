"""What the pages of the single problems show is what was found, and their plots can be drawn without plotly."""

import numpy as np
import pytest

from benchmarks.rigs import simulate_targets
from calib.drift.finding import find_drift
from calib.drift.simulated import simulate_pairs
from calib.edges.camera_edges import PROFILE, CameraTurn
from calib.edges.views import View
from calib.estimation.tangent import rotation_from_vector
from calib.motion.hand_eye import calibrate_hand_eye
from calib.radars.radar_ego import calibrate_radar_ego
from calib.report import (
    draw_outlines,
    draw_page,
    drift_page,
    edges_page,
    hand_eye_page,
    radar_page,
    rig_of_targets_page,
    rig_page,
    survey_page,
)
from calib.report.figures import bars, figure, line, points
from calib.report.plots import draw_figure
from calib.rigs.joint import join
from calib.rigs.rig import calibrate_rig
from calib.rigs.survey import Axis, Checked
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


def test_the_page_of_shared_targets_shows_whose_detection_is_off():
    shared = simulate_targets(np.random.default_rng(5), n=12, elevation=True, wrong_share=0.2)
    found = calibrate_rig(shared.sightings(), names=shared.names)
    page = rig_of_targets_page(found)
    lidar, camera, radar = page.figures["Residuals of each target, in standard deviations"]["data"]
    off = dict(zip(radar["x"], radar["y"], strict=True))
    wrong = {item.name for item in found.rejected if item.reason.startswith("radar")}
    assert wrong
    assert min(off[name] for name in wrong) > max(*lidar["y"], *camera["y"], *(off[n] for n in off if n not in wrong))
    targets = page.figures["Targets from above"]["data"][0]
    truth = shared.lidar_from["radar"].apply(shared.points_radar)
    np.testing.assert_allclose(np.column_stack([targets["x"], targets["y"]]), truth[:, :2], atol=0.1)


def test_the_page_of_a_survey_draws_what_is_off_between_its_limits():
    checked = [
        Checked("FRONT", "outlines of ROOF", (Axis("y (yaw)", np.deg2rad(-0.9), 1e-4),)),
        Checked("LEFT", "surfaces that ROOF sees", (Axis("yaw", np.deg2rad(0.2), 1e-4), Axis("x", 0.04, 1e-3))),
    ]
    figures = survey_page(checked, drive="yard").figures
    turns = {trace["name"]: trace for trace in figures["Turned from what the rig says"]["data"]}
    assert (turns["y (yaw)"]["x"], turns["y (yaw)"]["y"]) == (["FRONT"], [pytest.approx(-0.9)])
    assert turns["limit"]["y"] == [pytest.approx(0.5)] * 2
    assert figures["Shifted from what the rig says"]["data"][0]["y"] == [pytest.approx(4.0)]


def test_words_that_do_not_fit_in_one_row_stand_in_two():
    names = [f"CAMERA_{number}" for number in range(6)]
    drawn = draw_figure(bars(names, [1.0] * 6, ""), "six")
    rows = [drawn[middle - 5 : middle + 5].max(axis=2) > 200 for middle in (365, 380)]
    # Three of them in each row, side by side: letters at six places in all.
    assert all(np.count_nonzero(row.any(axis=0)) > 3 * 40 for row in rows)


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
