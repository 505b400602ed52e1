"""A rig from shared targets: sigmas that hold, what joined pairs say where they are right, whose detection is wrong."""

import numpy as np
import pytest

from benchmarks.rigs import SharedTargets, estimate_pairs, recorded_sightings, simulate_targets
from calib import Sightings, calibrate_rig
from calib.estimation.tangent import difference, moved
from calib.rigs.bundle import Bundle
from calib.rigs.joint import join
from calib.targets.detections import PointDetections
from sensorann.cli import run
from sensorann.errors import ArgumentError, CalibrationError
from sensorann.formats import read_rig_document
from sensorann.geometry import Transform
from tests.calib.test_session import write_table

DEPTH = 0.1


def rig_of(shared: SharedTargets):
    return calibrate_rig(shared.sightings(), names=shared.names)


@pytest.mark.parametrize("options", [{"elevation": True}, {"heights": True}, {"n": 50}], ids=["4D", "heights", "3D"])
def test_the_stated_sigmas_hold_although_all_see_the_same_targets(options):
    rng, nees = np.random.default_rng(2), []
    for _ in range(20):
        shared = simulate_targets(rng, **options)
        found = rig_of(shared)
        for name, pose in shared.lidar_from.items():
            off = difference(found.root_from[name], pose)
            nees.append(off @ np.linalg.solve(found.covariances[name], off))
    assert np.mean(nees) == pytest.approx(6.0, rel=0.25)


def test_sensors_may_see_parts_of_the_targets_and_any_may_be_the_root():
    rng, nees = np.random.default_rng(1), []
    first = np.arange(30) < 20
    for _ in range(15):
        shared = simulate_targets(rng, elevation=True)
        lidar, camera, radar = shared.sightings()
        found = calibrate_rig([radar, camera.keep(first), lidar.keep(~first)], names=shared.names)
        assert found.used["lidar"] == (10, 10)
        radar_from_lidar = shared.lidar_from["radar"].inverse()
        for name, pose in (("lidar", radar_from_lidar), ("camera", radar_from_lidar @ shared.lidar_from["camera"])):
            off = difference(found.root_from[name], pose)
            nees.append(off @ np.linalg.solve(found.covariances[name], off))
    assert np.mean(nees) == pytest.approx(6.0, rel=0.25)


@pytest.mark.parametrize("seed", [3, 4, 5])
def test_pairs_of_different_targets_joined_by_their_covariances_say_the_same(seed):
    shared = simulate_targets(np.random.default_rng(seed), n=90, elevation=True, alone=True)
    found, graph = rig_of(shared), join(estimate_pairs(shared, widened=False), root="lidar")
    assert not found.rejected
    assert not graph.repeated
    for name, pose in found.root_from.items():
        sigmas = np.sqrt(np.diag(found.covariances[name])) / max(found.noise_scale, 1.0)
        assert np.all(np.abs(difference(graph.root_from[name], pose)) < 0.1 * sigmas)
        np.testing.assert_allclose(np.sqrt(np.diag(graph.covariances[name])), sigmas, rtol=0.02)


def test_one_estimate_is_surer_than_pairs_of_the_same_targets_may_be():
    shared = simulate_targets(np.random.default_rng(4), elevation=True)
    found, graph = rig_of(shared), join(estimate_pairs(shared), root="lidar")
    assert graph.repeated
    for name in found.root_from:
        assert np.all(np.diag(found.covariances[name]) < np.diag(graph.covariances[name]))


@pytest.mark.parametrize("sensor", ["lidar", "camera", "radar"])
def test_two_sensors_outvote_a_third(sensor):
    shared = simulate_targets(np.random.default_rng(5), elevation=True)
    wrong = [
        Sightings(name=one.name, kind=one.kind, detections=one.detections.at(_pushed(one)), targets=one.targets)
        if one.name == sensor
        else one
        for one in shared.sightings()
    ]
    found = calibrate_rig(wrong, names=shared.names)
    assert {item.name for item in found.rejected} == {"0", "1"}
    assert all(item.reason.startswith(f"{sensor} is off by") for item in found.rejected)
    assert found.used == {**dict.fromkeys(("lidar", "camera", "radar"), (30, 30)), sensor: (28, 30)}


def _pushed(sightings: Sightings) -> np.ndarray:
    """Where it saw its targets, the first two of them aside."""
    points = sightings.detections.positions().copy()
    points[:2] += [[0.0, 3.0, 0.0], [0.0, -3.0, 0.0]]
    return points


def boards_and_reflectors(rng):
    """A LiDAR and a camera that see four points of boards, a radar that sees what stands behind; without noise."""
    shared = simulate_targets(rng, n=12, elevation=True)
    middles = shared.lidar_from["radar"].apply(shared.points_radar)
    turns = [moved(shared.lidar_from["camera"], [*rng.uniform(-0.3, 0.3, 3), 0, 0, 0]) for _ in middles]
    square = 0.3 * np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]])
    points = np.stack([turn.rotate(square) + middle for turn, middle in zip(turns, middles, strict=True)])
    normals = np.stack([turn.rotate([[0.0, 0.0, 1.0]])[0] for turn in turns])
    normals *= np.sign(np.einsum("ni,ni->n", normals, middles))[:, None]
    radar = shared.sightings()[2]
    behind = shared.lidar_from["radar"].inverse().apply(middles + DEPTH * normals)
    rows = np.repeat(np.arange(12), 4)
    flat = points.reshape(-1, 3)
    in_camera = shared.lidar_from["camera"].inverse().apply(flat)
    return shared, [
        Sightings(name="lidar", kind="lidar", detections=PointDetections.isotropic(flat, 0.01), targets=rows),
        Sightings(name="camera", kind="camera", detections=PointDetections.isotropic(in_camera, 0.01), targets=rows),
        Sightings(name="radar", kind="radar", detections=radar.detections.at(behind), targets=np.arange(12)),
    ]


def test_reflectors_behind_boards_join_the_radar():
    shared, sensors = boards_and_reflectors(np.random.default_rng(6))
    found = calibrate_rig(sensors, names=shared.names, depth=DEPTH)
    for name, pose in shared.lidar_from.items():
        np.testing.assert_allclose(found.root_from[name].matrix, pose.matrix, atol=1e-6)


def test_boards_that_err_as_a_whole_widen_the_sigmas():
    shared, sensors = boards_and_reflectors(np.random.default_rng(12))
    rng = np.random.default_rng(13)
    exact, noisy = sensors[0], []
    for scale in (1e-3, 0.05):
        aside = np.repeat(scale * rng.normal(size=(12, 3)), 4, axis=0)
        seen = PointDetections.isotropic(exact.detections.points + aside, 0.01)
        lidar = Sightings(name="lidar", kind="lidar", detections=seen, targets=exact.targets)
        noisy.append(calibrate_rig([lidar, *sensors[1:]], names=shared.names, depth=DEPTH))
    still, moved_boards = (np.sqrt(np.diag(one.covariances["camera"])) for one in noisy)
    # Four points a board: the residuals alone would widen them as if each point erred by itself.
    assert np.all(moved_boards > 1.5 * max(noisy[1].noise_scale, 1.0) * still)


def test_derivatives_hold_far_from_the_minimum():
    shared, sensors = boards_and_reflectors(np.random.default_rng(7))
    bundle = Bundle(sensors=tuple(sensors), depth=DEPTH, cauchy=True)
    rng = np.random.default_rng(8)
    off = [moved(shared.lidar_from[name], 0.05 * rng.normal(size=6)) for name in ("camera", "radar")]
    points = sensors[0].positions(12, 4) + 0.05 * rng.normal(size=(12, 4, 3))
    state = bundle.state((Transform.identity(), *off), points)
    equations = bundle.equations(state)
    for k in range(12):
        step = 1e-6 * np.eye(12)[k]
        ahead, behind = (bundle.cost(bundle.moved(state, sign * step, np.zeros((12, 12)))) for sign in (1, -1))
        assert (ahead - behind) / 4e-6 == pytest.approx(equations.shared_gradient[k], rel=1e-4, abs=1e-2)
    for k in range(12):
        step = np.zeros((12, 12))
        step[3, k] = 1e-6
        ahead, behind = (bundle.cost(bundle.moved(state, np.zeros(12), sign * step)) for sign in (1, -1))
        assert (ahead - behind) / 4e-6 == pytest.approx(equations.block_gradients[3, k], rel=1e-4, abs=1e-2)


def test_what_is_no_rig_is_refused():
    lidar, camera, radar = simulate_targets(np.random.default_rng(9), elevation=True).sightings()
    names = [str(number) for number in range(30)]
    with pytest.raises(CalibrationError, match="two sensors or more, 1 saw targets"):
        calibrate_rig([lidar], names=names)
    first, last = np.arange(30) < 12, np.arange(30) >= 12
    with pytest.raises(CalibrationError, match="no target was seen by both radar and any other sensor"):
        calibrate_rig([lidar.keep(first), camera.keep(first), radar.keep(last)], names=names)
    with pytest.raises(ArgumentError, match="targets of lidar must rise"):
        Sightings(name="lidar", kind="lidar", detections=lidar.detections, targets=lidar.targets[::-1])


def test_a_flat_radar_is_refused_with_what_to_do():
    shared = simulate_targets(np.random.default_rng(10), flat=True)
    with pytest.raises(CalibrationError, match=r"not observable: .*or give a drawing of lidar and radar"):
        rig_of(shared)


def write_rig(folder, shared) -> None:
    """Two sessions that share the LiDAR."""
    lidar, camera, radar = (one.detections for one in shared.sightings())
    write_table(folder / "lidar.csv", shared.names, ["x_m", "y_m", "z_m"], lidar.points)
    write_table(folder / "camera.csv", shared.names, ["x_m", "y_m", "z_m"], camera.points)
    polar = np.column_stack([radar.ranges, np.rad2deg(radar.azimuths), np.rad2deg(radar.elevations)])
    write_table(folder / "radar.csv", shared.names, ["range_m", "azimuth_deg", "elevation_deg"], polar)
    points = '[lidar]\nname = "TOP"\ntargets = "lidar.csv"\nsigma_m = 0.01\n'
    (folder / "front.toml").write_text(
        points + '[camera]\nname = "FRONT"\ntargets = "camera.csv"\nsigma_m = 0.01\n', "utf-8"
    )
    noise = "sigma_range_m = 0.1\nsigma_azimuth_deg = 0.5\nsigma_elevation_deg = 1.0\n"
    (folder / "radar.toml").write_text(points + '[radar]\ntargets = "radar.csv"\n' + noise, "utf-8")


def test_the_command_joins_sessions_by_their_sensors(tmp_path, capsys):
    write_rig(tmp_path, simulate_targets(np.random.default_rng(11), elevation=True))
    sessions = [str(tmp_path / name) for name in ("front.toml", "radar.toml")]
    out, picture = tmp_path / "rig.json", tmp_path / "rig.png"
    assert run(["calibrate", "rig", *sessions, "-o", str(out), "--picture", str(picture)]) == 0
    text = capsys.readouterr().out
    assert "FRONT in the frame of TOP" in text
    assert "radar: 30 of 30 targets" in text
    assert picture.stat().st_size > 10_000
    assert set(read_rig_document(out).frames) == {"TOP", "FRONT", "radar"}
    assert run(["calibrate", "rig", *sessions, "--root", "roof"]) == 2
    assert "no sensor is called roof, there are: FRONT, TOP, radar" in capsys.readouterr().err
    changed = (tmp_path / "radar.toml").read_text("utf-8").replace("sigma_m = 0.01", "sigma_m = 0.02")
    (tmp_path / "radar.toml").write_text(changed, "utf-8")
    assert run(["calibrate", "rig", *sessions]) == 1
    assert "expected TOP as front.toml describes it" in capsys.readouterr().err


@pytest.mark.real_data
def test_of_recorded_boards_it_is_known_whose_are_wrong(real_data):
    folder = real_data / "tudelft_targets" / "optimization" / "data" / "example_data"
    found = calibrate_rig(recorded_sightings(folder, "_with_error"), names=[str(i) for i in range(29)], depth=0.105)
    wrong = {(item.name, item.reason.split()[0]) for item in found.rejected}
    assert wrong == {("0", "lidar"), ("28", "lidar"), ("5", "radar"), ("6", "radar")}
    assert len(found.modes) == 2
