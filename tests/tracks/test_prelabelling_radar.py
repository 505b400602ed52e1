"""Radar speeds of a moving track, raw or without the vehicle's own motion, make it surer when they are its own."""

import numpy as np
import pytest

from sensorann.scene import Sweep
from sensorann.tracks.prelabelling.doppler import confirmed_by_radar
from tests.builders import FRAME_NS, START_NS, MemoryDrive, make_labels, make_rig, make_track, make_trajectory

VELOCITY = np.array([0.5, 0.1, 0.0]) / (FRAME_NS * 1e-9)  # of the track that `make_track` makes


def drive_with_radar(*, fields, velocity=VELOCITY, beside=0.0):
    """A turning vehicle whose radar has one return in every scan, at the middle of the track or beside it."""
    trajectory, rig = make_trajectory(n=12, speed=6.0), make_rig(lidars=(), radars=("RADAR",))
    ego_from_radar = rig["RADAR"].ego_from_sensor
    sweeps, times = [], START_NS + np.arange(1, 8) * FRAME_NS + FRAME_NS // 3
    for time in times:
        pose = trajectory.at(int(time)) @ ego_from_radar
        seconds = (time - START_NS) * 1e-9
        place = np.array([10.0, beside, pose.translation[2]]) + VELOCITY * seconds
        point = pose.inverse().apply(place)
        line = point / np.linalg.norm(point)
        step = 1_000_000
        ends = [(trajectory.at(int(time) + shift) @ ego_from_radar).translation for shift in (-step, step)]
        own = (ends[1] - ends[0]) / (2e-9 * step)
        still = float(velocity @ pose.rotate(line))
        columns = {
            "vx_comp": still * line[0],
            "vy_comp": still * line[1],
            "doppler": still - float(own @ pose.rotate(line)),
            "rcs": 1.0,
        }
        own_fields = {name: np.array([columns[name]], np.float32) for name in fields}
        points = point[None].astype(np.float32)
        sweeps.append(Sweep(sensor="RADAR", timestamp_ns=int(time), points=points, fields=own_fields))
    return MemoryDrive(rig=rig, trajectory=trajectory, times={"RADAR": times}, sweeps={"RADAR": sweeps})


def confidence_with(drive, *, moving=True):
    labels = make_labels(make_track(n=10, attributes={"confidence": 0.4, "moving": moving}))
    return confirmed_by_radar(labels, drive).tracks[0].attributes["confidence"]


@pytest.mark.parametrize("fields", [("vx_comp", "vy_comp"), ("doppler",)], ids=["compensated", "raw"])
def test_returns_with_the_speed_of_the_track_make_it_surer(fields):
    assert confidence_with(drive_with_radar(fields=fields)) == 1.0


@pytest.mark.parametrize(
    "drive",
    [
        drive_with_radar(fields=("doppler",), velocity=-VELOCITY),
        drive_with_radar(fields=("doppler",), beside=5.0),
        drive_with_radar(fields=("rcs",)),
        MemoryDrive(rig=make_rig()),
    ],
    ids=["another speed", "another place", "no speed told", "no radar"],
)
def test_other_returns_do_not(drive):
    assert confidence_with(drive) == 0.4


def test_standing_tracks_are_not_asked():
    assert confidence_with(drive_with_radar(fields=("doppler",)), moving=False) == 0.4
