"""Camera and radar: honest when the reflectors tell the pose, outspoken when they do not."""

import re
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from calib import Prior, RadarDetections, calibrate_camera_radar
from calib.estimation.simulation import FLAT, simulate_session
from calib.estimation.tangent import AXES, difference, moved
from sensorann.errors import CalibrationError

DRAWING = {"rotation": np.deg2rad(1.0), "translation": 0.05}


def errors_and_covariances(n_runs, *, seen_as="boards", prior=False, **options):
    """Errors (R, 6) and stated covariances (R, 6, 6) of simulated sessions; a prior is drawn around the truth."""
    rng = np.random.default_rng(11)
    errors, covariances = [], []
    for _ in range(n_runs):
        session = simulate_session(rng, **options)
        drawn = None
        if prior:
            off = rng.normal(size=6) * np.repeat([DRAWING["rotation"], DRAWING["translation"]], 3)
            drawn = Prior.from_sigmas(moved(session.radar_from_camera, off), **DRAWING)
        found = calibrate_camera_radar(getattr(session, seen_as), session.radar, prior=drawn)
        errors.append(difference(found.target_from_source, session.radar_from_camera))
        covariances.append(found.covariance)
    return np.array(errors), np.array(covariances)


@pytest.mark.parametrize(
    "options",
    [
        {"prior": True},
        {"prior": True, "seen_as": "pixels"},
        {"prior": True, "layout": FLAT},
        {"elevation": True},
        {"heights": True},
    ],
    ids=["boards with a drawing", "pixels with a drawing", "flat with a drawing", "4D radar", "measured heights"],
)
def test_the_stated_sigmas_hold(options):
    n_runs = 10
    errors, covariances = errors_and_covariances(n_runs, n=16, **options)
    nees = np.einsum("ni,nij,nj->", errors, np.linalg.inv(covariances), errors)
    low, high = stats.chi2.ppf([0.0005, 0.9995], 6 * n_runs)
    assert low < nees < high


def test_wrong_detections_are_left_out_and_named():
    session = simulate_session(np.random.default_rng(8), n=30, wrong_share=0.2)
    names = [f"board {i}" for i in range(30)]
    found = calibrate_camera_radar(session.boards, session.radar, names=names)
    residuals, _ = session.radar.compare(session.points_radar)
    far = {names[i] for i in np.flatnonzero(np.abs(residuals).max(axis=1) > 6)}
    rejected = {item.name for item in found.rejected}
    assert len(far) == 5
    assert far <= rejected
    # Chance may have thrown a wrong detection beside its reflector, and a right one beyond the bound.
    assert len(rejected - far) <= 2
    assert re.search(r"radar (range|azimuth) and camera disagree by \d+\.\d standard", found.rejected[0].reason)
    assert np.all(np.abs(difference(found.target_from_source, session.radar_from_camera)) < 4 * found.sigmas)


def test_reflectors_in_the_radar_plane_are_said_to_tell_no_roll_pitch_and_height():
    for seed in range(5):
        session = simulate_session(np.random.default_rng(seed), layout=FLAT)
        found = calibrate_camera_radar(session.boards, session.radar)
        assert found.seen.weak_axes == ("roll", "pitch", "z")
        assert found.warnings[0] == (
            "roll, pitch and z are not observable: every reflector lies in the radar plane; "
            "measure their heights or place reflectors above and below it"
        )
        assert not found.trustworthy
        assert abs(found.next_target.point_target[2]) >= 0.5
        assert found.sigmas[AXES.index("yaw")] < np.deg2rad(0.5)


def test_measured_heights_make_a_flat_scene_whole():
    session = simulate_session(np.random.default_rng(1), layout=FLAT, heights=True)
    found = calibrate_camera_radar(session.boards, session.radar)
    assert found.trustworthy
    assert found.sigmas[AXES.index("pitch")] < np.deg2rad(0.2)


def test_a_column_of_heights_without_any_is_no_measurement():
    session = simulate_session(np.random.default_rng(1), layout=FLAT, heights=True)
    unknown = replace(session.radar, heights=np.full(30, np.nan))
    assert calibrate_camera_radar(session.boards, unknown).seen.weak_axes == ("roll", "pitch", "z")


def session_of(**options):
    return simulate_session(np.random.default_rng(9), **options)


def mirrored(radar: RadarDetections) -> RadarDetections:
    return RadarDetections(
        ranges=radar.ranges,
        azimuths=-radar.azimuths,
        sigma_range=radar.sigma_range,
        sigma_azimuth=radar.sigma_azimuth,
    )


REFUSED = {
    "two reflectors": (lambda: (session_of(n=2).boards, session_of(n=2).radar), "2 reflectors give 4 equations"),
    "no reflector": (lambda: (session_of(n=0).boards, session_of(n=0).radar), "0 reflectors give 0 equations"),
    "pixels without a prior": (lambda: (session_of().pixels, session_of().radar), "give a prior from a drawing"),
    "mostly wrong": (
        lambda: (session_of(wrong_share=0.7).boards, session_of(wrong_share=0.7).radar),
        "no pose fits|a majority is needed",
    ),
}


@pytest.mark.parametrize(("sensors", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_what_tells_no_pose_is_refused(sensors, message):
    with pytest.raises(CalibrationError, match=message):
        calibrate_camera_radar(*sensors())


def test_one_place_for_all_reflectors_is_named():
    session = session_of()
    place = np.full(30, 7)
    rows = np.random.default_rng(0).normal(size=(30, 2))
    radar = session.radar.at(session.points_radar[place])
    radar = RadarDetections(
        ranges=radar.ranges + 0.1 * rows[:, 0],
        azimuths=radar.azimuths + np.deg2rad(0.5) * rows[:, 1],
        sigma_range=0.1,
        sigma_azimuth=np.deg2rad(0.5),
    )
    found = calibrate_camera_radar(session.boards.select(place), radar)
    assert "of one place; spread them" in found.warnings[0]
    assert not found.trustworthy


def test_a_prior_in_the_wrong_direction_is_named():
    session = session_of(elevation=True)
    backwards = Prior.from_sigmas(session.radar_from_camera.inverse(), **DRAWING)
    with pytest.raises(CalibrationError, match="fit the inverse of the prior: it must map camera to radar"):
        calibrate_camera_radar(session.boards, session.radar, prior=backwards)


def test_left_for_right_turns_the_camera_over_and_is_named():
    session = session_of()
    found = calibrate_camera_radar(session.boards, mirrored(session.radar))
    assert "or is left taken for right in radar?" in found.warnings[-1]


def test_a_point_in_the_radar_itself_costs_much_and_is_no_nan():
    radar = session_of().radar.select(np.arange(2))
    residuals, slopes = radar.compare(np.array([[0.0, 0.0, 0.0], [0.0, 0.0, 1.0]]))
    assert np.isfinite(slopes).all()
    assert np.abs(residuals[:, 0]).min() > 10.0
