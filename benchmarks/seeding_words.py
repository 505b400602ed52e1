"""Errors in what is said of objects, and in what the project's guideline allows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from benchmarks.seeding import Field, Seed, Sown, changed, put, speeds
from sensorann.scene import Attribute, Guideline, Motion, Ontology, Track

_LONG = 25
# What this benchmark's guideline asks of every category; published labels keep it.
RULES = {
    "max_range_m": 200.0,
    "max_speed_m_s": 60.0,
    "max_size_m": (25.0, 6.0, 8.0),
    "attributes": {"state": ("parked", "moving"), "occluded": (0, 1, 2, 3)},
}


def said(kind: str, words: Mapping[str, Attribute], *, moving: bool) -> Seed:
    """Say something of all boxes of an object that moves, or that stands."""

    def sow(field: Field, rng: np.random.Generator) -> Sown:
        fits = goes if moving else stays
        tracks = [track for track in field.tracks(Motion.VEHICLE, shortest=_LONG) if fits(track)]
        if not tracks:
            return None
        track = tracks[int(rng.integers(len(tracks)))]
        columns = {name: (value,) * len(track) for name, value in words.items()}
        told = replace(track, box_attributes={**track.box_attributes, **columns})
        return put(field, told, np.arange(len(track)), kind)

    return sow


def goes(track: Track) -> bool:
    """Tell whether an object moves."""
    return bool(np.median(speeds(track)) > 3.0)


def stays(track: Track) -> bool:
    """Tell whether an object stands, within what poses are off by."""
    return bool(np.linalg.norm(track.cuboids.centers - track.cuboids.centers[0], axis=1).max() < 0.5)


def unruly(kind: str, edit: Callable[[Track], Track]) -> Seed:
    """Change one object so that it breaks the guideline."""

    def sow(field: Field, rng: np.random.Generator) -> Sown:
        tracks = field.tracks(Motion.VEHICLE)
        if not tracks:
            return None
        track = edit(tracks[int(rng.integers(len(tracks)))])
        guideline = Guideline(**RULES)
        categories = tuple(replace(one, guideline=guideline) for one in field.labels.ontology.categories)
        ruled = replace(field, labels=replace(field.labels, ontology=Ontology(categories)))
        return put(ruled, track, np.arange(len(track)), kind)

    return sow


def flying(track: Track) -> Track:
    """A value that the guideline does not know."""
    return replace(track, box_attributes={**track.box_attributes, "state": ("flying",) * len(track)})


def giant(track: Track) -> Track:
    """Larger than the guideline allows."""
    return changed(track, np.arange(len(track)), grow=8.0)


def far(track: Track) -> Track:
    """Further away than the guideline wants."""
    return changed(track, np.arange(len(track)), shift=np.array([300.0, 0.0, 0.0]))


def racing(track: Track) -> Track:
    """Faster than the guideline says."""
    seconds = (track.timestamps_ns - track.timestamps_ns[0]) * 1e-9
    return changed(track, np.arange(len(track)), shift=65.0 * seconds[:, None] * np.array([1.0, 0.0, 0.0]))
