"""Small drives with one thing wrong: every builder makes good labels but for its subject."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sensorann.geometry import Cuboids
from sensorann.qa import Finding, check
from sensorann.scene import Labels, Track
from tests.builders import MemoryDrive, make_labels, make_track, make_trajectory

N = 40


def drive(n: int = N) -> MemoryDrive:
    """A vehicle that drives straight on at 5 m/s."""
    return MemoryDrive(trajectory=make_trajectory(n=n, yaw_rate=0.0))


def driving(*, id: str = "1", speed: float = 8.0, aside: float = 4.0, start: float = 12.0, n: int = N, **more) -> Track:
    """An object that drives straight on along x, some metres to the left."""
    x = start + speed * 0.1 * np.arange(n)
    centers = np.column_stack([x, np.full(n, aside), np.full(n, 0.75)])
    return make_track(id=id, centers=centers, yaws=np.zeros(n), n=n, **more)


def standing(*, id: str = "1", x: float = 18.0, aside: float = 4.0, n: int = N, **more) -> Track:
    return driving(id=id, speed=0.0, start=x, aside=aside, n=n, **more)


def houses() -> tuple[Track, Track]:
    """Something to the left and the right that stands there all the time: the vehicle sees what lies between."""
    return standing(id="left", x=20.0, aside=45.0), standing(id="right", x=20.0, aside=-45.0)


def edited(track: Track, rows, *, shift=(0.0, 0.0, 0.0), turn: float = 0.0, grow=1.0) -> Track:
    """Some boxes moved, turned, resized."""
    centers, sizes, yaws = (np.array(one) for one in (track.cuboids.centers, track.cuboids.sizes, track.cuboids.yaws))
    centers[rows] += shift
    sizes[rows] *= grow
    yaws[rows] += turn
    return replace(track, cuboids=Cuboids.from_yaws(centers, sizes, yaws, frame=track.cuboids.frame))


def without(track: Track, rows) -> Track:
    return track[np.delete(np.arange(len(track)), rows)]


def found(*tracks: Track, rules=None) -> list[Finding]:
    return check(make_labels(*tracks), drive(), rules=rules)


def rules_of(findings: list[Finding]) -> set[str]:
    return {finding.rule for finding in findings}


def labels_of(*tracks: Track) -> Labels:
    return make_labels(*tracks)
