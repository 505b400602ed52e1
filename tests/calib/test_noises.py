"""Numbers that are noisier than stated: found by kind, weighed by what the residuals say, and named."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.rigs import simulate_targets
from calib import calibrate_camera_radar, calibrate_rig
from calib.estimation.noises import freedoms
from calib.estimation.problem import Prior, single_points
from calib.estimation.simulation import SPREAD, simulate_session
from calib.estimation.solver import solve
from calib.estimation.tangent import difference, moved
from calib.rigs.bundle import Bundle
from sensorann.geometry import Transform

UNDERSTATED = {"azimuth": 1 / 3}


def squared_distance(pose, truth, covariance) -> float:
    off = difference(pose, truth)
    return float(off @ np.linalg.solve(covariance, off))


@pytest.mark.parametrize(("kind", "share"), [("azimuth", 1 / 2), ("range", 1 / 3)])
def test_the_sigmas_hold_although_one_kind_of_number_is_noisier_than_stated(kind, share):
    rng, distances, named = np.random.default_rng(6), [], 0
    for _ in range(15):
        session = simulate_session(rng, n=40, layout=SPREAD, heights=True)
        found = calibrate_camera_radar(session.boards, session.radar.noisier({kind: share}))
        distances.append(squared_distance(found.target_from_source, session.radar_from_camera, found.covariance))
        named += ("radar", kind) in found.noisier and any(f"radar {kind}" in text for text in found.warnings)
    assert np.mean(distances) == pytest.approx(6.0, rel=0.3)
    assert named >= 13


def test_noise_as_stated_is_seldom_doubted():
    rng = np.random.default_rng(7)
    sessions = [simulate_session(rng, n=40, layout=SPREAD, heights=True, wrong_share=0.2) for _ in range(12)]
    assert sum(bool(calibrate_camera_radar(one.boards, one.radar).noisier) for one in sessions) <= 1


def test_the_sigmas_of_a_rig_hold_although_one_sensor_is_noisier_than_stated():
    rng, distances, noises = np.random.default_rng(8), [], list[float]()
    for _ in range(6):
        shared = simulate_targets(rng, elevation=True)
        seen = [
            replace(one, detections=one.detections.noisier(UNDERSTATED)) if one.kind == "radar" else one
            for one in shared.sightings()
        ]
        found = calibrate_rig(seen, names=shared.names)
        distances += [
            squared_distance(found.root_from[name], pose, found.covariances[name])
            for name, pose in shared.lidar_from.items()
        ]
        assert found.noisier["radar", "azimuth"] == pytest.approx(3.0, rel=0.35)
        assert "radar azimuth" in found.warnings[0]
        noises.append(found.noises["radar"])
    assert np.mean(distances) == pytest.approx(6.0, rel=0.35)
    # One of the three numbers of a 4D radar is three times as noisy as stated.
    assert np.sqrt(np.mean(np.square(noises))) == pytest.approx(np.sqrt((3**2 + 1 + 1) / 3), rel=0.15)


def test_sensors_as_noisy_as_stated_leave_what_is_usual_for_each():
    rng, noises = np.random.default_rng(11), []
    for _ in range(8):
        shared = simulate_targets(rng, elevation=True)
        noises.append(calibrate_rig(shared.sightings(), names=shared.names).noises)
    for name in noises[0]:
        # The points follow the finest of the sensors most: its residuals are small, and so is what is usual for them.
        assert np.sqrt(np.mean([one[name] ** 2 for one in noises])) == pytest.approx(1.0, abs=0.1)


def test_freedom_is_what_unknowns_leave():
    session = simulate_session(np.random.default_rng(9), n=12, elevation=True)
    problem = single_points(
        session.boards, session.radar, source_name="camera", target_name="radar", names=None, prior=None
    )
    solution = solve(problem, session.radar_from_camera)
    _, by_pose, by_points = problem.compare(solution.target_from_source, solution.points)
    rows = np.zeros((12, 6, 42))
    rows[:, :, :6] = by_pose
    for i in range(12):
        rows[i, :, 6 + 3 * i : 9 + 3 * i] = by_points[i]
    flat = rows.reshape(72, 42)
    slow = 1.0 - np.diag(flat @ np.linalg.pinv(flat)).reshape(12, 6)
    own = np.stack([np.linalg.qr(one)[0] for one in by_points])
    left = by_pose - own @ (own.transpose(0, 2, 1) @ by_pose)
    fast = freedoms(left, own, solution.information)
    np.testing.assert_allclose(fast, slow, atol=1e-9)
    assert fast.sum() == pytest.approx(problem.n_equations - 6)


def test_freedom_is_what_the_unknowns_of_a_rig_leave():
    shared = simulate_targets(np.random.default_rng(12), n=15, elevation=True)
    lidar, camera, radar = shared.sightings()
    seen = lidar, camera.noisier({("camera", "position"): 2.0}), radar
    found = calibrate_rig(seen, names=shared.names)
    bundle = Bundle(sensors=seen, depth=0.0)
    solved = bundle.solve((Transform.identity(), *found.root_from.values()), shared.lidar.points[:, None]).state
    information = bundle.equations(solved).reduced(0.0)[0]
    left = sum(float(freedom.sum()) for _, freedom in bundle.residuals_with_freedom(solved, information))
    # Nine numbers measured of each target, three of its place, and two poses.
    assert left == pytest.approx(15 * (9 - 3) - 2 * 6)


def test_a_wrong_drawing_is_no_noise():
    # So sure that it bends the estimate: what is left of the targets is then its error.
    session = simulate_session(np.random.default_rng(10), n=40, elevation=True)
    off = moved(session.radar_from_camera, [0.0, 0.0, np.deg2rad(1.5), 0, 0, 0])
    wrong = Prior.from_sigmas(off, rotation=np.deg2rad(0.05), translation=0.005)
    found = calibrate_camera_radar(session.boards, session.radar, prior=wrong)
    assert not found.noisier
    assert any("contradict the prior" in text for text in found.warnings)


def test_targets_that_nobody_used_need_not_be_the_first_ones():
    shared = simulate_targets(np.random.default_rng(11), n=14, elevation=True)
    seen = np.arange(14) < 12
    found = calibrate_rig([one.keep(seen) for one in shared.sightings()], names=shared.names)
    assert found.used == dict.fromkeys(("lidar", "camera", "radar"), (12, 12))
    assert not found.rejected
