"""Errors that only points show: whole tracks off their objects, boxes around nothing, objects that nobody labelled."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from benchmarks.seeding import Field, Seed, Seeded, Sown, changed, pick_rows, put
from sensorann.geometry import Cuboids, bev_iou
from sensorann.scene import Motion, Track

POINTS = 50
_FEW_FRAMES = 3


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
    """Put the boxes of a car where the vehicle itself drives a second later, n frames long: the road there is free."""

    def sow(field: Field, rng: np.random.Generator) -> Sown:
        times = np.unique(np.concatenate([track.timestamps_ns for track in field.labels.tracks]))
        trajectory = field.drive.trajectory
        egos = trajectory.sample(times).translations
        for start in rng.permutation(max(len(times) - n, 0)):
            now = times[start : start + n]
            way = np.linalg.norm(egos - egos[start], axis=1)
            ahead = np.flatnonzero((way > 10.0) & (np.arange(len(times)) > start + n))
            if not len(ahead):
                continue
            center = egos[ahead[0]] + [0.0, 0.0, 0.6]
            yaw = float(np.arctan2(*(egos[ahead[0]] - egos[start])[1::-1]))
            boxes = Cuboids.from_yaws(
                np.tile(center, (n, 1)), np.tile([4.2, 1.8, 1.6], (n, 1)), np.full(n, yaw), frame="world"
            )
            near = [track.cuboids[np.isin(track.timestamps_ns, now)] for track in field.labels.tracks]
            if max(float(bev_iou(boxes[:1], one).max(initial=0.0)) for one in near) > 0:
                continue
            pattern = field.labels.tracks[0]
            track = replace(
                pattern[np.zeros(0, np.int64)],
                id="invented",
                category="car",
                timestamps_ns=now,
                cuboids=boxes,
                sources=np.zeros(n, np.uint8),
                sigmas=np.full((n, 7), np.nan),
                box_attributes={},
            )
            seeded = Seeded(kind=kind, objects=frozenset({"invented"}), first_ns=int(now[0]), last_ns=int(now[-1]))
            return replace(field.labels, tracks=(*field.labels.tracks, track)), seeded
        return None

    return sow
