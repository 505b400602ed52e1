"""Errors that only points show: whole tracks off their objects, boxes around nothing, objects that nobody labelled."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

import numpy as np
from numpy.typing import NDArray

from benchmarks.seeding import Field, Seed, Seeded, Sown, changed, pick_rows, put, speeds
from sensorann.geometry import Cuboids, bev_iou
from sensorann.scene import Motion, Track

POINTS = 50
_FEW_FRAMES, _FAST = 3, 5.0


def well_seen(field: Field, track: Track) -> NDArray[np.bool_]:
    """Mark the boxes with so many points that a person would have no doubt."""
    return field.counts[track.id] >= POINTS


def seen_tracks(field: Field, *motions: Motion) -> list[Track]:
    """Tracks with at least three such boxes."""
    return [
        track for track in field.tracks(*motions, shortest=_FEW_FRAMES) if well_seen(field, track).sum() >= _FEW_FRAMES
    ]


def shifted_track(kind: str, metres: float, *, up: bool = False) -> Seed:
    """Move all boxes of a vehicle aside along its own axes, or up or down."""

    def sow(field: Field, rng: np.random.Generator) -> Sown:
        tracks = seen_tracks(field, Motion.VEHICLE)
        if not tracks:
            return None
        track = tracks[int(rng.integers(len(tracks)))]
        axis = 2 if up else int(rng.integers(2))
        shift = rng.choice([-1.0, 1.0]) * metres * track.cuboids.rotations[:, :, axis]
        return put(field, changed(track, np.arange(len(track)), shift=shift), np.arange(len(track)), kind)

    return sow


def turned_track(kind: str, degrees: float) -> Seed:
    """Turn all boxes of a well seen vehicle to one side; by half a turn, of one that moves."""

    def sow(field: Field, rng: np.random.Generator) -> Sown:
        tracks = seen_tracks(field, Motion.VEHICLE)
        if degrees == 180.0:
            tracks = [track for track in tracks if np.median(speeds(track)) > _FAST]
        if not tracks:
            return None
        track = tracks[int(rng.integers(len(tracks)))]
        turn = rng.choice([-1.0, 1.0]) * np.radians(degrees)
        return put(field, changed(track, np.arange(len(track)), turn=turn), np.arange(len(track)), kind)

    return sow


def slowed(kind: str, share: float) -> Seed:
    """Let a fast and well seen vehicle go with a share of its speed from its place in the middle of its track."""

    def sow(field: Field, rng: np.random.Generator) -> Sown:
        tracks = [track for track in seen_tracks(field, Motion.VEHICLE) if np.median(speeds(track)) > _FAST]
        if not tracks:
            return None
        track = tracks[int(rng.integers(len(tracks)))]
        centers = track.cuboids.centers
        shift = (1.0 - share) * (centers[len(track) // 2] - centers)
        return put(field, changed(track, np.arange(len(track)), shift=shift), np.arange(len(track)), kind)

    return sow


def at_points(kind: str, metres: float) -> Seed:
    """Put all boxes of a well seen vehicle where its points were measured, so far along its motion at least."""

    def sow(field: Field, rng: np.random.Generator) -> Sown:
        tracks = [
            track
            for track in seen_tracks(field, Motion.VEHICLE)
            if (well_seen(field, track) & (speeds(track) * np.abs(field.lags[track.id]) > metres)).sum() >= _FEW_FRAMES
        ]
        if not tracks:
            return None
        track = tracks[int(rng.integers(len(tracks)))]
        seconds = (track.timestamps_ns - track.timestamps_ns[0]) * 1e-9
        shift = np.gradient(track.cuboids.centers, seconds, axis=0) * np.nan_to_num(field.lags[track.id])[:, None]
        return put(field, changed(track, np.arange(len(track)), shift=shift), np.arange(len(track)), kind)

    return sow


def hidden_behind(kind: str) -> Seed:
    """Put an object where no sensor looks: opposite of where it is."""

    def sow(field: Field, rng: np.random.Generator) -> Sown:
        tracks = field.tracks(Motion.VEHICLE, shortest=_FEW_FRAMES)
        if not tracks:
            return None
        track = tracks[int(rng.integers(len(tracks)))]
        egos = field.drive.trajectory.sample(track.timestamps_ns).translations
        shift = 2.0 * (egos - track.cuboids.centers) * np.array([1.0, 1.0, 0.0])
        return put(field, changed(track, np.arange(len(track)), shift=shift), np.arange(len(track)), kind)

    return sow


def shifted_box(kind: str, metres: float) -> Seed:
    """Move one well seen box of any object in some direction."""

    def sow(field: Field, rng: np.random.Generator) -> Sown:
        found = pick_rows(field, rng, lambda track: well_seen(field, track), 1)
        if found is None:
            return None
        angle = rng.uniform(0, 2 * np.pi)
        shift = metres * np.array([np.cos(angle), np.sin(angle), 0.0])
        return put(field, changed(*found, shift=shift), found[1], kind)

    return sow


def resized_track(kind: str, share: float) -> Seed:
    """Make all boxes of a vehicle larger or smaller, in length and width."""

    def sow(field: Field, rng: np.random.Generator) -> Sown:
        tracks = seen_tracks(field, Motion.VEHICLE)
        if not tracks:
            return None
        track = tracks[int(rng.integers(len(tracks)))]
        grow = 1.0 + rng.choice([-1.0, 1.0]) * share * np.array([1.0, 1.0, 0.0])
        return put(field, changed(track, np.arange(len(track)), grow=grow), np.arange(len(track)), kind)

    return sow


def drifted_track(kind: str, share: float) -> Seed:
    """Let the size of a well seen vehicle creep over the whole track, toward its end or toward its begin."""

    def sow(field: Field, rng: np.random.Generator) -> Sown:
        tracks = seen_tracks(field, Motion.VEHICLE)
        if not tracks:
            return None
        track = tracks[int(rng.integers(len(tracks)))]
        creep = np.linspace(0.0, 1.0, len(track))[:: int(rng.choice([-1, 1])), None]
        grow = 1.0 + rng.choice([-1.0, 1.0]) * share * creep
        return put(field, changed(track, np.arange(len(track)), grow=grow), np.arange(len(track)), kind)

    return sow


def removed(kind: str, *motions: Motion) -> Seed:
    """Forget an object; a finding has to lie within 2.5 m of where it was."""

    def sow(field: Field, rng: np.random.Generator) -> Sown:
        tracks = seen_tracks(field, *motions)
        if not tracks:
            return None
        track = tracks[int(rng.integers(len(tracks)))]
        labels = replace(field.labels, tracks=tuple(one for one in field.labels.tracks if one.id != track.id))
        times = track.timestamps_ns
        seeded = Seeded(
            kind=kind, objects=frozenset({track.id}), first_ns=int(times[0]), last_ns=int(times[-1]), lost=track
        )
        return labels, seeded

    return sow


def invented(kind: str, n: int) -> Seed:
    """Put the boxes of a car where the vehicle itself drives later, n frames long: the road there is free."""

    def sow(field: Field, rng: np.random.Generator) -> Sown:
        times = np.unique(np.concatenate([track.timestamps_ns for track in field.labels.tracks]))
        egos = field.drive.trajectory.sample(times).translations
        for start in rng.permutation(max(len(times) - n, 0)):
            now = times[start : start + n]
            way = np.linalg.norm(egos - egos[start], axis=1)
            for ahead in np.flatnonzero((way > 8.0) & (np.arange(len(times)) > start + n)):
                yaw = float(np.arctan2(*(egos[ahead] - egos[ahead - 1])[1::-1]))
                boxes = Cuboids.from_yaws(
                    np.tile(egos[ahead] + [0.0, 0.0, 0.8], (n, 1)),
                    np.tile([4.2, 1.8, 1.6], (n, 1)),
                    np.full(n, yaw),
                    frame="world",
                )
                if _is_free(field, boxes[:1], now):
                    return _with_car(field, boxes, now, kind)
        return None

    return sow


def _is_free(field: Field, box: Cuboids, times: NDArray[np.int64]) -> bool:
    there = [track.cuboids[np.isin(track.timestamps_ns, times)] for track in field.labels.tracks]
    return not any((bev_iou(box, one) > 0).any() for one in there)


def _with_car(field: Field, boxes: Cuboids, times: NDArray[np.int64], kind: str) -> Sown:
    """The labels with one more car."""
    known = {track.id for track in field.labels.tracks}
    # Errors of other kinds may have taken tracks away since the last car: their number alone would name two alike.
    name = next(name for number in count(len(known)) if (name := f"{kind} {number}") not in known)
    track = replace(
        field.labels.tracks[0][np.zeros(0, np.int64)],
        id=name,
        category="car",
        timestamps_ns=times,
        cuboids=boxes,
        sources=np.zeros(len(times), np.uint8),
        sigmas=np.full((len(times), 7), np.nan),
        box_attributes={},
    )
    seeded = Seeded(kind=kind, objects=frozenset({name}), first_ns=int(times[0]), last_ns=int(times[-1]))
    return replace(field.labels, tracks=(*field.labels.tracks, track)), seeded
