"""Boxes off their objects: turned, moved, late, of another size or another name."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from benchmarks.seeding import SHORTEST, Field, Seed, Sown, changed, near, pick_rows, put, speeds
from sensorann.scene import Motion


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
