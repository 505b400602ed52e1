"""Errors put into labels on purpose: what people and programs do wrong, in several sizes.

Each seed takes labels, a draw and a size, and returns other labels with one error and where it is, or None where these
labels offer no place for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from sensorann.geometry import Cuboids
from sensorann.scene import Drive, Labels, Motion, Track

NEAR_M = 30.0
SHORTEST = 15


@dataclass(frozen=True, kw_only=True)
class Seeded:
    """One error.

    Attributes
    ----------
    kind : name of the kind
    objects : ids of the tracks that a finding may name
    first_ns, last_ns : where it is
    lost : a track that is no longer there; then a finding names its place
    """

    kind: str
    objects: frozenset[str]
    first_ns: int
    last_ns: int
    lost: Track | None = None


Sown = tuple[Labels, Seeded] | None
Seed = Callable[["Field", np.random.Generator], Sown]


@dataclass(frozen=True, eq=False, kw_only=True)
class Field:
    """Labels to sow in.

    Attributes
    ----------
    labels : in the world
    drive : their recording
    used : ids of tracks that hold an error already
    counts : points in each box of each track, where that is known
    lags : seconds by which these were measured after the instant of the box, where that is known
    """

    labels: Labels
    drive: Drive
    used: frozenset[str] = frozenset()
    counts: Mapping[str, NDArray[np.int64]] = field(default_factory=dict)
    lags: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)

    def tracks(self, *motions: Motion, shortest: int = SHORTEST) -> list[Track]:
        kinds = motions or (Motion.VEHICLE, Motion.TWO_WHEELER, Motion.PEDESTRIAN)
        return [
            track
            for track in self.labels.tracks
            if track.id not in self.used
            and len(track) >= shortest
            and self.labels.ontology[track.category].motion in kinds
        ]

    def distances(self, track: Track) -> NDArray[np.float64]:
        egos = self.drive.trajectory.sample(track.timestamps_ns).translations
        return np.hypot(*(track.cuboids.centers - egos)[:, :2].T)


def speeds(track: Track) -> NDArray[np.float64]:
    """Speed at each box over its neighbours, m/s."""
    seconds = (track.timestamps_ns - track.timestamps_ns[0]) * 1e-9
    return np.hypot(*np.gradient(track.cuboids.centers[:, :2], seconds, axis=0).T)


def changed(
    track: Track,
    rows: NDArray[np.int64],
    *,
    shift: NDArray[np.float64] | float = 0.0,
    turn: float = 0.0,
    grow: NDArray[np.float64] | float = 1.0,
) -> Track:
    """Move, turn and resize some boxes."""
    centers, sizes, yaws = (np.array(one) for one in (track.cuboids.centers, track.cuboids.sizes, track.cuboids.yaws))
    centers[rows] += shift
    yaws[rows] += turn
    sizes[rows] *= grow
    return replace(track, cuboids=Cuboids.from_yaws(centers, sizes, yaws, frame=track.cuboids.frame))


def put(field: Field, track: Track, rows: NDArray[np.int64], kind: str) -> Sown:
    """The labels with one track exchanged."""
    tracks = tuple(track if one.id == track.id else one for one in field.labels.tracks)
    times = track.timestamps_ns[rows]
    seeded = Seeded(kind=kind, objects=frozenset({track.id}), first_ns=int(times[0]), last_ns=int(times[-1]))
    return replace(field.labels, tracks=tracks), seeded


def pick_rows(
    field: Field, rng: np.random.Generator, allowed: Callable[[Track], NDArray[np.bool_]], n: int, *motions: Motion
) -> tuple[Track, NDArray[np.int64]] | None:
    """A track and n neighbouring boxes of it, all allowed."""
    tracks = field.tracks(*motions)
    for i in rng.permutation(len(tracks)):
        fine = allowed(tracks[i])
        if len(fine) < n:
            continue
        starts = np.flatnonzero(np.convolve(fine, np.ones(n), mode="valid") > n - 0.5)
        if len(starts):
            start = int(rng.choice(starts))
            return tracks[i], np.arange(start, start + n)
    return None


def near(field: Field) -> Callable[[Track], NDArray[np.bool_]]:
    return lambda track: field.distances(track) < NEAR_M
