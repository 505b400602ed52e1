"""A radar that has turned since its rig was written: told from the returns of labelled movers, or by chance seldom."""

import json
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.calibration_drives import turned_rig
from calib.drift.radar import RadarPairs, find_radar_drift
from calib.drift.returns import labelled_returns
from sensorann.cli import run
from sensorann.errors import CalibrationError
from sensorann.formats import write_labels
from sensorann.simulate import simulate_drive
from tests.builders import MemoryDrive

RADAR = "RADAR_FRONT"
TURNED = "the radar has turned"


@pytest.fixture(scope="module")
def town():
    """Every third scan of the radar of a simulated drive among movers, and the true labels."""
    drive, labels = simulate_drive(seed=1, n_frames=200, n_actors=60)
    rows = range(0, len(drive.timestamps_ns(RADAR)), 3)
    return MemoryDrive(
        rig=drive.rig,
        trajectory=drive.trajectory,
        times={RADAR: drive.timestamps_ns(RADAR)[::3]},
        sweeps={RADAR: [drive.sweep(RADAR, row) for row in rows]},
    ), labels


@pytest.fixture(scope="module")
def pairs(town):
    return labelled_returns(*town, RADAR)


def simulate_pairs(rng, *, yaw=0.0, n_objects=20, n_boxes=8) -> RadarPairs:
    """Movers whose returns come from a place of their own on them; a tenth are of something else."""
    objects = np.repeat(np.arange(n_objects), n_boxes)
    widths = rng.uniform(0.01, 0.05, n_objects)
    own = widths * rng.normal(size=n_objects)
    own[rng.random(n_objects) < 0.1] += 0.07
    sigmas = np.hypot(widths, np.deg2rad(0.5))[objects]
    residuals = own[objects] + np.deg2rad(0.5) * rng.normal(size=len(objects)) - yaw
    names = tuple(map(str, range(n_objects)))
    return RadarPairs(residuals=residuals, sigmas=sigmas, azimuths=np.zeros(len(objects)), objects=objects, names=names)


def test_a_turn_is_found_in_a_town_and_none_where_none_is(town, pairs):
    drive, labels = town
    found = find_radar_drift(pairs)
    assert found.verdict == "as calibrated"
    turned = find_radar_drift(labelled_returns(turned_rig(drive, RADAR, (0.0, 0.0, 1.0)), labels, RADAR))
    assert turned.verdict == TURNED
    # The rig says a degree too far to the left: the radar has turned to the right.
    assert np.rad2deg(turned.yaw - found.yaw) == pytest.approx(-1.0, abs=0.05)


def test_chance_alone_seldom_alarms():
    rng = np.random.default_rng(0)
    found = [find_radar_drift(simulate_pairs(rng)) for _ in range(300)]
    assert np.mean([one.chance < 0.01 for one in found]) < 0.03
    assert np.mean([one.chance < 0.1 for one in found]) == pytest.approx(0.1, abs=0.05)


def test_a_turn_is_found_among_returns_of_other_things():
    rng = np.random.default_rng(1)
    found = [find_radar_drift(simulate_pairs(rng, yaw=np.deg2rad(3.0), n_objects=40)) for _ in range(30)]
    assert all(one.verdict == TURNED for one in found)
    assert np.rad2deg(np.mean([one.yaw for one in found])) == pytest.approx(3.0, abs=0.2)


def test_a_small_turn_is_not_reported_however_sure(pairs):
    narrow = replace(pairs, residuals=np.full(len(pairs.residuals), np.deg2rad(0.2)))
    assert find_radar_drift(narrow).verdict == "as calibrated"


def test_what_tells_nothing_of_a_radar_is_refused(town):
    drive, labels = town
    with pytest.raises(CalibrationError, match="CAM_FRONT is a camera: name a radar"):
        labelled_returns(drive, labels, "CAM_FRONT")
    few = replace(labels, tracks=labels.tracks[:5])
    with pytest.raises(CalibrationError, match="labelled movers have returns of the radar, 10 are needed"):
        find_radar_drift(labelled_returns(drive, few, RADAR))


def test_the_command_checks_a_radar(town, tmp_path, capsys, monkeypatch):
    drive, labels = town
    monkeypatch.setattr("sensorann.cli.calibrate.check.open_drive", lambda *_, **__: drive)
    write_labels(labels, tmp_path / "labels.json")
    out, picture = tmp_path / "check.json", tmp_path / "check.png"
    words = ["calibrate", "check", "town", "--labels", str(tmp_path / "labels.json"), "--sensor", RADAR]
    assert run([*words, "-o", str(out), "--picture", str(picture)]) == 0
    assert capsys.readouterr().out.startswith(f"{RADAR}: as calibrated (")
    assert json.loads(out.read_text())["radar"] == RADAR
    assert picture.stat().st_size > 5_000
