"""A rig from its pairs: loops close, a wrong pair is named, and others tell which of two poses a pair has."""

import json

import numpy as np
import pytest

from benchmarks.recorded_boards import estimate_recorded
from benchmarks.rigs import estimate_pairs, simulate_targets
from calib.estimation.file import Calibration, document, write_calibration
from calib.estimation.start import FORWARD_FROM_CAMERA
from calib.estimation.tangent import difference, moved
from calib.rigs.joint import _Graph, _State, join
from sensorann.cli import run
from sensorann.errors import CalibrationError
from sensorann.formats import read_rig_document
from sensorann.geometry import Transform

RADAR_FROM_LIDAR = Transform.from_yaw(0.05, [-2.5, 0.1, 1.2])
LIDAR_FROM_CAMERA = moved(FORWARD_FROM_CAMERA, [0.02, -0.01, 0.03, 0.6, 0.1, -0.3])
TRUTH = {
    ("lidar", "radar"): RADAR_FROM_LIDAR,
    ("camera", "lidar"): LIDAR_FROM_CAMERA,
    ("camera", "radar"): RADAR_FROM_LIDAR @ LIDAR_FROM_CAMERA,
}
SIGMAS = np.array([0.004, 0.004, 0.002, 0.01, 0.01, 0.02])


def make_pair(source, target, *, seed=0, step=None, modes=None) -> Calibration:
    """A pair that is off by noise of its own covariance, and by a step."""
    off = SIGMAS * np.random.default_rng(seed).normal(size=6) + (np.zeros(6) if step is None else step)
    pose = moved(TRUTH[source, target], off)
    return Calibration(
        source=source,
        target=target,
        target_from_source=pose,
        covariance=np.diag(SIGMAS**2),
        not_observable=(),
        warnings=(),
        modes=((pose, 0.0),) if modes is None else modes(pose),
    )


def make_pairs(seed=0, **options) -> list[Calibration]:
    return [make_pair(*frames, seed=3 * seed + i, **options.get(frames[0], {})) for i, frames in enumerate(TRUTH)]


def test_pairs_from_the_same_targets_do_not_make_each_other_more_certain():
    rng = np.random.default_rng(0)
    nees = []
    for _ in range(12):
        shared = simulate_targets(rng, elevation=True)
        found = join(estimate_pairs(shared), root="lidar")
        assert found.repeated
        for name, pose in shared.lidar_from.items():
            off = difference(found.root_from[name], pose)
            nees.append(off @ np.linalg.solve(found.covariances[name], off))
    # The radar's noise is in two of the pairs: taken as independent they would give twice as much.
    assert 3.0 < np.mean(nees) < 7.0


def test_a_rig_is_nearer_to_the_truth_than_its_pairs():
    nees, chances = [], []
    for seed in range(25):
        found = join(make_pairs(seed))
        for name, truth in (("lidar", RADAR_FROM_LIDAR), ("camera", TRUTH["camera", "radar"])):
            off = difference(found.root_from[name], truth)
            nees.append(off @ np.linalg.solve(found.covariances[name], off))
            assert np.all(np.sqrt(np.diag(found.covariances[name])) < SIGMAS)
        chances.append(found.chance)
    assert np.mean(nees) == pytest.approx(6.0, rel=0.3)
    assert 0.3 < np.mean(chances) < 0.7
    assert found.root == "radar"
    assert found.loops == 1
    assert not found.repeated


def test_a_pair_that_is_wrong_is_named():
    pairs = make_pairs()
    pairs[1] = make_pair("camera", "lidar", step=np.array([0, 0, 0.1, 0, 0, 0]))
    found = join(pairs)
    assert found.chance < 1e-6
    assert "the loops do not close" in found.warnings[0]


def test_the_others_tell_which_of_two_poses_a_pair_has():
    def two(pose):
        return (moved(pose, [0, 0.2, 0, 0, 0, -0.6]), 0.0), (pose, 0.4)

    pairs = make_pairs()
    pairs[0] = make_pair("lidar", "radar", modes=two)
    found = join(pairs)
    assert found.choices == 1
    assert np.abs(difference(found.root_from["lidar"], RADAR_FROM_LIDAR)).max() < 0.05


def test_without_a_loop_the_poses_are_those_of_the_pairs():
    pairs = make_pairs()[:2]
    found = join(pairs, root="lidar")
    np.testing.assert_allclose(found.root_from["camera"].matrix, pairs[1].target_from_source.matrix, atol=1e-9)
    np.testing.assert_allclose(found.root_from["radar"].matrix, pairs[0].target_from_source.inverse().matrix, atol=1e-9)
    assert "no loop is closed" in found.warnings[0]


def test_derivatives_hold_far_from_the_minimum():
    graph = _Graph(tuple(make_pairs()), ("lidar", "camera"), "radar")
    state = _State({"radar": Transform.identity(), "lidar": RADAR_FROM_LIDAR, "camera": TRUTH["camera", "radar"]})
    gradient = graph.equations(state).shared_gradient
    for k in (0, 4, 7, 11):
        step = np.zeros(12)
        step[k] = 1e-5
        ahead, behind = (graph.cost(graph.moved(state, sign * step, np.zeros(0))) for sign in (1, -1))
        assert (ahead - behind) / 4e-5 == pytest.approx(gradient[k], rel=1e-4, abs=1e-3)


def test_what_cannot_be_joined_is_refused():
    with pytest.raises(CalibrationError, match="no pairs"):
        join([])
    with pytest.raises(CalibrationError, match="no pair has the frame roof"):
        join(make_pairs(), root="roof")
    apart = Calibration(
        source="a", target="b", target_from_source=RADAR_FROM_LIDAR, covariance=np.eye(6), not_observable=(),
        warnings=(), modes=((RADAR_FROM_LIDAR, 0.0),),
    )  # fmt: skip
    with pytest.raises(CalibrationError, match="no pair joins b, a to radar"):
        join([make_pairs()[0], apart])


@pytest.mark.real_data
def test_the_recorded_boards_close_their_loop(real_data, tmp_path, capsys):
    folder = real_data / "tudelft_targets" / "optimization" / "data" / "example_data"
    paths = []
    for pair in ("camera-lidar", "lidar-radar", "camera-radar"):
        paths.append(str(tmp_path / f"{pair}.json"))
        write_calibration(document(estimate_recorded(pair, folder)), tmp_path / f"{pair}.json")
    out = tmp_path / "rig.json"
    page = tmp_path / "rig.html"
    assert run(["calibrate", "join", *paths, "--root", "lidar", "-o", str(out), "--report", str(page)]) == 0
    assert "camera in lidar" in page.read_text("utf-8")
    text = capsys.readouterr().out
    assert "loops closed: 1" in text
    assert "do not close" not in text
    assert "pairs from the same targets repeat their errors" in text
    assert json.loads(out.read_text())["chance"] > 0.01
    assert set(read_rig_document(out).frames) == {"lidar", "camera", "radar"}
    assert run(["calibrate", "join", str(out)]) == 1
    assert "expected the calibration of a pair" in capsys.readouterr().err
