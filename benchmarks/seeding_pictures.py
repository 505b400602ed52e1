"""Errors between boxes in space and boxes in pictures."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from benchmarks.seeding import SHORTEST, Field, Seed, Seeded, Sown
from sensorann.scene import ImageTrack, Motion, Track

# Objects this high in the picture nobody overlooks, pixels.
_HIGH = 50.0


def shifted_pictures(kind: str, share: float, n: int) -> Seed:
    """Move n boxes in the picture sideways by a share of their width."""

    def sow(field: Field, rng: np.random.Generator) -> Sown:
        pair = _pair(field, rng, n)
        if pair is None:
            return None
        pictured, _ = pair
        start = int(rng.integers(len(pictured.boxes) - n + 1))
        rows = np.arange(start, start + n)
        boxes = pictured.boxes.copy()
        boxes[rows] += (share * (boxes[rows, 2] - boxes[rows, 0]))[:, None] * np.array([1.0, 0.0, 1.0, 0.0])
        kept = tuple(one for one in field.labels.image_tracks if one.id != pictured.id)
        images = (*kept, replace(pictured, boxes=boxes))
        return replace(field.labels, image_tracks=images), _seeded(kind, pictured.id, pictured.timestamps_ns[rows])

    return sow


def unpictured(kind: str) -> Seed:
    """Forget an object in the picture."""

    def sow(field: Field, rng: np.random.Generator) -> Sown:
        pair = _pair(field, rng, SHORTEST)
        if pair is None:
            return None
        pictured, _ = pair
        kept = tuple(one for one in field.labels.image_tracks if one.id != pictured.id)
        return replace(field.labels, image_tracks=kept), _seeded(kind, pictured.id, pictured.timestamps_ns)

    return sow


def only_pictured(kind: str) -> Seed:
    """Forget an object in space."""

    def sow(field: Field, rng: np.random.Generator) -> Sown:
        pair = _pair(field, rng, SHORTEST)
        if pair is None:
            return None
        pictured, track = pair
        tracks = tuple(one for one in field.labels.tracks if one.id != track.id)
        return replace(field.labels, tracks=tracks), _seeded(kind, track.id, pictured.timestamps_ns)

    return sow


def _pair(field: Field, rng: np.random.Generator, n: int) -> tuple[ImageTrack, Track] | None:
    """An object that is labelled in space and, large, in the picture, there at least n times."""
    tracks = {track.id: track for track in field.tracks(Motion.VEHICLE)}
    found = [one for one in field.labels.image_tracks if one.id in tracks and len(one.boxes) >= n]
    found = [one for one in found if np.median(one.boxes[:, 3] - one.boxes[:, 1]) > _HIGH]
    if not found:
        return None
    pictured = found[int(rng.integers(len(found)))]
    return pictured, tracks[pictured.id]


def _seeded(kind: str, name: str, times: np.ndarray) -> Seeded:
    return Seeded(kind=kind, objects=frozenset({name}), first_ns=int(times[0]), last_ns=int(times[-1]))
