"""Boxes placed by another box: a trailer behind its tractor, one pose over many instants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sensorann.errors import ArgumentError
from sensorann.geometry import Cuboids, Transforms
from sensorann.geometry.arrays import as_array
from sensorann.scene import Labels, Track
from sensorann.scene.track import Attribute
from sensorann.tracks.surgery.joining import join
from sensorann.tracks.surgery.rows import Span, boxes_in, check_two, mask_of, row_at, with_tracks


def attach(labels: Labels, track_id: str, *, to: str, reference_ns: int, span: Span = None) -> Labels:
    """Fix a box rigidly to another object: it follows that object's pose at each of its instants in a span.

    All boxes of the track in the span are replaced, human ones too, save the one at the reference instant. The new
    ones have its size and the sources of the boxes they follow: what hangs on a keyframe is a keyframe. Their sigmas
    add those of both boxes in quadrature, and in the plane the lever's length times the sigma of the other's yaw.

    Parameters
    ----------
    labels : Labels
    track_id : the track to place, such as a trailer
    to : the track that it follows, such as its tractor
    reference_ns : instant at which both have a box; the offset there holds throughout
    span : by default from the first to the last box of the track followed

    Raises
    ------
    ArgumentError
        When a track is unknown, both are the same, one has no box at the reference instant, or the track followed has
        none in the span.
    """
    track, leader = check_two(labels, track_id, to, what="attaching")
    row = row_at(track, reference_ns)
    leader_from_track = (
        leader.cuboids.record(row_at(leader, reference_ns)).frame_from_cuboid.inverse()
        @ track.cuboids.record(row).frame_from_cuboid
    )
    followed = leader[boxes_in(leader, span)]
    poses = Transforms(followed.cuboids.rotations, followed.cuboids.centers) @ leader_from_track
    cuboids = Cuboids(
        centers=poses.translations,
        sizes=np.broadcast_to(track.cuboids.sizes[row], (len(followed), 3)),
        rotations=poses.rotations,
        frame=labels.frame,
    )
    lever = float(np.linalg.norm(leader_from_track.translation[:2]))
    placed = replace(
        track,
        timestamps_ns=followed.timestamps_ns,
        cuboids=cuboids,
        sources=followed.sources,
        sigmas=_carried_sigmas(followed.sigmas, track.sigmas[row], lever=lever),
        box_attributes=_attributes_at(track, followed.timestamps_ns),
    )
    whole = (int(followed.timestamps_ns[0]), int(followed.timestamps_ns[-1])) if span is None else span
    return with_tracks(labels, {track_id: (_overwritten(track, placed, span=whole, kept_ns=reference_ns),)})


def copy_static(labels: Labels, track_id: str, *, reference_ns: int, at: ArrayLike) -> Labels:
    """Let an object stand still: copy one box, with its source and sigmas, to each of the given instants.

    All other boxes from the first to the last of these instants are replaced, human ones too; the copied box stays.

    Parameters
    ----------
    labels : Labels
    track_id : str
    reference_ns : instant of the box to copy
    at : instants in ns, as integers in any order, such as the LiDAR stamps of a drive within a span

    Raises
    ------
    ArgumentError
        When the track is unknown or has no box at the reference instant, or there are no instants, or not integers.
    """
    track = labels.track(track_id)
    row = row_at(track, reference_ns)
    instants = np.asarray(at)
    if not instants.size or not np.issubdtype(instants.dtype, np.integer):
        raise ArgumentError(f"at must be one or more integer nanoseconds, got {instants.size} of {instants.dtype}")
    times = np.unique(as_array(instants, (None,), np.int64, name="at"))
    rows = np.full(len(times), row)
    copies = replace(
        track,
        timestamps_ns=times,
        cuboids=track.cuboids[rows],
        sources=track.sources[rows],
        sigmas=track.sigmas[rows],
        box_attributes=_attributes_at(track, times),
    )
    edited = _overwritten(track, copies, span=(int(times[0]), int(times[-1])), kept_ns=reference_ns)
    return with_tracks(labels, {track_id: (edited,)})


def _overwritten(track: Track, placed: Track, *, span: tuple[int, int], kept_ns: int) -> Track:
    """Replace the boxes of a span, save the one at `kept_ns`."""
    stays = ~mask_of(track.timestamps_ns, span) | (track.timestamps_ns == kept_ns)
    return join(track[stays], placed[placed.timestamps_ns != kept_ns])


def _carried_sigmas(
    leader: NDArray[np.float64], reference: NDArray[np.float64], *, lever: float
) -> NDArray[np.float64]:
    variances = np.broadcast_to(reference**2, leader.shape).copy()
    variances[:, [0, 1, 2, 6]] += leader[:, [0, 1, 2, 6]] ** 2
    # Which way the lever points is left out: the bound holds for every heading.
    variances[:, :2] += (lever * leader[:, 6:7]) ** 2
    return np.asarray(np.sqrt(variances))


def _attributes_at(track: Track, times: NDArray[np.int64]) -> Mapping[str, tuple[Attribute | None, ...]]:
    """What the track says at these instants; None where it has no box."""
    rows = {int(time): row for row, time in enumerate(track.timestamps_ns)}
    found = [rows.get(int(time)) for time in times]
    return {
        name: tuple(None if row is None else values[row] for row in found)
        for name, values in track.box_attributes.items()
    }
