"""Tracks beside what a radar on the bumper measured."""

from dataclasses import replace

import numpy as np
import pytest

from sensorann.qa import Finding, check
from sensorann.scene import Sweep, Track
from tests.builders import MemoryDrive, make_labels, make_rig
from tests.qa.checking.cases import N, driving, edited
from tests.qa.checking.cases import drive as straight

RADAR = "RADAR_FRONT"
RULES = ["radar_speed", "radar_heading"]


def drive(track: Track, *, speed: float, n_returns: int = 3) -> MemoryDrive:
    """A vehicle whose radar sees the object of a track go along x at some speed over ground, at its boxes' places."""
    recording = straight()
    rig = make_rig(radars=(RADAR,), cameras=(), lidars=())
    ego_from_radar = rig[RADAR].ego_from_sensor
    scans = []
    for i, time_ns in enumerate(track.timestamps_ns):
        radar_from_world = (recording.trajectory.at(int(time_ns)) @ ego_from_radar).inverse()
        places = track.cuboids.centers[i] + np.linspace(-0.5, 0.5, n_returns)[:, None] * [1.0, 0.0, 0.0]
        points = radar_from_world.apply(places).astype(np.float32)
        ahead = points[:, :2] / np.linalg.norm(points[:, :2], axis=1, keepdims=True)
        away = speed * ahead[:, 0]
        fields = {"vx_comp": away * ahead[:, 0], "vy_comp": away * ahead[:, 1]}
        scans.append(Sweep(sensor=RADAR, timestamp_ns=int(time_ns), points=points, fields=fields))
    return replace(recording, rig=rig, times={RADAR: track.timestamps_ns}, sweeps={RADAR: scans})


def found(track: Track, *, speed: float, **more) -> list[Finding]:
    return check(make_labels(track), drive(track, speed=speed, **more), rules=RULES)


def test_the_speed_that_the_radar_measured_is_right():
    assert found(driving(speed=8.0), speed=8.0) == []


def test_another_speed_is_measured():
    (finding,) = found(driving(speed=8.0, aside=0.0), speed=14.0)
    assert (finding.rule, finding.object) == ("radar_speed", "1")
    assert finding.value == pytest.approx(6.0, abs=0.1)
    assert "in all its boxes" in finding.message


def test_a_box_that_goes_backwards_is_turned():
    track = edited(driving(speed=8.0, aside=0.0), np.arange(N), turn=np.pi)
    (finding,) = found(track, speed=8.0)
    assert finding.rule == "radar_heading"
    assert finding.value == pytest.approx(8.0, abs=0.1)
    assert finding.repair[0].action == "reverse"


def test_what_passes_by_shows_no_speed():
    across = edited(driving(speed=0.0, start=12.0, aside=12.0), np.arange(N), turn=np.pi / 2)
    assert found(across, speed=0.0) == []


def test_few_returns_say_nothing():
    assert found(driving(speed=8.0), speed=14.0, n_returns=0) == []


def test_a_drive_without_its_scans_says_nothing():
    track = driving()
    silent = replace(drive(track, speed=20.0), sweeps={})
    assert check(make_labels(track), silent, rules=RULES) == []
