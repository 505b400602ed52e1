"""One box of a track: placed by a person, believed as it is, or taken away."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sensorann.geometry import Cuboid, Cuboids
from sensorann.scene import SIGMA_NAMES, Attribute, Labels, Source, Track, sources_of
from sensorann.tracks.surgery.rows import row_at, with_tracks


def started(labels: Labels, track_id: str, category: str, *, timestamp_ns: int, cuboid: Cuboid) -> Labels:
    """Add an object with its first box, placed by a person.

    Raises
    ------
    ArgumentError
        When the id is taken, or the box is in another frame than the labels.
    """
    return replace(labels, tracks=(*labels.tracks, _placed(track_id, category, timestamp_ns, cuboid)))


def put_box(labels: Labels, track_id: str, *, timestamp_ns: int, cuboid: Cuboid) -> Labels:
    """Place a box by hand: it replaces that of its instant, and keeps the attributes that one had.

    A box that a person placed is exact: its sigmas are 0. A new one has no attributes yet.

    Raises
    ------
    ArgumentError
        When there is no such track, or the box is in another frame than the labels.
    """
    track = labels.track(track_id)
    placed = _placed(track_id, track.category, timestamp_ns, cuboid)
    row = int(np.searchsorted(track.timestamps_ns, timestamp_ns))
    there = row < len(track) and int(track.timestamps_ns[row]) == timestamp_ns
    parts = (track[:row], placed, track[row + there :])
    edited = replace(
        track,
        timestamps_ns=np.concatenate([part.timestamps_ns for part in parts]),
        cuboids=Cuboids.concatenate([part.cuboids for part in parts]),
        sources=np.concatenate([part.sources for part in parts]),
        sigmas=np.concatenate([part.sigmas for part in parts]),
        box_attributes={
            name: (*values[:row], values[row] if there else None, *values[row + there :])
            for name, values in track.box_attributes.items()
        },
    )
    return with_tracks(labels, {track_id: (edited,)})


def set_source(labels: Labels, track_id: str, *, timestamp_ns: int, source: Source) -> Labels:
    """Say anew who vouches for a box: a person, whose boxes are exact, or a machine, which says no sigma here.

    Raises
    ------
    ArgumentError
        When there is no such track, or it has no box at that instant.
    """
    track = labels.track(track_id)
    here = np.arange(len(track)) == row_at(track, timestamp_ns)
    sigma = 0.0 if source == Source.HUMAN else np.nan
    sources: NDArray[np.uint8] = np.where(here, np.uint8(source), track.sources).astype(np.uint8)
    edited = replace(track, sources=sources, sigmas=np.where(here[:, None], sigma, track.sigmas))
    return with_tracks(labels, {track_id: (edited,)})


def set_box_attribute(
    labels: Labels, track_id: str, name: str, value: Attribute | None, *, timestamp_ns: int
) -> Labels:
    """Give one box of a track an attribute; None takes it away.

    Raises
    ------
    ArgumentError
        When there is no such track, or it has no box at that instant.
    """
    track = labels.track(track_id)
    row = row_at(track, timestamp_ns)
    values = list(track.box_attributes.get(name, (None,) * len(track)))
    values[row] = value
    edited = replace(track, box_attributes={**track.box_attributes, name: tuple(values)})
    return with_tracks(labels, {track_id: (edited,)})


def _placed(track_id: str, category: str, timestamp_ns: int, cuboid: Cuboid) -> Track:
    pose = cuboid.frame_from_cuboid
    return Track(
        id=track_id,
        category=category,
        timestamps_ns=np.array([timestamp_ns], np.int64),
        cuboids=Cuboids(
            centers=pose.translation[None],
            sizes=np.array([cuboid.size]),
            rotations=pose.rotation[None],
            frame=cuboid.frame,
        ),
        sources=sources_of(1, Source.HUMAN),
        sigmas=np.zeros((1, len(SIGMA_NAMES))),
    )
