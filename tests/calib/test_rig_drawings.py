"""Rigs whose targets leave a pose open: flat radars with a drawing, and cameras that give pixels."""

import numpy as np
import pytest

from benchmarks.rigs import simulate_targets
from calib import PixelDetections, Prior, Sightings, calibrate_rig
from calib.estimation.tangent import difference, moved
from calib.rigs.bundle import Bundle
from calib.rigs.drawings import Drawing
from calib.rigs.resection import resection
from calib.rigs.robust_bundle import fit_rig, steps_without_one
from sensorann.errors import CalibrationError
from sensorann.geometry import Transform
from tests.builders import make_camera

CAMERA = make_camera(size=(1920, 1080), focal=1000.0)
TURN, SHIFT, NOISE_PX = np.deg2rad(1.0), 0.05, 0.5


def drawn(rng, source, target, pose) -> Drawing:
    """A drawing that is off by what its sigmas say."""
    off = rng.normal(size=6) * np.repeat([TURN, SHIFT], 3)
    return Drawing(source, target, Prior.from_sigmas(moved(pose, off), rotation=TURN, translation=SHIFT))


def nees_of(found, truth) -> list[float]:
    steps = {name: difference(found.root_from[name], pose) for name, pose in truth.items()}
    return [float(step @ np.linalg.solve(found.covariances[name], step)) for name, step in steps.items()]


def with_pixels(shared, rng) -> list[Sightings]:
    """The sensors of a rig, the camera as pixels of what it has in view."""
    lidar, _, radar = shared.sightings()
    points = (shared.lidar_from["camera"].inverse() @ shared.lidar_from["radar"]).apply(shared.points_radar)
    pixels = CAMERA.project(points) + NOISE_PX * rng.normal(size=(len(points), 2))
    rows = np.flatnonzero(CAMERA.contains(pixels))
    seen = PixelDetections(camera=CAMERA, pixels=pixels[rows], sigma=NOISE_PX)
    return [lidar, Sightings(name="camera", kind="camera", detections=seen, targets=rows), radar]


@pytest.mark.parametrize("source", ["lidar", "camera"])
def test_a_flat_radar_with_a_drawing_is_told_and_its_sigmas_hold(source):
    rng, nees = np.random.default_rng(3), []
    for _ in range(12):
        shared = simulate_targets(rng, flat=True)
        lidar_from = {"lidar": Transform.identity(), **shared.lidar_from}
        drawing = drawn(rng, source, "radar", lidar_from["radar"].inverse() @ lidar_from[source])
        found = calibrate_rig(shared.sightings(), names=shared.names, drawings=[drawing])
        nees += nees_of(found, shared.lidar_from)
    assert np.mean(nees) == pytest.approx(6.0, rel=0.25)
    assert any(text.startswith("roll, pitch") and f"of {source} in radar are not" in text for text in found.warnings)


def test_a_flat_radar_stands_beside_one_that_measures_elevation():
    rng = np.random.default_rng(4)
    shared = simulate_targets(rng, flat=True)
    lidar, camera, flat = shared.sightings()
    high = simulate_targets(np.random.default_rng(4), flat=True, elevation=True).sightings()[2]
    second = Sightings(name="second", kind="radar", detections=flat.detections, targets=flat.targets)
    drawing = drawn(rng, "lidar", "second", shared.lidar_from["radar"].inverse())
    found = calibrate_rig([lidar, camera, high, second], names=shared.names, drawings=[drawing])
    truth = {**shared.lidar_from, "second": shared.lidar_from["radar"]}
    assert max(nees_of(found, truth)) < 25
    # What needs no drawing takes none of it.
    assert [text for text in found.warnings if "not observable" in text] == [
        text for text in found.warnings if "lidar in second" in text
    ]


def test_pixels_are_placed_among_points_of_a_lidar_without_a_drawing():
    rng, nees = np.random.default_rng(5), []
    for _ in range(12):
        shared = simulate_targets(rng, elevation=True)
        found = calibrate_rig(with_pixels(shared, rng), names=shared.names)
        nees += nees_of(found, shared.lidar_from)
    assert np.mean(nees) == pytest.approx(6.0, rel=0.25)


def test_pixels_without_points_or_a_drawing_tell_no_start():
    rng = np.random.default_rng(6)
    _, camera, radar = with_pixels(simulate_targets(rng), rng)
    with pytest.raises(CalibrationError, match="no place to start: let the camera place the boards, or give a drawing"):
        calibrate_rig([radar, camera], names=[str(number) for number in range(30)])


def test_a_resection_outvotes_pixels_of_other_points_and_refuses_a_majority():
    rng = np.random.default_rng(7)
    points = np.column_stack([rng.uniform(-3, 3, 20), rng.uniform(-1, 1, 20), rng.uniform(4, 12, 20)])
    pose = Transform.from_yaw(0.3, [1.0, -2.0, 0.5])
    pixels = CAMERA.project(points)
    pixels[:5] = pixels[:5][::-1] + 40.0
    found = resection(PixelDetections(camera=CAMERA, pixels=pixels, sigma=0.5), pose.apply(points))
    np.testing.assert_allclose(found.matrix, pose.matrix, atol=1e-4)
    pixels[:14] = rng.permutation(pixels[:14])
    with pytest.raises(CalibrationError, match="no pose of the camera images more than"):
        resection(PixelDetections(camera=CAMERA, pixels=pixels, sigma=0.5), pose.apply(points))
    with pytest.raises(CalibrationError, match="5 pixels show points that the other sensor places, 6 are needed"):
        resection(PixelDetections(camera=CAMERA, pixels=pixels[:5], sigma=0.5), points[:5])


def test_rigs_are_ranked_by_their_drawings_too():
    rng = np.random.default_rng(9)
    shared = simulate_targets(rng, elevation=True)
    drawing = drawn(rng, "lidar", "radar", shared.lidar_from["radar"].inverse())
    poses = (Transform.identity(), shared.lidar_from["camera"], shared.lidar_from["radar"])
    fit = fit_rig(shared.sightings(), poses, n_targets=30, depth=0.0, drawings=(drawing,))
    whole = Bundle(sensors=tuple(shared.sightings()), depth=0.0, drawings=(drawing,))
    assert fit.kept.all()
    assert fit.drawn_cost > 0.1
    assert fit.cost == pytest.approx(whole.cost(fit.state))


def test_how_poses_move_without_a_target_is_foretold_beside_a_drawing():
    rng = np.random.default_rng(10)
    shared = simulate_targets(rng, n=15, flat=True)
    drawing = drawn(rng, "lidar", "radar", shared.lidar_from["radar"].inverse())
    poses = (Transform.identity(), shared.lidar_from["camera"], shared.lidar_from["radar"])
    options = {"n_targets": 15, "depth": 0.0, "drawings": (drawing,)}
    fit = fit_rig(shared.sightings(), poses, **options)
    assert fit.kept.all()
    steps = steps_without_one(fit, 0.0)
    sigmas = np.sqrt(np.diag(np.linalg.inv(fit.information + fit.drawn)))
    for target in (0, 6, 11):
        without = np.arange(15) != target
        alone = fit_rig([one.keep(without) for one in shared.sightings()], fit.state.root_from, **options)
        pairs = zip(alone.state.root_from[1:], fit.state.root_from[1:], strict=True)
        moves = np.concatenate([difference(after, before) for after, before in pairs])
        np.testing.assert_allclose(steps[target] / sigmas, moves / sigmas, atol=0.1)


def test_derivatives_of_drawings_hold_far_from_them():
    rng = np.random.default_rng(8)
    shared = simulate_targets(rng, n=8, elevation=True)
    poses = [moved(shared.lidar_from[name], 0.2 * rng.normal(size=6)) for name in ("camera", "radar")]
    drawings = (
        drawn(rng, "camera", "radar", shared.lidar_from["radar"].inverse() @ shared.lidar_from["camera"]),
        drawn(rng, "radar", "lidar", shared.lidar_from["radar"]),
    )
    bundle = Bundle(sensors=tuple(shared.sightings()), depth=0.0, drawings=drawings)
    state = bundle.state((Transform.identity(), *poses), shared.lidar.points[:, None])
    equations, still = bundle.equations(state), np.zeros((8, 3))
    for k in range(12):
        step = 1e-6 * np.eye(12)[k]
        ahead, behind = (bundle.cost(bundle.moved(state, sign * step, still)) for sign in (1, -1))
        assert (ahead - behind) / 4e-6 == pytest.approx(equations.shared_gradient[k], rel=1e-4, abs=1e-2)
