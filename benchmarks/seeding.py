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
from sensorann.tracks import surgery

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


def turned(kind: str, degrees: float, n: int, *motions: Motion) -> Seed:
    """Turn n boxes; n = 0 turns the whole track of a moving object."""

    def sow(field: Field, rng: np.random.Generator) -> Sown:
        if n:
            found = pick_rows(field, rng, near(field), n, *motions)
        else:
            tracks = [track for track in field.tracks(*motions) if np.median(speeds(track)) > 3.0]
            found = None if not tracks else (track := tracks[int(rng.integers(len(tracks)))], np.arange(len(track)))
        if found is None:
            return None
        track, rows = found
        sign = rng.choice([-1.0, 1.0])
        return put(field, changed(track, rows, turn=sign * np.radians(degrees)), rows, kind)

    return sow


def shifted(kind: str, metres: float, n: int, *, up: bool = False) -> Seed:
    """Move n boxes in some direction in plan, or up or down."""

    def sow(field: Field, rng: np.random.Generator) -> Sown:
        found = pick_rows(field, rng, near(field), n)
        if found is None:
            return None
        angle = rng.uniform(0, 2 * np.pi)
        sideways = np.array([np.cos(angle), np.sin(angle), 0.0])
        shift = metres * (np.array([0.0, 0.0, rng.choice([-1.0, 1.0])]) if up else sideways)
        return put(field, changed(*found, shift=shift), found[1], kind)

    return sow


def delayed(kind: str, seconds: float, fastest: float) -> Seed:
    """Put one box where the object is some time later or earlier."""

    def sow(field: Field, rng: np.random.Generator) -> Sown:
        found = pick_rows(field, rng, lambda track: near(field)(track) & (speeds(track) > fastest), 1)
        if found is None:
            return None
        track, rows = found
        times = (track.timestamps_ns - track.timestamps_ns[0]) * 1e-9
        velocity = np.gradient(track.cuboids.centers, times, axis=0)[rows[0]]
        return put(field, changed(track, rows, shift=rng.choice([-1.0, 1.0]) * seconds * velocity), rows, kind)

    return sow


def jolted(kind: str, acceleration: float) -> Seed:
    """Let an object accelerate and brake without any time between, half a second each, and go on from there."""

    def sow(field: Field, rng: np.random.Generator) -> Sown:
        found = pick_rows(field, rng, near(field), SHORTEST, Motion.VEHICLE)
        if found is None:
            return None
        track, rows = found
        seconds = (track.timestamps_ns - track.timestamps_ns[rows[len(rows) // 2]]) * 1e-9
        speed = acceleration * np.clip(0.5 - np.abs(seconds), 0.0, None)
        steps = np.diff(seconds, prepend=seconds[0])
        way = np.cumsum(speed * steps)[:, None] * track.cuboids.rotations[:, :, 0]
        touched = np.flatnonzero(np.abs(seconds) <= 0.5)
        return put(field, changed(track, np.arange(len(track)), shift=way), touched, kind)

    return sow


def resized(kind: str, share: float, n: int, *motions: Motion) -> Seed:
    """Make all edges of n boxes larger or smaller."""

    def sow(field: Field, rng: np.random.Generator) -> Sown:
        found = pick_rows(field, rng, near(field), n, *motions)
        if found is None or len(found[0]) < 2 * n + 1:
            return None
        return put(field, changed(*found, grow=1.0 + rng.choice([-1.0, 1.0]) * share), found[1], kind)

    return sow


def drifted(kind: str, share: float) -> Seed:
    """Let the size of a rigid object creep over the whole track."""

    def sow(field: Field, rng: np.random.Generator) -> Sown:
        tracks = field.tracks(Motion.VEHICLE, Motion.TWO_WHEELER, shortest=20)
        if not tracks:
            return None
        track = tracks[int(rng.integers(len(tracks)))]
        rows = np.arange(len(track))
        grow = 1.0 + rng.choice([-1.0, 1.0]) * share * np.linspace(0, 1, len(track))[:, None]
        return put(field, changed(track, rows, grow=grow), rows, kind)

    return sow


def renamed(kind: str, given: tuple[str, ...], category: str) -> Seed:
    """Call a track something else."""

    def sow(field: Field, rng: np.random.Generator) -> Sown:
        names = [track for track in field.tracks() if field.labels.ontology[track.category].name in given]
        if not names:
            return None
        track = names[int(rng.integers(len(names)))]
        return put(field, replace(track, category=category), np.arange(len(track)), kind)

    return sow


def doubled(kind: str, metres: float, n: int) -> Seed:
    """Label an object a second time, a little elsewhere; n boxes of it, 0 for all."""

    def sow(field: Field, rng: np.random.Generator) -> Sown:
        found = pick_rows(field, rng, lambda track: np.ones(len(track), np.bool_), n or SHORTEST)
        if found is None:
            return None
        track, rows = found
        rows = rows if n else np.arange(len(track))
        angle, noise = rng.uniform(0, 2 * np.pi), rng.normal(0, 0.05, (len(rows), 3))
        moved = changed(track, rows, shift=noise + metres * np.array([np.cos(angle), np.sin(angle), 0]))
        double = replace(moved[rows], id=f"{track.id}-double")
        labels = replace(field.labels, tracks=(*field.labels.tracks, double))
        times = double.timestamps_ns
        objects = frozenset({track.id, double.id})
        return labels, Seeded(kind=kind, objects=objects, first_ns=int(times[0]), last_ns=int(times[-1]))

    return sow


def pressed(kind: str, share: float) -> Seed:
    """Put a second box of the same size into a vehicle, moved by a share of its length."""

    def sow(field: Field, rng: np.random.Generator) -> Sown:
        found = pick_rows(field, rng, near(field), SHORTEST, Motion.VEHICLE)
        if found is None:
            return None
        track, rows = found
        forward = track.cuboids.rotations[rows, :, 0] * track.cuboids.sizes[rows, :1]
        second = replace(changed(track, rows, shift=(1 - share) * forward)[rows], id=f"{track.id}-pressed")
        labels = replace(field.labels, tracks=(*field.labels.tracks, second))
        times = second.timestamps_ns
        objects = frozenset({track.id, second.id})
        return labels, Seeded(kind=kind, objects=objects, first_ns=int(times[0]), last_ns=int(times[-1]))

    return sow


def switched(kind: str, nearest: float, farthest: float) -> Seed:
    """Let two tracks exchange their objects from one frame on."""

    def sow(field: Field, rng: np.random.Generator) -> Sown:
        tracks = field.tracks()
        for i in rng.permutation(len(tracks)):
            for j in rng.permutation(len(tracks)):
                a, b = tracks[i], tracks[j]
                if i == j or a.category != b.category:
                    continue
                common, own, other = np.intersect1d(a.timestamps_ns, b.timestamps_ns, return_indices=True)
                apart = np.linalg.norm(a.cuboids.centers[own] - b.cuboids.centers[other], axis=1)
                fine = (apart > nearest) & (apart < farthest)
                fine &= (own >= 5) & (own < len(a) - 5) & (other >= 5) & (other < len(b) - 5)
                if fine.any():
                    return _exchange(field, a, b, int(rng.choice(common[fine])), kind)
        return None

    return sow


def _exchange(field: Field, a: Track, b: Track, time_ns: int, kind: str) -> Sown:
    labels = replace(field.labels, image_tracks=())
    labels = surgery.split(labels, a.id, time_ns, new_id="a tail")
    labels = surgery.split(labels, b.id, time_ns, new_id="b tail")
    labels = surgery.merge(labels, a.id, "b tail")
    labels = surgery.merge(labels, b.id, "a tail")
    return labels, Seeded(kind=kind, objects=frozenset({a.id, b.id}), first_ns=time_ns, last_ns=time_ns)


def cut(kind: str, n_lost: int) -> Seed:
    """Give an object a new id from one frame on, some boxes between being lost."""

    def sow(field: Field, rng: np.random.Generator) -> Sown:
        tracks = field.tracks(shortest=SHORTEST + n_lost)
        if not tracks:
            return None
        track = tracks[int(rng.integers(len(tracks)))]
        row = int(rng.integers(5, len(track) - n_lost - 5))
        later = replace(track[np.arange(row + n_lost, len(track))], id=f"{track.id}-later")
        parts = (track[np.arange(row)], later)
        tracks = tuple(part for one in field.labels.tracks for part in (parts if one.id == track.id else (one,)))
        times = (int(parts[0].timestamps_ns[-1]), int(later.timestamps_ns[0]))
        objects = frozenset({track.id, later.id})
        return replace(field.labels, tracks=tracks), Seeded(
            kind=kind, objects=objects, first_ns=times[0], last_ns=times[1]
        )

    return sow


def emptied(kind: str, n: int, *, at_end: bool = False) -> Seed:
    """Take n boxes out of the middle of a track, or from its end, where the object is near and not hidden."""

    def sow(field: Field, rng: np.random.Generator) -> Sown:
        def plain(track: Track) -> NDArray[np.bool_]:
            occluded = np.array(track.box_attributes.get("occluded", (0,) * len(track)), np.float64)
            truncated = np.array(track.box_attributes.get("truncated", (0,) * len(track)), np.float64)
            fine = near(field)(track) & (occluded == 0) & (truncated == 0)
            fine[:5] = fine[-5:] = False
            return fine

        found = pick_rows(field, rng, plain, n)
        if found is None:
            return None
        track, rows = found
        kept = np.arange(rows[0]) if at_end else np.delete(np.arange(len(track)), rows)
        tracks = tuple(track[kept] if one.id == track.id else one for one in field.labels.tracks)
        first, last = (
            int(track.timestamps_ns[rows[0] - 1]),
            int(track.timestamps_ns[rows[0] if at_end else rows[-1] + 1]),
        )
        seeded = Seeded(kind=kind, objects=frozenset({track.id}), first_ns=first, last_ns=last)
        return replace(field.labels, tracks=tracks), seeded

    return sow
